// SPDX-License-Identifier: ISC
// How much a pipe holds: pipe(7), "Pipe capacity"; fcntl(2), "Changing the capacity of a pipe".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { PAGE_MAX = 1 << 16 }; // bytes, of any Linux

struct request {
	const char *name;
	long pages, bytes;
	struct outcome want;
};

static size_t bytes_of(const struct request *r)
{
	return (size_t)(r->pages * (long)page_size() + r->bytes);
}

// 16 pages are what every kernel grants to everybody: with pages of 64 KiB they
// are pipe-max-size.
static void must_be_allowed(struct trial *t, long pages)
{
	if (pages > DEFAULT_PAGES && pages * (long)page_size() > must_sysctl(t, "fs/pipe-max-size"))
		skip(t, "sysctl: pipe-max-size is less than the row takes");
}

CASE(a_new_pipe_holds_sixteen_pages,
     .claim = { DOCUMENTED, "the capacity of a new pipe is 16 pages", "pipe(7), Pipe capacity" },
     .covers = { "CAP-01", "FLK-07" }, .since = "2.6.11",
     .against = "a pipe holds 4096 bytes (its capacity until 2.6.11, and today's PIPE_BUF)",
     .ways = FULL_SIZE_WAYS)
{
	int fd = must_new_pipe(t);
	size_t capacity_as_made = must_capacity(t, fd);

	// A page budget used up and a low pipe-max-size make new pipes smaller too,
	// but then growing is refused as well, and that skips.
	expect(t, set_capacity(t, fd, DEFAULT_PAGES * page_size()),
	       RETURNS_PAGES(DEFAULT_PAGES, 0));
	expect(t, capacity_as_made, RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(both_ends_report_one_capacity,
     .claim = { DOCUMENTED, "F_GETPIPE_SZ returns the same on both ends of a pipe",
		"fcntl(2), F_GETPIPE_SZ" },
     .covers = { "CAP-02" }, .since = "2.6.35", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	long seen_by_writer = (long)must_capacity(t, p.wr);

	expect(t, fcntl(p.rd, F_GETPIPE_SZ), RETURNS(seen_by_writer));
}

struct end {
	const char *name;
	bool writing;
};

static const struct end ends[] = {
	{ "read_end", false },
	{ "write_end", true },
};

CASE(a_change_shows_on_the_other_end,
     .claim = { DOCUMENTED, "a capacity set through one end is what the other end reports",
		"fcntl(2), F_SETPIPE_SZ: \"the pipe referred to by fd\"" },
     .covers = { "CAP-02" }, .since = "2.6.35", .ways = BY_PIPE2, ROWS(ends))
{
	const struct end *end = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(end->writing ? p.wr : p.rd, F_SETPIPE_SZ, 2 * page_size()));
	expect(t, fcntl(end->writing ? p.rd : p.wr, F_GETPIPE_SZ), RETURNS_PAGES(2, 0));
}

CASE(either_end_takes_a_request,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ works through the read end and through the write end",
		"fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-03" }, .since = "2.6.35", .ways = BY_PIPE2, ROWS(ends))
{
	const struct end *end = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect(t, fcntl(end->writing ? p.wr : p.rd, F_SETPIPE_SZ, 4 * page_size()),
	       RETURNS_PAGES(4, 0));
}

// clang-format off
static const struct request below_one_page[] = {
	// name            pages bytes want
	{ "zero",           0,    0,   RETURNS_PAGES(1, 0) },
	{ "one_byte",       0,    1,   RETURNS_PAGES(1, 0) },
	{ "half_of_4_kib",  0, 2048,   RETURNS_PAGES(1, 0) },
	{ "page_less_one",  1,   -1,   RETURNS_PAGES(1, 0) },
};

// CPython and others double or halve the default and expect just that.
static const struct request powers_of_two[] = {
	// name            pages bytes want
	{ "one_page",       1,    0,   RETURNS_PAGES(1, 0) },
	{ "two_pages",      2,    0,   RETURNS_PAGES(2, 0) },
	{ "four_pages",     4,    0,   RETURNS_PAGES(4, 0) },
	{ "half_default",   8,    0,   RETURNS_PAGES(8, 0) },
	{ "default",       16,    0,   RETURNS_PAGES(16, 0) },
	{ "twice_default", 32,    0,   RETURNS_PAGES(32, 0) },
};

static const struct request between_powers[] = {
	// name                  pages bytes want
	{ "page_and_one",         1,    1,   RETURNS_PAGES(2, 0) },
	{ "two_pages_less_one",   2,   -1,   RETURNS_PAGES(2, 0) },
	{ "three_pages",          3,    0,   RETURNS_PAGES(4, 0) },
	{ "fifteen_pages",       15,    0,   RETURNS_PAGES(16, 0) },
	{ "default_and_one",     16,    1,   RETURNS_PAGES(32, 0) },
	{ "default_and_a_page",  17,    0,   RETURNS_PAGES(32, 0) },
};

static const struct request any_size[] = {
	// name            pages bytes
	{ "one_byte",       0,    1,   { 0 } },
	{ "three_pages",    3,    0,   { 0 } },
	{ "default",       16,    0,   { 0 } },
};
// clang-format on

CASE(less_than_a_page_becomes_a_page,
     .claim = { DOCUMENTED, "a request below the page size sets the capacity to one page",
		"fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-04", "CAP-05", "FLK-14" }, .since = "2.6.35",
     .against = "F_SETPIPE_SZ with 1024 sets a capacity of 1024 bytes", ROWS(below_one_page))
{
	const struct request *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect_as(t, fcntl(p.wr, F_SETPIPE_SZ, bytes_of(r)), &r->want);
}

CASE(a_power_of_two_of_pages_is_granted_exactly,
     .claim = { DOCUMENTED, "a request for a power of two of pages sets just that capacity",
		"fcntl(2), F_SETPIPE_SZ, on the current implementation" },
     .covers = { "CAP-06" }, .since = "2.6.35", ROWS(powers_of_two))
{
	const struct request *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_be_allowed(t, r->want.high_pages);
	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	expect_as(t, set_capacity(t, p.wr, bytes_of(r)), &r->want);
}

CASE(other_requests_are_rounded_up,
     .claim = { DOCUMENTED, "any other request sets the next higher power of two of pages",
		"fcntl(2), F_SETPIPE_SZ, on the current implementation" },
     .covers = { "CAP-07", "FLK-14" }, .since = "2.6.35",
     .against = "the size that F_SETPIPE_SZ is asked for is the size it sets", ROWS(between_powers))
{
	const struct request *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_be_allowed(t, r->want.high_pages);
	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	expect_as(t, set_capacity(t, p.wr, bytes_of(r)), &r->want);
}

CASE(a_request_is_never_granted_short,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ sets a capacity of at least what was asked for",
		"fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-07" }, .since = "2.6.35", ROWS(any_size))
{
	const struct request *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	expect(t, set_capacity(t, p.wr, bytes_of(r)), RETURNS_IN((long)bytes_of(r), INT_MAX));
}

CASE(the_result_is_the_capacity,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ returns the capacity that F_GETPIPE_SZ then reports",
		"fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-08" }, .since = "2.6.35", ROWS(any_size))
{
	const struct request *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	long granted = must(t, set_capacity(t, p.wr, bytes_of(r)));

	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS(granted));
}

struct room_row {
	const char *name;
	size_t pages;
};

static const struct room_row capacities[] = {
	{ "one_page", 1 },
	{ "two_pages", 2 },
	{ "eight_pages", 8 },
	{ "default", DEFAULT_PAGES },
};

CASE(whole_pages_fill_the_capacity,
     .claim = { DOCUMENTED, "a pipe takes whole pages up to just the capacity it was set to",
		"pipe(7), Pipe capacity; fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-22" }, ROWS(capacities))
{
	static const char page[PAGE_MAX];
	const struct room_row *r = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	must(t, set_capacity(t, p.wr, r->pages * page_size()));
	for (size_t i = 0; i < r->pages; i++)
		expect(t, write(p.wr, page, page_size()), RETURNS_PAGES(1, 0));
}

CASE(one_write_fills_the_capacity,
     .claim = { DOCUMENTED, "one write of as many bytes as the capacity is taken whole",
		"pipe(7), Pipe capacity" },
     .covers = { "CAP-22" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	char *page = must_share(t, page_size());
	struct pipe p = must_pipe(t, O_NONBLOCK);
	long capacity = (long)must_capacity(t, p.wr);
	struct iovec pages[DEFAULT_PAGES];

	for (int i = 0; i < DEFAULT_PAGES; i++)
		pages[i] = (struct iovec){ page, page_size() };
	expect(t, writev(p.wr, pages, (int)(capacity / (long)page_size())), RETURNS(capacity));
}

CASE(a_full_pipe_takes_no_byte_more,
     .claim = { DOCUMENTED, "one more byte does not fit a pipe whose capacity is used up",
		"pipe(7), Pipe capacity; write(2), EAGAIN" },
     .covers = { "CAP-22" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_fill(t, &p, 0);
	expect(t, write(p.wr, "", 1), FAILS(EAGAIN));
}

const struct family capacity_family = {
	.name = "capacity",
	.about = "How much a pipe holds, and how that is asked for and changed",
	.cases = {
		&a_new_pipe_holds_sixteen_pages,
		&both_ends_report_one_capacity,
		&a_change_shows_on_the_other_end,
		&either_end_takes_a_request,
		&less_than_a_page_becomes_a_page,
		&a_power_of_two_of_pages_is_granted_exactly,
		&other_requests_are_rounded_up,
		&a_request_is_never_granted_short,
		&the_result_is_the_capacity,
		&whole_pages_fill_the_capacity,
		&one_write_fills_the_capacity,
		&a_full_pipe_takes_no_byte_more,
	},
};
