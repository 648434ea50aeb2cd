// SPDX-License-Identifier: ISC
// Whose O_NONBLOCK is, and from when on it acts: F_SETFL(2const).

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case.h"

// --- O_NONBLOCK and copies ----------------------------------------------------

enum copy { DUP, DUP2, DUPFD, FORK };

struct copy_row {
	const char *name;
	enum copy by;
};

static const struct copy_row copies[] = {
	{ "dup", DUP },
	{ "dup2", DUP2 },
	{ "f_dupfd_cloexec", DUPFD },
	{ "fork", FORK },
};

static void set_nonblocking(struct trial *t, const void *arg)
{
	must_set_nonblocking(t, *(const int *)arg, true);
}

static void must_set_on_a_copy(struct trial *t, int fd)
{
	const struct copy_row *row = trial_row(t);
	int copy = fd;

	switch (row->by) {
	case DUP:
		copy = (int)must(t, dup(fd));
		break;
	case DUP2:
		copy = (int)must(t, dup2(fd, fd + 8));
		break;
	case DUPFD:
		copy = (int)must(t, fcntl(fd, F_DUPFD_CLOEXEC, 0));
		break;
	case FORK:
		must_finish(t, start(t, set_nonblocking, &fd));
		return;
	}
	set_nonblocking(t, &copy);
}

static void expect_no_waiting(struct trial *t, const struct pipe *p)
{
	char byte;

	expect_flags(t, fcntl(p->rd, F_GETFL), O_NONBLOCK, O_NONBLOCK);
	expect(t, read(p->rd, &byte, 1), FAILS(EAGAIN));
	expect_flags(t, fcntl(p->wr, F_GETFL), O_NONBLOCK, O_NONBLOCK);
	must_fill(t, p, 0);
	expect(t, write(p->wr, "", 1), FAILS(EAGAIN));
}

CASE(nonblock_is_shared_with_copies,
     .claim = { POSIX, "O_NONBLOCK set through a copy of an end is set for the end itself",
		"POSIX.1-2024 fcntl(), DESCRIPTION, F_SETFL; XBD 3, Open File Description" },
     .covers = { "CRE-18" }, ROWS(copies),
     .against = "a process may make its standard input non-blocking without touching its parent's")
{
	struct pipe p = must_pipe(t, 0);

	must_set_on_a_copy(t, p.rd);
	expect_flags(t, fcntl(p.wr, F_GETFL), O_NONBLOCK, 0);
	must_set_on_a_copy(t, p.wr);
	expect_no_waiting(t, &p);
}

enum stage { SET = 1 };

static void set_what_is_sent(struct trial *t, const void *arg)
{
	(void)arg;
	must_set_nonblocking(t, must_receive_descriptor(t), true);
	must_set_nonblocking(t, must_receive_descriptor(t), true);
	reach_stage(t, SET);
}

CASE(nonblock_is_shared_with_another_user,
     .claim = { DOCUMENTED, "who was sent an end can make it non-blocking for the sender",
		"unix(7), Ancillary messages, SCM_RIGHTS; F_GETFL(2const), F_SETFL" },
     .covers = { "CRE-18" }, .stranger = set_what_is_sent)
{
	struct pipe p = must_pipe(t, 0);

	must_send_descriptor(t, p.rd);
	must_send_descriptor(t, p.wr);
	await_stage(t, SET);
	expect_no_waiting(t, &p);
}

// --- O_NONBLOCK at any time ---------------------------------------------------

static void transfer_one(struct trial *t, const void *arg)
{
	const struct end_row *row = trial_row(t);
	const struct pipe *p = arg;
	char byte;

	if (row->end == READ_END)
		attempt(t, read(p->rd, &byte, 1));
	else
		attempt(t, write(p->wr, "", 1));
}

// A transfer that has to wait, tried while waiting is not allowed.
static void expect_again(struct trial *t, const struct pipe *p)
{
	const struct end_row *row = trial_row(t);
	char byte;

	if (row->end == READ_END)
		expect(t, read(p->rd, &byte, 1), FAILS(EAGAIN));
	else
		expect(t, write(p->wr, "", 1), FAILS(EAGAIN));
}

// Empty for a reader, full for a writer; and what lets either go on.
static void must_hinder(struct trial *t, const struct pipe *p)
{
	const struct end_row *row = trial_row(t);

	if (row->end == WRITE_END)
		must_fill(t, p, 0);
}

static void must_let_go_on(struct trial *t, const struct pipe *p)
{
	const struct end_row *row = trial_row(t);
	const size_t all = must_capacity(t, p->rd);

	if (row->end == READ_END)
		must_write(t, p->wr, "", 1);
	else
		must_read(t, p->rd, must_share(t, all), all);
}

CASE(nonblock_can_be_switched,
     .claim = { POSIX, "O_NONBLOCK can be set and cleared at any time, and the next call obeys",
		"POSIX.1-2024 fcntl(), DESCRIPTION, F_SETFL; read() and write(), DESCRIPTION" },
     .covers = { "CRE-23" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);

	must_hinder(t, &p);
	must_set_nonblocking(t, fd, true);
	expect_again(t, &p);
	must_set_nonblocking(t, fd, false);
	struct actor *waiter = start(t, transfer_one, &p);

	expect_actor(t, waiter, BLOCKS);
	must_let_go_on(t, &p);
	expect_actor(t, waiter, RETURNS(1));
}

CASE(nonblock_wakes_nobody,
     .claim = { OBSERVED,
		"who is asleep in a call when O_NONBLOCK is set sleeps on, and the call is "
		"completed",
		"fs/pipe.c, pipe_read() and pipe_write()" },
     .covers = { "CRE-36" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_hinder(t, &p);
	struct actor *waiter = start(t, transfer_one, &p);

	must_block(t, waiter);
	must_set_nonblocking(t, this_end(&p, row->end), true);
	expect_actor(t, waiter, BLOCKS);
	must_let_go_on(t, &p);
	expect_actor(t, waiter, RETURNS(1));
}

const struct family nonblock_family = {
	.name = "nonblock",
	.about = "Whose O_NONBLOCK is, and from when on it acts",
	.cases = {
		&nonblock_is_shared_with_copies,
		&nonblock_is_shared_with_another_user,
		&nonblock_can_be_switched,
		&nonblock_wakes_nobody,
	},
};
