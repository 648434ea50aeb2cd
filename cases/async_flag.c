// SPDX-License-Identifier: ISC
// O_ASYNC set and cleared, without an owner, without a handler: F_SETOWN(2const), signal(7).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

static void expect_sigio(struct trial *t, bool pending)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	if (pending)
		expect(t, sigtimedwait(&set, NULL, &at_once), RETURNS(SIGIO));
	expect(t, sigtimedwait(&set, NULL, &at_once), FAILS(EAGAIN));
}

// Data come into an empty pipe, and room into a full one: one of them is for the end at stake.
static void must_stir(struct trial *t, const struct pipe *p)
{
	must_fill(t, p, 0);
	must_empty(t, p->rd);
}

CASE(flag_is_told_as_it_was_set,
     .claim = { DOCUMENTED, "F_SETFL sets and clears O_ASYNC on either end, F_GETFL tells it",
		"F_SETFL(2const)" },
     .covers = { "ASY-15" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int fd = this_end(&p, row->end);
	const int before = (int)expect_flags(t, fcntl(fd, F_GETFL), O_ASYNC, 0);

	expect(t, fcntl(fd, F_SETFL, before | O_ASYNC), RETURNS(0));
	expect(t, fcntl(fd, F_GETFL), RETURNS(before | O_ASYNC));
	expect_flags(t, fcntl(other_end(&p, row->end), F_GETFL), O_ASYNC, 0);
	expect(t, fcntl(fd, F_SETFL, before), RETURNS(0));
	expect(t, fcntl(fd, F_GETFL), RETURNS(before));
}

CASE(fioasync_is_the_flag,
     .claim = { OBSERVED,
		"ioctl() FIOASYNC sets and clears O_ASYNC: F_GETFL tells it, and signals come and "
		"cease",
		"fs/ioctl.c, ioctl_fioasync()" },
     .covers = { "ASY-16" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);
	int on = 1, off = 0;

	must_mask(t, SIGIO, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	expect(t, ioctl(fd, FIOASYNC, &on), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_ASYNC, O_ASYNC);
	must_stir(t, &p);
	expect_sigio(t, true);
	expect(t, ioctl(fd, FIOASYNC, &off), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_ASYNC, 0);
	must_stir(t, &p);
	expect_sigio(t, false);
}

CASE(no_flag_no_signal,
     .claim = { DOCUMENTED,
		"an owner gets no signal before O_ASYNC is set, and none after it is cleared",
		"F_SETOWN(2const)" },
     .covers = { "ASY-12" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);

	must_mask(t, SIGIO, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	must_stir(t, &p);
	expect_sigio(t, false);
	must_set_async(t, fd, true);
	must_stir(t, &p);
	expect_sigio(t, true);
	must_set_async(t, fd, false);
	must_stir(t, &p);
	expect_sigio(t, false);
}

CASE(no_owner_no_signal,
     .claim = { OBSERVED, "O_ASYNC raises no signal while no owner is set, nor after F_SETOWN of 0",
		"fs/fcntl.c, f_setown(), send_sigio(); F_SETOWN(2const) does not tell of 0" },
     .covers = { "ASY-12" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);

	must_mask(t, SIGIO, true);
	must_set_async(t, fd, true);
	must_stir(t, &p);
	expect_sigio(t, false);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	must_stir(t, &p);
	expect_sigio(t, true);
	must(t, fcntl(fd, F_SETOWN, 0));
	must_stir(t, &p);
	expect_sigio(t, false);
}

CASE(setting_the_flag_raises_nothing,
     .claim = { OBSERVED,
		"setting O_ASYNC raises no signal for data or room that there are already",
		"fs/fcntl.c, fasync_helper()" },
     .covers = { "ASY-12" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);

	must_write(t, p.wr, "x", 1);
	must_mask(t, SIGIO, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	must_set_async(t, fd, true);
	expect_sigio(t, false);
}

CASE(fifo_open_for_both_is_told_of_both,
     .claim = { OBSERVED,
		"the owner of a FIFO that is open for both gets a signal for a write() and one for "
		"a read()",
		"fs/pipe.c, pipe_fasync()" },
     .covers = { "ASY-17" })
{
	int fd = must_open_end(t, must_fifo(t, 0600), O_RDWR | O_NONBLOCK);
	char byte;

	must_mask(t, SIGIO, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	must_set_async(t, fd, true);
	must_write(t, fd, "x", 1);
	expect_sigio(t, true);
	must_read(t, fd, &byte, 1);
	expect_sigio(t, true);
}

static void write_as_owner(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;

	must(t, fcntl(p->rd, F_SETOWN, getpid()));
	must_set_async(t, p->rd, true);
	attempt(t, write(p->wr, "x", 1));
}

CASE(sigio_ends_who_does_not_handle_it,
     .claim = { DOCUMENTED, "SIGIO for a pipe ends an owner that has no handler for it",
		"signal(7), Standard signals" },
     .covers = { "ASY-13" })
{
	struct pipe p = must_pipe(t, 0);
	struct actor *owner = start(t, write_as_owner, &p);

	expect_actor(t, owner, DIES(SIGIO));
}

CASE(owner_that_is_gone_gets_nothing,
     .claim = { DOCUMENTED,
		"writes to a pipe succeed when the process that owns its read end has ended",
		"pipe(7), \"PIPE_BUF\"; F_SETOWN(2const), in general" },
     .covers = { "ASY-13" })
{
	struct pipe p = must_pipe(t, 0);
	struct actor *owner = start(t, write_as_owner, &p);

	expect_actor(t, owner, DIES(SIGIO));
	expect(t, write(p.wr, "x", 1), RETURNS(1));
	expect(t, must_unread(t, p.rd), RETURNS(2));
}

// --- what is refused --------------------------------------------------------------

struct refusal_row {
	const char *name;
	int command;
	long value;
	struct outcome want;
};

static const struct refusal_row refused_owners[] = {
	{ "process", F_SETOWN, INT_MAX, FAILS(ESRCH) },
	{ "group", F_SETOWN, -INT_MAX, FAILS(ESRCH) },
};

CASE(owner_must_exist,
     .claim = { OBSERVED, "F_SETOWN of no process, or no process group, fails with ESRCH",
		"fs/fcntl.c, f_setown(); POSIX.1-2024 fcntl() speaks of sockets" },
     .covers = { "ASY-14" }, ROWS(refused_owners))
{
	const struct refusal_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.rd, F_SETOWN, getpid()));
	expect_as(t, fcntl(p.rd, row->command, row->value), &row->want);
	expect(t, fcntl(p.rd, F_GETOWN), RETURNS(getpid()));
}

static const struct refusal_row refused_signals[] = {
	{ "above_all", F_SETSIG, 129, FAILS(EINVAL) },
	{ "below_0", F_SETSIG, -1, FAILS(EINVAL) },
};

CASE(signal_must_exist,
     .claim = { DOCUMENTED, "F_SETSIG of what is no signal fails with EINVAL",
		"F_SETSIG(2const), ERRORS, EINVAL" },
     .covers = { "ASY-14" }, ROWS(refused_signals))
{
	const struct refusal_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.rd, F_SETSIG, SIGUSR1));
	expect_as(t, fcntl(p.rd, row->command, row->value), &row->want);
	expect(t, fcntl(p.rd, F_GETSIG), RETURNS(SIGUSR1));
}

static const struct refusal_row refused_kinds[] = {
	{ "thread/nobody", F_OWNER_TID, INT_MAX, FAILS(ESRCH) },
	{ "process/nobody", F_OWNER_PID, INT_MAX, FAILS(ESRCH) },
	{ "group/nobody", F_OWNER_PGRP, INT_MAX, FAILS(ESRCH) },
	{ "unknown_kind", 3, 0, FAILS(EINVAL) },
};

CASE(extended_owner_must_exist,
     .claim = { OBSERVED,
		"F_SETOWN_EX of no thread, process or group fails with ESRCH, and of another kind "
		"with EINVAL",
		"fs/fcntl.c, f_setown_ex(); F_SETOWN_EX(2const) does not say" },
     .covers = { "ASY-14" }, ROWS(refused_kinds))
{
	const struct refusal_row *row = trial_row(t);
	struct f_owner_ex owner = { .pid = (pid_t)row->value };
	struct pipe p = must_pipe(t, 0);

	owner.type = (__typeof__(owner.type))row->command; // C libraries differ in its sign
	expect_as(t, fcntl(p.rd, F_SETOWN_EX, &owner), &row->want);
	expect(t, fcntl(p.rd, F_GETOWN), RETURNS(0));
}

const struct family async_flag_family = {
	.name = "async_flag",
	.about = "O_ASYNC set and cleared, without an owner, without a handler",
	.cases = {
		&flag_is_told_as_it_was_set,
		&fioasync_is_the_flag,
		&no_flag_no_signal,
		&no_owner_no_signal,
		&setting_the_flag_raises_nothing,
		&fifo_open_for_both_is_told_of_both,
		&sigio_ends_who_does_not_handle_it,
		&owner_that_is_gone_gets_nothing,
		&owner_must_exist,
		&signal_must_exist,
		&extended_owner_must_exist,
	},
};
