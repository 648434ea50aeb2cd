// SPDX-License-Identifier: ISC
// What a pipe holds while its capacity changes: pipe(7); fcntl(2), F_SETPIPE_SZ.
//
// A pipe is a ring of pages.  The rows put what it holds in different places of a
// ring of 8, across its end among them, and then change the size of the ring.

#include <fcntl.h>
#include <unistd.h>

#include "case.h"

enum { RING_PAGES = 8, PAGE_MAX = 1 << 16 };

// Pages written and read before; what is then written; bytes of it already read
// again; the new size of the ring.
struct ring_row {
	const char *name;
	size_t passed, pages, bytes, taken, resized_pages;
};

// clang-format off
static const struct ring_row rings[] = {
	// name                     passed holds   taken resized
	{ "empty/grow",                3,  0, 0,   0,   16 },
	{ "empty/shrink",              5,  0, 0,   0,    1 },
	{ "in_line/grow",              0,  5, 1,   0,   16 },
	{ "in_line/shrink",            0,  3, 1,   0,    4 },
	{ "in_line/shrink_to_one",     5,  1, 0,   0,    1 },
	{ "high/shrink",               4,  3, 1,   0,    4 },
	{ "to_the_end/grow",           3,  5, 0,   0,   16 },
	{ "to_the_end/shrink",         4,  4, 0,   0,    4 },
	{ "across_the_end/grow",       5,  6, 1,   0,   16 },
	{ "across_the_end/shrink",     6,  3, 1,   0,    4 },
	{ "across_the_end/same_size",  5,  6, 1,   0,    8 },
	{ "across_the_end/partly_read", 7, 3, 0, 100,    4 },
	{ "last_page_first/grow",      7,  7, 1,   0,   16 },
	{ "last_page_first/shrink",    7,  2, 0,   0,    2 },
	{ "full/grow",                 0,  8, 0,   0,   16 },
	{ "full_across_the_end/grow",  3,  8, 0,   0,   16 },
	{ "second_lap/grow",          13,  6, 1,   0,   16 },
	{ "second_lap/shrink",        14,  4, 0,   0,    4 },
};

// Once resized, a ring starts anew at its first slot, so that how it goes on depends on what
// it holds, not on where that lay before.
static const struct ring_row resumed[] = {
	{ "empty/shrink",              5,  0, 0,   0,    1 },
	{ "across_the_end/grow",       5,  6, 1,   0,   16 },
	{ "across_the_end/shrink",     6,  3, 1,   0,    4 },
	{ "across_the_end/same_size",  5,  6, 1,   0,    8 },
	{ "across_the_end/partly_read", 7, 3, 0, 100,    4 },
	{ "last_page_first/shrink",    7,  2, 0,   0,    2 },
	{ "full_across_the_end/grow",  3,  8, 0,   0,   16 },
};
// clang-format on

// Returns with the row's content in the ring, which starts at *from of the stream.
static struct pipe must_ring(struct trial *t, const struct ring_row *r, size_t *from)
{
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_share(t, page_size());

	must(t, fcntl(p.wr, F_SETPIPE_SZ, RING_PAGES * page_size()));
	for (size_t i = 0; i < r->passed; i++) {
		must_write_stream(t, p.wr, i * page_size(), page_size());
		must_read(t, p.rd, bytes, page_size());
	}
	*from = r->passed * page_size();
	must_write_stream(t, p.wr, *from, r->pages * page_size() + r->bytes);
	must_read(t, p.rd, bytes, r->taken);
	*from += r->taken;
	return p;
}

CASE(resizing_keeps_bytes_and_order,
     .claim = { DOCUMENTED, "what a pipe holds is read as it was written after a resize too",
		"pipe(7): what is written is buffered until it is read; fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-19" }, .since = "2.6.35", ROWS(rings))
{
	const struct ring_row *r = trial_row(t);
	size_t from, size;
	struct pipe p = must_ring(t, r, &from);

	must(t, set_capacity(t, p.wr, r->resized_pages * page_size()));
	size = r->pages * page_size() + r->bytes - r->taken;
	expect_true(t, must_unread(t, p.rd) == size);
	expect_stream(t, p.rd, from, size);
}

// Page by page, three times round the resized ring.
CASE(a_resized_pipe_goes_on_in_order,
     .claim = { DOCUMENTED, "what is written after a resize is read after what was there before",
		"pipe(7): a pipe is a byte stream; fcntl(2), F_SETPIPE_SZ" },
     .covers = { "CAP-19" }, .since = "2.6.35", ROWS(resumed))
{
	enum { LAPS = 3 };
	const struct ring_row *r = trial_row(t);
	size_t from;
	struct pipe p = must_ring(t, r, &from);
	size_t held = r->pages * page_size() + r->bytes - r->taken, page = page_size();

	must(t, set_capacity(t, p.wr, r->resized_pages * page));
	for (size_t i = 0; i < LAPS * r->resized_pages; i++) {
		size_t part = held < page ? held : page;

		expect_stream(t, p.rd, from, part);
		must_write_stream(t, p.wr, from + held, page);
		from += part;
		held += page - part;
	}
	expect_stream(t, p.rd, from, held);
}

const struct family resize_content_family = {
	.name = "resize_content",
	.about = "What a pipe holds while its capacity changes",
	.cases = {
		&resizing_keeps_bytes_and_order,
		&a_resized_pipe_goes_on_in_order,
	},
};
