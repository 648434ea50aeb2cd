// SPDX-License-Identifier: ISC
// What pipe() and pipe2() give: pipe(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

// What is common to pipe() and pipe2() without flags.
static void expect_pipe(struct trial *t, int fds[2])
{
	if (trial_way(t) == BY_PIPE)
		expect(t, unless_limited(t, pipe(fds)), RETURNS(0));
	else
		expect(t, unless_limited(t, pipe2(fds, 0)), RETURNS(0));
}

CASE(bytes_go_from_the_second_to_the_first,
     .claim = { POSIX,
		"what is written to the second descriptor is read from the first, unchanged "
		"and in order",
		"POSIX.1-2024 pipe(), DESCRIPTION; pipe(2)" },
     .covers = { "CRE-01" }, .ways = BY_PIPE | BY_PIPE2)
{
	unsigned char sent[PIPE_BUF], got[PIPE_BUF] = { 0 };
	int fds[2];

	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (unsigned char)(i % 251);
	expect_pipe(t, fds);
	must_write(t, fds[1], sent, sizeof sent);
	expect(t, read(fds[0], got, sizeof got), RETURNS(sizeof got));
	expect_bytes(t, got, sent, sizeof got);
}

// --- numbers ------------------------------------------------------------------

enum { LAST_IN_USE = 14 };

struct free_row {
	const char *name;
	int lower, higher; // the two that are given; LAST_IN_USE is the third that is free
};

static const struct free_row frees[] = {
	{ "side_by_side", 4, 5 },
	{ "apart", 3, 9 },
	{ "standard_input_and_output", 0, 1 },
	{ "behind_all", LAST_IN_USE - 2, LAST_IN_USE - 1 },
};

// In this order neither who gives what was freed first, nor last, nor what comes behind
// that gives the lowest two.
static void pipe_into_free_row(struct trial *t, int fds[2])
{
	const struct free_row *row = trial_row(t);

	for (int fd = STDERR_FILENO + 1; fd <= LAST_IN_USE; fd++)
		must(t, dup2(STDIN_FILENO, fd));
	must(t, close(row->lower));
	must(t, close(LAST_IN_USE));
	must(t, close(row->higher));
	expect_pipe(t, fds);
}

CASE(the_two_lowest_free_numbers_are_given,
     .claim = { POSIX, "a pipe gets the two lowest descriptors that are free",
		"POSIX.1-2024 pipe(), DESCRIPTION; System Interfaces 2.6, File Descriptor "
		"Allocation" },
     .covers = { "CRE-02" }, .ways = BY_PIPE | BY_PIPE2, ROWS(frees))
{
	const struct free_row *row = trial_row(t);
	int fds[2];

	pipe_into_free_row(t, fds);
	expect(t, fds[0] < fds[1] ? fds[0] : fds[1], RETURNS(row->lower));
	expect(t, fds[0] < fds[1] ? fds[1] : fds[0], RETURNS(row->higher));
}

CASE(the_read_end_has_the_lower_number,
     .claim = { OBSERVED, "of the two descriptors the lower one is the read end",
		"fs/pipe.c, __do_pipe_flags()" },
     .covers = { "CRE-02" }, .ways = BY_PIPE2, ROWS(frees))
{
	int fds[2];

	pipe_into_free_row(t, fds);
	expect_true(t, fds[0] < fds[1]);
}

// --- flags --------------------------------------------------------------------

static void expect_both_flagged(struct trial *t, const int fds[2], int descriptor, int status)
{
	for (int end = 0; end < 2; end++) {
		expect_flags(t, fcntl(fds[end], F_GETFD), FD_CLOEXEC, descriptor);
		expect_flags(t, fcntl(fds[end], F_GETFL), O_NONBLOCK, status);
	}
}

CASE(pipe_sets_no_flags,
     .claim = { POSIX, "pipe() leaves FD_CLOEXEC and O_NONBLOCK clear on both ends",
		"POSIX.1-2024 pipe(), DESCRIPTION" },
     .covers = { "CRE-03" }, .ways = BY_PIPE)
{
	int fds[2];

	must(t, unless_limited(t, pipe(fds)));
	expect_both_flagged(t, fds, 0, 0);
}

struct flag_row {
	const char *name;
	int flags, descriptor, status;
};

static const struct flag_row asked[] = {
	{ "none", 0, 0, 0 },
	{ "cloexec", O_CLOEXEC, FD_CLOEXEC, 0 },
	{ "nonblock", O_NONBLOCK, 0, O_NONBLOCK },
	{ "cloexec_and_nonblock", O_CLOEXEC | O_NONBLOCK, FD_CLOEXEC, O_NONBLOCK },
};

CASE(pipe2_sets_what_it_is_asked_for,
     .claim = { POSIX,
		"O_CLOEXEC and O_NONBLOCK of pipe2() are set on both ends if asked for, and "
		"else clear",
		"POSIX.1-2024 pipe2(), DESCRIPTION" },
     .covers = { "CRE-03", "CRE-04", "CRE-08" }, ROWS(asked))
{
	const struct flag_row *row = trial_row(t);
	int fds[2];

	expect(t, unless_limited(t, pipe2(fds, row->flags)), RETURNS(0));
	expect_both_flagged(t, fds, row->descriptor, row->status);
}

CASE(nonblocking_from_the_start,
     .claim = { POSIX, "with O_NONBLOCK given to pipe2() neither end ever waits",
		"POSIX.1-2024 pipe2(), read() and write(), ERRORS, EAGAIN" },
     .covers = { "CRE-08" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must_fill(t, &p, 0);
	expect(t, write(p.wr, "", 1), FAILS(EAGAIN));
}

CASE(each_end_has_flags_of_its_own,
     .claim = { POSIX, "O_NONBLOCK set on one end of a pipe is not set on the other",
		"POSIX.1-2024 pipe(), DESCRIPTION: an open file description for each end" },
     .covers = { "CRE-08" })
{
	struct pipe p = must_pipe(t, 0);

	must_set_nonblocking(t, p.rd, true);
	expect_flags(t, fcntl(p.wr, F_GETFL), O_NONBLOCK, 0);
	must_set_nonblocking(t, p.wr, true);
	must_set_nonblocking(t, p.rd, false);
	expect_flags(t, fcntl(p.wr, F_GETFL), O_NONBLOCK, O_NONBLOCK);
}

static const struct flag_row packets[] = {
	{ "alone", O_DIRECT, 0, 0 },
	{ "with_nonblock", O_DIRECT | O_NONBLOCK, 0, O_NONBLOCK },
};

CASE(packet_mode_shows_on_the_write_end,
     .claim = { OBSERVED, "O_DIRECT given to pipe2() is a flag of the write end alone",
		"fs/pipe.c, create_pipe_files()" },
     .covers = { "CRE-09" }, .since = "3.4", ROWS(packets),
     .against = "pipe2() sets the flags it is given on both ends")
{
	const struct flag_row *row = trial_row(t);
	struct pipe p = must_pipe(t, row->flags);

	expect(t, fcntl(p.rd, F_GETFL), RETURNS(O_RDONLY | row->status));
	expect(t, fcntl(p.wr, F_GETFL), RETURNS(O_WRONLY | O_DIRECT | row->status));
}

const struct family creation_family = {
	.name = "creation",
	.about = "What pipe() and pipe2() give",
	.cases = {
		&bytes_go_from_the_second_to_the_first,
		&the_two_lowest_free_numbers_are_given,
		&the_read_end_has_the_lower_number,
		&pipe_sets_no_flags,
		&pipe2_sets_what_it_is_asked_for,
		&nonblocking_from_the_start,
		&each_end_has_flags_of_its_own,
		&packet_mode_shows_on_the_write_end,
	},
};
