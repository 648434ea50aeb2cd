// SPDX-License-Identifier: ISC
// A thread closes the descriptor by which another one reads or writes: close(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum { LINE = 100 }; // bytes

struct call {
	struct pipe p;
	char *bytes;
	size_t size;
};

static void read_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, read(c->p.rd, c->bytes, c->size));
}

static void read_twice(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, read(c->p.rd, c->bytes, c->size)); // whatever that comes to
	expect(t, read(c->p.rd, c->bytes, c->size), FAILS(EBADF));
}

static void write_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, write(c->p.wr, c->bytes, c->size));
}

static struct call must_prepare(struct trial *t, size_t size)
{
	must_ignore(t, SIGPIPE);
	return (struct call){ must_pipe(t, 0), must_share(t, size), size };
}

static struct actor *must_start_sleeper(struct trial *t, actor_body *body, const struct call *c)
{
	struct actor *sleeper = start_thread(t, body, c);

	must_block(t, sleeper);
	return sleeper;
}

static const struct records line_record = { 1, LINE, LINE, 1, 1 };

static void must_write_line(struct trial *t, int fd)
{
	char line[LINE];

	record_make(&line_record, 0, 0, line);
	must_write(t, fd, line, LINE);
}

static void expect_line(struct trial *t, const void *bytes)
{
	struct records_seen seen = { .bytes = 0 };

	expect_true(t, records_take(&seen, &line_record, bytes, LINE));
}

CASE(read_in_progress_gets_the_data,
     .claim = { DOCUMENTED,
		"a read() asleep while another thread closes its descriptor sleeps on, and gets "
		"what is written",
		"close(2), Multithreaded processes and close()" },
     .covers = { "INT-10" },
     .against = "close() wakes the reader with EBADF, as on some other systems")
{
	struct call c = must_prepare(t, LINE);
	struct actor *reader = must_start_sleeper(t, read_once, &c);

	must(t, close(c.p.rd));
	expect_actor(t, reader, BLOCKS);
	must_write_line(t, c.p.wr);
	expect_actor(t, reader, RETURNS(LINE));
	expect_line(t, c.bytes);
}

CASE(next_read_fails_with_ebadf,
     .claim = { POSIX,
		"the read() after one whose descriptor was closed meanwhile fails with EBADF",
		"POSIX.1-2024 read(), ERRORS, EBADF" },
     .covers = { "INT-10" })
{
	struct call c = must_prepare(t, LINE);
	struct actor *reader = must_start_sleeper(t, read_twice, &c);

	must(t, close(c.p.rd));
	must_or_fail(t, write(c.p.wr, "x", 1), EPIPE); // where close() woke the reader
	must(t, close(c.p.wr));                        // so that a wrong next one returns
	must_finish(t, reader);
}

CASE(read_in_progress_is_a_reader_until_it_returns,
     .claim = { DOCUMENTED,
		"a pipe whose last read descriptor is closed while a read() sleeps has a reader "
		"until that returns, and none from then on",
		"close(2), Multithreaded processes and close()" },
     .covers = { "INT-10" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct call c = must_prepare(t, 1);
	struct actor *reader = must_start_sleeper(t, read_once, &c);

	must(t, close(c.p.rd));
	expect_actor(t, reader, BLOCKS);
	expect(t, write(c.p.wr, "x", 1), RETURNS(1));
	expect_actor(t, reader, RETURNS(1));
	expect(t, write(c.p.wr, "x", 1), FAILS(EPIPE));
}

struct write_row {
	const char *name;
	size_t pages, size, room; // pages and bytes
};

static const struct write_row writes[] = {
	{ "byte/full", 0, 1, 0 },
	{ "pipe_buf/tight", 0, PIPE_BUF, PIPE_BUF - 1 },
	{ "large/full", 3, 1, 0 },
};

// Drains the pipe to the end of file: what was in it, then the one record.
static void expect_drained(struct trial *t, int fd, size_t filled, size_t size)
{
	const struct records r = { 1, size, size, 1, 1 };
	struct records_seen seen = { .bytes = 0 };
	char *bytes = must_share(t, filled + size);

	must_read(t, fd, bytes, filled);
	while (seen.bytes < size) {
		long n = expect(t, read(fd, bytes, size), RETURNS_IN(1, (long)size));
		expect_true(t, records_take(&seen, &r, bytes, (size_t)n));
	}
	expect(t, read(fd, bytes, 1), RETURNS(0));
}

CASE(write_in_progress_writes_all,
     .claim = { DOCUMENTED,
		"a write() asleep while another thread closes its descriptor, the last, writes "
		"all, and end of file comes when it has returned",
		"close(2), Multithreaded processes and close()" },
     .covers = { "INT-11" }, .ways = BY_ONE_PAGE, ROWS(writes))
{
	const struct write_row *row = trial_row(t);
	struct call c = must_prepare(t, row->pages * page_size() + row->size);
	const struct records r = { 1, c.size, c.size, 1, 1 };

	record_make(&r, 0, 0, c.bytes);
	must_fill(t, &c.p, row->room);
	size_t filled = must_unread(t, c.p.rd);
	struct actor *writer = must_start_sleeper(t, write_once, &c);
	must(t, close(c.p.wr));
	expect_actor(t, writer, BLOCKS);
	expect_drained(t, c.p.rd, filled, c.size);
	expect_actor(t, writer, RETURNS((long)c.size));
}

CASE(read_in_progress_stays_with_its_pipe,
     .claim = { DOCUMENTED,
		"a read() asleep while another thread makes its descriptor that of another pipe "
		"gets what is written to its own",
		"close(2), Multithreaded processes and close(); dup(2)" },
     .covers = { "INT-22" })
{
	struct call c = must_prepare(t, LINE);
	const struct pipe other = must_pipe(t, 0);
	struct actor *reader = must_start_sleeper(t, read_once, &c);

	must(t, dup2(other.rd, c.p.rd));
	must_write(t, other.wr, "other", 5);
	expect_actor(t, reader, BLOCKS);
	must_write_line(t, c.p.wr);
	expect_actor(t, reader, RETURNS(LINE));
	expect_line(t, c.bytes);
	expect_equal(t, must_unread(t, other.rd), 5);
}

struct restart_row {
	const char *name;
	actor_body *body;
	bool writes;
};

static const struct restart_row restarted[] = {
	{ "read", read_once, false },
	{ "write", write_once, true },
};

CASE(restarted_call_looks_its_descriptor_up_again,
     .claim = { OBSERVED,
		"a read() or write() restarted after a handler fails with EBADF if its "
		"descriptor was closed meanwhile",
		"Linux, ERESTARTSYS" },
     .covers = { "INT-23" }, ROWS(restarted))
{
	const struct restart_row *row = trial_row(t);
	struct call c = must_prepare(t, 1);

	must_catch(t, SIGUSR1, SA_RESTART);
	if (row->writes)
		must_fill(t, &c.p, 0);
	struct actor *sleeper = must_start_sleeper(t, row->body, &c);
	must(t, close(row->writes ? c.p.wr : c.p.rd));
	must_interrupt(t, sleeper, SIGUSR1);
	expect_actor(t, sleeper, FAILS(EBADF));
}

CASE(restarted_read_follows_its_descriptor,
     .claim = { OBSERVED,
		"a read() restarted after a handler reads the pipe that its descriptor is of by "
		"then",
		"Linux, ERESTARTSYS" },
     .covers = { "INT-23" })
{
	struct call c = must_prepare(t, LINE);
	const struct pipe other = must_pipe(t, 0);

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *reader = must_start_sleeper(t, read_once, &c);
	must(t, dup2(other.rd, c.p.rd));
	must_interrupt(t, reader, SIGUSR1);
	expect_actor(t, reader, BLOCKS);
	must_write_line(t, other.wr);
	expect_actor(t, reader, RETURNS(LINE));
	expect_line(t, c.bytes);
}

const struct family closed_meanwhile_family = {
	.name = "closed_meanwhile",
	.about = "A thread closes the descriptor by which another one reads or writes",
	.cases = {
		&read_in_progress_gets_the_data,
		&next_read_fails_with_ebadf,
		&read_in_progress_is_a_reader_until_it_returns,
		&write_in_progress_writes_all,
		&read_in_progress_stays_with_its_pipe,
		&restarted_call_looks_its_descriptor_up_again,
		&restarted_read_follows_its_descriptor,
	},
};
