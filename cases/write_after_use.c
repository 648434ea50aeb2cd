// SPDX-License-Identifier: ISC
// One write to a pipe that was full and empty before: pipe(7), "PIPE_BUF"; POSIX.1-2024 write().
//
// write.c asks the same of new pipes, in which no slot and no page was ever given back.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum {
	SMALL = PIPE_BUF,
	HALF = PIPE_BUF / 2, // fits behind what is left of a page
	LARGE = PIPE_BUF + 1,
	EMPTY = 0,
	PART = 1, // byte left of a page of which another one was read
};

struct used_row {
	const char *name;
	int flags;
	size_t left;
	struct extent size;
};

// Writes of the stream: `left` bytes from place 1 wait to be read, and the request follows them.
static struct pipe must_use(struct trial *t, int flags, size_t left)
{
	enum { TIMES = 3 }; // less than the slots of a pipe, so that the next is not the first
	struct pipe p = must_pipe(t, flags);
	size_t full = must_fill(t, &p, 0);
	char *bytes = must_share(t, full);

	must_read(t, p.rd, bytes, full);
	for (int i = 0; i < TIMES; i++) {
		must_write_stream(t, p.wr, 0, HALF);
		must_read(t, p.rd, bytes, HALF);
	}
	must_write_stream(t, p.wr, 0, 1 + left);
	must_read(t, p.rd, &(char){ 0 }, 1);
	return p;
}

static char *must_request(struct trial *t, size_t left, size_t size)
{
	return must_stream(t, 1 + left, size);
}

// The stream from place 1 on, in as many pieces as it comes in.
static void expect_held(struct trial *t, const struct pipe *p, size_t size)
{
	char *bytes = must_share(t, size);

	for (size_t got = 0; got < size;)
		got += (size_t)expect(t, read(p->rd, bytes + got, size - got),
				      RETURNS_IN(1, (long)(size - got)));
	expect_streamed(t, bytes, 1, size);
}

static void expect_no_more(struct trial *t, const struct pipe *p)
{
	char byte;

	must(t, close(p->wr));
	expect(t, read(p->rd, &byte, 1), RETURNS(0));
}

static void expect_written_whole(struct trial *t)
{
	const struct used_row *row = trial_row(t);
	struct pipe p = must_use(t, row->flags, row->left);
	const size_t size = bytes_in(row->size);

	expect(t, write(p.wr, must_request(t, row->left, size), size), RETURNS((long)size));
	expect_held(t, &p, row->left + size);
	expect_no_more(t, &p);
}

static const struct used_row small[] = {
	// clang-format off
	// name          flags       left   size
	{ "wait/empty",   0,          EMPTY, { 0, SMALL } },
	{ "wait/part",    0,          PART,  { 0, HALF } },
	{ "nowait/empty", O_NONBLOCK, EMPTY, { 0, SMALL } },
	{ "nowait/part",  O_NONBLOCK, PART,  { 0, HALF } },
	// clang-format on
};

CASE(small_request_with_room_is_written_whole,
     .claim = { POSIX,
		"write() of up to PIPE_BUF bytes that a pipe has room for again writes them all",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-01", "WRM-06" }, .ways = EVERY_WAY, ROWS(small))
{
	expect_written_whole(t);
}

static const struct used_row large[] = {
	{ "wait/empty", 0, EMPTY, { 0, LARGE } },
	{ "wait/part", 0, PART, { 0, LARGE } },
};

CASE(large_request_with_room_is_written_whole,
     .claim = { POSIX,
		"write() of more than PIPE_BUF bytes that a pipe has room for again writes all",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-36" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(large))
{
	expect_written_whole(t);
}

static const struct used_row large_nonblocking[] = {
	{ "empty", O_NONBLOCK, EMPTY, { 0, LARGE } },
	{ "part", O_NONBLOCK, PART, { 0, LARGE } },
};

CASE(large_nonblocking_request_with_room_is_written_whole,
     .claim = { OBSERVED,
		"an O_NONBLOCK write() of more than PIPE_BUF bytes that a pipe has room for again "
		"writes all",
		"fs/pipe.c, pipe_write(); pipe(7), \"PIPE_BUF\", O_NONBLOCK: from 1 to n" },
     .covers = { "WRM-36" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(large_nonblocking))
{
	expect_written_whole(t);
}

struct request {
	struct pipe p;
	const char *bytes;
	size_t size;
};

static void write_request(struct trial *t, const void *arg)
{
	const struct request *r = arg;

	must(t, close(r->p.rd));
	attempt(t, write(r->p.wr, r->bytes, r->size));
}

static const struct used_row too_large[] = {
	{ "empty", 0, EMPTY, { 3 * DEFAULT_PAGES, 1 } },
	{ "part", 0, PART, { 3 * DEFAULT_PAGES, 1 } },
};

CASE(large_request_without_room_sleeps_until_all_is_written,
     .claim = { POSIX,
		"one write() of more bytes than a pipe has room for again sleeps until every one "
		"is written",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-02", "WRM-03", "WRM-05" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE,
     ROWS(too_large))
{
	const struct used_row *row = trial_row(t);
	struct pipe p = must_use(t, 0, row->left);
	const size_t size = bytes_in(row->size);
	const struct request r = { p, must_request(t, row->left, size), size };
	struct actor *writer = start(t, write_request, &r);

	expect_actor(t, writer, BLOCKS);
	expect_held(t, &p, row->left + size);
	expect_actor(t, writer, RETURNS((long)size));
	must_finish(t, writer);
	expect_no_more(t, &p);
}

struct partial_row {
	const char *name;
	size_t left;
	struct outcome want;
};

// pipe(7) allows 1..n bytes; POSIX wants PIPE_BUF of them from an empty pipe.
static const struct partial_row in_part[] = {
	{ "empty", EMPTY, { .kind = RETURNED, .low = PIPE_BUF, .high_pages = DEFAULT_PAGES } },
	{ "part", PART, { .kind = RETURNED, .low = 1, .high_pages = DEFAULT_PAGES } },
};

CASE(large_request_is_written_in_part,
     .claim = { POSIX, "above PIPE_BUF the first bytes that fit again are written, and counted",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "WRM-09", "WRM-10" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(in_part))
{
	const struct partial_row *row = trial_row(t);
	struct pipe p = must_use(t, O_NONBLOCK, row->left);
	const size_t size = DEFAULT_PAGES * page_size() + 1;
	const char *request = must_request(t, row->left, size);
	const long written = expect_as(t, write(p.wr, request, size), &row->want);

	expect_held(t, &p, row->left + (size_t)written);
	expect_no_more(t, &p);
}

static const struct used_row without_reader[] = {
	// clang-format off
	{ "wait/small/empty",   0,          EMPTY, { 0, SMALL } },
	{ "wait/small/part",    0,          PART,  { 0, HALF } },
	{ "nowait/large/empty", O_NONBLOCK, EMPTY, { DEFAULT_PAGES, 1 } },
	{ "nowait/large/part",  O_NONBLOCK, PART,  { DEFAULT_PAGES, 1 } },
	// clang-format on
};

CASE(request_without_reader_is_a_broken_pipe,
     .claim = { POSIX,
		"without a reader write() fails with EPIPE, though the pipe was read from before",
		"POSIX.1-2024 write(), ERRORS, EPIPE; pipe(7), \"I/O on pipes and FIFOs\"" },
     .covers = { "WRM-37" }, .ways = BY_PIPE2, ROWS(without_reader))
{
	const struct used_row *row = trial_row(t);
	struct pipe p = must_use(t, row->flags, row->left);
	const size_t size = bytes_in(row->size);

	must_ignore(t, SIGPIPE);
	must(t, close(p.rd));
	expect(t, write(p.wr, must_request(t, row->left, size), size), FAILS(EPIPE));
}

const struct family write_after_use_family = {
	.name = "write_after_use",
	.about = "One write to a pipe that was full and empty before",
	.cases = {
		&small_request_with_room_is_written_whole,
		&large_request_with_room_is_written_whole,
		&large_nonblocking_request_with_room_is_written_whole,
		&large_request_without_room_sleeps_until_all_is_written,
		&large_request_is_written_in_part,
		&request_without_reader_is_a_broken_pipe,
	},
};
