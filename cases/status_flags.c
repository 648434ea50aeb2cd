// SPDX-License-Identifier: ISC
// The access mode and status flags of the ends: F_GETFL(2const) and F_SETFL.

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case.h"

// --- access mode --------------------------------------------------------------

CASE(access_modes_are_those_of_the_ends,
     .claim = { DOCUMENTED,
		"the access mode is O_RDONLY on the read end, O_WRONLY on the write end",
		"pipe(7), Portability notes: not bidirectional; F_GETFL(2const)" },
     .covers = { "CRE-14" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect_flags(t, fcntl(p.rd, F_GETFL), O_ACCMODE, O_RDONLY);
	expect_flags(t, fcntl(p.wr, F_GETFL), O_ACCMODE, O_WRONLY);
}

CASE(pipe_has_the_access_mode_alone,
     .claim = { OBSERVED, "F_GETFL of a new pipe returns the access mode and nothing else",
		"fs/pipe.c, create_pipe_files()" },
     .covers = { "CRE-14" })
{
	struct pipe p = must_pipe(t, 0);

	expect(t, fcntl(p.rd, F_GETFL), RETURNS(O_RDONLY));
	expect(t, fcntl(p.wr, F_GETFL), RETURNS(O_WRONLY));
}

// O_LARGEFILE, where processes of 64 bits get it; its value depends on the machine,
// and the C library may hide it.
CASE(fifo_has_what_open_adds,
     .claim = { OBSERVED, "F_GETFL of a FIFO shows what any opened file does, O_LARGEFILE too",
		"fs/open.c, force_o_largefile()" },
     .covers = { "CRE-14" }, .ways = BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	int added = (int)must(t, fcntl(STDIN_FILENO, F_GETFL)) & ~O_ACCMODE; // of /dev/null

	expect(t, fcntl(p.rd, F_GETFL), RETURNS(O_RDONLY | added));
	expect(t, fcntl(p.wr, F_GETFL), RETURNS(O_WRONLY | added));
}

struct mode_row {
	const char *name;
	enum pipe_end end;
	int flags;
};

static const struct mode_row modes[] = {
	{ "read_end/rdwr", READ_END, O_RDWR },
	{ "read_end/wronly", READ_END, O_WRONLY },
	{ "write_end/rdwr", WRITE_END, O_RDWR },
	{ "write_end/rdonly", WRITE_END, O_RDONLY },
};

CASE(direction_cannot_be_changed,
     .claim = { POSIX,
		"F_SETFL ignores the access mode: F_GETFL returns the same one before and after",
		"POSIX.1-2024 fcntl(), DESCRIPTION, F_SETFL" },
     .covers = { "CRE-37" }, ROWS(modes))
{
	const struct mode_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int fd = this_end(&p, row->end);
	const int before = (int)must(t, fcntl(fd, F_GETFL));

	expect(t, fcntl(fd, F_SETFL, row->flags | O_NONBLOCK), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_ACCMODE, before & O_ACCMODE);
}

static void expect_one_way(struct trial *t)
{
	const struct mode_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int fd = this_end(&p, row->end);
	char byte;

	must(t, fcntl(fd, F_SETFL, row->flags | O_NONBLOCK));
	must_write(t, p.wr, "", 1);
	if (row->end == READ_END)
		expect(t, write(fd, "", 1), FAILS(EBADF));
	else
		expect(t, read(fd, &byte, 1), FAILS(EBADF));
}

CASE(access_mode_given_to_f_setfl_opens_no_other_way,
     .claim = { DOCUMENTED,
		"after F_SETFL with another access mode, write() to the read end of a pipe and "
		"read() from the write end fail with EBADF",
		"pipe(7), DESCRIPTION; F_GETFL(2const), F_SETFL" },
     .covers = { "CRE-37" }, ROWS(modes))
{
	expect_one_way(t);
}

CASE(access_mode_of_a_fifo_is_that_of_its_open,
     .claim = { POSIX,
		"after F_SETFL with another access mode, write() to a FIFO opened for reading and "
		"read() from one opened for writing fail with EBADF",
		"POSIX.1-2024 read() and write(), ERRORS, EBADF; fcntl(), DESCRIPTION, F_SETFL" },
     .covers = { "CRE-37" }, .ways = BY_FIFO, ROWS(modes))
{
	expect_one_way(t);
}

struct flags_row {
	const char *name;
	int flags;
	enum pipe_end end;
};

static const struct flags_row settable[] = {
	{ "append/read_end", O_APPEND, READ_END },
	{ "append/write_end", O_APPEND, WRITE_END },
	{ "noatime/read_end", O_NOATIME, READ_END },
	{ "noatime/write_end", O_NOATIME, WRITE_END },
};

CASE(append_and_noatime_can_be_set,
     .claim = { DOCUMENTED, "F_SETFL sets and clears O_APPEND and O_NOATIME, and F_GETFL tells it",
		"F_SETFL(2const)" },
     .covers = { "CRE-24" }, ROWS(settable))
{
	const struct flags_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end), before = (int)must(t, fcntl(fd, F_GETFL));

	expect(t, fcntl(fd, F_SETFL, before | row->flags), RETURNS(0));
	expect(t, fcntl(fd, F_GETFL), RETURNS(before | row->flags));
	expect(t, fcntl(fd, F_SETFL, before), RETURNS(0));
	expect(t, fcntl(fd, F_GETFL), RETURNS(before));
}

CASE(append_changes_nothing,
     .claim = { OBSERVED, "with O_APPEND on the write end bytes come as they would without",
		"fs/pipe.c, pipe_write()" },
     .covers = { "CRE-24" })
{
	struct pipe p = must_pipe(t, 0);
	char bytes[3];

	must_write(t, p.wr, "ab", 2);
	must(t, fcntl(p.wr, F_SETFL, O_APPEND));
	expect(t, write(p.wr, "c", 1), RETURNS(1));
	expect(t, read(p.rd, bytes, 3), RETURNS(3));
	expect_equal(t, bytes[0], 'a');
	expect_equal(t, bytes[1], 'b');
	expect_equal(t, bytes[2], 'c');
}

const struct family status_flags_family = {
	.name = "status_flags",
	.about = "The access mode and status flags of the ends",
	.cases = {
		&access_modes_are_those_of_the_ends,
		&pipe_has_the_access_mode_alone,
		&fifo_has_what_open_adds,
		&direction_cannot_be_changed,
		&access_mode_given_to_f_setfl_opens_no_other_way,
		&access_mode_of_a_fifo_is_that_of_its_open,
		&append_and_noatime_can_be_set,
		&append_changes_nothing,
	},
};
