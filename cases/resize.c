// SPDX-License-Identifier: ISC
// Changing the capacity of a pipe in use: F_SETPIPE_SZ(2const).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "case.h"

enum { PAGE_MAX = 1 << 16 }; // bytes, of any Linux

// A pipe holding pages and bytes is asked for asked_pages and asked_bytes.
struct shrink_row {
	const char *name;
	size_t pages, bytes, asked_pages, asked_bytes;
	struct outcome want;
};

static struct pipe must_pipe_holding(struct trial *t, size_t pages, size_t bytes)
{
	struct pipe p = must_pipe(t, 0);
	size_t page = page_size();

	must_fill(t, &p, DEFAULT_PAGES * page - pages * page - bytes);
	return p;
}

// clang-format off
static const struct shrink_row too_small[] = {
	// name                 holds   asked
	{ "full_to_half",       16, 0,  8, 0,  FAILS(EBUSY) },
	{ "full_to_nothing",    16, 0,  0, 0,  FAILS(EBUSY) },
	{ "page_short",          2, 0,  1, 0,  FAILS(EBUSY) },
	{ "byte_short",          1, 1,  1, 0,  FAILS(EBUSY) },
	{ "rounded_byte_short",  4, 1,  3, 0,  FAILS(EBUSY) },
};

static const struct shrink_row just_enough[] = {
	{ "one_byte",            0, 1,  0, 1,  RETURNS_PAGES(1, 0) },
	{ "one_page",            1, 0,  1, 0,  RETURNS_PAGES(1, 0) },
	{ "two_pages",           2, 0,  2, 0,  RETURNS_PAGES(2, 0) },
	{ "three_and_one_byte",  3, 1,  4, 0,  RETURNS_PAGES(4, 0) },
	{ "eight_pages",         8, 0,  8, 0,  RETURNS_PAGES(8, 0) },
	{ "full",               16, 0, 16, 0,  RETURNS_PAGES(16, 0) },
};
// clang-format on

static void shrink_by_row(struct trial *t)
{
	const struct shrink_row *r = trial_row(t);
	struct pipe p = must_pipe_holding(t, r->pages, r->bytes);
	size_t asked = r->asked_pages * page_size() + r->asked_bytes;

	expect_as(t, fcntl(p.wr, F_SETPIPE_SZ, asked), &r->want);
}

CASE(less_than_it_holds_is_refused,
     .claim = { DOCUMENTED, "a request for less than the space in use fails with EBUSY",
		"F_SETPIPE_SZ(2const)" },
     .covers = { "CAP-16" }, .since = "2.6.35", ROWS(too_small))
{
	shrink_by_row(t);
}

CASE(ebusy_leaves_the_capacity_alone,
     .claim = { OBSERVED, "a request refused with EBUSY leaves the capacity as it was",
		"fs/pipe.c, pipe_resize_ring()" },
     .covers = { "CAP-16" }, .since = "2.6.35", .ways = BY_PIPE2)
{
	struct pipe p = must_pipe_holding(t, 1, 1);

	expect(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()), FAILS(EBUSY));
	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(just_what_it_holds_is_granted,
     .claim = { DOCUMENTED, "a pipe can be shrunk to just the pages it uses",
		"F_SETPIPE_SZ(2const)" },
     .covers = { "CAP-17" }, .since = "2.6.35", ROWS(just_enough))
{
	shrink_by_row(t);
}

CASE(a_page_with_one_byte_is_a_page_in_use,
     .claim = { OBSERVED, "two bytes left in two pages do not let the pipe shrink to one page",
		"fs/pipe.c, pipe_resize_ring()" },
     .covers = { "CAP-18" }, .against = "the space in use is what FIONREAD counts",
     .ways = BY_PIPE2)
{
	struct pipe p = must_pipe_holding(t, 1, 1);

	must_read(t, p.rd, must_share(t, page_size()), page_size() - 1);
	expect(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()), FAILS(EBUSY));
}

// Writes of `count` single bytes, and then a request.
struct bytes_row {
	const char *name;
	int flags, count;
	size_t asked_pages;
	struct outcome want;
};

// clang-format off
static const struct bytes_row packets[] = {
	// name               flags     count asked
	{ "one_into_one",     O_DIRECT, 1,    1, RETURNS_PAGES(1, 0) },
	{ "two_into_one",     O_DIRECT, 2,    1, FAILS(EBUSY) },
	{ "two_into_two",     O_DIRECT, 2,    2, RETURNS_PAGES(2, 0) },
	{ "three_into_four",  O_DIRECT, 3,    4, RETURNS_PAGES(4, 0) },
	{ "nine_into_eight",  O_DIRECT, 9,    8, FAILS(EBUSY) },
};

static const struct bytes_row merged[] = {
	{ "forty_into_one",   0,       40,    1, RETURNS_PAGES(1, 0) },
};
// clang-format on

static void write_bytes_and_shrink(struct trial *t)
{
	const struct bytes_row *r = trial_row(t);
	struct pipe p = must_pipe(t, r->flags);

	for (int i = 0; i < r->count; i++)
		must_write(t, p.wr, "", 1);
	expect_as(t, fcntl(p.wr, F_SETPIPE_SZ, r->asked_pages * page_size()), &r->want);
}

CASE(each_packet_is_a_page_in_use,
     .claim = { OBSERVED, "packets of one byte count as a page each when the pipe shrinks",
		"fs/pipe.c, pipe_resize_ring(); pipe(2), O_DIRECT" },
     .covers = { "CAP-18" }, .since = "3.4", .against = "the space in use is what FIONREAD counts",
     ROWS(packets))
{
	write_bytes_and_shrink(t);
}

CASE(bytes_written_one_by_one_share_a_page,
     .claim = { OBSERVED, "bytes written one by one count as one page when the pipe shrinks",
		"fs/pipe.c, pipe_write()" },
     .covers = { "CAP-18" }, ROWS(merged))
{
	write_bytes_and_shrink(t);
}

// --- growing -----------------------------------------------------------------

// A pipe of two pages with room_pages left; a writer of pages and bytes sleeps on
// it until it has grown to grown_pages.
struct writer_row {
	const char *name;
	size_t room_pages, pages, bytes, grown_pages;
	struct outcome want;
};

struct writing {
	int fd;
	size_t size;
};

enum { SMALL_PAGES = 2, WRITER_PAGES_MAX = 3, WRITERS = 3 };

// clang-format off
static const struct writer_row writers[] = {
	// name            room  size  grown
	{ "one_byte",       0,   0, 1,   4, RETURNS(1) },
	{ "one_page",       0,   1, 0,   4, RETURNS_PAGES(1, 0) },
	{ "three_pages",    0,   3, 0,   8, RETURNS_PAGES(3, 0) },
	{ "partly_written", 1,   3, 0,   4, RETURNS_PAGES(3, 0) },
};
// clang-format on

static struct pipe must_small_pipe(struct trial *t, size_t room)
{
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.wr, F_SETPIPE_SZ, SMALL_PAGES * page_size()));
	must_fill(t, &p, room);
	return p;
}

static void write_bytes(struct trial *t, const void *arg)
{
	static const char zeros[WRITER_PAGES_MAX * PAGE_MAX];
	const struct writing *w = arg;

	attempt(t, write(w->fd, zeros, w->size));
}

CASE(growing_wakes_a_sleeping_writer,
     .claim = { OBSERVED, "a writer asleep on a full pipe goes on once the pipe is grown",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "CAP-20" }, .against = "pipe(7), Pipe capacity: only a read makes room",
     .ways = BY_PIPE2, ROWS(writers))
{
	const struct writer_row *r = trial_row(t);
	struct pipe p = must_small_pipe(t, r->room_pages * page_size());
	struct writing w = { p.wr, r->pages * page_size() + r->bytes };
	struct actor *writer = start(t, write_bytes, &w);

	must_block(t, writer);
	must(t, set_capacity(t, p.rd, r->grown_pages * page_size()));
	expect_outcome(t, writer, &r->want);
}

CASE(growing_wakes_every_writer_there_is_room_for,
     .claim = { OBSERVED, "all writers asleep on a full pipe go on once it has room for all",
		"fs/pipe.c, pipe_set_size(), pipe_write()" },
     .covers = { "CAP-20" })
{
	struct pipe p = must_small_pipe(t, 0);
	struct writing w = { p.wr, page_size() };
	struct actor *sleeping[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		sleeping[i] = start(t, write_bytes, &w);
		must_block(t, sleeping[i]);
	}
	must(t, set_capacity(t, p.wr, 8 * page_size()));
	for (int i = 0; i < WRITERS; i++)
		expect_actor(t, sleeping[i], RETURNS_PAGES(1, 0));
}

static void poll_for_room(struct trial *t, const void *arg)
{
	struct pollfd poller = { .fd = *(const int *)arg, .events = POLLOUT };

	attempt(t, poll(&poller, 1, -1));
	expect_equal(t, poller.revents, POLLOUT);
}

CASE(growing_ends_a_sleeping_poll,
     .claim = { OBSERVED, "poll() for POLLOUT asleep on a full pipe returns once it is grown",
		"fs/pipe.c, pipe_set_size(), pipe_poll()" },
     .covers = { "CAP-21" }, .ways = BY_PIPE2)
{
	struct pipe p = must_small_pipe(t, 0);
	struct actor *poller = start(t, poll_for_room, &p.wr);

	must_block(t, poller);
	must(t, set_capacity(t, p.rd, 2 * SMALL_PAGES * page_size()));
	expect_actor(t, poller, RETURNS(1));
	must_finish(t, poller);
}

const struct family resize_family = {
	.name = "resize",
	.about = "Changing the capacity of a pipe in use",
	.cases = {
		&less_than_it_holds_is_refused,
		&ebusy_leaves_the_capacity_alone,
		&just_what_it_holds_is_granted,
		&a_page_with_one_byte_is_a_page_in_use,
		&each_packet_is_a_page_in_use,
		&bytes_written_one_by_one_share_a_page,
		&growing_wakes_a_sleeping_writer,
		&growing_wakes_every_writer_there_is_room_for,
		&growing_ends_a_sleeping_poll,
	},
};
