// SPDX-License-Identifier: ISC
// A read or write whose process is killed, and those who wait behind it.

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum {
	ROUNDS = 8,
	READS = 40,       // of a round, before the writer is killed
	READ_SIZE = 1000, // divides no page, so that the writer sleeps at odd moments
	ENOUGH = 1 << 20, // records; the writer is killed long before
};

// --- one that is stopped or dead stands in nobody's way ------------------------------

struct hindrance_row {
	const char *name;
	void (*hinder)(struct trial *t, struct actor *actor);
};

static void must_stop_it(struct trial *t, struct actor *actor)
{
	must_stop(t, actor);
}

static void must_kill_it(struct trial *t, struct actor *actor)
{
	must_signal(t, actor, SIGKILL);
	expect_actor(t, actor, DIES(SIGKILL));
}

static const struct hindrance_row hindrances[] = {
	{ "stopped", must_stop_it },
	{ "killed", must_kill_it },
};

CASE(absent_reader_leaves_the_bytes_to_another,
     .claim = { DOCUMENTED,
		"bytes written while the reader that waited longest is stopped or dead wake the "
		"next one",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-20" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(hindrances))
{
	const struct hindrance_row *row = trial_row(t);
	struct pipe_call c = { must_pipe(t, 0), NULL, 0 };
	struct actor *first = start_asleep(t, attempt_read, &c);
	struct actor *second = start_asleep(t, attempt_read, &c);

	row->hinder(t, first);
	must_write(t, c.p.wr, "x", 1);
	expect_actor(t, second, RETURNS(1));
}

CASE(absent_writer_leaves_the_room_to_another,
     .claim = { DOCUMENTED,
		"room made while the writer that waited longest, half-way or not, is stopped or "
		"dead wakes the next one",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-20" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(hindrances))
{
	const struct hindrance_row *row = trial_row(t);
	struct pipe_call half = { must_pipe(t, 0), must_share(t, page_size() + 1),
				  page_size() + 1 };
	struct pipe_call byte = { half.p, "x", 1 };

	must_fill(t, &half.p, page_size());
	struct actor *first = start_asleep(t, attempt_write, &half);
	struct actor *second = start_asleep(t, attempt_write, &byte);
	struct actor *third = start_asleep(t, attempt_write, &byte);
	row->hinder(t, first);
	row->hinder(t, second);
	expect_equal(t, must_unread(t, half.p.rd), must_capacity(t, half.p.rd));
	must_empty(t, half.p.rd);
	expect_actor(t, third, RETURNS(1));
	expect_equal(t, must_unread(t, half.p.rd), 1);
}

// --- SIGKILL ------------------------------------------------------------------------

CASE(sleeping_read_can_be_killed,
     .claim = { POSIX, "SIGKILL ends a process that is asleep in read()",
		"POSIX.1-2024 <signal.h>, DESCRIPTION, SIGKILL; XSH 2.4.4, Signal Effects on "
		"Other Functions" },
     .covers = { "INT-09" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe_call c = { must_pipe(t, 0), NULL, 0 };
	struct actor *reader = start_asleep(t, attempt_read, &c);

	must_signal(t, reader, SIGKILL);
	expect_actor(t, reader, DIES(SIGKILL));
}

CASE(sleeping_write_can_be_killed,
     .claim = { POSIX, "SIGKILL ends a process that is asleep in write()",
		"POSIX.1-2024 <signal.h>, DESCRIPTION, SIGKILL; XSH 2.4.4, Signal Effects on "
		"Other Functions" },
     .covers = { "INT-09" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe_call c = { must_pipe(t, 0), "x", 1 };

	must_fill(t, &c.p, 0);
	struct actor *writer = start_asleep(t, attempt_write, &c);
	must_signal(t, writer, SIGKILL);
	expect_actor(t, writer, DIES(SIGKILL));
}

CASE(killed_sleeping_write_leaves_nothing,
     .claim = { DOCUMENTED,
		"of a write() of PIPE_BUF bytes that is killed as it waits for room, none is in "
		"the pipe, though there was room for all but one",
		"pipe(7), \"PIPE_BUF\", atomically" },
     .covers = { "INT-09", "INT-21" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe_call c = { must_pipe(t, 0), must_share(t, PIPE_BUF), PIPE_BUF };

	must_fill(t, &c.p, PIPE_BUF - 1);
	size_t unread = must_unread(t, c.p.rd);
	struct actor *writer = start_asleep(t, attempt_write, &c);
	must_signal(t, writer, SIGKILL);
	expect_actor(t, writer, DIES(SIGKILL));
	expect_equal(t, must_unread(t, c.p.rd), unread);
}

struct busy {
	struct pipe p;
	struct records records;
};

static long write_long(struct trial *t, const struct busy *busy)
{
	char bytes[PIPE_BUF];

	for (unsigned nth = 0; nth < ENOUGH; nth++)
		must_write(t, busy->p.wr, bytes, record_make(&busy->records, 0, nth, bytes));
	return 0;
}

static void write_busily(struct trial *t, const void *arg)
{
	const struct busy *busy = arg;

	must(t, close(busy->p.rd));
	attempt(t, write_long(t, busy));
}

// Records that came whole, to the last one.
static bool all_whole(struct trial *t, const struct busy *busy, struct actor *writer)
{
	struct records_seen seen = { .bytes = 0 };
	char bytes[READ_SIZE];
	long got = 1;

	for (int i = 0; got > 0; i++) {
		if (i == READS)
			must_signal(t, writer, SIGKILL);
		got = expect(t, read(busy->p.rd, bytes, sizeof bytes), RETURNS_IN(0, READ_SIZE));
		if (!records_take(&seen, &busy->records, bytes, (size_t)got))
			return false;
	}
	return seen.place[0] == 0;
}

CASE(killed_busy_writer_leaves_whole_records,
     .claim = { DOCUMENTED,
		"SIGKILL ends a busy writer, and no write() of up to PIPE_BUF bytes has put in a "
		"part only",
		"pipe(7), \"PIPE_BUF\", atomically" },
     .covers = { "INT-09", "INT-21" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct busy busy = { must_pipe(t, 0), { i, 1, PIPE_BUF, 1, ENOUGH } };
		struct actor *writer = start(t, write_busily, &busy);

		must(t, close(busy.p.wr));
		expect_true(t, all_whole(t, &busy, writer));
		expect_actor(t, writer, DIES(SIGKILL));
		must(t, close(busy.p.rd));
	}
}

const struct family killed_family = {
	.name = "killed",
	.about = "A read or write whose process is killed, and those who wait behind it",
	.cases = {
		&absent_reader_leaves_the_bytes_to_another,
		&absent_writer_leaves_the_room_to_another,
		&sleeping_read_can_be_killed,
		&sleeping_write_can_be_killed,
		&killed_sleeping_write_leaves_nothing,
		&killed_busy_writer_leaves_whole_records,
	},
};
