// SPDX-License-Identifier: ISC
// vmsplice(2) into a pipe: memory put there, and how much at once.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100, VECTORS = 5 };

struct layout_row {
	const char *name;
	int count;
	struct extent sizes[VECTORS];
};

// clang-format off
static const struct layout_row layouts[] = {
	{ "one",           1, { { 0, FEW } } },
	{ "empty_between", 5, { { 0, 0 }, { 0, 7 }, { 0, 0 }, { 0, 1 }, { 0, 9 } } },
	{ "across_pages",  4, { { 0, 1 }, { 2, -3 }, { 0, 0 }, { 1, 7 } } },
};
// clang-format on

CASE(memory_arrives_in_order,
     .claim = { DOCUMENTED,
		"vmsplice() to a write end returns the bytes of its ranges, which are read one "
		"after the other, and stay in memory",
		"vmsplice(2)" },
     .covers = { "VMS-01" }, .since = "2.6.17", ROWS(layouts))
{
	const struct layout_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct iovec vectors[VECTORS];
	size_t all = 0, at = 0;
	char *next = must_share(t, 5 * page_size());

	for (int i = 0; i < row->count; i++) {
		vectors[i] = (struct iovec){ next, bytes_in(row->sizes[i]) };
		stream_make(next, all, vectors[i].iov_len);
		all += vectors[i].iov_len;
		next += vectors[i].iov_len + 1; // so that a byte too far shows
	}
	expect(t, vmsplice(p.wr, vectors, (size_t)row->count, 0), RETURNS((long)all));
	expect_equal(t, must_unread(t, p.rd), all);
	expect_stream(t, p.rd, 0, all);
	for (int i = 0; i < row->count; at += vectors[i++].iov_len)
		expect_streamed(t, vectors[i].iov_base, at, vectors[i].iov_len);
}

CASE(more_than_fits_goes_in_pieces,
     .claim = { DOCUMENTED,
		"memory of more than the capacity goes through a pipe unchanged, as many bytes a "
		"call as vmsplice() returns",
		"vmsplice(2), RETURN VALUE" },
     .covers = { "VMS-01" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	const size_t all = 2 * must_capacity(t, p.wr);
	char *bytes = must_stream(t, 0, all);

	for (size_t done = 0; done < all;) {
		const struct iovec rest = { bytes + done, all - done };
		size_t n = (size_t)expect(t, vmsplice(p.wr, &rest, 1, 0),
					  RETURNS_IN(1, (long)(all - done)));

		expect_equal(t, must_unread(t, p.rd), n);
		expect_stream(t, p.rd, done, n);
		done += n;
	}
}

struct range_row {
	const char *name;
	size_t offset; // within a page
	struct outcome want;
};

static const struct range_row ranges[] = {
	{ "aligned", 0, RETURNS_PAGES(DEFAULT_PAGES, 0) },
	{ "unaligned", FEW, RETURNS_PAGES(DEFAULT_PAGES, -FEW) },
};

CASE(page_of_memory_takes_a_page,
     .claim = { OBSERVED,
		"vmsplice() of more than the capacity puts as many pages of memory as the pipe has "
		"there, whole or not, and waits for no more room",
		"fs/splice.c, iter_to_pipe()" },
     .covers = { "VMS-14" }, .since = "2.6.17", ROWS(ranges))
{
	const struct range_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const size_t size = (DEFAULT_PAGES + 2) * page_size();
	char *bytes = must_share(t, size);
	const struct iovec range = { bytes + row->offset, size - row->offset };

	stream_make(range.iov_base, 0, range.iov_len);
	size_t n = (size_t)expect_as(t, vmsplice(p.wr, &range, 1, 0), &row->want);
	expect(t, vmsplice(p.wr, &range, 1, SPLICE_F_NONBLOCK), FAILS(EAGAIN));
	expect_stream(t, p.rd, 0, n);
}

CASE(range_of_memory_takes_a_page,
     .claim = { OBSERVED,
		"vmsplice() puts as many ranges of one byte as the pipe has pages, though they lie "
		"together",
		"fs/splice.c, iter_to_pipe()" },
     .covers = { "VMS-14" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_stream(t, 0, DEFAULT_PAGES + 1);
	struct iovec each[DEFAULT_PAGES + 1];

	for (int i = 0; i <= DEFAULT_PAGES; i++)
		each[i] = (struct iovec){ bytes + i, 1 };
	expect(t, vmsplice(p.wr, each, DEFAULT_PAGES + 1, 0), RETURNS(DEFAULT_PAGES));
	expect_stream(t, p.rd, 0, DEFAULT_PAGES);
}

CASE(write_does_not_join_the_memory,
     .claim = { OBSERVED,
		"write() behind a part of a page that vmsplice() put takes a new page, and leaves "
		"the memory as it is",
		"fs/pipe.c, pipe_write()" },
     .covers = { "VMS-13" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char *bytes = must_share(t, page_size());
	const struct iovec part = { bytes, FEW };

	stream_make(bytes, 0, 2 * FEW);
	expect(t, vmsplice(p.wr, &part, 1, 0), RETURNS(FEW));
	if (trial_way(t) == BY_ONE_PAGE) {
		expect(t, write(p.wr, "x", 1), FAILS(EAGAIN));
	} else {
		must_write(t, p.wr, must_stream(t, 7, FEW), FEW);
		expect_stream(t, p.rd, 0, FEW);
		expect_stream(t, p.rd, 7, FEW);
	}
	expect_streamed(t, bytes, 0, 2 * FEW);
}

CASE(no_ranges_are_no_bytes,
     .claim = { OBSERVED,
		"vmsplice() of no ranges, or of empty ones, returns 0 at once at either end, full "
		"or empty",
		"fs/splice.c, vmsplice()" },
     .covers = { "VMS-08" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	static char byte;
	const struct iovec empty[] = { { &byte, 0 }, { &byte, 0 } };

	expect(t, vmsplice(p.rd, empty, 0, 0), RETURNS(0));
	expect(t, vmsplice(p.rd, empty, 2, 0), RETURNS(0));
	must_fill(t, &p, 0);
	expect(t, vmsplice(p.wr, NULL, 0, 0), RETURNS(0));
	expect(t, vmsplice(p.wr, empty, 2, 0), RETURNS(0));
}

CASE(fifo_open_for_both_is_written,
     .claim = { OBSERVED, "vmsplice() takes a FIFO open for reading and writing as a write end",
		"fs/splice.c, vmsplice_type()" },
     .covers = { "VMS-16" }, .since = "2.6.17")
{
	int fifo = must_open_end(t, must_fifo(t, 0600), O_RDWR);
	const struct iovec memory = { must_stream(t, FEW, FEW), FEW };

	must(t, set_capacity(t, fifo, DEFAULT_PAGES * page_size()));
	must_write_stream(t, fifo, 0, FEW);
	expect(t, vmsplice(fifo, &memory, 1, 0), RETURNS(FEW));
	expect(t, must_unread(t, fifo), RETURNS(2 * FEW));
	expect_stream(t, fifo, 0, 2 * FEW);
}

const struct family vmsplice_family = {
	.name = "vmsplice",
	.about = "vmsplice() puts memory into a pipe",
	.cases = {
		&memory_arrives_in_order,
		&more_than_fits_goes_in_pieces,
		&page_of_memory_takes_a_page,
		&range_of_memory_takes_a_page,
		&write_does_not_join_the_memory,
		&no_ranges_are_no_bytes,
		&fifo_open_for_both_is_written,
	},
};
