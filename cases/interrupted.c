// SPDX-License-Identifier: ISC
// What a signal does to a read or write that sleeps: signal(7), on interrupted calls.
//
// Everything is seen: the caller asleep, its handler having run, the caller asleep again.

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum {
	LARGE = PIPE_BUF + 1,
	LINE = 100, // bytes
	TIMES = 3,
};

struct call {
	struct pipe p;
	char *bytes;
	size_t size;
};

static struct call must_prepare(struct trial *t, size_t size, int sa_flags)
{
	struct call c = { must_pipe(t, 0), must_share(t, size), size };

	must_catch(t, SIGUSR1, sa_flags);
	return c;
}

static void read_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	must(t, close(c->p.wr));
	attempt(t, read(c->p.rd, c->bytes, c->size));
}

static void readv_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;
	const struct iovec halves[] = { { c->bytes, 1 }, { c->bytes + 1, c->size - 1 } };

	must(t, close(c->p.wr));
	attempt(t, readv(c->p.rd, halves, 2));
}

static void write_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	must(t, close(c->p.rd));
	attempt(t, write(c->p.wr, c->bytes, c->size));
}

static void writev_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;
	const struct iovec halves[] = { { c->bytes, 1 }, { c->bytes + 1, c->size - 1 } };

	must(t, close(c->p.rd));
	attempt(t, writev(c->p.wr, halves, 2));
}

static struct records one_record(size_t size)
{
	return (struct records){ 1, size, size, 1, 1 };
}

// The bytes are the beginning of the one record of that size.
static void expect_beginning(struct trial *t, size_t record, const void *bytes, size_t size)
{
	struct records r = one_record(record);
	struct records_seen seen = { .bytes = 0 };

	expect_true(t, records_take(&seen, &r, bytes, size));
	expect_equal(t, seen.bytes, size);
}

struct read_row {
	const char *name;
	actor_body *body;
};

static const struct read_row reads[] = {
	{ "read", read_once },
	{ "readv", readv_once },
};

CASE(sleeping_read_fails_with_eintr,
     .claim = { POSIX,
		"a handler without SA_RESTART ends a sleeping read() with EINTR, once for one "
		"signal",
		"POSIX.1-2024 read(), ERRORS, EINTR" },
     .covers = { "INT-01" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(reads))
{
	const struct read_row *row = trial_row(t);
	struct call c = must_prepare(t, LINE, 0);
	struct actor *reader = start(t, row->body, &c);

	must_block(t, reader);
	must_signal(t, reader, SIGUSR1);
	expect_actor(t, reader, FAILS(EINTR));
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

CASE(interrupted_read_takes_nothing_later,
     .claim = { POSIX, "what is written after a read() failed with EINTR is there for the next one",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "INT-07" })
{
	struct call c = must_prepare(t, LINE, 0);
	const struct records r = one_record(LINE);
	struct actor *reader = start(t, read_once, &c);
	char line[LINE], got[LINE];

	must_block(t, reader);
	must_signal(t, reader, SIGUSR1);
	expect_actor(t, reader, FAILS(EINTR));
	record_make(&r, 0, 0, line);
	must_write(t, c.p.wr, line, LINE);
	expect(t, read(c.p.rd, got, LINE), RETURNS(LINE));
	expect_beginning(t, LINE, got, LINE);
}

CASE(restarted_read_gets_the_data,
     .claim = { POSIX,
		"a handler with SA_RESTART leaves a sleeping read() asleep, which then returns "
		"what is written",
		"POSIX.1-2024 sigaction(), DESCRIPTION, SA_RESTART" },
     .covers = { "INT-02" }, ROWS(reads))
{
	const struct read_row *row = trial_row(t);
	struct call c = must_prepare(t, LINE, SA_RESTART);
	const struct records r = one_record(LINE);
	struct actor *reader = start(t, row->body, &c);
	char line[LINE];

	must_block(t, reader);
	for (int i = 0; i < TIMES; i++) {
		must_interrupt(t, reader, SIGUSR1);
		expect_actor(t, reader, BLOCKS);
	}
	record_make(&r, 0, 0, line);
	must_write(t, c.p.wr, line, LINE);
	expect_actor(t, reader, RETURNS_IN(1, LINE));
	size_t left = expect_all_there_is(t, c.p.rd, line, LINE);
	expect_actor(t, reader, RETURNS(LINE - (long)left));
	expect_beginning(t, LINE, c.bytes, LINE - left);
}

CASE(restarted_read_sees_end_of_file,
     .claim = { POSIX, "a read() restarted after a handler returns 0 when the last writer closes",
		"POSIX.1-2024 sigaction(), DESCRIPTION, SA_RESTART; read(), DESCRIPTION" },
     .covers = { "INT-17" })
{
	struct call c = must_prepare(t, LINE, SA_RESTART);
	struct actor *reader = start(t, read_once, &c);

	must_block(t, reader);
	must_interrupt(t, reader, SIGUSR1);
	expect_actor(t, reader, BLOCKS);
	must(t, close(c.p.wr));
	expect_actor(t, reader, RETURNS(0));
}

struct write_row {
	const char *name;
	actor_body *body;
	size_t size, room;
};

static const struct write_row nothing_written[] = {
	{ "byte/full", write_once, 1, 0 },
	{ "pipe_buf/tight", write_once, PIPE_BUF, PIPE_BUF - 1 },
	{ "large/full", write_once, LARGE, 0 },
	{ "writev/pipe_buf/tight", writev_once, PIPE_BUF, PIPE_BUF - 1 },
};

CASE(sleeping_write_fails_with_eintr,
     .claim = { POSIX,
		"a handler without SA_RESTART ends a sleeping write() that has written nothing "
		"with EINTR, and it writes nothing",
		"POSIX.1-2024 write(), ERRORS, EINTR" },
     .covers = { "INT-03", "INT-06", "ATM-12" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(nothing_written))
{
	const struct write_row *row = trial_row(t);
	struct call c = must_prepare(t, row->size, 0);

	size_t unread = must_fill(t, &c.p, row->room);
	struct actor *writer = start(t, row->body, &c);
	must_block(t, writer);
	must_signal(t, writer, SIGUSR1);
	expect_actor(t, writer, FAILS(EINTR));
	must_read(t, c.p.rd, must_share(t, unread), unread);
	expect_nothing_more(t, c.p.rd);
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

CASE(restarted_write_writes_all_once,
     .claim = { POSIX,
		"a handler with SA_RESTART leaves a sleeping write() that has written nothing "
		"asleep, which then writes all, once",
		"POSIX.1-2024 sigaction(), DESCRIPTION, SA_RESTART" },
     .covers = { "INT-16" }, ROWS(nothing_written))
{
	const struct write_row *row = trial_row(t);
	struct call c = must_prepare(t, row->size, SA_RESTART);
	const struct records r = one_record(row->size);
	char got[LARGE + 1];

	record_make(&r, 0, 0, c.bytes);
	size_t unread = must_fill(t, &c.p, row->room);
	struct actor *writer = start(t, row->body, &c);
	must_block(t, writer);
	for (int i = 0; i < TIMES; i++) {
		must_interrupt(t, writer, SIGUSR1);
		expect_actor(t, writer, BLOCKS);
	}
	must_read(t, c.p.rd, must_share(t, unread), unread);
	expect_actor(t, writer, RETURNS((long)row->size));
	expect_equal(t, expect_all_there_is(t, c.p.rd, got, sizeof got), row->size);
	expect_beginning(t, row->size, got, row->size);
}

// A page and a byte for a page of room.  What the writer had written when it was interrupted is
// what it returns, and what is read behind the bytes before it; `part` says how much that may be.
static void expect_cut_short(struct trial *t, int sa_flags, const struct outcome *part)
{
	struct call c = must_prepare(t, page_size() + 1, sa_flags);
	const struct records r = one_record(c.size);
	char *got = must_share(t, must_capacity(t, c.p.wr));

	record_make(&r, 0, 0, c.bytes);
	size_t unread = must_fill(t, &c.p, page_size());
	struct actor *writer = start(t, write_once, &c);
	must_block(t, writer);
	must_signal(t, writer, SIGUSR1);
	expect_outcome(t, writer, part);
	must_read(t, c.p.rd, got, unread);
	size_t written = expect_all_there_is(t, c.p.rd, got, c.size);
	expect_actor(t, writer, RETURNS((long)written));
	expect_beginning(t, c.size, got, written);
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

static const struct outcome any_part = RETURNS_PAGES_IN(0, 1, 1, 0), one_page = RETURNS_PAGES(1, 0);

CASE(write_cut_short_returns_its_count,
     .claim = { POSIX, "a handler ends a write() that has written a part, with the count of that",
		"POSIX.1-2024 write(), DESCRIPTION, on interruption by a signal" },
     .covers = { "INT-04" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE)
{
	expect_cut_short(t, 0, &any_part);
}

CASE(write_cut_short_has_filled_the_room,
     .claim = { OBSERVED,
		"a blocked write() has filled the page of room that there was, and returns that "
		"count when a handler interrupts it",
		"fs/pipe.c, pipe_write()" },
     .covers = { "INT-04" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE)
{
	expect_cut_short(t, 0, &one_page);
}

CASE(sa_restart_does_not_complete_a_write_cut_short,
     .claim = { DOCUMENTED,
		"a handler with SA_RESTART too ends a write() that has written a part, with the "
		"count of that",
		"signal(7), Interruption of system calls ... by signal handlers" },
     .covers = { "INT-05" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	expect_cut_short(t, SA_RESTART, &any_part);
}

const struct family interrupted_family = {
	.name = "interrupted",
	.about = "What a caught signal does to a sleeping read or write",
	.cases = {
		&sleeping_read_fails_with_eintr,
		&interrupted_read_takes_nothing_later,
		&restarted_read_gets_the_data,
		&restarted_read_sees_end_of_file,
		&sleeping_write_fails_with_eintr,
		&restarted_write_writes_all_once,
		&write_cut_short_returns_its_count,
		&write_cut_short_has_filled_the_room,
		&sa_restart_does_not_complete_a_write_cut_short,
	},
};
