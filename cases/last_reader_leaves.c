// SPDX-License-Identifier: ISC
// How the last read end goes, what keeps it, and how one comes back: pipe(7), "I/O on pipes and
// FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 };

enum stage { CLOSE_IT = 1, READ_IT, LEAVE };

static void close_when_told(struct trial *t, const void *arg)
{
	await_stage(t, CLOSE_IT);
	attempt(t, close(*(const int *)arg));
	await_stage(t, LEAVE);
}

CASE(forked_copy_of_the_read_end_puts_epipe_off,
     .claim = { POSIX,
		"a read end that another process inherited lets writers write until it is closed "
		"there too",
		"POSIX.1-2024 write(), ERRORS, EPIPE; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-25" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *heir = start(t, close_when_told, &p.rd);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect(t, write(p.wr, "", 1), RETURNS(1));
	expect(t, caught(t, SIGPIPE).count, RETURNS(0));
	reach_stage(t, CLOSE_IT);
	expect_actor(t, heir, RETURNS(0));
	expect(t, write(p.wr, "", 1), FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).count, RETURNS(1));
	reach_stage(t, LEAVE);
	must_finish(t, heir);
}

static void write_few(struct trial *t, const void *arg)
{
	static const char zeros[FEW];

	attempt(t, write(*(const int *)arg, zeros, sizeof zeros));
}

static void read_when_told(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;
	const size_t all = must_capacity(t, p->rd);

	await_stage(t, READ_IT);
	must_read(t, p->rd, must_share(t, all), all);
}

static void write_beside_a_reader(struct trial *t, const void *arg)
{
	start_thread(t, read_when_told, arg);
	write_few(t, &((const struct pipe *)arg)->wr);
}

CASE(writer_with_a_read_end_of_its_own_waits_on,
     .claim = { POSIX,
		"a writer that kept the read end it inherited waits on at a full pipe when "
		"everyone else has closed theirs, until another thread of it reads",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-25" })
{
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	struct actor *writer = start(t, write_beside_a_reader, &p);

	must_block(t, writer);
	must(t, close(p.rd));
	expect_actor(t, writer, BLOCKS);
	reach_stage(t, READ_IT);
	expect_actor(t, writer, RETURNS(FEW));
}

static void leave_when_told(struct trial *t, const void *arg)
{
	(void)arg;
	await_stage(t, LEAVE);
}

struct death_row {
	const char *name;
	bool killed;
};

static const struct death_row deaths[] = {
	{ "exit", false },
	{ "kill", true },
};

CASE(end_of_the_reader_is_seen_by_a_sleeping_writer,
     .claim = { DOCUMENTED,
		"a writer asleep gets EPIPE and SIGPIPE when the process with the last read end "
		"exits or is killed",
		"pipe(7), I/O on pipes and FIFOs; _exit(3)" },
     .covers = { "SIG-25" }, ROWS(deaths))
{
	const struct death_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &p, 0);
	struct actor *reader = start(t, leave_when_told, NULL);

	must(t, close(p.rd));
	struct actor *writer = start(t, write_few, &p.wr);

	must_block(t, writer);
	if (row->killed)
		must(t, kill(actor_pid(reader), SIGKILL));
	else
		reach_stage(t, LEAVE);
	expect_actor(t, writer, FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).count, RETURNS(1));
	if (!row->killed)
		must_finish(t, reader);
}

// A FIFO with a writer, whose only reader has closed after FEW bytes were written.
static int must_lose_the_reader(struct trial *t, const char *path)
{
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	int wr = must_open_end(t, path, O_WRONLY);

	must_write_stream(t, wr, 0, FEW);
	must(t, close(rd));
	return wr;
}

CASE(fifo_that_is_opened_for_reading_again_can_be_written,
     .claim = { POSIX,
		"the writer of a FIFO gets EPIPE while nobody reads, and writes on when somebody "
		"has opened it for reading again",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-23" })
{
	const char *path = must_fifo(t, 0600);
	int wr = must_lose_the_reader(t, path), rd;
	char bytes[2 * FEW];

	must_catch(t, SIGPIPE, 0);
	for (unsigned turn = 1; turn <= 3; turn++) {
		expect(t, write(wr, "", 1), FAILS(EPIPE));
		expect(t, caught(t, SIGPIPE).count, RETURNS((long)turn));
		rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
		expect(t, write(wr, "", 1), RETURNS(1));
		// POSIX does not say what becomes of bytes that nobody read.
		expect(t, read(rd, bytes, sizeof bytes), RETURNS_IN(1, FEW + 1));
		must(t, close(rd));
	}
	expect(t, caught(t, SIGPIPE).count, RETURNS(3));
}

CASE(fifo_keeps_its_bytes_while_it_has_a_writer,
     .claim = { OBSERVED,
		"what the last reader of a FIFO did not read is there for the next one, as long as "
		"there is a writer",
		"Linux, fifo_open(): what is unread goes with the last end" },
     .covers = { "SIG-23", "FIF-34" })
{
	const char *path = must_fifo(t, 0600);
	int wr = must_lose_the_reader(t, path), rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);

	expect_stream(t, rd, 0, FEW);
	must_write_stream(t, wr, 0, FEW);
	must(t, close(rd));
	must(t, close(wr));
	rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	expect(t, must_unread(t, rd), RETURNS(0));
}

const struct family last_reader_leaves_family = {
	.name = "last_reader_leaves",
	.about = "How the last read end goes, what keeps it, and how one comes back",
	.cases = {
		&forked_copy_of_the_read_end_puts_epipe_off,
		&writer_with_a_read_end_of_its_own_waits_on,
		&end_of_the_reader_is_seen_by_a_sleeping_writer,
		&fifo_that_is_opened_for_reading_again_can_be_written,
		&fifo_keeps_its_bytes_while_it_has_a_writer,
	},
};
