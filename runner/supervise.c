// SPDX-License-Identifier: ISC
// One trial: its process, its time limit, its verdict, and what it left behind.

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outcome.h"
#include "proc.h"
#include "process.h"
#include "run.h"
#include "sweep.h"

enum {
	TRIAL_LIMIT_MS = 10000, // times --timeout-scale; actors get nine tenths
};

static struct trial trial_of(const struct run *run, unsigned index)
{
	const struct identity *id = &run->trials[index];
	struct trial t = {
		.decl = id->decl,
		.row = id->row,
		.way = id->way,
		.record = &run->records[index],
		.index = index,
		.time_limit_ms = (int)(TRIAL_LIMIT_MS * run->options->timeout_scale),
		.own_uid = run->credentials.own_uids,
		.tune = run->options->tune_host ? run->guardian : NULL,
		.scratch = run->guardian->scratch[0] ? run->guardian->scratch : NULL,
		.socket = -1,
	};
	deadline_in(&t.deadline, t.time_limit_ms / 10 * 9);
	return t;
}

// Makes this process what every trial starts as, and user `nth` of it.  Its standard
// descriptors and dispositions are the supervisor's, which nobody changes.
static void become_clean(struct trial *t, const struct run *run, pid_t parent, unsigned nth)
{
	char reason[REASON_MAX];

	setsid();
	process_close_all(false, t->socket);
	process_unblock_all();
	umask(022);
	if (!credentials_take(&run->credentials, t->index, nth, reason))
		decide(t, SKIP, HERE("credentials"), "", "profile: %s", reason);
	// Only now: a change of credentials clears it.
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (process_is_orphan(parent))
		_exit(0);
}

static pid_t start_first(struct trial *t, const struct run *run, int socket)
{
	pid_t parent = process_id(), pid = fork();

	if (pid != 0)
		return pid;
	t->socket = socket;
	become_clean(t, run, parent, 0);
	trial_main(t);
}

static bool start_stranger(struct trial *t, const struct run *run, int socket)
{
	pid_t parent = process_id(), pid = fork();

	if (pid > 0)
		atomic_store(&t->record->stranger, pid);
	if (pid != 0)
		return pid != -1;
	t->socket = socket;
	become_clean(t, run, parent, 1);
	// An actor, so that what goes wrong here is not taken for the first's.
	t->self = &t->record->actors[TRIAL_ACTORS_MAX - 1];
	t->decl->stranger(t, NULL);
	_exit(0);
}

enum end { IN_TIME, ASLEEP_AT_LIMIT, RUNNING_AT_LIMIT, ENDLESS };

static enum end wait_for(pid_t pid, int limit_ms, int *status)
{
	struct timespec deadline;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	deadline_in(&deadline, limit_ms);
	while (process_wait(pid, status, WNOHANG) == 0) {
		long left = ms_left(&deadline);

		if (left <= 0) {
			enum sleep sleep = proc_sleep(pid);

			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			process_wait(pid, status, 0);
			if (sleep == NOBODY_CAN_TELL)
				return ENDLESS;
			return sleep == ASLEEP ? ASLEEP_AT_LIMIT : RUNNING_AT_LIMIT;
		}
		sigtimedwait(&set, NULL, &(struct timespec){ left / 1000, left % 1000 * 1000000 });
	}
	return IN_TIME;
}

__attribute__((format(printf, 3, 4))) static void
settle(struct record *record, enum verdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(record->got, sizeof record->got, format, args);
	va_end(args);
	record->decided_at = record->at;
	record->want[0] = '\0';
	atomic_store(&record->verdict, verdict);
}

// A trial that was starved of the processor says nothing; one that sleeps in the
// claim's own call has shown what the kernel does.
static void judge_end(struct record *record, enum end end, int status, int strays)
{
	bool expecting = atomic_load(&record->expecting) != 0;

	if (atomic_load(&record->verdict) <= DECIDING) {
		if (end == RUNNING_AT_LIMIT)
			settle(record, BROKEN, "still running at the time limit");
		else if (end == ENDLESS)
			settle(record, BROKEN, "never returned; without /proc nobody knows why");
		else if (end == ASLEEP_AT_LIMIT)
			settle(record, expecting ? FAIL : BROKEN, "never returned");
		else if (WIFSIGNALED(status))
			settle(record, BROKEN, "the trial died of %s",
			       signal_name(WTERMSIG(status)));
		else
			settle(record, BROKEN, "the trial exited with status %d, undecided",
			       WEXITSTATUS(status));
	}
	if (strays > 0)
		settle(record, BROKEN, "%d stray process%s left behind", strays,
		       strays == 1 ? "" : "es");
	else if (strays < 0)
		settle(record, BROKEN, "processes left behind that could not be ended");
}

static void carry_out(struct trial *t, const struct run *run)
{
	struct record *record = t->record;
	int pair[2] = { -1, -1 }, status = 0;

	if (t->decl->stranger && !run->credentials.own_uids) {
		settle(record, SKIP, "profile: no second uid can be had");
		return;
	}
	if (t->decl->stranger) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
			settle(record, SKIP, "resource: socketpair(): %s", errno_name(errno));
			return;
		}
	}
	pid_t pid = -1;
	if (!t->decl->stranger || start_stranger(t, run, pair[1]))
		pid = start_first(t, run, pair[0]);
	int err = errno;
	if (pair[0] != -1) {
		close(pair[0]);
		close(pair[1]);
	}
	if (pid == -1) {
		settle(record, SKIP, "resource: fork(): %s", errno_name(err));
		sweep(record, 0, 0);
		return;
	}
	enum end end = wait_for(pid, t->time_limit_ms, &status);
	judge_end(record, end, status, sweep(record, pid, 0));
}

static bool may_tune(const struct run *run, const struct case_decl *decl,
		     char why[GUARDIAN_REASON_MAX])
{
	if (decl->tunes[0] && !run->options->tune_host) {
		snprintf(why, GUARDIAN_REASON_MAX,
			 "sysctl: changes sysctls of the host; takes --tune-host");
		return false;
	}
	for (int i = 0; i < CASE_TUNABLES_MAX && decl->tunes[i]; i++)
		if (guardian_refuses(run->guardian, decl->tunes[i], why))
			return false;
	return true;
}

bool supervise(struct run *run, unsigned index)
{
	char why[GUARDIAN_REASON_MAX];
	struct trial t = trial_of(run, index);
	struct timespec begun, ended;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	if (!may_tune(run, t.decl, why))
		settle(t.record, SKIP, "%s", why);
	else
		carry_out(&t, run);
	if (t.decl->tunes[0] && run->options->tune_host)
		err = guardian_restore(run->guardian);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	t.record->duration_us = (long)(ended.tv_sec - begun.tv_sec) * 1000000 +
				(ended.tv_nsec - begun.tv_nsec) / 1000;
	atomic_store(&t.record->done, 1);
	return err == 0;
}
