// SPDX-License-Identifier: ISC
// A read or write whose process is stopped and continued: signal(7), on stop signals.

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum { LARGE = PIPE_BUF + 1 };

CASE(read_goes_on_after_a_stop,
     .claim = { POSIX,
		"a sleeping read() that is stopped and continued waits on for what is written",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-08" }, .ways = BY_PIPE2 | BY_FIFO)
{
	enum { TIMES = 3 };
	struct pipe_call c = { must_pipe(t, 0), NULL, 0 };
	struct actor *reader = start_asleep(t, attempt_read, &c);

	for (int i = 0; i < TIMES; i++) {
		must_stop(t, reader);
		must_signal(t, reader, SIGCONT);
		expect_actor(t, reader, BLOCKS);
	}
	must_write(t, c.p.wr, "x", 1);
	expect_actor(t, reader, RETURNS(1));
}

CASE(stopped_reader_reads_once_continued,
     .claim = { POSIX,
		"a read() stopped in its wait returns what was written meanwhile once it goes on",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-08" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe_call c = { must_pipe(t, 0), NULL, 0 };
	struct actor *reader = start_asleep(t, attempt_read, &c);

	must_stop(t, reader);
	must_write(t, c.p.wr, "x", 1);
	must_signal(t, reader, SIGCONT);
	expect_actor(t, reader, RETURNS(1));
}

CASE(stopped_reader_sees_end_of_file_once_continued,
     .claim = { POSIX, "a read() stopped in its wait returns 0 if the last writer closed meanwhile",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-08" })
{
	struct pipe_call c = { must_pipe(t, 0), NULL, 0 };
	struct actor *reader = start_asleep(t, attempt_read, &c);

	must_stop(t, reader);
	must(t, close(c.p.wr));
	must_signal(t, reader, SIGCONT);
	expect_actor(t, reader, RETURNS(0));
}

struct write_row {
	const char *name;
	size_t size, room;
};

static const struct write_row nothing_written[] = {
	{ "byte/full", 1, 0 },
	{ "pipe_buf/tight", PIPE_BUF, PIPE_BUF - 1 },
	{ "large/full", LARGE, 0 },
};

CASE(write_goes_on_after_a_stop,
     .claim = { POSIX,
		"a sleeping write() that has written nothing and is stopped and continued waits "
		"on for room, and writes all",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-18" }, ROWS(nothing_written))
{
	const struct write_row *row = trial_row(t);
	struct pipe_call c = { must_pipe(t, 0), must_share(t, row->size), row->size };
	size_t filled = must_fill(t, &c.p, row->room);
	char got[LARGE + 1];

	struct actor *writer = start_asleep(t, attempt_write, &c);
	must_stop(t, writer);
	must_signal(t, writer, SIGCONT);
	expect_actor(t, writer, BLOCKS);
	must_stop(t, writer);
	must_read(t, c.p.rd, must_share(t, filled), filled);
	must_signal(t, writer, SIGCONT);
	expect_actor(t, writer, RETURNS((long)row->size));
	expect_equal(t, expect_all_there_is(t, c.p.rd, got, sizeof got), row->size);
}

CASE(stop_cuts_short_a_write,
     .claim = { OBSERVED,
		"a sleeping write() that has written a part returns the count of that after it "
		"was stopped and continued, without any handler",
		"Linux, pipe_write()" },
     .covers = { "INT-19" }, .ways = BY_PIPE2 | BY_ONE_PAGE,
     .against = "POSIX.1-2024 XSH 2.4.4: it shall go on at the point it was stopped; signal(7) "
		"does not name write() of a pipe among what stop signals interrupt")
{
	struct pipe_call c = { must_pipe(t, 0), must_share(t, page_size() + 1), page_size() + 1 };

	must_fill(t, &c.p, page_size());
	struct actor *writer = start_asleep(t, attempt_write, &c);
	must_stop(t, writer);
	must_signal(t, writer, SIGCONT);
	expect_actor(t, writer, RETURNS_PAGES(1, 0));
	expect_equal(t, must_unread(t, c.p.rd), must_capacity(t, c.p.rd));
}

const struct family stopped_family = {
	.name = "stopped",
	.about = "A read or write whose process is stopped and continued",
	.cases = {
		&read_goes_on_after_a_stop,
		&stopped_reader_reads_once_continued,
		&stopped_reader_sees_end_of_file_once_continued,
		&write_goes_on_after_a_stop,
		&stop_cuts_short_a_write,
	},
};
