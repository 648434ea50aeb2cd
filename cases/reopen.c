// SPDX-License-Identifier: ISC
// Opening a pipe anew by its name in /proc/PID/fd: proc_pid_fd(5).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

struct name {
	char path[32];
};

static struct name name_of(int fd)
{
	struct name name;

	snprintf(name.path, sizeof name.path, "/proc/self/fd/%d", fd);
	return name;
}

CASE(name_is_a_link_to_the_inode,
     .claim = { DOCUMENTED,
		"/proc/self/fd/N of either end is a link that reads pipe:[inode], with the "
		"inode that fstat() tells",
		"proc_pid_fd(5)" },
     .covers = { "CRE-25" }, .needs = { need_proc }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);
	char got[64] = "", want[64];
	struct stat st;

	must(t, fstat(fd, &st));
	snprintf(want, sizeof want, "pipe:[%llu]", (unsigned long long)st.st_ino);
	expect(t, readlink(name_of(fd).path, got, sizeof got - 1), RETURNS((long)strlen(want)));
	expect_true(t, strcmp(got, want) == 0);
}

CASE(opening_gives_flags_of_their_own,
     .claim = { DOCUMENTED,
		"an end opened anew has status flags of its own: neither takes them from the "
		"other",
		"open(2), DESCRIPTION: a new open file description; proc_pid_fd(5)" },
     .covers = { "CRE-19" }, .needs = { need_proc }, ROWS(either_end),
     .against = "opening /dev/fd/N is the same as dup(N), as it is on other systems")
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int fd = this_end(&p, row->end), mode = row->end == READ_END ? O_RDONLY : O_WRONLY;
	int anew = (int)must(t, open(name_of(fd).path, mode | O_CLOEXEC));

	expect_flags(t, fcntl(anew, F_GETFL), O_NONBLOCK, 0);
	must_set_nonblocking(t, fd, false);
	must_set_nonblocking(t, anew, true);
	expect_flags(t, fcntl(fd, F_GETFL), O_NONBLOCK, 0);
	expect_flags(t, fcntl(anew, F_GETFL), O_NONBLOCK, O_NONBLOCK);
}

// --- directions and missing ends ------------------------------------------------

struct open_row {
	const char *name;
	enum pipe_end end;
	int flags;
};

static const struct open_row directions[] = {
	{ "read_end/rdonly", READ_END, O_RDONLY },   { "read_end/wronly", READ_END, O_WRONLY },
	{ "read_end/rdwr", READ_END, O_RDWR },       { "write_end/rdonly", WRITE_END, O_RDONLY },
	{ "write_end/wronly", WRITE_END, O_WRONLY }, { "write_end/rdwr", WRITE_END, O_RDWR },
};

CASE(either_end_opens_in_any_direction,
     .claim = { OBSERVED,
		"either end can be opened anew for reading, for writing and for both, and works "
		"so",
		"fs/pipe.c, fifo_open(); proc_pid_fd(5)" },
     .covers = { "CRE-27" }, .needs = { need_proc }, ROWS(directions),
     .against = "who was given the read end of a pipe alone cannot write to it")
{
	const struct open_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct name name = name_of(this_end(&p, row->end));
	char byte = 0;

	int anew = (int)expect(t, open(name.path, row->flags), RETURNS_IN(0, INT_MAX));
	expect_flags(t, fcntl(anew, F_GETFL), O_ACCMODE, row->flags);
	must_write(t, p.wr, "a", 1);
	if (row->flags != O_RDONLY)
		expect(t, write(anew, "b", 1), RETURNS(1));
	if (row->flags != O_WRONLY)
		expect(t, read(anew, &byte, 1), RETURNS(1));
	else
		expect(t, read(p.rd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'a');
}

static const struct open_row waits[] = {
	{ "reading_without_writer", READ_END, O_RDONLY },
	{ "writing_without_reader", WRITE_END, O_WRONLY },
};

CASE(opening_waits_for_nobody,
     .claim = { OBSERVED,
		"opening the one end of a pipe that is left does not wait for the other, as it "
		"does on a FIFO",
		"fs/pipe.c, fifo_open()" },
     .covers = { "CRE-26" }, .needs = { need_proc }, ROWS(waits))
{
	const struct open_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);
	char bytes[3];

	must_write(t, p.wr, "ab", 2);
	must(t, close(other_end(&p, row->end)));
	int anew = (int)expect(t, open(name_of(fd).path, row->flags), RETURNS_IN(0, INT_MAX));
	if (row->end == WRITE_END)
		return;
	expect(t, read(anew, bytes, 3), RETURNS(2));
	expect_equal(t, bytes[0], 'a');
	expect_equal(t, bytes[1], 'b');
	expect(t, read(anew, bytes, 3), RETURNS(0));
}

CASE(no_reader_is_no_enxio,
     .claim = { OBSERVED,
		"opening a pipe that has no reader with O_WRONLY | O_NONBLOCK succeeds; "
		"writing to it fails with EPIPE",
		"fs/pipe.c, fifo_open()" },
     .covers = { "CRE-28" }, .needs = { need_proc },
     .against = "open(2), ERRORS, ENXIO, of a FIFO that nobody has open for reading")
{
	struct pipe p = must_pipe(t, 0);
	const int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC;

	must_ignore(t, SIGPIPE);
	must(t, close(p.rd));
	int anew = (int)expect(t, open(name_of(p.wr).path, flags), RETURNS_IN(0, INT_MAX));
	expect(t, write(anew, "", 1), FAILS(EPIPE));
}

CASE(opened_reader_ends_epipe,
     .claim = { OBSERVED,
		"a pipe whose last reader is gone takes bytes again once it is opened for "
		"reading",
		"fs/pipe.c, fifo_open()" },
     .covers = { "CRE-40" }, .needs = { need_proc },
     .against = "a pipe that has lost its last reader is broken for good")
{
	struct pipe p = must_pipe(t, 0);
	char byte = 0;

	must_ignore(t, SIGPIPE);
	must(t, close(p.rd));
	expect(t, write(p.wr, "a", 1), FAILS(EPIPE));
	int anew = (int)must(t, open(name_of(p.wr).path, O_RDONLY | O_CLOEXEC));
	expect(t, write(p.wr, "b", 1), RETURNS(1));
	expect(t, read(anew, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'b');
	must(t, close(anew));
	expect(t, write(p.wr, "c", 1), FAILS(EPIPE));
}

CASE(opened_writer_ends_end_of_file,
     .claim = { OBSERVED,
		"a pipe at end of file is not any more once it is opened for writing, and is "
		"again when that is closed",
		"fs/pipe.c, fifo_open()" },
     .covers = { "CRE-40" }, .needs = { need_proc },
     .against = "end of file on a pipe is final: no new writer can come")
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte = 0;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	int anew = (int)must(t, open(name_of(p.rd).path, O_WRONLY | O_CLOEXEC));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must_write(t, anew, "b", 1);
	must(t, close(anew));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'b');
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

// --- looking is not opening -----------------------------------------------------

enum look { LSTAT, STAT, READLINK, OPEN_INFO, OPEN_PATH };

struct look_row {
	const char *name;
	enum look by;
};

static const struct look_row looks[] = {
	{ "lstat", LSTAT },           { "stat", STAT },        { "readlink", READLINK },
	{ "fdinfo/open", OPEN_INFO }, { "o_path", OPEN_PATH },
};

static void must_look(struct trial *t, int fd)
{
	const struct look_row *row = trial_row(t);
	struct name name = name_of(fd);
	char info[40], target[64];
	struct stat st;

	snprintf(info, sizeof info, "/proc/self/fdinfo/%d", fd);
	switch (row->by) {
	case LSTAT:
		must(t, lstat(name.path, &st));
		break;
	case STAT:
		must(t, stat(name.path, &st));
		break;
	case READLINK:
		must(t, readlink(name.path, target, sizeof target));
		break;
	case OPEN_INFO:
		must_read(t, (int)must(t, open(info, O_RDONLY | O_CLOEXEC)), target, 1);
		break;
	case OPEN_PATH:
		must(t, open(name.path, O_PATH | O_CLOEXEC));
		break;
	}
}

CASE(looking_keeps_nothing_open,
     .claim = { OBSERVED,
		"neither looking at an end in /proc nor a descriptor of O_PATH or of fdinfo "
		"holds it open",
		"fs/proc/fd.c; open(2), O_PATH" },
     .covers = { "CRE-30" }, .needs = { need_proc }, ROWS(looks))
{
	struct pipe p = must_pipe(t, O_NONBLOCK), q = must_pipe(t, O_NONBLOCK);
	char byte;

	must_ignore(t, SIGPIPE);
	must_look(t, p.wr);
	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	must_look(t, q.rd);
	must(t, close(q.rd));
	expect(t, write(q.wr, "", 1), FAILS(EPIPE));
}

const struct family reopen_family = {
	.name = "reopen",
	.about = "Opening a pipe anew by its name in /proc/PID/fd",
	.cases = {
		&name_is_a_link_to_the_inode,
		&opening_gives_flags_of_their_own,
		&either_end_opens_in_any_direction,
		&opening_waits_for_nobody,
		&no_reader_is_no_enxio,
		&opened_reader_ends_epipe,
		&opened_writer_ends_end_of_file,
		&looking_keeps_nothing_open,
	},
};
