// SPDX-License-Identifier: ISC
// One write by mode, size and room: pipe(7), "PIPE_BUF"; POSIX.1-2024 write().

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

enum {
	SMALL = PIPE_BUF,     // the largest request that must not be torn
	HALF = PIPE_BUF / 2,  // less than a page everywhere, so it may share one
	LARGE = PIPE_BUF + 1, // the smallest that may be
	EMPTY = -1,           // pages of room: nothing was written yet
};

struct write_row {
	const char *name;
	int flags;
	struct extent size, room;
};

struct request {
	int fd;
	size_t size;
	char *bytes;
};

// No byte of a request is 0, so they are told from what must_fill() wrote.
static struct request must_request(struct trial *t, const struct pipe *p, struct extent size)
{
	struct request r = { p->wr, bytes_in(size), must_share(t, bytes_in(size)) };

	for (size_t i = 0; i < r.size; i++)
		r.bytes[i] = (char)(1 + i % 251);
	return r;
}

// Returns the bytes that wait to be read.
static size_t must_leave(struct trial *t, const struct pipe *p, struct extent room)
{
	return room.pages == EMPTY ? 0 : must_fill(t, p, bytes_in(room));
}

static void must_read_filling(struct trial *t, const struct pipe *p, size_t size)
{
	must_read(t, p->rd, must_share(t, size + 1), size);
}

// What waits to be read is the first `size` bytes of the request.
static void expect_arrival(struct trial *t, const struct pipe *p, const struct request *r,
			   size_t size)
{
	char *arrived = must_share(t, size + 1);

	expect_pieces(t, p->rd, arrived, size);
	expect_bytes(t, arrived, r->bytes, size);
	expect_nothing_more(t, p->rd);
}

// The write that has returned added the first `size` bytes to `before` others.
static void expect_added(struct trial *t, const struct pipe *p, const struct request *r,
			 size_t before, size_t size)
{
	must_read_filling(t, p, before);
	expect_arrival(t, p, r, size);
}

static void write_request(struct trial *t, const void *arg)
{
	const struct request *r = arg;

	attempt(t, write(r->fd, r->bytes, r->size));
}

static void write_where_there_is_room(struct trial *t)
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, row->flags);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);

	expect(t, write(p.wr, r.bytes, r.size), RETURNS((long)r.size));
	expect_added(t, &p, &r, before, r.size);
}

static const struct write_row small_with_room[] = {
	// clang-format off
	// name           flags       size          room
	{ "wait/empty",   0,          { 0, SMALL }, { EMPTY, 0 } },
	{ "wait/exact",   0,          { 0, SMALL }, { 0, SMALL } },
	{ "wait/half",    0,          { 0, HALF },  { 0, HALF } },
	{ "nowait/empty", O_NONBLOCK, { 0, SMALL }, { EMPTY, 0 } },
	{ "nowait/exact", O_NONBLOCK, { 0, SMALL }, { 0, SMALL } },
	{ "nowait/half",  O_NONBLOCK, { 0, HALF },  { 0, HALF } },
	// clang-format on
};

CASE(small_request_with_room_is_written_whole,
     .claim = { POSIX, "write() of up to PIPE_BUF bytes that there is room for writes them all",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-01", "WRM-06" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(small_with_room))
{
	write_where_there_is_room(t);
}

static const struct write_row small_without_room[] = {
	// clang-format off
	// name             flags size          room
	{ "one_byte_short", 0,    { 0, SMALL }, { 0, SMALL - 1 } },
	{ "half_short",     0,    { 0, HALF },  { 0, HALF - 1 } },
	{ "full",           0,    { 0, 1 },     { 0, 0 } },
	// clang-format on
};

CASE(small_request_without_room_is_refused_whole,
     .claim = { POSIX, "up to PIPE_BUF bytes that do not all fit fail with EAGAIN, none written",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "WRM-07", "WRM-08" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(small_without_room))
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);

	expect(t, write(p.wr, r.bytes, r.size), FAILS(EAGAIN));
	must_read_filling(t, &p, before);
	expect_nothing_more(t, p.rd);
}

CASE(small_request_without_room_sleeps_unwritten,
     .claim = { POSIX, "write() of up to PIPE_BUF bytes that do not all fit blocks until they do",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-02", "WRM-03", "WRM-04" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE,
     ROWS(small_without_room))
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);
	struct actor *writer = start(t, write_request, &r);

	expect_actor(t, writer, BLOCKS);
	must_read_filling(t, &p, before);
	expect_actor(t, writer, RETURNS((long)r.size));
	expect_arrival(t, &p, &r, r.size);
	must_finish(t, writer);
}

CASE(blocked_small_request_is_not_counted_yet,
     .claim = { OBSERVED,
		"FIONREAD counts no byte of a blocked write() of up to PIPE_BUF bytes, and all of "
		"them once it has returned",
		"fs/pipe.c, pipe_write() and pipe_ioctl()" },
     .covers = { "WRM-04" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE, ROWS(small_without_room))
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);
	struct actor *writer = start(t, write_request, &r);

	must_block(t, writer);
	expect_equal(t, must_unread(t, p.rd), before);
	must_read_filling(t, &p, before);
	expect_actor(t, writer, RETURNS((long)r.size));
	expect_equal(t, must_unread(t, p.rd), r.size);
}

static const struct write_row large_with_room[] = {
	{ "wait/empty", 0, { 0, LARGE }, { EMPTY, 0 } },
	{ "wait/room", 0, { 1, 1 }, { 2, 0 } },
};

CASE(large_request_with_room_is_written_whole,
     .claim = { POSIX, "write() of more than PIPE_BUF bytes that there is room for writes them all",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-36" }, .ways = BY_PIPE2, ROWS(large_with_room))
{
	write_where_there_is_room(t);
}

static const struct write_row large_nonblocking[] = {
	{ "empty", O_NONBLOCK, { 0, LARGE }, { EMPTY, 0 } },
	{ "room", O_NONBLOCK, { 1, 1 }, { 2, 0 } },
};

CASE(large_nonblocking_request_with_room_is_written_whole,
     .claim = { OBSERVED,
		"an O_NONBLOCK write() of more than PIPE_BUF bytes that there is room for writes "
		"them all",
		"fs/pipe.c, pipe_write(); pipe(7), \"PIPE_BUF\", O_NONBLOCK: from 1 to n" },
     .covers = { "WRM-36" }, .ways = BY_PIPE2, ROWS(large_nonblocking))
{
	write_where_there_is_room(t);
}

static const struct write_row large_without_room[] = {
	// clang-format off
	// name        flags size                     room
	{ "empty",     0,    { 3 * DEFAULT_PAGES, 1 }, { EMPTY, 0 } },
	{ "last_page", 0,    { 1, 1 },                 { 1, 0 } },
	{ "tail",      0,    { 1, 1 },                 { 0, 1 } },
	{ "full",      0,    { 0, LARGE },             { 0, 0 } },
	// clang-format on
};

CASE(large_request_without_room_sleeps_until_all_is_written,
     .claim = { POSIX, "one write() of more bytes than fit sleeps until every one is written",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "WRM-02", "WRM-03", "WRM-05" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE,
     ROWS(large_without_room))
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);
	struct actor *writer = start(t, write_request, &r);

	expect_actor(t, writer, BLOCKS);
	must_read_filling(t, &p, before);
	expect_arrival(t, &p, &r, r.size);
	expect_actor(t, writer, RETURNS((long)r.size));
	must_finish(t, writer);
}

struct partial_row {
	const char *name;
	struct extent size, room;
	struct outcome want;
};

// pipe(7) allows 1..n bytes; POSIX wants PIPE_BUF of them from an empty pipe.
static const struct partial_row large_in_part[] = {
	// clang-format off
	{ "empty",     { DEFAULT_PAGES, 1 }, { EMPTY, 0 },
	  { .kind = RETURNED, .low = PIPE_BUF, .high_pages = DEFAULT_PAGES } },
	{ "last_page", { 1, 1 },             { 1, 0 },
	  { .kind = RETURNED, .low = 1, .high_pages = 1 } },
	// clang-format on
};

CASE(large_request_is_written_in_part,
     .claim = { POSIX, "above PIPE_BUF the first bytes that fit are written, and counted",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "WRM-09", "WRM-10" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(large_in_part))
{
	const struct partial_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct request r = must_request(t, &p, row->size);
	size_t before = must_leave(t, &p, row->room);
	long written = expect_as(t, write(p.wr, r.bytes, r.size), &row->want);

	expect_added(t, &p, &r, before, (size_t)written);
}

CASE(large_request_is_refused_when_full,
     .claim = { POSIX, "a full pipe refuses more than PIPE_BUF bytes with EAGAIN",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "WRM-11" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct request r = must_request(t, &p, (struct extent){ DEFAULT_PAGES, 1 });
	size_t before = must_leave(t, &p, (struct extent){ 0, 0 });

	expect(t, write(p.wr, r.bytes, LARGE), FAILS(EAGAIN));
	expect(t, write(p.wr, r.bytes, r.size), FAILS(EAGAIN));
	must_read_filling(t, &p, before);
	expect_nothing_more(t, p.rd);
}

static const struct write_row without_reader[] = {
	// clang-format off
	{ "wait/small/empty",   0,          { 0, SMALL },         { EMPTY, 0 } },
	{ "wait/large/full",    0,          { DEFAULT_PAGES, 1 }, { 0, 0 } },
	{ "nowait/small/full",  O_NONBLOCK, { 0, SMALL },         { 0, 0 } },
	{ "nowait/large/empty", O_NONBLOCK, { DEFAULT_PAGES, 1 }, { EMPTY, 0 } },
	// clang-format on
};

CASE(request_without_reader_is_a_broken_pipe,
     .claim = { POSIX, "without a reader write() fails with EPIPE whatever mode, size and room",
		"POSIX.1-2024 write(), ERRORS, EPIPE; pipe(7), \"I/O on pipes and FIFOs\"" },
     .covers = { "WRM-37" }, .ways = BY_PIPE2, ROWS(without_reader))
{
	const struct write_row *row = trial_row(t);
	struct pipe p = must_pipe(t, row->flags);
	struct request r = must_request(t, &p, row->size);

	must_leave(t, &p, row->room);
	must_ignore(t, SIGPIPE);
	must(t, close(p.rd));
	expect(t, write(p.wr, r.bytes, r.size), FAILS(EPIPE));
}

const struct family write_family = {
	.name = "write",
	.about = "One write by mode, size and room",
	.cases = {
		&small_request_with_room_is_written_whole,
		&small_request_without_room_is_refused_whole,
		&small_request_without_room_sleeps_unwritten,
		&blocked_small_request_is_not_counted_yet,
		&large_request_with_room_is_written_whole,
		&large_nonblocking_request_with_room_is_written_whole,
		&large_request_without_room_sleeps_until_all_is_written,
		&large_request_is_written_in_part,
		&large_request_is_refused_when_full,
		&request_without_reader_is_a_broken_pipe,
	},
};
