// SPDX-License-Identifier: ISC
// What select() refuses, and the sets it is given: select(2).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum which { READ_SET, WRITE_SET, EXCEPT_SET, SETS };

static const struct timeval at_once = { 0, 0 };

struct set_row {
	const char *name;
	enum which which;
};

static const struct set_row each_set[] = {
	{ "read", READ_SET },
	{ "write", WRITE_SET },
	{ "except", EXCEPT_SET },
};

CASE(closed_descriptor_is_refused,
     .claim = { POSIX,
		"select() fails with EBADF for an end that was closed, in any of the sets, and "
		"leaves the sets as they were though a pipe in them is ready",
		"POSIX.1-2024 select(), ERRORS, EBADF; RETURN VALUE" },
     .covers = { "POL-28" }, ROWS(each_set))
{
	const struct set_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0), closed = must_pipe(t, 0);
	struct timeval timeout = at_once;
	fd_set sets[SETS];

	for (int i = 0; i < SETS; i++)
		FD_ZERO(&sets[i]);
	FD_SET((size_t)p.rd, &sets[READ_SET]); // not ready
	FD_SET((size_t)p.wr, &sets[WRITE_SET]);
	FD_SET((size_t)closed.rd, &sets[row->which]);
	must(t, close(closed.rd));
	expect(t, select(closed.wr + 1, &sets[0], &sets[1], &sets[2], &timeout), FAILS(EBADF));
	expect_true(t, FD_ISSET((size_t)p.rd, &sets[READ_SET]));
	expect_true(t, FD_ISSET((size_t)p.wr, &sets[WRITE_SET]));
	expect_true(t, FD_ISSET((size_t)closed.rd, &sets[row->which]));
}

CASE(descriptor_from_nfds_on_is_not_looked_at,
     .claim = { POSIX,
		"select() looks at the descriptors below nfds alone: neither at a ready pipe nor "
		"at a closed end above",
		"POSIX.1-2024 select(), DESCRIPTION" },
     .covers = { "POL-26" })
{
	struct pipe closed = must_pipe(t, 0), p = must_pipe(t, 0), last = must_pipe(t, 0);
	struct timeval timeout = at_once;
	fd_set set;

	must(t, dup2(p.rd, closed.rd)); // the lowest
	must_write(t, p.wr, "x", 1);
	must(t, close(last.wr));
	FD_ZERO(&set);
	FD_SET((size_t)closed.rd, &set);
	FD_SET((size_t)p.rd, &set);
	FD_SET((size_t)last.wr, &set);
	expect(t, select(closed.rd + 1, &set, NULL, NULL, &timeout), RETURNS(1));
	expect_true(t, FD_ISSET((size_t)closed.rd, &set));
}

struct number_row {
	const char *name;
	int nfds;
	long sec, nsec;
};

static const struct number_row numbers[] = {
	{ "nfds", -1, 0, 0 },
	{ "seconds", 0, -1, 0 },
	{ "nanoseconds", 0, 0, -1 },
	{ "nanoseconds_of_a_second", 0, 0, 1000000000 },
};

// By pselect(), because C libraries look at the time that select() is given themselves.
CASE(number_out_of_range_is_refused,
     .claim = { POSIX,
		"pselect() fails with EINVAL for nfds below 0 or a timeout that is none, and "
		"leaves its sets as they were",
		"POSIX.1-2024 pselect(), ERRORS, EINVAL; RETURN VALUE" },
     .covers = { "POL-28" }, ROWS(numbers))
{
	const struct number_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct timespec timeout = { row->sec, row->nsec };
	fd_set set;

	FD_ZERO(&set);
	FD_SET((size_t)p.rd, &set);
	expect(t, pselect(row->nfds < 0 ? -1 : p.rd + 1, &set, NULL, NULL, &timeout, NULL),
	       FAILS(EINVAL));
	expect_true(t, FD_ISSET((size_t)p.rd, &set));
}

CASE(set_that_is_no_memory_is_refused,
     .claim = { OBSERVED, "select() fails with EFAULT for a set that is no memory",
		"fs/select.c, get_fd_set(); select(2) does not say" },
     .covers = { "POL-28" })
{
	struct pipe p = must_pipe(t, 0);
	fd_set *beyond = (fd_set *)(void *)must_map_part(t, 0, sizeof(fd_set));
	struct timeval timeout = at_once;

	expect(t, select(p.rd + 1, beyond, NULL, NULL, &timeout), FAILS(EFAULT));
}

CASE(ends_of_many_pipes_are_told_apart,
     .claim = { POSIX,
		"of four pipes select() tells the readable and the writable ones, and counts the "
		"bits in all sets",
		"POSIX.1-2024 select(), RETURN VALUE" },
     .covers = { "POL-26", "POL-27" }, .ways = BY_PIPE2 | BY_FIFO)
{
	enum { PIPES = 4 };
	struct pipe pipes[PIPES];
	struct timeval timeout = at_once;
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	for (int i = 0; i < PIPES; i++) {
		pipes[i] = must_pipe(t, 0);
		FD_SET((size_t)pipes[i].rd, &in);
		FD_SET((size_t)pipes[i].wr, &out);
	}
	must_write(t, pipes[1].wr, "x", 1);
	must_fill(t, &pipes[3], 0);
	expect(t, select(pipes[3].wr + 1, &in, &out, NULL, &timeout), RETURNS(2 + 3));
	for (int i = 0; i < PIPES; i++) {
		expect(t, FD_ISSET((size_t)pipes[i].rd, &in) != 0, RETURNS(i == 1 || i == 3));
		expect(t, FD_ISSET((size_t)pipes[i].wr, &out) != 0, RETURNS(i != 3));
	}
}

const struct family select_family = {
	.name = "select",
	.about = "What select() looks at, and what it refuses",
	.cases = {
		&closed_descriptor_is_refused,
		&descriptor_from_nfds_on_is_not_looked_at,
		&number_out_of_range_is_refused,
		&set_that_is_no_memory_is_refused,
		&ends_of_many_pipes_are_told_apart,
	},
};
