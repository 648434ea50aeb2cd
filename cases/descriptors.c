// SPDX-License-Identifier: ISC
// The two descriptors of a pipe, and copies of them: pipe(7), dup(2), fork(2), close(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

// --- directions ---------------------------------------------------------------

enum transfer { READ, READV, WRITE, WRITEV };

struct transfer_row {
	const char *name;
	enum transfer by;
};

static const struct transfer_row transfers[] = {
	{ "read", READ },
	{ "readv", READV },
	{ "write", WRITE },
	{ "writev", WRITEV },
};

// Of `size` bytes, against the direction of the end.
static void expect_refusal(struct trial *t, const struct pipe *p, size_t size)
{
	const struct transfer_row *row = trial_row(t);
	char byte = 0;
	struct iovec vec = { &byte, size };

	switch (row->by) {
	case READ:
		expect(t, read(p->wr, &byte, size), FAILS(EBADF));
		break;
	case READV:
		expect(t, readv(p->wr, &vec, 1), FAILS(EBADF));
		break;
	case WRITE:
		expect(t, write(p->rd, &byte, size), FAILS(EBADF));
		break;
	case WRITEV:
		expect(t, writev(p->rd, &vec, 1), FAILS(EBADF));
		break;
	}
}

CASE(each_end_has_one_direction,
     .claim = { DOCUMENTED,
		"reading from the write end and writing to the read end fail with EBADF and "
		"move nothing",
		"pipe(7), Portability notes: not bidirectional; read(2) and write(2), EBADF" },
     .covers = { "CRE-15", "FLK-16" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(transfers),
     .against = "POSIX.1-2024 pipe(): whether an end is open the other way too is unspecified")
{
	struct pipe p = must_pipe(t, 0);
	char bytes[2];

	must_write(t, p.wr, "ab", 2);
	expect_refusal(t, &p, 1);
	expect(t, must_unread(t, p.rd), RETURNS(2));
	must_read(t, p.rd, bytes, 2);
	expect_equal(t, bytes[0], 'a');
	expect_equal(t, bytes[1], 'b');
}

CASE(direction_comes_before_the_other_end,
     .claim = { OBSERVED,
		"with the other end closed too, the wrong direction is EBADF: neither end of "
		"file nor EPIPE",
		"fs/read_write.c, vfs_read() and vfs_write()" },
     .covers = { "CRE-15" }, ROWS(transfers))
{
	const struct transfer_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, close(row->by == READ || row->by == READV ? p.rd : p.wr));
	expect_refusal(t, &p, 1);
	expect(t, caught(t, SIGPIPE).count, RETURNS(0));
}

CASE(direction_counts_for_no_bytes_too,
     .claim = { OBSERVED, "in the wrong direction a transfer of no bytes fails with EBADF too",
		"fs/read_write.c, vfs_read() and vfs_write()" },
     .covers = { "CRE-16" }, ROWS(transfers),
     .against = "read(2) and write(2): errors of a call for 0 bytes may or may not be detected")
{
	struct pipe p = must_pipe(t, 0);

	expect_refusal(t, &p, 0);
}

// --- copies -------------------------------------------------------------------

enum copy { DUP, DUP2, DUP3, DUPFD };

struct copy_row {
	const char *name;
	enum copy by;
};

static const struct copy_row copies[] = {
	{ "dup", DUP },
	{ "dup2", DUP2 },
	{ "dup3", DUP3 },
	{ "f_dupfd", DUPFD },
};

static void expect_copy(struct trial *t, int fd, int *copy)
{
	const struct copy_row *row = trial_row(t);
	const int elsewhere = fd + 8;

	switch (row->by) {
	case DUP:
		*copy = (int)expect(t, dup(fd), RETURNS_IN(0, INT_MAX));
		break;
	case DUP2:
		*copy = (int)expect(t, dup2(fd, elsewhere), RETURNS(elsewhere));
		break;
	case DUP3:
		*copy = (int)expect(t, dup3(fd, elsewhere, O_CLOEXEC), RETURNS(elsewhere));
		break;
	case DUPFD:
		*copy = (int)expect(t, fcntl(fd, F_DUPFD, elsewhere),
				    RETURNS_IN(elsewhere, INT_MAX));
		break;
	}
	must(t, close(fd));
}

CASE(copies_do_what_the_ends_did,
     .claim = { POSIX, "copies of both ends carry the bytes once the ends themselves are closed",
		"POSIX.1-2024 dup(), fcntl(), DESCRIPTION, F_DUPFD" },
     .covers = { "CRE-20" }, ROWS(copies))
{
	struct pipe p = must_pipe(t, 0), copy = p;
	char byte = 0;

	must_write(t, p.wr, "a", 1);
	expect_copy(t, p.wr, &copy.wr);
	must_write(t, copy.wr, "b", 1);
	expect_copy(t, p.rd, &copy.rd);
	expect(t, read(copy.rd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'a');
}

CASE(copy_is_of_the_same_file,
     .claim = { POSIX, "the copy of an end is the same file: it has the st_dev and st_ino of it",
		"POSIX.1-2024 dup2(), DESCRIPTION; <sys/stat.h>, DESCRIPTION" },
     .covers = { "CRE-21" }, ROWS(copies))
{
	struct pipe p = must_pipe(t, 0), other = must_pipe_by(t, BY_PIPE2, 0);
	struct stat before, after, others;
	int copy;

	must(t, fstat(p.rd, &before));
	must(t, fstat(other.rd, &others));
	expect_copy(t, p.rd, &copy);
	expect(t, fstat(copy, &after), RETURNS(0));
	expect_equal(t, after.st_dev, before.st_dev);
	expect_equal(t, after.st_ino, before.st_ino);
	expect_true(t, after.st_dev != others.st_dev || after.st_ino != others.st_ino);
}

CASE(dup2_onto_an_end_closes_it,
     .claim = { POSIX, "dup2() onto the last write end closes it: the reader is at end of file",
		"POSIX.1-2024 dup2(), DESCRIPTION; read(), DESCRIPTION" },
     .covers = { "CRE-38" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	must_write(t, p.wr, "a", 1);
	expect(t, dup2(p.rd, p.wr), RETURNS(p.wr));
	expect(t, read(p.wr, &byte, 1), RETURNS(1));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

CASE(dup2_onto_itself_closes_nothing,
     .claim = { POSIX, "dup2() of an end onto itself returns it and leaves it open and marked",
		"POSIX.1-2024 dup2(), DESCRIPTION" },
     .covers = { "CRE-38" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	must(t, fcntl(p.wr, F_SETFD, FD_CLOEXEC));
	expect(t, dup2(p.wr, p.wr), RETURNS(p.wr));
	expect(t, dup2(p.rd, p.rd), RETURNS(p.rd));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	expect(t, fcntl(p.wr, F_GETFD), RETURNS(FD_CLOEXEC));
}

CASE(close_on_exec_is_the_descriptors_own,
     .claim = { POSIX,
		"dup(), dup2() and F_DUPFD copy an end without its FD_CLOEXEC, and what is set "
		"on the copy is not set on the end",
		"POSIX.1-2024 dup(), fcntl(), DESCRIPTION, F_SETFD" },
     .covers = { "CRE-35" })
{
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.wr, F_SETFD, FD_CLOEXEC));
	int one = (int)must(t, dup(p.wr)), two = (int)must(t, dup2(p.wr, 9));
	int three = (int)must(t, fcntl(p.wr, F_DUPFD, 0));

	expect(t, fcntl(one, F_GETFD), RETURNS(0));
	expect(t, fcntl(two, F_GETFD), RETURNS(0));
	expect(t, fcntl(three, F_GETFD), RETURNS(0));
	must(t, fcntl(p.wr, F_SETFD, 0));
	must(t, fcntl(one, F_SETFD, FD_CLOEXEC));
	expect(t, fcntl(p.wr, F_GETFD), RETURNS(0));
}

// --- fork and close -----------------------------------------------------------

static void use_the_end(struct trial *t, const void *arg)
{
	const struct end_row *row = trial_row(t);
	const struct pipe *p = arg;
	char byte;

	must(t, close(other_end(p, row->end)));
	if (row->end == READ_END) {
		expect(t, read(p->rd, &byte, 1), RETURNS(1));
		expect_equal(t, byte, 'x');
	} else {
		expect(t, write(p->wr, "x", 1), RETURNS(1));
	}
}

// The child has the end of the row, the parent has the other.
CASE(child_and_parent_have_an_end_each,
     .claim = { POSIX, "a byte goes from the parent's end to the inherited one, and back as well",
		"POSIX.1-2024 fork(), DESCRIPTION" },
     .covers = { "CRE-17" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct actor *child = start(t, use_the_end, &p);
	char byte;

	must(t, close(this_end(&p, row->end)));
	if (row->end == READ_END) {
		expect(t, write(p.wr, "x", 1), RETURNS(1));
	} else {
		expect(t, read(p.rd, &byte, 1), RETURNS(1));
		expect_equal(t, byte, 'x');
	}
	must_finish(t, child);
}

CASE(an_end_is_closed_once,
     .claim = { POSIX, "close() of an end returns 0, and then the descriptor is none: EBADF",
		"POSIX.1-2024 close(), DESCRIPTION" },
     .covers = { "CRE-22" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int other = other_end(&p, row->end);
	int fd = this_end(&p, row->end);
	char byte;

	expect(t, close(fd), RETURNS(0));
	expect(t, close(fd), FAILS(EBADF));
	expect(t, row->end == READ_END ? read(fd, &byte, 1) : write(fd, "", 1), FAILS(EBADF));
	expect(t, close(other), RETURNS(0));
}

const struct family descriptors_family = {
	.name = "descriptors",
	.about = "The two descriptors of a pipe, and copies of them",
	.cases = {
		&each_end_has_one_direction,
		&direction_comes_before_the_other_end,
		&direction_counts_for_no_bytes_too,
		&copies_do_what_the_ends_did,
		&copy_is_of_the_same_file,
		&dup2_onto_an_end_closes_it,
		&dup2_onto_itself_closes_nothing,
		&close_on_exec_is_the_descriptors_own,
		&child_and_parent_have_an_end_each,
		&an_end_is_closed_once,
	},
};
