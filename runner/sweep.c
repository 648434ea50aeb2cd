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

enum {
	WAIT_LAST_US = 50000,
	// How long nothing may come of killing them while none of them just waits for a
	// processor to end on; and how long altogether.
	SWEEP_LIMIT_US = 5000000,
	SWEEP_STARVED_US = 120000000,
};

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

// The children that orphaned processes have become, sessions of their own or not.  Those that
// `runnable` counts have only to be given a processor.
static int kill_children(pid_t except, int *runnable)
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
			*runnable += state == 'R';
		}
	}
	if (proc)
		closedir(proc);
	return found;
}

// The same for who asks again until none is left: quicker, and may miss some.
static void kill_some_children(int *runnable)
{
	pid_t children[PROC_CHILDREN_MAX], parent;
	int count = proc_children(children);
	char state;

	for (int i = 0; i < count; i++) {
		kill(children[i], SIGKILL);
		*runnable += proc_look_up(children[i], &state, &parent) && state == 'R';
	}
	if (count == 0)
		kill_children(0, runnable);
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
	long tick_us = 250, blocked_us = 0, waited_us = 0;
	int strays = 0;

	if (leader > 0)
		kill(-leader, SIGKILL);
	if (record != NULL)
		kill_session(atomic_load(&record->stranger));
	while (blocked_us < SWEEP_LIMIT_US && waited_us < SWEEP_STARVED_US) {
		pid_t pid = process_wait(-1, NULL, WNOHANG);
		int runnable = 0;

		if (pid == -1)
			return strays;
		if (pid > 0) {
			strays += record != NULL && pid != leader && !is_registered(record, pid);
			blocked_us = 0;
			continue;
		}
		// Those of the session die by themselves; look for others only then.
		if (record == NULL && kill_children(except, &runnable) == 0)
			return strays;
		wait_for_child(tick_us);
		if (record != NULL)
			kill_some_children(&runnable);
		waited_us += tick_us;
		blocked_us += runnable > 0 ? 0 : tick_us;
		tick_us = tick_us < WAIT_LAST_US ? 2 * tick_us : WAIT_LAST_US;
	}
	return -1;
}
