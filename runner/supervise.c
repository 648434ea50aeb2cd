// SPDX-License-Identifier: ISC
// One trial: its process, its time limit, its verdict, and what it left behind.

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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
#include "time_limit.h"

enum {
	TRIAL_LIMIT_MS = 10000, // times --timeout-scale and what the machine is slower
	AGAIN_TIMES = 10,       // that a trial gets when it is run again, alone
};

static long limit_ms(const struct run *run)
{
	return (long)(TRIAL_LIMIT_MS * run->options->timeout_scale * run->pace.slower);
}

static struct trial trial_of(const struct run *run, unsigned index, bool last)
{
	const struct identity *id = &run->trials[index];
	struct trial t = {
		.decl = id->decl,
		.row = id->row,
		.way = id->way,
		.record = &run->records[index],
		.index = index,
		.time_limit_ms = limit_ms(run) * (last ? AGAIN_TIMES : 1),
		.hang_limit_ms = limit_ms(run),
		.wakeup_us = run->pace.wakeup_us,
		.own_uid = run->credentials.own_uids,
		.tune = run->options->tune_host ? run->guardian : NULL,
		.scratch = run->guardian->scratch[0] ? run->guardian->scratch : NULL,
		.socket = -1,
	};
	clock_gettime(CLOCK_MONOTONIC, &t.begun);
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

// Waits for the trial's first process; returns TIME_LEFT if it ended by itself.
static enum time_end wait_for(const struct trial *t, pid_t pid, long quiet_ms, int *status)
{
	struct time_limit limit;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	time_limit_begin(&limit, t->record, pid, t->time_limit_ms, quiet_ms);
	while (process_wait(pid, status, WNOHANG) == 0) {
		enum time_end end = time_limit_look(&limit);
		long us = time_limit_tick_us(&limit);

		atomic_store(&t->record->counted_ms, limit.counted_ms);
		if (end != TIME_LEFT) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			return end;
		}
		sigtimedwait(&set, NULL, &(struct timespec){ us / 1000000, us % 1000000 * 1000 });
	}
	return TIME_LEFT;
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

// One whose processes are blocked in the claim's own call, every one, has shown what the kernel
// does; one that was starved, or computes, has shown nothing.
static void judge_limit(struct record *record, enum time_end end)
{
	bool expecting = atomic_load(&record->expecting) != 0;

	if (end == TIME_QUIET && expecting) {
		settle(record, FAIL, "never returned");
		outcome_text(&record->expected, page_size(), record->want, sizeof record->want);
		return;
	}
	if (end == TIME_UNSEEN)
		settle(record, BROKEN, "never returned; without /proc nobody knows why");
	else if (end == TIME_QUIET)
		settle(record, BROKEN, "never returned");
	else if (end == TIME_STOPPED)
		settle(record, BROKEN, "stopped by a signal until the time limit");
	else
		settle(record, BROKEN, "still running at the time limit");
	bool slow = end == TIME_RUNNING || end == TIME_STARVED;
	atomic_store(&record->late, slow ? TOO_SLOW : HUNG);
}

static void judge_end(struct record *record, enum time_end end, int status, int strays)
{
	int verdict = atomic_load(&record->verdict);

	if (verdict <= DECIDING && end != TIME_LEFT)
		judge_limit(record, end);
	else if (verdict <= DECIDING && WIFSIGNALED(status))
		settle(record, BROKEN, "the trial died of %s", signal_name(WTERMSIG(status)));
	else if (verdict <= DECIDING)
		settle(record, BROKEN, "the trial exited with status %d, undecided",
		       WEXITSTATUS(status));
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
	enum time_end end = wait_for(t, pid, limit_ms(run), &status);
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

// A verdict of the kernel stands.  That of a limit waits for a machine on which nothing else of
// the run is left.
static bool is_to_be_run_again(struct record *record, bool last)
{
	int verdict = atomic_load(&record->verdict), late = atomic_load(&record->late);
	size_t length = strnlen(record->got, sizeof record->got - 1);

	if (late == IN_TIME || (verdict != BROKEN && verdict != SKIP))
		return false;
	if (last && late == TOO_SLOW && verdict == BROKEN)
		snprintf(record->got + length, sizeof record->got - length,
			 ": the machine was too slow: -j 1, --timeout-scale");
	return !last;
}

static void begin_again(struct record *record)
{
	memset(record, 0, sizeof *record);
	atomic_store(&record->again, 1);
}

bool supervise(struct run *run, unsigned index, bool last)
{
	char why[GUARDIAN_REASON_MAX];
	struct trial t = trial_of(run, index, last);
	int err = 0;

	if (last)
		begin_again(t.record);
	if (!may_tune(run, t.decl, why))
		settle(t.record, SKIP, "%s", why);
	else
		carry_out(&t, run);
	if (t.decl->tunes[0] && run->options->tune_host)
		err = guardian_restore(run->guardian);
	t.record->duration_us = us_since(&t.begun);
	if (is_to_be_run_again(t.record, last))
		atomic_store(&t.record->again, 1);
	else
		atomic_store(&t.record->done, 1);
	return err == 0;
}
