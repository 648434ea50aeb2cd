// SPDX-License-Identifier: ISC
// Signals that must not be noticed, and transfers that are interrupted again and again.

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum {
	RECORDS = 30,
	RECORD_MAX = 3 * PIPE_BUF,
};

struct call {
	struct pipe p;
	char *bytes;
	size_t size;
	int unheard; // a signal to be blocked, or 0
};

static void read_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	if (c->unheard)
		must_mask(t, c->unheard, true);
	attempt(t, read(c->p.rd, c->bytes, c->size));
}

static void write_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	if (c->unheard)
		must_mask(t, c->unheard, true);
	must(t, close(c->p.rd));
	attempt(t, write(c->p.wr, c->bytes, c->size));
}

struct unheard_row {
	const char *name;
	int signal;
	enum { IGNORED, MASKED, DEFAULT } how;
};

static const struct unheard_row unheard[] = {
	{ "ignored", SIGUSR1, IGNORED },
	{ "blocked", SIGUSR1, MASKED },
	{ "sigchld", SIGCHLD, DEFAULT },
	{ "sigcont", SIGCONT, DEFAULT },
};

static struct call must_prepare(struct trial *t, size_t size)
{
	const struct unheard_row *row = trial_row(t);

	if (row->how == IGNORED)
		must_ignore(t, row->signal);
	return (struct call){ must_pipe(t, 0), must_share(t, size), size,
			      row->how == MASKED ? row->signal : 0 };
}

CASE(read_sleeps_through_an_unheard_signal,
     .claim = { POSIX, "a signal that is ignored or blocked does not end a sleeping read()",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-15" }, ROWS(unheard))
{
	const struct unheard_row *row = trial_row(t);
	struct call c = must_prepare(t, 2);
	struct actor *reader = start(t, read_once, &c);

	must_block(t, reader);
	must_signal(t, reader, row->signal);
	expect_actor(t, reader, BLOCKS);
	must_write(t, c.p.wr, "x", 1);
	expect_actor(t, reader, RETURNS(1));
}

CASE(write_is_not_cut_short_by_an_unheard_signal,
     .claim = { POSIX,
		"a signal that is ignored or blocked does not cut short a sleeping write() that "
		"has written a part",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-15" }, ROWS(unheard))
{
	const struct unheard_row *row = trial_row(t);
	struct call c = must_prepare(t, page_size() + 1);

	size_t full = must_fill(t, &c.p, page_size()) + page_size();
	struct actor *writer = start(t, write_once, &c);
	must_block(t, writer);
	must_signal(t, writer, row->signal);
	expect_actor(t, writer, BLOCKS);
	must_read(t, c.p.rd, must_share(t, full), full);
	expect_actor(t, writer, RETURNS_PAGES(1, 1));
}

CASE(count_is_of_all_that_was_moved,
     .claim = { POSIX,
		"a write() cut short by a handler counts what it had written before it was read "
		"from as well",
		"POSIX.1-2024 write(), DESCRIPTION, on interruption by a signal" },
     .covers = { "INT-04" })
{
	struct call c = { must_pipe_by(t, BY_ONE_PAGE, 0), NULL, 2 * page_size() + 1, 0 };
	const struct records r = { 1, c.size, c.size, 1, 1 };
	struct records_seen seen = { .bytes = 0 };
	char *got = must_share(t, c.size);

	c.bytes = must_share(t, c.size);
	record_make(&r, 0, 0, c.bytes);
	must_catch(t, SIGUSR1, 0);
	struct actor *writer = start(t, write_once, &c);
	must_block(t, writer);
	long first = expect(t, read(c.p.rd, got, page_size()), RETURNS_IN(1, (long)page_size()));
	expect_true(t, records_take(&seen, &r, got, (size_t)first));
	must(t, poll(&(struct pollfd){ c.p.rd, POLLIN, 0 }, 1, -1));
	must_block(t, writer);
	must_signal(t, writer, SIGUSR1);
	expect_actor(t, writer, RETURNS_IN(first, (long)c.size - 1));
	size_t rest = expect_all_there_is(t, c.p.rd, got, c.size);
	expect_true(t, records_take(&seen, &r, got, rest));
	expect_actor(t, writer, RETURNS(first + (long)rest));
}

CASE(restarted_write_sees_that_no_reader_is_left,
     .claim = { POSIX,
		"a write() restarted after a handler fails with EPIPE when the last reader closes",
		"POSIX.1-2024 sigaction(), DESCRIPTION, SA_RESTART; write(), DESCRIPTION" },
     .covers = { "INT-17" })
{
	struct call c = { must_pipe(t, 0), must_share(t, 1), 1, 0 };

	must_ignore(t, SIGPIPE);
	must_catch(t, SIGUSR1, SA_RESTART);
	must_fill(t, &c.p, 0);
	struct actor *writer = start(t, write_once, &c);
	must_block(t, writer);
	must_interrupt(t, writer, SIGUSR1);
	expect_actor(t, writer, BLOCKS);
	must(t, close(c.p.rd));
	expect_actor(t, writer, FAILS(EPIPE));
}

// --- a stream, each end of which interrupts the other again and again ---------------

struct stream {
	struct pipe p;
	struct records records;
	int allowed; // errno of a call that is made again, or 0
};

static long write_all(struct trial *t, const struct stream *s)
{
	char bytes[RECORD_MAX];

	for (unsigned nth = 0; nth < RECORDS; nth++) {
		size_t left = record_make(&s->records, 0, nth, bytes);
		long got;

		for (char *next = bytes; left > 0; left -= got > 0 ? (size_t)got : 0) {
			must(t, kill(0, SIGUSR1));
			got = expect_or_fail(t, write(s->p.wr, next, left), s->allowed,
					     RETURNS_IN(1, (long)left));
			next += got > 0 ? got : 0;
		}
	}
	return 0;
}

static long read_all(struct trial *t, const struct stream *s)
{
	struct records_seen seen = { .bytes = 0 };
	char bytes[RECORD_MAX];

	for (long got = -1; got != 0;) {
		must(t, kill(0, SIGUSR1));
		got = expect_or_fail(t, read(s->p.rd, bytes, sizeof bytes), s->allowed,
				     RETURNS_IN(0, sizeof bytes));
		if (got > 0)
			expect_true(t, records_take(&seen, &s->records, bytes, (size_t)got));
	}
	expect_true(t, records_all(&seen, &s->records));
	return 0;
}

static void write_stream(struct trial *t, const void *arg)
{
	const struct stream *s = arg;

	must(t, close(s->p.rd));
	attempt(t, write_all(t, s));
}

static void read_stream(struct trial *t, const void *arg)
{
	const struct stream *s = arg;

	must(t, close(s->p.wr));
	attempt(t, read_all(t, s));
}

struct stream_row {
	const char *name;
	int sa_flags, allowed;
};

static const struct stream_row handlers[] = {
	{ "eintr", 0, EINTR },
	{ "sa_restart", SA_RESTART, 0 },
};

CASE(interruptions_lose_and_double_nothing,
     .claim = { POSIX,
		"however often either end of a stream is interrupted, the bytes counted as "
		"written are those read",
		"POSIX.1-2024 read() and write(), DESCRIPTION, on interruption by a signal" },
     .covers = { "INT-07" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(handlers))
{
	const struct stream_row *row = trial_row(t);
	const struct stream s = { must_pipe(t, 0), { 1, 1, RECORD_MAX, 1, RECORDS }, row->allowed };

	must_catch(t, SIGUSR1, row->sa_flags);
	struct actor *writer = start(t, write_stream, &s);
	struct actor *reader = start(t, read_stream, &s);
	must(t, close(s.p.rd));
	must(t, close(s.p.wr));
	expect_actor(t, writer, RETURNS(0));
	expect_actor(t, reader, RETURNS(0));
}

const struct family disturbed_family = {
	.name = "disturbed",
	.about = "Signals that go unheard, and streams interrupted again and again",
	.cases = {
		&read_sleeps_through_an_unheard_signal,
		&write_is_not_cut_short_by_an_unheard_signal,
		&count_is_of_all_that_was_moved,
		&restarted_write_sees_that_no_reader_is_left,
		&interruptions_lose_and_double_nothing,
	},
};
