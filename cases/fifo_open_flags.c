// SPDX-License-Identifier: ISC
// Flags of open(), as a FIFO takes them: open(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

#define OPENS RETURNS_IN(0, INT_MAX)

CASE(exclusive_creation_meets_what_exists,
     .claim = { POSIX, "O_CREAT | O_EXCL of a FIFO that exists fails with EEXIST",
		"POSIX.1-2024 open(), ERRORS, EEXIST" },
     .covers = { "FIF-26" })
{
	const char *path = must_fifo(t, 0600);

	expect(t, open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), FAILS(EEXIST));
	expect(t, open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), FAILS(EEXIST));
}

// POSIX leaves undefined what O_RDWR does to a FIFO: rows with it make cases of their own.
struct flags_row {
	const char *name;
	int flags;
};

static void truncate_by_row(struct trial *t)
{
	const struct flags_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	char bytes[4];

	must_write(t, must_open_end(t, path, O_WRONLY), "ab", 2);
	expect(t, open(path, row->flags | O_CLOEXEC), OPENS);
	expect_pieces(t, rd, bytes, 2);
	expect_bytes(t, bytes, "ab", 2);
}

static const struct flags_row truncating[] = { { "write", O_WRONLY | O_TRUNC } };

CASE(o_trunc_discards_nothing,
     .claim = { POSIX, "O_TRUNC has no effect on a FIFO, and what is unread in it stays",
		"POSIX.1-2024 open(), DESCRIPTION, O_TRUNC" },
     .covers = { "FIF-27" }, ROWS(truncating))
{
	truncate_by_row(t);
}

static const struct flags_row truncating_both[] = { { "both", O_RDWR | O_TRUNC } };

CASE(o_trunc_for_both_discards_nothing,
     .claim = { DOCUMENTED,
		"O_TRUNC has no effect on a FIFO that is opened for reading and writing either",
		"open(2), O_TRUNC; fifo(7), NOTES" },
     .covers = { "FIF-27" }, ROWS(truncating_both))
{
	truncate_by_row(t);
}

CASE(ftruncate_is_refused,
     .claim = { DOCUMENTED, "ftruncate() of a FIFO fails with EINVAL",
		"truncate(2), ERRORS, EINVAL: not a regular file" },
     .covers = { "FIF-28" })
{
	int fd = must_open_end(t, must_fifo(t, 0600), O_RDWR);

	must_write(t, fd, "ab", 2);
	expect(t, ftruncate(fd, 0), FAILS(EINVAL));
	expect_equal(t, must_unread(t, fd), 2);
}

CASE(truncate_is_refused,
     .claim = { OBSERVED, "truncate() of a FIFO fails with EINVAL", "fs/open.c, vfs_truncate()" },
     .covers = { "FIF-28" })
{
	expect(t, truncate(must_fifo(t, 0600), 0), FAILS(EINVAL));
}

static const struct flags_row looking[] = {
	{ "reading", O_PATH },
	{ "writing", O_PATH | O_WRONLY },
	{ "nowait", O_PATH | O_WRONLY | O_NONBLOCK },
};

CASE(o_path_opens_no_end,
     .claim = { DOCUMENTED,
		"O_PATH of a FIFO neither waits nor makes a reader or a writer, and its descriptor "
		"can do neither",
		"open(2), O_PATH" },
     .covers = { "FIF-29" }, ROWS(looking))
{
	const struct flags_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	char byte;

	int fd = (int)expect(t, open(path, row->flags | O_CLOEXEC), OPENS);
	expect(t, read(fd, &byte, 1), FAILS(EBADF));
	expect(t, write(fd, "x", 1), FAILS(EBADF));
	expect(t, open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	expect(t, read(rd, &byte, 1), RETURNS(0));
}

static const struct flags_row as_directory[] = { { "reading", O_RDONLY | O_DIRECTORY } };

CASE(fifo_is_no_directory,
     .claim = { POSIX, "O_DIRECTORY of a FIFO fails with ENOTDIR, without a wait",
		"POSIX.1-2024 open(), DESCRIPTION, O_DIRECTORY, ENOTDIR" },
     .covers = { "FIF-30" }, ROWS(as_directory))
{
	const struct flags_row *row = trial_row(t);

	expect(t, open(must_fifo(t, 0600), row->flags | O_CLOEXEC), FAILS(ENOTDIR));
}

static const struct flags_row as_directory_for_both[] = { { "both", O_RDWR | O_DIRECTORY } };

CASE(fifo_for_both_is_no_directory,
     .claim = { DOCUMENTED,
		"O_DIRECTORY of a FIFO fails with ENOTDIR for reading and writing as well",
		"open(2), O_DIRECTORY, ENOTDIR" },
     .covers = { "FIF-30" }, ROWS(as_directory_for_both))
{
	const struct flags_row *row = trial_row(t);

	expect(t, open(must_fifo(t, 0600), row->flags | O_CLOEXEC), FAILS(ENOTDIR));
}

struct odd_row {
	const char *name;
	int flags;
	struct outcome want;
};

static const struct odd_row odd[] = {
	{ "o_tmpfile", O_TMPFILE | O_RDWR, FAILS(ENOTDIR) },
	{ "access_mode_3", O_WRONLY | O_RDWR | O_NONBLOCK, FAILS(EINVAL) },
	{ "o_direct", O_DIRECT | O_RDWR, FAILS(EINVAL) },
	{ "o_direct/nowait", O_DIRECT | O_RDONLY | O_NONBLOCK, FAILS(EINVAL) },
};

CASE(some_flags_are_not_for_fifos,
     .claim = { OBSERVED,
		"of a FIFO, O_TMPFILE fails with ENOTDIR, an access mode of 3 and O_DIRECT with "
		"EINVAL",
		"fs/pipe.c, fifo_open(); fs/open.c, do_dentry_open()" },
     .covers = { "FIF-30", "FIF-31" }, ROWS(odd),
     .against = "a FIFO is opened in packet mode with O_DIRECT")
{
	const struct odd_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);

	expect_as(t, open(path, row->flags | O_CLOEXEC, 0600), &row->want);
	expect(t, open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
}

static void must_own(struct trial *t, int fd)
{
	must_catch(t, SIGIO, SA_RESTART);
	must(t, fcntl(fd, F_SETOWN, getpid()));
}

CASE(o_async_arranges_nothing,
     .claim = { DOCUMENTED,
		"a FIFO opened with O_ASYNC sends no SIGIO; one for which fcntl() sets it does",
		"open(2), BUGS; F_SETFL(2const)" },
     .covers = { "FIF-32" })
{
	const char *path = must_fifo(t, 0600);
	int fd = must_open_end(t, path, O_RDWR | O_NONBLOCK | O_ASYNC);
	char byte;

	must_own(t, fd);
	expect(t, write(fd, "x", 1), RETURNS(1));
	expect(t, read(fd, &byte, 1), RETURNS(1));
	expect(t, caught(t, SIGIO).count, RETURNS(0));
	must(t, close(fd));
	fd = must_open_end(t, path, O_RDWR | O_NONBLOCK);
	must_own(t, fd);
	must(t, fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
	expect(t, write(fd, "x", 1), RETURNS(1));
	expect_true(t, caught(t, SIGIO).count >= 1);
}

CASE(o_async_of_open_stays_for_good,
     .claim = { OBSERVED,
		"O_ASYNC given to open() of a FIFO cannot be taken back, and so not be made good, "
		"by fcntl()",
		"fs/fcntl.c, setfl(); fs/pipe.c, pipe_fasync()" },
     .covers = { "FIF-32" }, .against = "F_SETFL with O_ASYNC makes up for what open() does not do")
{
	int fd = must_open_end(t, must_fifo(t, 0600), O_RDWR | O_NONBLOCK | O_ASYNC);

	must_own(t, fd);
	expect_flags(t, fcntl(fd, F_GETFL), O_ASYNC, O_ASYNC);
	expect(t, fcntl(fd, F_SETFL, O_NONBLOCK), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_ASYNC, O_ASYNC);
	expect(t, fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC), RETURNS(0));
	expect(t, write(fd, "x", 1), RETURNS(1));
	expect(t, caught(t, SIGIO).count, RETURNS(0));
}

static const struct flags_row streams[] = {
	{ "r+", O_RDWR },
	{ "w+", O_RDWR | O_CREAT | O_TRUNC },
	{ "a+", O_RDWR | O_CREAT | O_APPEND },
};

CASE(flags_of_fopen_for_update_open_both_ends,
     .claim = { DOCUMENTED,
		"with the flags of fopen() for r+, w+ and a+ a FIFO opens at once, and gives back "
		"what is written",
		"fifo(7), DESCRIPTION; fopen(3), DESCRIPTION, O_RDWR" },
     .covers = { "FIF-46" }, ROWS(streams))
{
	const struct flags_row *row = trial_row(t);
	int fd = (int)expect(
		t, unless_limited(t, open(must_fifo(t, 0600), row->flags | O_CLOEXEC, 0666)),
		OPENS);
	char bytes[4];

	expect(t, write(fd, "abc", 3), RETURNS(3));
	expect_equal(t, expect_all_there_is(t, fd, bytes, sizeof bytes), 3);
	expect_bytes(t, bytes, "abc", 3);
}

const struct family fifo_open_flags_family = {
	.name = "fifo_open_flags",
	.about = "Flags of open(), as a FIFO takes them",
	.cases = {
		&exclusive_creation_meets_what_exists,
		&o_trunc_discards_nothing,
		&o_trunc_for_both_discards_nothing,
		&ftruncate_is_refused,
		&truncate_is_refused,
		&o_path_opens_no_end,
		&fifo_is_no_directory,
		&fifo_for_both_is_no_directory,
		&some_flags_are_not_for_fifos,
		&o_async_arranges_nothing,
		&o_async_of_open_stays_for_good,
		&flags_of_fopen_for_update_open_both_ends,
	},
};
