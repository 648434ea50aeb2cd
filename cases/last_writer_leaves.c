// SPDX-License-Identifier: ISC
// The ways in which the last write end goes: pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum duplicate { DUP, DUP2, DUPFD };

static int must_duplicate(struct trial *t, enum duplicate by, int fd)
{
	enum { ELSEWHERE = 9 }; // whatever RLIMIT_NOFILE is

	switch (by) {
	case DUP:
		return (int)must(t, dup(fd));
	case DUP2:
		return (int)must(t, dup2(fd, ELSEWHERE));
	case DUPFD:
		break;
	}
	return (int)must(t, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

struct duplicate_row {
	const char *name;
	enum duplicate by;
};

static const struct duplicate_row duplicates[] = {
	{ "dup", DUP },
	{ "dup2", DUP2 },
	{ "f_dupfd_cloexec", DUPFD },
};

CASE(duplicate_of_the_write_end_puts_end_of_file_off,
     .claim = { POSIX,
		"a duplicate of the closed write end puts end of file off until it is closed",
		"POSIX.1-2024 read(), ERRORS, EAGAIN; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-07" }, ROWS(duplicates))
{
	const struct duplicate_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int copy = must_duplicate(t, row->by, p.wr);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must(t, close(copy));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

enum stage { CLOSE_IT = 1, WRITE_IT, LEAVE };

static void close_when_told(struct trial *t, const void *arg)
{
	await_stage(t, CLOSE_IT);
	attempt(t, close(*(const int *)arg));
	await_stage(t, LEAVE);
}

CASE(forked_copy_of_the_write_end_puts_end_of_file_off,
     .claim = { POSIX,
		"a write end that another process inherited puts end of file off until it is "
		"closed there too",
		"POSIX.1-2024 read(), ERRORS, EAGAIN; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-07" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct actor *heir = start(t, close_when_told, &p.wr);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	reach_stage(t, CLOSE_IT);
	expect_actor(t, heir, RETURNS(0));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	reach_stage(t, LEAVE);
	must_finish(t, heir);
}

static void read_byte(struct trial *t, const void *arg)
{
	char byte;

	attempt(t, read(*(const int *)arg, &byte, 1));
}

static void write_when_told(struct trial *t, const void *arg)
{
	await_stage(t, WRITE_IT);
	attempt(t, write(((const struct pipe *)arg)->wr, "x", 1));
}

static void read_beside_a_writer(struct trial *t, const void *arg)
{
	start_thread(t, write_when_told, arg);
	read_byte(t, &((const struct pipe *)arg)->rd);
}

CASE(reader_with_a_write_end_of_its_own_waits_on,
     .claim = { POSIX,
		"a reader that kept the write end it inherited waits on when everyone else has "
		"closed theirs, and gets what another thread of it writes there",
		"POSIX.1-2024 read(), DESCRIPTION; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-07" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *reader = start(t, read_beside_a_writer, &p);

	must(t, close(p.wr));
	expect_actor(t, reader, BLOCKS);
	reach_stage(t, WRITE_IT);
	expect_actor(t, reader, RETURNS(1));
}

// The write end it inherited goes with the process.
static void leave_when_told(struct trial *t, const void *arg)
{
	(void)arg;
	await_stage(t, LEAVE);
}

CASE(exit_of_the_writer_brings_end_of_file,
     .claim = { POSIX, "a sleeping reader gets 0 when the process with the last write end exits",
		"POSIX.1-2024 _Exit(), DESCRIPTION, Consequences of Process Termination; read(), "
		"DESCRIPTION" },
     .covers = { "EOF-08" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *writer = start(t, leave_when_told, NULL);

	must(t, close(p.wr));
	struct actor *reader = start(t, read_byte, &p.rd);

	must_block(t, reader);
	reach_stage(t, LEAVE);
	expect_actor(t, reader, RETURNS(0));
	must_finish(t, writer);
}

CASE(kill_of_the_writer_brings_end_of_file,
     .claim = { POSIX,
		"a sleeping reader gets 0 when SIGKILL ends the process with the last write end",
		"POSIX.1-2024 _Exit(), DESCRIPTION, Consequences of Process Termination; read(), "
		"DESCRIPTION" },
     .covers = { "EOF-09" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *writer = start(t, leave_when_told, NULL);

	must(t, close(p.wr));
	struct actor *reader = start(t, read_byte, &p.rd);

	must_block(t, reader);
	must(t, kill(actor_pid(writer), SIGKILL));
	expect_actor(t, reader, RETURNS(0));
}

// A write end that execve() closes, however the pipe was made.
static struct pipe must_pipe_until_exec(struct trial *t)
{
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.wr, F_SETFD, FD_CLOEXEC));
	return p;
}

// That the program dies of SIGKILL shows that it ran until then.
CASE(exec_closes_the_marked_write_end,
     .claim = { POSIX,
		"the reader gets 0 once the last writer executes a program with the write end "
		"marked FD_CLOEXEC, while that program runs",
		"POSIX.1-2024 exec, DESCRIPTION; execve(2)" },
     .covers = { "EOF-10", "CRE-07" }, .ways = EVERY_WAY, .needs = { need_proc })
{
	struct pipe p = must_pipe_until_exec(t);
	struct actor *program = must_execute(t);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	must(t, kill(actor_pid(program), SIGKILL));
	expect_actor(t, program, DIES(SIGKILL));
}

static void execute_nothing(struct trial *t, const void *arg)
{
	char *const none[] = { NULL };
	int error = 0;

	must(t, execve("", none, none) == -1 ? 0 : -1);
	error = errno;
	must_write(t, *(const int *)arg, &error, sizeof error);
}

CASE(failed_exec_leaves_the_marked_write_end,
     .claim = { POSIX,
		"a child whose execve() failed can say so through the write end marked "
		"FD_CLOEXEC, and the reader gets 0 after that",
		"POSIX.1-2024 exec, ERRORS, ENOENT" },
     .covers = { "EOF-10" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe_until_exec(t);
	int error = 0;

	struct actor *child = start(t, execute_nothing, &p.wr);

	must(t, close(p.wr));
	expect_pieces(t, p.rd, &error, sizeof error);
	expect(t, error, RETURNS(ENOENT));
	expect(t, read(p.rd, &error, sizeof error), RETURNS(0));
	must_finish(t, child);
}

const struct family last_writer_leaves_family = {
	.name = "last_writer_leaves",
	.about = "How the last write end goes, and what keeps it",
	.cases = {
		&duplicate_of_the_write_end_puts_end_of_file_off,
		&forked_copy_of_the_write_end_puts_end_of_file_off,
		&reader_with_a_write_end_of_its_own_waits_on,
		&exit_of_the_writer_brings_end_of_file,
		&kill_of_the_writer_brings_end_of_file,
		&exec_closes_the_marked_write_end,
		&failed_exec_leaves_the_marked_write_end,
	},
};
