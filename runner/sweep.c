// SPDX-License-Identifier: ISC
// What a trial leaves behind: found, ended, counted.

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "process.h"
#include "sweep.h"

enum { SWEEP_LIMIT_MS = 5000 };

static bool is_registered(const struct record *record, pid_t pid)
{
	uint32_t count = atomic_load(&record->actor_count);

	if (atomic_load(&record->stranger) == pid)
		return true;
	for (uint32_t i = 0; i < count && i < TRIAL_ACTORS_MAX; i++)
		if (atomic_load(&record->actors[i].pid) == pid)
			return true;
	return false;
}

// The children that orphaned processes have become, sessions of their own or not.
static int kill_children(pid_t except)
{
	int found = 0;
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	pid_t parent;
	char state;

	while (proc && (entry = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 1 && pid != except && proc_look_up(pid, &state, &parent) &&
		    parent == process_id()) {
			kill(pid, SIGKILL);
			found++;
		}
	}
	if (proc)
		closedir(proc);
	return found;
}

// The same for who asks again until none is left: quicker, and may miss some.
static void kill_some_children(void)
{
	pid_t children[PROC_CHILDREN_MAX];
	int count = proc_children(children);

	for (int i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	if (count == 0)
		kill_children(0);
}

static void wait_for_child(long us)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &(struct timespec){ us / 1000000, us % 1000000 * 1000 });
}

static void kill_session(pid_t leader)
{
	if (leader <= 0)
		return;
	kill(leader, SIGKILL); // it may not have come to setsid() yet
	kill(-leader, SIGKILL);
}

int sweep(const struct record *record, pid_t leader, pid_t except)
{
	struct timespec deadline;
	long tick_us = 250;
	int strays = 0;

	deadline_in(&deadline, SWEEP_LIMIT_MS);
	if (leader > 0)
		kill(-leader, SIGKILL);
	if (record != NULL)
		kill_session(atomic_load(&record->stranger));
	while (ms_left(&deadline) > 0) {
		pid_t pid = process_wait(-1, NULL, WNOHANG);

		if (pid == -1)
			return strays;
		if (pid > 0) {
			strays += record != NULL && !is_registered(record, pid);
			continue;
		}
		// Those of the session die by themselves; look for others only then.
		if (record == NULL && kill_children(except) == 0)
			return strays;
		wait_for_child(tick_us);
		if (record != NULL)
			kill_some_children();
		tick_us *= 2;
	}
	return -1;
}
