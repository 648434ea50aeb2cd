// SPDX-License-Identifier: ISC
// Locks on a pipe: flock(2), F_SETLK(2const), F_SETLEASE(2const).

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "case.h"

// --- flock ----------------------------------------------------------------------

CASE(ends_contend_for_one_lock,
     .claim = { OBSERVED,
		"an exclusive flock() of one end refuses the other any with EWOULDBLOCK, until it "
		"is unlocked; another pipe has a lock of its own",
		"flock(2), in general; fs/locks.c, flock_lock_inode()" },
     .covers = { "MSC-26" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0), another = must_pipe(t, 0);
	const int one = this_end(&p, row->end), other = other_end(&p, row->end);

	expect(t, flock(one, LOCK_EX), RETURNS(0));
	expect(t, flock(other, LOCK_EX | LOCK_NB), FAILS(EWOULDBLOCK));
	expect(t, flock(other, LOCK_SH | LOCK_NB), FAILS(EWOULDBLOCK));
	expect(t, flock(another.rd, LOCK_EX | LOCK_NB), RETURNS(0));
	expect(t, flock(one, LOCK_UN), RETURNS(0));
	expect(t, flock(other, LOCK_EX | LOCK_NB), RETURNS(0));
}

CASE(ends_can_share_a_lock,
     .claim = { OBSERVED, "both ends can have a shared flock(), and then neither an exclusive one",
		"flock(2), in general; fs/locks.c, flock_lock_inode()" },
     .covers = { "MSC-26" })
{
	struct pipe p = must_pipe(t, 0);

	expect(t, flock(p.rd, LOCK_SH), RETURNS(0));
	expect(t, flock(p.wr, LOCK_SH | LOCK_NB), RETURNS(0));
	expect(t, flock(p.wr, LOCK_EX | LOCK_NB), FAILS(EWOULDBLOCK));
}

static void lock_it(struct trial *t, const void *arg)
{
	attempt(t, flock(*(const int *)arg, LOCK_EX));
}

CASE(close_of_an_end_lets_the_other_lock,
     .claim = { OBSERVED, "flock() of an end waits for the other's lock, which close() takes away",
		"flock(2), in general; fs/locks.c, flock_lock_inode_wait()" },
     .covers = { "MSC-26" })
{
	struct pipe p = must_pipe(t, 0);

	must(t, flock(p.rd, LOCK_EX));
	struct actor *waiting =
		start_thread(t, lock_it, &p.wr); // a process would hold the end open

	expect_actor(t, waiting, BLOCKS);
	must(t, close(p.rd));
	expect_actor(t, waiting, RETURNS(0));
}

CASE(lock_refuses_no_transfer,
     .claim = { OBSERVED, "what is locked exclusively can be written and read by the other end",
		"flock(2): locks are advisory" },
     .covers = { "MSC-26" })
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must(t, flock(p.rd, LOCK_EX));
	expect(t, write(p.wr, "a", 1), RETURNS(1));
	must(t, flock(p.rd, LOCK_UN));
	must(t, flock(p.wr, LOCK_EX));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
}

// --- record locks -----------------------------------------------------------------

struct command_row {
	const char *name;
	int command;
};

static const struct command_row commands[] = {
	{ "process", F_SETLK },
	{ "open_file", F_OFD_SETLK },
};

CASE(record_lock_takes_the_direction_of_the_end,
     .claim = { POSIX,
		"a write lock of the read end and a read lock of the write end fail with EBADF",
		"POSIX.1-2024 fcntl(), ERRORS, EBADF" },
     .covers = { "MSC-27" }, ROWS(commands))
{
	const struct command_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct flock reading = { .l_type = F_RDLCK }, writing = { .l_type = F_WRLCK };

	if ((must(t, fcntl(p.rd, F_GETFL)) & O_ACCMODE) != O_RDONLY ||
	    (must(t, fcntl(p.wr, F_GETFL)) & O_ACCMODE) != O_WRONLY)
		skip(t, "absent: ends that are open one way alone");
	if (must_or_fail(t, fcntl(p.rd, row->command, &reading), EINVAL) == -1)
		skip(t, "absent: record locks of pipes");
	expect(t, fcntl(p.rd, row->command, &writing), FAILS(EBADF));
	expect(t, fcntl(p.wr, row->command, &reading), FAILS(EBADF));
}

static void find_it_locked(struct trial *t, const void *arg)
{
	const struct command_row *row = trial_row(t);
	const struct pipe *p = arg;
	struct flock reading = { .l_type = F_RDLCK }, asked = { .l_type = F_RDLCK, .l_len = 1 };

	expect(t, fcntl(p->rd, row->command, &reading), FAILS(EAGAIN));
	expect(t, fcntl(p->rd, F_GETLK, &asked), RETURNS(0));
	expect(t, asked.l_type, RETURNS(F_WRLCK));
}

CASE(records_of_a_pipe_can_be_locked,
     .claim = { OBSERVED,
		"a write lock by the write end refuses another process a read lock by the read "
		"end: EAGAIN",
		"F_SETLK(2const), in general; fs/locks.c, fcntl_setlk()" },
     .covers = { "MSC-27" }, ROWS(commands))
{
	const struct command_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct flock writing = { .l_type = F_WRLCK }, reading = { .l_type = F_RDLCK };

	expect(t, fcntl(p.wr, row->command, &writing), RETURNS(0));
	must_finish(t, start(t, find_it_locked, &p));
	writing.l_type = F_UNLCK;
	expect(t, fcntl(p.wr, row->command, &writing), RETURNS(0));
	expect(t, fcntl(p.rd, row->command, &reading), RETURNS(0));
}

// --- leases -----------------------------------------------------------------------

CASE(pipe_is_not_leased,
     .claim = { OBSERVED, "F_SETLEASE of either end fails with EINVAL, and F_GETLEASE says F_UNLCK",
		"fs/locks.c, generic_setlease(); F_SETLEASE(2const): on regular files alone" },
     .covers = { "MSC-30" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect(t, fcntl(p.rd, F_SETLEASE, F_RDLCK), FAILS(EINVAL));
	expect(t, fcntl(p.wr, F_SETLEASE, F_WRLCK), FAILS(EINVAL));
	expect(t, fcntl(p.rd, F_GETLEASE), RETURNS(F_UNLCK));
}

const struct family locks_family = {
	.name = "locks",
	.about = "Locks and leases on a pipe",
	.cases = {
		&ends_contend_for_one_lock,
		&ends_can_share_a_lock,
		&close_of_an_end_lets_the_other_lock,
		&lock_refuses_no_transfer,
		&record_lock_takes_the_direction_of_the_end,
		&records_of_a_pipe_can_be_locked,
		&pipe_is_not_leased,
	},
};
