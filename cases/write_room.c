// SPDX-License-Identifier: ISC
// What counts as room: pages, their tails, nothing at all; fs/pipe.c, pipe_write().
//
// A request's size modulo the page shares the last page if all of it fits; the rest takes new ones.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { EMPTY = -1 }; // pages of room: nothing was written yet

struct room_row {
	const char *name;
	struct extent size, room;
	struct outcome want;
};

// Returns the bytes that wait to be read.
static size_t must_leave(struct trial *t, const struct pipe *p, struct extent room)
{
	if (room.pages != EMPTY)
		must_fill(t, p, bytes_in(room));
	return must_unread(t, p->rd);
}

static void write_by_row(struct trial *t)
{
	const struct room_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const char *bytes = must_share(t, bytes_in(row->size));
	size_t before = must_leave(t, &p, row->room);
	long written = expect_as(t, write(p.wr, bytes, bytes_in(row->size)), &row->want);

	expect_equal(t, must_unread(t, p.rd), before + (written == -1 ? 0 : (size_t)written));
}

static const struct room_row up_to_a_page[] = {
	// clang-format off
	// name                 size                  room        want
	{ "page/short_tail",    { 1, 0 },             { 1, -1 },  FAILS(EAGAIN) },
	{ "page_1/tail_1",      { 1, 1 },             { 0, 1 },   RETURNS(1) },
	{ "page_2/tail_1",      { 1, 2 },             { 0, 1 },   FAILS(EAGAIN) },
	{ "pages/short_tail",   { DEFAULT_PAGES, 0 }, { 1, -1 },  FAILS(EAGAIN) },
	{ "pages_5/short_tail", { DEFAULT_PAGES, 5 }, { 1, -1 },  RETURNS(5) },
	{ "page_5/page",        { 1, 5 },             { 1, 0 },   RETURNS_PAGES(1, 0) },
	// clang-format on
};

CASE(tail_is_shared_whole_or_not_at_all,
     .claim = { OBSERVED, "only a request's size modulo the page, and all of it, shares a page",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-12" }, .against = "pipe(7), \"PIPE_BUF\": 1 to n bytes unless it is full",
     .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(up_to_a_page))
{
	write_by_row(t);
}

static const struct room_row several_pages[] = {
	// clang-format off
	{ "over_capacity", { DEFAULT_PAGES, 5 },     { EMPTY, 0 },
	  RETURNS_PAGES(DEFAULT_PAGES, 0) },
	{ "one_byte_used", { DEFAULT_PAGES + 1, 0 }, { DEFAULT_PAGES, -1 },
	  RETURNS_PAGES(DEFAULT_PAGES - 1, 0) },
	{ "tail_fits",     { 3, 5 },                 { 2, 5 }, RETURNS_PAGES(2, 5) },
	{ "tail_too_long", { 3, 6 },                 { 2, 5 }, RETURNS_PAGES(2, 0) },
	// clang-format on
};

CASE(part_that_fits_is_the_tail_and_whole_pages,
     .claim = { OBSERVED, "a request that does not all fit is written up to the last free page",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-09", "WRM-10" }, .ways = BY_PIPE2, ROWS(several_pages))
{
	write_by_row(t);
}

static const struct room_row above_pipe_buf[] = {
	// clang-format off
	{ "exactly",      { 0, PIPE_BUF },     { 0, PIPE_BUF - 1 }, FAILS(EAGAIN) },
	{ "one_more",     { 0, PIPE_BUF + 1 }, { 0, PIPE_BUF - 1 }, RETURNS(1) },
	{ "two_more",     { 0, PIPE_BUF + 2 }, { 0, PIPE_BUF - 1 }, RETURNS(2) },
	{ "one_more/fit", { 0, PIPE_BUF + 1 }, { 0, PIPE_BUF },     RETURNS(PIPE_BUF) },
	// clang-format on
};

CASE(request_is_torn_from_pipe_buf_and_one,
     .claim = { OBSERVED, "PIPE_BUF is the limit itself: one byte more is written in part",
		"fs/pipe.c, pipe_write(), where a page has PIPE_BUF bytes" },
     .covers = { "WRM-12" }, .needs = { need_page_4k }, .ways = BY_PIPE2 | BY_ONE_PAGE,
     ROWS(above_pipe_buf))
{
	write_by_row(t);
}

struct request {
	int fd;
	const char *bytes;
	size_t size;
};

static void write_request(struct trial *t, const void *arg)
{
	const struct request *r = arg;

	attempt(t, write(r->fd, r->bytes, r->size));
}

static const struct room_row while_asleep[] = {
	// clang-format off
	// name        size      room      want: what FIONREAD grows by
	{ "full",      { 1, 5 }, { 0, 0 }, RETURNS(0) },
	{ "tail_5",    { 1, 5 }, { 0, 5 }, RETURNS(5) },
	{ "tail_4",    { 1, 5 }, { 0, 4 }, RETURNS(0) },
	{ "last_page", { 1, 5 }, { 1, 0 }, RETURNS_PAGES(1, 0) },
	// clang-format on
};

CASE(large_request_asleep_has_taken_the_room,
     .claim = { OBSERVED, "a write above PIPE_BUF fills the room there is before it sleeps",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-38" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(while_asleep))
{
	const struct room_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t size = bytes_in(row->size), before = must_leave(t, &p, row->room);
	char *bytes = must_share(t, before + size);
	struct actor *writer = start(t, write_request, &(struct request){ p.wr, bytes, size });

	expect_actor(t, writer, BLOCKS);
	expect_as(t, must_unread(t, p.rd) - before, &row->want);
	must_read(t, p.rd, bytes, before + size);
	expect_actor(t, writer, RETURNS((long)size));
	must_finish(t, writer);
}

struct chunk_row {
	const char *name;
	long sixteenths, bytes; // of a page, and more
	int per_page;           // requests
};

static const struct chunk_row chunks[] = {
	// clang-format off
	{ "page_less_one",      16, -1, 1 },
	{ "half_a_page_or_so",   8,  1, 1 },
	{ "half_a_page",         8,  0, 2 },
	{ "fifth_of_a_page",     3,  2, 5 },
	// clang-format on
};

CASE(equal_requests_fit_so_many_to_a_page,
     .claim = { OBSERVED, "a page takes as many equal requests as fit into it whole",
		"fs/pipe.c, pipe_write(); F_SETPIPE_SZ(2const), only says that it may be less" },
     .covers = { "WRM-13", "WRM-14", "FLK-11" }, .against = "65536 bytes always fit into 16 pages",
     .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(chunks))
{
	const struct chunk_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const char *bytes = must_share(t, page_size());
	size_t size = (size_t)(row->sixteenths * (long)page_size() / 16 + row->bytes);
	int pages = trial_way(t) == BY_ONE_PAGE ? 1 : DEFAULT_PAGES;

	for (int i = 0; i < pages * row->per_page; i++)
		expect(t, write(p.wr, bytes, size), RETURNS((long)size));
	expect(t, write(p.wr, bytes, size), FAILS(EAGAIN));
}

CASE(refused_request_leaves_the_tail_to_a_smaller_one,
     .claim = { OBSERVED, "where two bytes are refused with EAGAIN one byte may still fit",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-13" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_fill(t, &p, 1);
	expect(t, write(p.wr, "ab", 2), FAILS(EAGAIN));
	expect(t, write(p.wr, "a", 1), RETURNS(1));
	expect(t, write(p.wr, "a", 1), FAILS(EAGAIN));
}

CASE(single_bytes_fill_the_capacity,
     .claim = { OBSERVED, "as many one-byte requests fit as there are bytes of room",
		"fs/pipe.c, pipe_write(), \"merges small writes\"" },
     .covers = { "WRM-14" }, .ways = BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_fill(t, &p, PIPE_BUF); // nothing to fill where that is a page
	for (int i = 0; i < PIPE_BUF; i++)
		expect(t, write(p.wr, "a", 1), RETURNS(1));
	expect(t, write(p.wr, "a", 1), FAILS(EAGAIN));
	expect_equal(t, must_unread(t, p.rd), page_size());
}

CASE(room_comes_back_by_whole_pages,
     .claim = { OBSERVED, "a full pipe has no room until the last byte of a page is read",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-15" }, .against = "every byte that is read makes room for another",
     .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char *bytes = must_share(t, page_size());

	must_fill(t, &p, 0);
	must_read(t, p.rd, bytes, 1);
	expect(t, write(p.wr, bytes, 1), FAILS(EAGAIN));
	must_read(t, p.rd, bytes, page_size() - 2);
	expect(t, write(p.wr, bytes, 1), FAILS(EAGAIN));
	must_read(t, p.rd, bytes, 1);
	expect(t, write(p.wr, bytes, page_size()), RETURNS_PAGES(1, 0));
}

struct empty_row {
	const char *name;
	int flags;
	struct extent room;
};

static const struct empty_row nothing_to_write[] = {
	// clang-format off
	{ "wait/empty",   0,          { EMPTY, 0 } },
	{ "wait/full",    0,          { 0, 0 } },
	{ "nowait/empty", O_NONBLOCK, { EMPTY, 0 } },
	{ "nowait/full",  O_NONBLOCK, { 0, 0 } },
	// clang-format on
};

CASE(request_for_nothing_returns_0,
     .claim = { OBSERVED, "write() of no bytes returns 0 at once, whatever mode and room",
		"fs/pipe.c, pipe_write(); write(2) leaves it unspecified" },
     .covers = { "WRM-22", "WRM-23" }, .ways = BY_PIPE2, ROWS(nothing_to_write))
{
	const struct empty_row *row = trial_row(t);
	struct pipe p = must_pipe(t, row->flags);
	size_t before = must_leave(t, &p, row->room);

	expect(t, write(p.wr, "a", 0), RETURNS(0));
	expect_equal(t, must_unread(t, p.rd), before);
}

struct gather_row {
	const char *name;
	size_t first, rest; // bytes of one segment, and of each of the three behind it
	struct extent room;
};

static const struct gather_row gathered[] = {
	// clang-format off
	{ "one_byte_short",  1,            PIPE_BUF / 3, { 0, PIPE_BUF - 1 } },
	{ "first_would_fit", PIPE_BUF / 2, PIPE_BUF / 6, { 0, PIPE_BUF / 2 } },
	{ "full",            0,            1,            { 0, 0 } },
	// clang-format on
};

CASE(gathered_request_is_refused_whole,
     .claim = { POSIX, "writev() of up to PIPE_BUF bytes that do not all fit writes none: EAGAIN",
		"POSIX.1-2024 writev() and write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", "
		"O_NONBLOCK" },
     .covers = { "WRM-31" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(gathered))
{
	const struct gather_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char *bytes = must_share(t, PIPE_BUF);
	struct iovec rest = { bytes, row->rest };
	struct iovec segments[] = { { bytes, row->first }, rest, rest, rest };
	size_t before = must_fill(t, &p, bytes_in(row->room));

	expect(t, writev(p.wr, segments, 4), FAILS(EAGAIN));
	must_read(t, p.rd, must_share(t, before), before);
	expect_nothing_more(t, p.rd);
}

const struct family write_room_family = {
	.name = "write_room",
	.about = "What counts as room for a write",
	.cases = {
		&tail_is_shared_whole_or_not_at_all,
		&part_that_fits_is_the_tail_and_whole_pages,
		&request_is_torn_from_pipe_buf_and_one,
		&large_request_asleep_has_taken_the_room,
		&equal_requests_fit_so_many_to_a_page,
		&refused_request_leaves_the_tail_to_a_smaller_one,
		&single_bytes_fill_the_capacity,
		&room_comes_back_by_whole_pages,
		&request_for_nothing_returns_0,
		&gathered_request_is_refused_whole,
	},
};
