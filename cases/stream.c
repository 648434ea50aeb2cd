// SPDX-License-Identifier: ISC
// A stream of bytes without message boundaries: pipe(7), "I/O on pipes and FIFOs".

#include <limits.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100, MIB = 1 << 20, PIECE_MAX = 3 * 4096 };

struct pieces_row {
	const char *name;
	struct extent size; // of each
	int count;
};

static const struct pieces_row of_one_page[] = {
	{ "bytes", { 0, 1 }, FEW },
	{ "sevens", { 0, 7 }, FEW },
	{ "halves", { 0, PIPE_BUF / 2 }, 2 },
};

static const struct pieces_row of_pages[] = {
	{ "two_pages", { 1, 0 }, 2 },
	{ "page_less_one", { 1, -1 }, 3 },
	{ "three_and_a_bit", { 3, 1 }, 2 },
	{ "all", { 1, 0 }, DEFAULT_PAGES },
};

static void write_in_pieces_and_read_at_once(struct trial *t)
{
	const struct pieces_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t size = bytes_in(row->size);

	for (int i = 0; i < row->count; i++)
		must_write_stream(t, p.wr, (size_t)i * size, size);
	expect_stream(t, p.rd, 0, (size_t)row->count * size);
}

CASE(one_read_takes_several_small_writes,
     .claim = { POSIX, "one read() takes the bytes of several writes that share a page",
		"POSIX.1-2024 read(), DESCRIPTION: less than asked for only if less is there" },
     .covers = { "WRM-16" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE, ROWS(of_one_page))
{
	write_in_pieces_and_read_at_once(t);
}

CASE(one_read_takes_several_large_writes,
     .claim = { POSIX, "one read() takes the bytes of several writes from several pages",
		"POSIX.1-2024 read(), DESCRIPTION: less than asked for only if less is there" },
     .covers = { "WRM-16" }, ROWS(of_pages))
{
	write_in_pieces_and_read_at_once(t);
}

struct parts_row {
	const char *name;
	struct extent size, part;
};

// clang-format off
static const struct parts_row parts[] = {
	{ "byte_by_byte",       { 0, FEW },           { 0, 1 } },
	{ "sevens",             { 0, PIPE_BUF / 4 },  { 0, 7 } },
	{ "all_but_one",        { 0, PIPE_BUF },      { 0, PIPE_BUF - 1 } },
};
static const struct parts_row parts_of_pages[] = {
	{ "page_less_one",      { 3, 0 },             { 1, -1 } },
	{ "page_and_one",       { 5, 7 },             { 1, 1 } },
	{ "full/pipe_buf",      { DEFAULT_PAGES, 0 }, { 0, PIPE_BUF } },
	{ "full/five_less_one", { DEFAULT_PAGES, 0 }, { 5, -1 } },
};
// clang-format on

static void write_at_once_and_read_in_parts(struct trial *t)
{
	const struct parts_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t size = bytes_in(row->size), part = bytes_in(row->part);

	must_write_stream(t, p.wr, 0, size);
	for (size_t at = 0; at < size; at += part)
		expect_stream(t, p.rd, at, size - at < part ? size - at : part);
	expect_nothing_more(t, p.rd);
}

CASE(several_reads_take_one_small_write,
     .claim = { POSIX, "reads of parts of one write get all they ask for, in order",
		"POSIX.1-2024 read(), DESCRIPTION: less than asked for only if less is there" },
     .covers = { "WRM-17" }, .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE, ROWS(parts))
{
	write_at_once_and_read_in_parts(t);
}

CASE(several_reads_take_one_large_write,
     .claim = { POSIX, "reads across the pages of one write get all they ask for, in order",
		"POSIX.1-2024 read(), DESCRIPTION: less than asked for only if less is there" },
     .covers = { "WRM-17" }, ROWS(parts_of_pages))
{
	write_at_once_and_read_in_parts(t);
}

// Sizes in quarters of a page and bytes: what is held all the time, and what is
// then written and read in turn.
struct ring_row {
	const char *name;
	size_t held_quarters, quarters, bytes;
};

// clang-format off
static const struct ring_row rings[] = {
	{ "quarters",        1,  1, 1 },
	{ "page_less_one",   0,  3, PIPE_BUF / 4 - 1 },
	{ "pages",           4,  4, 0 },
	{ "page_and_one",    9,  4, 1 },
	{ "nearly_full",    45,  7, 3 },
};
// clang-format on

CASE(order_outlasts_many_laps_of_the_ring,
     .claim = { POSIX, "bytes come in the order of writing however often the ring was gone round",
		"POSIX.1-2024 XBD 3, FIFO Special File; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-18" }, ROWS(rings))
{
	enum { TURNS = 5 * DEFAULT_PAGES };
	const struct ring_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t quarter = page_size() / 4, size = row->quarters * quarter + row->bytes;
	size_t held = row->held_quarters * quarter;

	must_write_stream(t, p.wr, 0, held);
	for (size_t turn = 0; turn < TURNS; turn++) {
		must_write_stream(t, p.wr, held + turn * size, size);
		expect_stream(t, p.rd, turn * size, size);
	}
	if (held > 0)
		expect_stream(t, p.rd, TURNS * size, held);
}

struct flow_row {
	const char *name;
	size_t write_size, read_size;
};

static const struct flow_row flows[] = {
	{ "large_writes", PIECE_MAX - 1, PIPE_BUF - 1 },
	{ "small_writes", PIPE_BUF - 1, PIECE_MAX },
};

static void write_flow(struct trial *t, const void *arg)
{
	const struct flow_row *row = trial_row(t);
	char *bytes = must_stream(t, 0, MIB);

	for (size_t at = 0, size; at < MIB; at += size) {
		size = MIB - at < row->write_size ? MIB - at : row->write_size;
		must_write(t, *(const int *)arg, bytes + at, size);
	}
}

CASE(order_outlasts_a_megabyte,
     .claim = { POSIX, "a MiB that one process writes and another reads arrives in order",
		"POSIX.1-2024 XBD 3, FIFO Special File; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-18" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(flows))
{
	const struct flow_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_share(t, MIB + PIECE_MAX);
	struct actor *writer = start(t, write_flow, &p.wr);
	size_t got = 0;

	must(t, close(p.wr));
	for (long n = 1; n > 0 && got < MIB; got += (size_t)n)
		n = expect(t, read(p.rd, bytes + got, row->read_size),
			   RETURNS_IN(0, (long)row->read_size));
	expect(t, got, RETURNS(MIB));
	expect_streamed(t, bytes, 0, MIB);
	expect(t, read(p.rd, bytes, 1), RETURNS(0));
	must_finish(t, writer);
}

const struct family stream_family = {
	.name = "stream",
	.about = "Bytes come in the order of writing, and in pieces of any size",
	.cases = {
		&one_read_takes_several_small_writes,
		&one_read_takes_several_large_writes,
		&several_reads_take_one_small_write,
		&several_reads_take_one_large_write,
		&order_outlasts_many_laps_of_the_ring,
		&order_outlasts_a_megabyte,
	},
};
