// SPDX-License-Identifier: ISC
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guardian.h"
#include "outcome.h"
#include "process.h"
#include "restore.h"
#include "scratch.h"
#include "trial.h"

// Waits for a reply are counted, not timed: one that comes late, on a machine that was stopped say,
// is one.
enum { REPLY_WAIT_US = 50000, REPLY_WAITS = 1200 };

// What the handler of the runner's death can reach; set once, before it can run.
static struct guardian *mine;

static void on_death(int signal)
{
	(void)signal;
	atomic_store(&mine->bereaved, 1);
	atomic_fetch_add(&mine->requests, 1); // so that no wait is entered too late
}

// Keeps those that can be written, so that one that is missing, on an old kernel
// say, is no reason to leave the others alone.
static void read_old_values(struct guardian *g)
{
	unsigned count = g->tunable_count;

	g->tunable_count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct tunable tunable = g->tunables[i];
		int err = sysctl_read(tunable.name, tunable.old);

		if (err == 0)
			err = sysctl_writable(tunable.name);
		if (err == 0) {
			g->tunables[g->tunable_count++] = tunable;
			continue;
		}
		struct refused *refused = &g->refused[g->refused_count++];
		memcpy(refused->name, tunable.name, sizeof refused->name);
		refused->err = err;
	}
}

bool guardian_refuses(const struct guardian *g, const char *name, char why[GUARDIAN_REASON_MAX])
{
	snprintf(why, GUARDIAN_REASON_MAX, "%s", g->untunable);
	for (unsigned i = 0; i < g->refused_count; i++)
		if (strcmp(g->refused[i].name, name) == 0)
			snprintf(why, GUARDIAN_REASON_MAX, "sysctl: %s cannot be written: %s", name,
				 errno_name(g->refused[i].err));
	return why[0] != '\0';
}

static int put_all_back(const struct guardian *g)
{
	return tunables_restore(g->tunables, g->untunable[0] ? 0 : g->tunable_count);
}

static int serve(struct guardian *g, bool last)
{
	const char *name = g->tunables[g->tunable % TUNABLES_MAX].name;

	if (g->request == WRITE && !last)
		return sysctl_write(name, g->value);
	if (g->request == SPLICE && !last)
		return sysctl_splice(name, g->value);
	return put_all_back(g);
}

static void reply(struct guardian *g, uint32_t request, int err)
{
	atomic_store(&g->err, err);
	atomic_store(&g->replies, request);
	futex_wake(&g->replies);
}

static _Noreturn void guard(struct guardian *g, pid_t runner)
{
	struct sigaction action = { .sa_handler = on_death };
	uint32_t served = 0;
	int record = -1;

	mine = g;
	setsid();
	process_ignore_termination();
	sigaction(SIGUSR1, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (process_is_orphan(runner))
		_exit(0);
	process_close_all(true, -1);
	scratch_make(g->scratch, g->directory);
	read_old_values(g);
	if (g->tunable_count > 0)
		record_open(g, &record);
	for (;;) {
		uint32_t request = atomic_load(&g->requests);
		// A request says what it is before it is counted: one not counted is not read.
		bool last =
			atomic_load(&g->bereaved) || (request != served && g->request == FINISH);

		if (request != served || last) {
			int err = serve(g, last);
			if (last) {
				scratch_remove(g->scratch);
				if (err == 0)
					record_close(g, record);
			}
			reply(g, request, err);
			if (last)
				_exit(err != 0 ? 1 : 0);
			served = request;
		}
		futex_wait(&g->requests, request, -1);
	}
}

// The guardian answers at once; one that does not is gone, which a process in
// another PID namespace could not find out otherwise.
static int ask(struct guardian *g)
{
	uint32_t request = atomic_fetch_add(&g->requests, 1) + 1;

	futex_wake(&g->requests);
	for (int i = 0; i < REPLY_WAITS; i++) {
		uint32_t seen = atomic_load(&g->replies);

		if (seen == request)
			return atomic_load(&g->err);
		futex_wait(&g->replies, seen, REPLY_WAIT_US);
	}
	return EIO;
}

// The runner removes the scratch directory itself, unless it is killed: that pipes are not
// tested would be worse than a directory that is left behind.
static void do_without(struct guardian *g)
{
	if (g->pid > 0) {
		kill(g->pid, SIGKILL);
		process_wait(g->pid, NULL, 0);
	}
	g->pid = 0;
	g->tunable_count = 0;
	snprintf(g->untunable, sizeof g->untunable,
		 "sysctl: the process that puts them back could not be started");
	if (g->scratch[0] == '\0')
		scratch_make(g->scratch, g->directory);
}

struct guardian *guardian_start(const char *const *names, unsigned count, const char *directory)
{
	struct guardian *g =
		mmap(NULL, sizeof *g, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t runner = process_id();

	if (g == MAP_FAILED)
		return NULL;
	snprintf(g->directory, sizeof g->directory, "%s", directory ? directory : "");
	for (; g->tunable_count < count && g->tunable_count < TUNABLES_MAX; g->tunable_count++)
		snprintf(g->tunables[g->tunable_count].name, SYSCTL_NAME_MAX, "%s",
			 names[g->tunable_count]);
	pid_t pid = fork();
	if (pid == 0)
		guard(g, runner);
	if (pid == -1)
		return NULL;
	g->pid = pid;
	g->request = READY;
	if (ask(g) != 0)
		do_without(g);
	return g;
}

int guardian_tune(struct guardian *g, enum request how, const char *name, const char *value)
{
	for (unsigned i = 0; i < g->tunable_count; i++)
		if (strcmp(g->tunables[i].name, name) == 0) {
			g->request = how;
			g->tunable = i;
			snprintf(g->value, sizeof g->value, "%s", value);
			return ask(g);
		}
	return ENOENT;
}

int guardian_restore(struct guardian *g)
{
	g->request = RESTORE;
	return ask(g);
}

int guardian_replace(struct guardian *g)
{
	g->pid = 0;
	return put_all_back(g);
}

// What a guardian that was killed can do no more, its starter does.
static int finish_alone(struct guardian *g)
{
	int err = put_all_back(g);

	scratch_remove(g->scratch);
	if (err == 0 && g->record[0] != '\0')
		unlink(g->record);
	return err;
}

int guardian_finish(struct guardian *g)
{
	int status = 0;

	if (g->pid == 0)
		return finish_alone(g);
	g->request = FINISH;
	int err = ask(g);
	process_wait(g->pid, &status, 0);
	return err;
}
