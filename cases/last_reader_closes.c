// SPDX-License-Identifier: ISC
// The last reader closes while others write: pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum { LARGE = PIPE_BUF + 1, WRITERS = 5, BUSY_BYTES = 256 };

static const char zeros[(1 << 16) + 1]; // more than the largest page

static void expect_signals(struct trial *t, unsigned count)
{
	expect(t, caught(t, SIGPIPE).count, RETURNS((long)count));
}

struct sleeper {
	struct pipe p;
	size_t size;
};

// A process inherits the read end as well, and would keep the pipe alive by it.
static void write_alone(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;

	must(t, close(s->p.rd));
	attempt(t, write(s->p.wr, zeros, s->size));
}

struct asleep_row {
	const char *name;
	size_t size, room;
};

static const struct asleep_row asleep[] = {
	{ "byte/full", 1, 0 },
	{ "pipe_buf/tight", PIPE_BUF, PIPE_BUF - 1 },
	{ "large/full", LARGE, 0 },
};

CASE(sleeping_writer_is_woken,
     .claim = { DOCUMENTED,
		"a writer asleep with nothing transferred gets EPIPE and SIGPIPE when the last "
		"reader closes",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-07" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(asleep))
{
	const struct asleep_row *row = trial_row(t);
	struct sleeper s = { must_pipe(t, 0), row->size };

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, row->room);
	struct actor *writer = start(t, write_alone, &s);

	must_block(t, writer);
	must(t, close(s.p.rd));
	expect_actor(t, writer, FAILS(EPIPE));
	expect_signals(t, 1);
}

CASE(writer_cut_short_is_told_its_count_and_signalled,
     .claim = { OBSERVED,
		"a sleeping writer that had transferred bytes returns their count, and gets "
		"SIGPIPE too, when the last reader closes",
		"Linux, pipe_write()" },
     .covers = { "SIG-08" }, .ways = EVERY_WAY,
     .against = "write(2), RETURN VALUE: a short count says nothing of a signal")
{
	struct sleeper s = { must_pipe(t, 0), page_size() + 1 };

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, page_size());
	struct actor *writer = start(t, write_alone, &s);

	must_block(t, writer);
	must(t, close(s.p.rd));
	expect_actor(t, writer, RETURNS_PAGES(1, 0));
	expect_signals(t, 1);
}

static void write_alone_twice(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;

	write_alone(t, arg);
	const unsigned before = caught(t, SIGPIPE).count;
	expect(t, write(s->p.wr, "", 1), FAILS(EPIPE));
	expect_signals(t, before + 1);
}

CASE(write_after_one_cut_short_fails,
     .claim = { POSIX,
		"the write() after one that lost its last reader half-way fails with EPIPE and "
		"raises a SIGPIPE of its own",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-08" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct sleeper s = { must_pipe(t, 0), page_size() + 1 };

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, page_size());
	struct actor *writer = start(t, write_alone_twice, &s);

	must_block(t, writer);
	must(t, close(s.p.rd));
	must_finish(t, writer);
}

static struct actor *must_start_sleeper(struct trial *t, const struct sleeper *s)
{
	struct actor *writer = start(t, write_alone, s);

	must_block(t, writer);
	return writer;
}

CASE(every_sleeping_writer_is_woken,
     .claim = { DOCUMENTED,
		"all writers asleep with nothing transferred get EPIPE and SIGPIPE when the "
		"last reader closes",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-09" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE)
{
	struct sleeper s = { must_pipe(t, 0), 1 };
	struct actor *writers[WRITERS];

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, 0);
	for (int i = 0; i < WRITERS; i++)
		writers[i] = must_start_sleeper(t, &s);
	must(t, close(s.p.rd));
	for (int i = 0; i < WRITERS; i++)
		expect_actor(t, writers[i], FAILS(EPIPE));
	expect_signals(t, WRITERS);
}

CASE(writer_cut_short_is_woken_with_the_others,
     .claim = { OBSERVED,
		"of five sleeping writers, the one that had transferred a page returns it and "
		"four get EPIPE, with a SIGPIPE each",
		"Linux, pipe_write()" },
     .covers = { "SIG-08", "SIG-09" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct sleeper s = { must_pipe(t, 0), page_size() + 1 };
	struct actor *writers[WRITERS];

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, page_size());
	for (int i = 0; i < WRITERS; i++)
		writers[i] = must_start_sleeper(t, &s);
	must(t, close(s.p.rd));
	expect_actor(t, writers[0], RETURNS_PAGES(1, 0));
	for (int i = 1; i < WRITERS; i++)
		expect_actor(t, writers[i], FAILS(EPIPE));
	expect_signals(t, WRITERS);
}

struct busy {
	struct pipe p;
	_Atomic uint32_t *closed;
};

// What the write() came to that was refused, or else the first one that began
// after the last close() had returned.  The trial's time limit ends the loop.
static long write_until_refused(struct trial *t, const struct busy *busy)
{
	for (;;) {
		bool closed = atomic_load(busy->closed) != 0;
		long n = 0;

		must(t, (n = write(busy->p.wr, "", 1)) == -1 && errno != EPIPE && errno != EAGAIN
				? -1
				: 0);
		if (closed || (n == -1 && errno == EPIPE))
			return n;
	}
}

static void write_busily(struct trial *t, const void *arg)
{
	const struct busy *busy = arg;

	must(t, close(busy->p.rd));
	attempt(t, write_until_refused(t, busy));
}

struct busy_row {
	const char *name;
	bool nonblocking;
};

static const struct busy_row busies[] = {
	{ "wait", false },
	{ "nowait", true },
};

CASE(busy_writer_is_refused_at_once,
     .claim = { POSIX,
		"no write() of a busy writer that begins after the last reader's close() "
		"returned is accepted",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-10" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(busies))
{
	const struct busy_row *row = trial_row(t);
	struct busy busy = { must_pipe(t, 0), must_share(t, sizeof *busy.closed) };
	char bytes[BUSY_BYTES];

	must_catch(t, SIGPIPE, 0);
	must_set_nonblocking(t, busy.p.wr, row->nonblocking);
	struct actor *writer = start(t, write_busily, &busy);

	must_read(t, busy.p.rd, bytes, sizeof bytes);
	must(t, close(busy.p.rd));
	atomic_store(busy.closed, 1);
	expect_actor(t, writer, FAILS(EPIPE));
	expect_signals(t, 1);
}

const struct family last_reader_closes_family = {
	.name = "last_reader_closes",
	.about = "What writers get when the last reader closes meanwhile",
	.cases = {
		&sleeping_writer_is_woken,
		&writer_cut_short_is_told_its_count_and_signalled,
		&write_after_one_cut_short_fails,
		&every_sleeping_writer_is_woken,
		&writer_cut_short_is_woken_with_the_others,
		&busy_writer_is_refused_at_once,
	},
};
