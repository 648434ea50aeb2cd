// SPDX-License-Identifier: ISC
// End of file: pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

CASE(read_returns_0_once_every_writer_closed,
     .claim = { POSIX, "read() of an empty pipe returns 0 once no writer is left",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-01" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

struct queued_row {
	const char *name;
	size_t size;
};

static const char letters[PIPE_BUF] = "queued before the last writer closed";

static const struct queued_row queued[] = {
	{ "byte", 1 },
	{ "pipe_buf", PIPE_BUF },
};

CASE(queued_bytes_come_before_end_of_file,
     .claim = { POSIX,
		"bytes queued when the last writer closed are read unchanged, and 0 after them",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-02" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(queued))
{
	const struct queued_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char bytes[PIPE_BUF + 1];

	must_write(t, p.wr, letters, row->size);
	must(t, close(p.wr));
	expect_pieces(t, p.rd, bytes, row->size);
	expect_bytes(t, bytes, letters, row->size);
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS(0));
}

// The pipe is full and its last writer gone.
static void expect_full_then_end(struct trial *t, const struct pipe *p)
{
	const size_t pages = must_capacity(t, p->rd) / page_size();
	char *bytes = must_share(t, page_size());

	for (size_t i = 0; i < pages; i++)
		expect(t, read(p->rd, bytes, page_size()), RETURNS_PAGES(1, 0));
	expect(t, read(p->rd, bytes, page_size()), RETURNS(0));
}

CASE(full_pipe_comes_before_end_of_file,
     .claim = { POSIX,
		"a pipe that was full when its last writer closed is read to the end, and 0 "
		"after it",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-02" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	must(t, close(p.wr));
	expect_full_then_end(t, &p);
}

enum { READS = 5 };

CASE(end_of_file_stays,
     .claim = { POSIX, "read() at end of file returns 0 as often as it is called",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-03" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must_write(t, p.wr, "", 1);
	must(t, close(p.wr));
	must_read(t, p.rd, &byte, 1);
	for (int i = 0; i < READS; i++)
		expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

CASE(nonblocking_reader_gets_0,
     .claim = { POSIX,
		"an O_NONBLOCK read() of an empty pipe without a writer returns 0, not EAGAIN",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-04" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

static void read_byte(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;
	char byte;

	attempt(t, read(p->rd, &byte, 1));
}

// A process inherits the write end as well, and would put end of file off by it.
static void read_byte_alone(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;

	must(t, close(p->wr));
	read_byte(t, arg);
}

enum { READERS_MAX = 100 };

static void expect_readers_woken(struct trial *t, int count, bool threads)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *readers[READERS_MAX];

	for (int i = 0; i < count; i++)
		readers[i] =
			threads ? start_thread(t, read_byte, &p) : start(t, read_byte_alone, &p);
	for (int i = 0; i < count; i++)
		must_block(t, readers[i]);
	must(t, close(p.wr));
	for (int i = 0; i < count; i++)
		expect_actor(t, readers[i], RETURNS(0));
}

struct readers_row {
	const char *name;
	int count;
	bool threads;
};

static const struct readers_row one_reader[] = {
	{ "process", 1, false },
	{ "thread", 1, true },
};

CASE(sleeping_reader_is_woken,
     .claim = { DOCUMENTED, "a reader asleep on an empty pipe gets 0 when the last writer closes",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-05" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(one_reader))
{
	const struct readers_row *row = trial_row(t);

	expect_readers_woken(t, row->count, row->threads);
}

static const struct readers_row many_readers[] = {
	{ "2_processes", 2, false },
	{ "10_processes", 10, false },
	{ "100_threads", READERS_MAX, true },
};

CASE(every_sleeping_reader_is_woken,
     .claim = { DOCUMENTED, "all readers asleep on an empty pipe get 0 when the last writer closes",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-06" }, ROWS(many_readers))
{
	const struct readers_row *row = trial_row(t);

	expect_readers_woken(t, row->count, row->threads);
}

static void write_byte(struct trial *t, const void *arg)
{
	attempt(t, write(*(const int *)arg, "", 1));
}

CASE(kill_of_a_sleeping_writer_brings_end_of_file,
     .claim = { POSIX,
		"a full pipe is read to the end, and 0 after it, when SIGKILL ended its last "
		"writer asleep in write()",
		"POSIX.1-2024 _Exit(), DESCRIPTION, Consequences of Process Termination; read(), "
		"DESCRIPTION" },
     .covers = { "EOF-02", "EOF-09" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	struct actor *writer = start(t, write_byte, &p.wr);

	must_block(t, writer);
	must(t, close(p.wr));
	must(t, kill(actor_pid(writer), SIGKILL));
	expect_actor(t, writer, DIES(SIGKILL));
	expect_full_then_end(t, &p);
}

const struct family end_of_file_family = {
	.name = "end_of_file",
	.about = "What a reader sees when no writer is left",
	.cases = {
		&read_returns_0_once_every_writer_closed,
		&queued_bytes_come_before_end_of_file,
		&full_pipe_comes_before_end_of_file,
		&end_of_file_stays,
		&nonblocking_reader_gets_0,
		&sleeping_reader_is_woken,
		&every_sleeping_reader_is_woken,
		&kill_of_a_sleeping_writer_brings_end_of_file,
	},
};
