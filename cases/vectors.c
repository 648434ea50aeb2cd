// SPDX-License-Identifier: ISC
// Several buffers in one call: readv(2), writev(2).

#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { VECTORS = 5 };

struct vectors_row {
	const char *name;
	int count;
	struct extent sizes[VECTORS];
};

// clang-format off
static const struct vectors_row layouts[] = {
	{ "one",            1, { { 0, 100 } } },
	{ "bytes",          5, { { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 } } },
	{ "halves",         2, { { 0, PIPE_BUF / 2 }, { 0, PIPE_BUF / 2 } } },
	{ "empty_between",  5, { { 0, 0 }, { 0, 7 }, { 0, 0 }, { 0, 0 }, { 0, 9 } } },
	{ "empty_last",     3, { { 0, 1 }, { 0, PIPE_BUF - 1 }, { 0, 0 } } },
};
static const struct vectors_row large_layouts[] = {
	{ "pages",          3, { { 1, 0 }, { 1, 0 }, { 1, 0 } } },
	{ "across_pages",   4, { { 0, 1 }, { 2, -3 }, { 0, 0 }, { 1, 7 } } },
	{ "bit_and_many",   2, { { 0, 9 }, { 5, 0 } } },
	{ "full",           3, { { 1, -1 }, { DEFAULT_PAGES - 2, 0 }, { 1, 1 } } },
};
// clang-format on

// The row's vectors, a byte apart in memory, so that a byte too far shows.
static size_t must_lay_out(struct trial *t, struct iovec vectors[VECTORS])
{
	const struct vectors_row *row = trial_row(t);
	size_t all = 0;

	for (int i = 0; i < VECTORS; i++)
		all += bytes_in(row->sizes[i]);
	char *next = must_share(t, all + VECTORS + 1);
	for (int i = 0; i < VECTORS; i++) {
		vectors[i] = (struct iovec){ next, bytes_in(row->sizes[i]) };
		next += vectors[i].iov_len + 1;
	}
	return all;
}

static void gather(struct trial *t)
{
	const struct vectors_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct iovec vectors[VECTORS];
	size_t all = must_lay_out(t, vectors), at = 0;

	for (int i = 0; i < VECTORS; at += vectors[i++].iov_len)
		stream_make(vectors[i].iov_base, at, vectors[i].iov_len);
	expect(t, writev(p.wr, vectors, row->count), RETURNS((long)all));
	expect_stream(t, p.rd, 0, all);
	expect_nothing_more(t, p.rd);
}

CASE(writev_gathers,
     .claim = { POSIX, "writev() writes its buffers one after the other, as one stream",
		"POSIX.1-2024 writev(), DESCRIPTION" },
     .covers = { "WRM-30" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(layouts))
{
	gather(t);
}

CASE(writev_gathers_pages,
     .claim = { POSIX, "writev() writes buffers that cross pages one after the other",
		"POSIX.1-2024 writev(), DESCRIPTION" },
     .covers = { "WRM-30" }, ROWS(large_layouts))
{
	gather(t);
}

// The byte behind each buffer is 0, which no byte of the stream is.
static void scatter(struct trial *t)
{
	const struct vectors_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct iovec vectors[VECTORS];
	size_t all = must_lay_out(t, vectors), at = 0;

	must_write_stream(t, p.wr, 0, all);
	expect(t, readv(p.rd, vectors, row->count), RETURNS((long)all));
	for (int i = 0; i < VECTORS; at += vectors[i++].iov_len) {
		const char *bytes = vectors[i].iov_base;

		expect_streamed(t, bytes, at, vectors[i].iov_len);
		expect_equal(t, bytes[vectors[i].iov_len], 0);
	}
	expect_nothing_more(t, p.rd);
}

CASE(readv_scatters,
     .claim = { POSIX, "readv() fills its buffers one after the other, and nothing between them",
		"POSIX.1-2024 readv(), DESCRIPTION" },
     .covers = { "WRM-28" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(layouts))
{
	scatter(t);
}

CASE(readv_scatters_pages,
     .claim = { POSIX, "readv() fills buffers that cross pages one after the other",
		"POSIX.1-2024 readv(), DESCRIPTION" },
     .covers = { "WRM-28" }, ROWS(large_layouts))
{
	scatter(t);
}

struct short_row {
	const char *name;
	size_t queued;
	struct outcome part, all;
};

// Of the three buffers of 10 bytes, the last are left alone.
static const struct short_row too_little[] = {
	{ "part_of_first", 4, RETURNS_IN(1, 4), RETURNS(4) },
	{ "first", 10, RETURNS_IN(1, 10), RETURNS(10) },
	{ "part_of_second", 15, RETURNS_IN(1, 15), RETURNS(15) },
	{ "part_of_third", 29, RETURNS_IN(1, 29), RETURNS(29) },
};

static void expect_filled_in_turn(struct trial *t, const struct short_row *row,
				  const struct outcome *want)
{
	enum { EACH = 10 };
	struct pipe p = must_pipe(t, 0);
	char bytes[3 * EACH] = { 0 };
	static const char untouched[sizeof bytes];
	// Backwards in memory, so that no order but that of the vectors will do.
	struct iovec vectors[] = { { bytes + 20, EACH }, { bytes + 10, EACH }, { bytes, EACH } };

	must_write_stream(t, p.wr, 0, row->queued);
	size_t read = (size_t)expect_as(t, readv(p.rd, vectors, 3), want);
	for (size_t i = 0, at = 0; i < 3; i++, at += EACH) {
		size_t left = read > at ? read - at : 0;
		size_t got = left < EACH ? left : EACH;

		expect_streamed(t, vectors[i].iov_base, at, got);
		expect_true(t,
			    memcmp((char *)vectors[i].iov_base + got, untouched, EACH - got) == 0);
	}
}

CASE(readv_fills_each_buffer_before_the_next,
     .claim = { POSIX,
		"readv() of less than its buffers hold fills each before it goes to the next",
		"POSIX.1-2024 readv(), DESCRIPTION" },
     .covers = { "WRM-28" }, ROWS(too_little))
{
	const struct short_row *row = trial_row(t);

	expect_filled_in_turn(t, row, &row->part);
}

CASE(readv_takes_all_that_is_there,
     .claim = { OBSERVED, "readv() of less than its buffers hold returns all that is in the pipe",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-28" }, ROWS(too_little))
{
	const struct short_row *row = trial_row(t);

	expect_filled_in_turn(t, row, &row->all);
}

CASE(readv_fills_overlapping_buffers_in_order,
     .claim = { OBSERVED, "of buffers that overlap, readv() fills the later ones later",
		"copy_page_to_iter(), which goes through them in turn" },
     .covers = { "WRM-28" })
{
	enum { SIZE = 60, STEP = 20 };
	struct pipe p = must_pipe(t, 0);
	char bytes[SIZE + 2 * STEP];
	struct iovec vectors[] = { { bytes, SIZE },
				   { bytes + STEP, SIZE },
				   { bytes + 2 * STEP, SIZE } };

	must_write_stream(t, p.wr, 0, 3 * SIZE);
	expect(t, readv(p.rd, vectors, 3), RETURNS(3 * SIZE));
	expect_streamed(t, bytes, 0, STEP);
	expect_streamed(t, bytes + STEP, SIZE, STEP);
	expect_streamed(t, bytes + 2 * STEP, 2 * SIZE, SIZE);
}

const struct family vectors_family = {
	.name = "vectors",
	.about = "How readv() and writev() go through their buffers",
	.cases = {
		&writev_gathers,
		&writev_gathers_pages,
		&readv_scatters,
		&readv_scatters_pages,
		&readv_fills_each_buffer_before_the_next,
		&readv_takes_all_that_is_there,
		&readv_fills_overlapping_buffers_in_order,
	},
};
