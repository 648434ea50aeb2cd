// SPDX-License-Identifier: ISC
// What read() waits for, and what it does not: pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 };

struct less_row {
	const char *name;
	size_t queued, asked;
	struct outcome some;
};

static const struct less_row less[] = {
	{ "byte", 1, PIPE_BUF, RETURNS(1) },
	{ "one_too_few", FEW, FEW + 1, RETURNS_IN(1, FEW) },
};

CASE(read_does_not_wait_for_all_it_asked_for,
     .claim = { POSIX, "read() of more than there is returns some of it without waiting",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "WRM-19" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(less))
{
	const struct less_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char bytes[PIPE_BUF];
	long n;

	must_write_stream(t, p.wr, 0, row->queued);
	n = expect_as(t, read(p.rd, bytes, row->asked), &row->some);
	expect_streamed(t, bytes, 0, (size_t)n);
}

struct all_row {
	const char *name;
	struct extent each; // of the writes
	size_t writes;
	struct outcome all;
};

// clang-format off
static const struct all_row all_there_is[] = {
	{ "small_writes", { 0, 7 },             10, RETURNS(70) },
	{ "pages",        { 1, 5 },             3,  RETURNS_PAGES(3, 15) },
	{ "full",         { DEFAULT_PAGES, 0 }, 1,  RETURNS_PAGES(DEFAULT_PAGES, 0) },
};
// clang-format on

CASE(read_takes_all_there_is,
     .claim = { OBSERVED, "read() of more than there is returns all of it, of however many writes",
		"fs/pipe.c, pipe_read(); POSIX.1-2024 read() permits less" },
     .covers = { "WRM-19" }, ROWS(all_there_is))
{
	const struct all_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t each = bytes_in(row->each), asked = must_capacity(t, p.rd) + 1;
	char *bytes = must_share(t, asked);

	for (size_t i = 0; i < row->writes; i++)
		must_write_stream(t, p.wr, i * each, each);
	expect_as(t, read(p.rd, bytes, asked), &row->all);
	expect_streamed(t, bytes, 0, row->writes * each);
}

struct waiting_row {
	const char *name;
	size_t asked, written;
	struct outcome part, all;
};

// clang-format off
static const struct waiting_row waiting[] = {
	// name               asked     written   any part             all there is
	{ "byte",             1,        1,        RETURNS(1),          RETURNS(1) },
	{ "less_than_asked",  PIPE_BUF, FEW,      RETURNS_IN(1, FEW),  RETURNS(FEW) },
	{ "more_than_asked",  FEW,      PIPE_BUF, RETURNS_IN(1, FEW),  RETURNS(FEW) },
};
// clang-format on

struct reader {
	int fd;
	size_t size;
	char *bytes;
};

static void read_some(struct trial *t, const void *arg)
{
	const struct reader *r = arg;

	attempt(t, read(r->fd, r->bytes, r->size));
}

// The reader's bytes are the first of the stream, and behind them come the others.
static void expect_read(struct trial *t, const struct waiting_row *row, const struct outcome *want)
{
	struct pipe p = must_pipe(t, 0);
	struct reader r = { p.rd, row->asked, must_share(t, PIPE_BUF) };
	struct actor *reader = start(t, read_some, &r);
	char *rest = must_share(t, PIPE_BUF);

	expect_actor(t, reader, BLOCKS);
	must_write_stream(t, p.wr, 0, row->written);
	expect_outcome(t, reader, want);
	size_t left = expect_all_there_is(t, p.rd, rest, row->written - 1);
	expect_actor(t, reader, RETURNS((long)(row->written - left)));
	expect_streamed(t, r.bytes, 0, row->written - left);
	expect_streamed(t, rest, row->written - left, left);
	must_finish(t, reader);
}

CASE(read_of_an_empty_pipe_sleeps_until_there_is_something,
     .claim = { POSIX, "read() of an empty pipe sleeps until something, however little, is written",
		"POSIX.1-2024 read(), DESCRIPTION; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-19", "WRM-20" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(waiting))
{
	const struct waiting_row *row = trial_row(t);

	expect_read(t, row, &row->part);
}

CASE(blocked_read_returns_all_that_was_written,
     .claim = { OBSERVED,
		"read() that was blocked returns all of what one write() wrote, as far as it asked "
		"for so much",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-19" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(waiting))
{
	const struct waiting_row *row = trial_row(t);

	expect_read(t, row, &row->all);
}

CASE(read_of_a_drained_pipe_sleeps_again,
     .claim = { POSIX, "read() sleeps again once what was written has been read",
		"POSIX.1-2024 read(), DESCRIPTION; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-20" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);
	struct reader r = { p.rd, 1, must_share(t, must_capacity(t, p.rd)) };

	must_fill(t, &p, 0);
	must_read(t, p.rd, r.bytes, must_capacity(t, p.rd));
	struct actor *reader = start(t, read_some, &r);

	expect_actor(t, reader, BLOCKS);
	must_write(t, p.wr, "", 1);
	expect_actor(t, reader, RETURNS(1));
}

static const struct less_row drained[] = {
	{ "fresh", 0, 1, FAILS(EAGAIN) },
	{ "after_a_byte", 1, PIPE_BUF, FAILS(EAGAIN) },
	{ "after_pipe_buf", PIPE_BUF, 1, FAILS(EAGAIN) },
};

CASE(nonblocking_read_of_an_empty_pipe_fails,
     .claim = { POSIX, "an O_NONBLOCK read() of an empty pipe with a writer fails with EAGAIN",
		"POSIX.1-2024 read(), ERRORS, EAGAIN; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-21" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(drained))
{
	const struct less_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char bytes[PIPE_BUF];

	must_write_stream(t, p.wr, 0, row->queued);
	must_read(t, p.rd, bytes, row->queued);
	expect_as(t, read(p.rd, bytes, row->asked), &row->some);
	expect_as(t, read(p.rd, bytes, row->asked), &row->some);
	must_write_stream(t, p.wr, 0, 1);
	expect_stream(t, p.rd, 0, 1);
}

CASE(read_of_nothing_takes_nothing,
     .claim = { POSIX, "read() of 0 bytes returns 0 and leaves what there is",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "WRM-24" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must_write_stream(t, p.wr, 0, FEW);
	expect(t, read(p.rd, &byte, 0), RETURNS(0));
	expect_stream(t, p.rd, 0, FEW);
}

CASE(read_of_nothing_does_not_wait,
     .claim = { POSIX, "read() of 0 bytes from an empty pipe returns 0 without waiting",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "WRM-24" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	expect(t, read(p.rd, &byte, 0), RETURNS(0));
}

CASE(nonblocking_read_of_nothing_returns_0,
     .claim = { OBSERVED,
		"an O_NONBLOCK read() of 0 bytes from an empty pipe returns 0, not EAGAIN",
		"fs/pipe.c, pipe_read(); POSIX.1-2024 read() permits the error" },
     .covers = { "WRM-24" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	expect(t, read(p.rd, &byte, 0), RETURNS(0));
}

CASE(read_of_nothing_needs_no_buffer,
     .claim = { OBSERVED, "read() of 0 bytes to memory that cannot be written returns 0",
		"fs/pipe.c, pipe_read(); read(2) permits the error" },
     .covers = { "WRM-24" })
{
	struct pipe p = must_pipe(t, 0);
	void *nowhere = must_map_part(t, 0, 1);

	must_write_stream(t, p.wr, 0, FEW);
	expect(t, read(p.rd, nowhere, 0), RETURNS(0));
	expect_stream(t, p.rd, 0, FEW);
}

const struct family read_family = {
	.name = "read",
	.about = "What read() waits for, and what it does not",
	.cases = {
		&read_does_not_wait_for_all_it_asked_for,
		&read_takes_all_there_is,
		&read_of_an_empty_pipe_sleeps_until_there_is_something,
		&blocked_read_returns_all_that_was_written,
		&read_of_a_drained_pipe_sleeps_again,
		&nonblocking_read_of_an_empty_pipe_fails,
		&read_of_nothing_takes_nothing,
		&read_of_nothing_does_not_wait,
		&nonblocking_read_of_nothing_returns_0,
		&read_of_nothing_needs_no_buffer,
	},
};
