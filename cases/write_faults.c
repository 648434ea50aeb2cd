// SPDX-License-Identifier: ISC
// Writing from memory that cannot be read, wholly or from some byte on: write(2), EFAULT.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 };

struct fault_row {
	const char *name;
	size_t queued; // before, in the tail of a page
	struct extent size, mapped;
	struct outcome want;
};

// `mapped` bytes of the stream from `place` on, and `size` bytes of address space.
static char *must_stream_part(struct trial *t, size_t place, size_t mapped, size_t size)
{
	char *bytes = must_map_part(t, mapped, size - mapped + 1);

	stream_make(bytes, place, mapped);
	return bytes;
}

// What was queued, what the call says it added and what is written next make one stream.
static void expect_one_stream(struct trial *t, const struct pipe *p, size_t before, long n)
{
	size_t added = n > 0 ? (size_t)n : 0;

	expect_equal(t, must_unread(t, p->rd), before + added);
	must_write_stream(t, p->wr, before + added, FEW);
	expect_stream(t, p->rd, 0, before + added + FEW);
}

static void write_by_row(struct trial *t)
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t size = bytes_in(row->size);
	char *bytes = must_stream_part(t, row->queued, bytes_in(row->mapped), size);
	long n;

	must_write_stream(t, p.wr, 0, row->queued);
	n = expect_as(t, write(p.wr, bytes, size), &row->want);
	expect_one_stream(t, &p, row->queued, n);
}

static const struct fault_row small[] = {
	// clang-format off
	// name                    queued size               mapped
	{ "empty/first",           0,   { 0, 1 },            { 0, 0 },            FAILS(EFAULT) },
	{ "empty/second",          0,   { 0, FEW },          { 0, 1 },            FAILS(EFAULT) },
	{ "empty/half",            0,   { 0, PIPE_BUF },     { 0, PIPE_BUF / 2 }, FAILS(EFAULT) },
	{ "empty/last",            0,   { 0, PIPE_BUF },     { 0, PIPE_BUF - 1 }, FAILS(EFAULT) },
	{ "tail/first",            FEW, { 0, 1 },            { 0, 0 },            FAILS(EFAULT) },
	{ "tail/half",             FEW, { 0, FEW },          { 0, FEW / 2 },      FAILS(EFAULT) },
	{ "tail/last",             FEW, { 0, 20 * FEW },     { 0, 20 * FEW - 1 }, FAILS(EFAULT) },
	// clang-format on
};

CASE(small_write_that_faults_adds_nothing,
     .claim = { DOCUMENTED,
		"up to PIPE_BUF bytes of which some cannot be read fail with EFAULT, and none is "
		"written",
		"write(2), EFAULT; pipe(7), PIPE_BUF: all n bytes are written, atomically" },
     .covers = { "WRM-27" }, ROWS(small))
{
	write_by_row(t);
}

static const struct fault_row large[] = {
	// clang-format off
	// Into new pages, and each comes whole or not at all.
	{ "pages/first",           0,   { 3, 0 },            { 0, 0 },     FAILS(EFAULT) },
	{ "pages/in_page_1",       0,   { 3, 0 },            { 1, -1 },    FAILS(EFAULT) },
	{ "pages/after_page_1",    0,   { 3, 0 },            { 1, 0 },     RETURNS_PAGES(1, 0) },
	{ "pages/in_page_2",       0,   { 3, 0 },            { 1, 1 },     RETURNS_PAGES(1, 0) },
	{ "pages/in_page_3",       0,   { 3, 0 },            { 3, -1 },    RETURNS_PAGES(2, 0) },
	{ "pages/in_the_rest",     0,   { 2, 50 },           { 2, 49 },    RETURNS_PAGES(2, 0) },
	// Behind a byte or more, the size modulo the page comes first and shares that page.
	{ "tail/in_the_rest",      FEW, { 1, 50 },           { 0, 49 },    FAILS(EFAULT) },
	{ "tail/after_the_rest",   FEW, { 1, 50 },           { 0, 50 },    RETURNS(50) },
	{ "tail/in_page_1",        FEW, { 2, 50 },           { 1, 49 },    RETURNS(50) },
	{ "tail/after_page_1",     FEW, { 2, 50 },           { 1, 50 },    RETURNS_PAGES(1, 50) },
	// No room for the rest in that page: into new pages again.
	{ "full_tail/in_page_1",   FEW, { 2, 1 - FEW },      { 1, -1 },    FAILS(EFAULT) },
	{ "full_tail/in_the_rest", FEW, { 2, 1 - FEW },      { 2, -FEW },  RETURNS_PAGES(1, 0) },
	// clang-format on
};

CASE(large_write_that_faults_adds_whole_pages,
     .claim = { OBSERVED,
		"above PIPE_BUF a write that faults returns the tail it shared and the pages it "
		"filled, and EFAULT if none",
		"fs/pipe.c, pipe_write(); write(2) tells of EFAULT alone" },
     .covers = { "WRM-27" }, ROWS(large))
{
	write_by_row(t);
}

CASE(what_a_faulting_write_returns_is_there_and_no_more,
     .claim = { OBSERVED,
		"however much a write() that faults returns, just that is in the pipe, and after "
		"EFAULT nothing is",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-27" }, ROWS(large))
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t size = bytes_in(row->size);
	char *bytes = must_stream_part(t, row->queued, bytes_in(row->mapped), size);

	must_write_stream(t, p.wr, 0, row->queued);
	expect_one_stream(t, &p, row->queued, must_or_fail(t, write(p.wr, bytes, size), EFAULT));
}

// The second of two vectors goes wrong.
static const struct fault_row second_vectors[] = {
	// clang-format off
	// name            queued first                second, mapped
	{ "whole",         0,   { 0, FEW },            { 0, 0 },       FAILS(EFAULT) },
	{ "half",          0,   { 0, FEW },            { 0, FEW / 2 }, FAILS(EFAULT) },
	{ "tail/whole",    FEW, { 0, FEW },            { 0, 0 },       FAILS(EFAULT) },
	{ "tail/half",     FEW, { 0, FEW },            { 0, FEW / 2 }, FAILS(EFAULT) },
	// clang-format on
};

static void writev_by_row(struct trial *t, size_t second)
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t first = bytes_in(row->size), mapped = bytes_in(row->mapped);
	struct iovec vectors[] = {
		{ must_stream(t, row->queued, first), first },
		{ must_stream_part(t, row->queued + first, mapped, second), second },
	};
	long n;

	must_write_stream(t, p.wr, 0, row->queued);
	n = expect_as(t, writev(p.wr, vectors, 2), &row->want);
	expect_one_stream(t, &p, row->queued, n);
}

CASE(small_writev_that_faults_adds_nothing,
     .claim = { DOCUMENTED,
		"up to PIPE_BUF bytes of which the second vector cannot be read fail with EFAULT, "
		"and none is written",
		"readv(2), ERRORS; write(2), EFAULT; pipe(7), PIPE_BUF" },
     .covers = { "WRM-27" }, ROWS(second_vectors))
{
	writev_by_row(t, FEW);
}

static const struct fault_row second_of_pages[] = {
	// clang-format off
	{ "in_page_1",     0,   { 1, -1 },             { 0, 0 },       FAILS(EFAULT) },
	{ "after_page_1",  0,   { 1, 0 },              { 0, 0 },       RETURNS_PAGES(1, 0) },
	{ "in_page_2",     0,   { 2, -1 },             { 0, 0 },       RETURNS_PAGES(1, 0) },
	{ "in_second",     0,   { 0, FEW },            { 1, 0 },       RETURNS_PAGES(1, 0) },
	{ "behind_tail",   FEW, { 0, FEW },            { 0, 0 },       RETURNS(FEW) },
	{ "page_and_tail", FEW, { 1, FEW },            { 0, 1 },       RETURNS_PAGES(1, FEW) },
	// clang-format on
};

CASE(large_writev_that_faults_adds_whole_pages,
     .claim = { OBSERVED,
		"above PIPE_BUF a writev that faults in its second vector returns the tail it "
		"shared and the pages it filled",
		"fs/pipe.c, pipe_write(), which does not know vectors from pages" },
     .covers = { "WRM-27" }, ROWS(second_of_pages))
{
	writev_by_row(t, 2 * page_size());
}

CASE(faulting_writes_take_no_room,
     .claim = { OBSERVED, "after any number of writes that faulted as much fits as before",
		"fs/pipe.c, pipe_write(), since 6.15" },
     .covers = { "WRM-40" }, .since = "6.15", .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const char *nowhere = must_map_part(t, 0, page_size());

	for (int i = 0; i < 2 * DEFAULT_PAGES; i++)
		expect(t, write(p.wr, nowhere, page_size()), FAILS(EFAULT));
	for (size_t held = 0; held < must_capacity(t, p.wr); held += page_size())
		expect(t, write(p.wr, must_share(t, page_size()), page_size()),
		       RETURNS_PAGES(1, 0));
}

CASE(faulting_write_leaves_nothing_to_read,
     .claim = { OBSERVED, "after a write that faulted neither read() nor poll() finds anything",
		"fs/pipe.c, pipe_write(), since 6.15" },
     .covers = { "WRM-40" }, .since = "6.15")
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const char *nowhere = must_map_part(t, 0, FEW);
	struct pollfd readable = { .fd = p.rd, .events = POLLIN };
	char byte;

	expect(t, write(p.wr, nowhere, FEW), FAILS(EFAULT));
	expect(t, poll(&readable, 1, 0), RETURNS(0));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
}

CASE(room_comes_before_the_buffer,
     .claim = { OBSERVED, "a full O_NONBLOCK pipe says EAGAIN, not EFAULT, of what cannot be read",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-27" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const char *nowhere = must_map_part(t, 0, 2 * PIPE_BUF);

	must_fill(t, &p, 0);
	expect(t, write(p.wr, nowhere, 1), FAILS(EAGAIN));
	expect(t, write(p.wr, nowhere, 2 * PIPE_BUF), FAILS(EAGAIN));
}

struct writer {
	int fd;
	char *bytes;
	size_t size;
};

static void write_all(struct trial *t, const void *arg)
{
	const struct writer *w = arg;

	attempt(t, write(w->fd, w->bytes, w->size));
}

struct asleep_row {
	const char *name;
	bool full; // the pipe, before
	struct extent size, mapped;
	struct outcome want;
};

static const struct asleep_row asleep[] = {
	{ "nothing_written", true, { 0, FEW }, { 0, FEW / 2 }, FAILS(EFAULT) },
	{ "pages_written",
	  false,
	  { DEFAULT_PAGES + 2, 0 },
	  { DEFAULT_PAGES, 1 },
	  RETURNS_PAGES(DEFAULT_PAGES, 0) },
};

CASE(fault_after_waiting_is_told_like_one_before,
     .claim = { OBSERVED,
		"a writer that slept for room and then faults returns the pages it wrote, or "
		"EFAULT if none",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-27" }, ROWS(asleep))
{
	const struct asleep_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	size_t all = must_capacity(t, p.wr), size = bytes_in(row->size);
	char *bytes = must_stream_part(t, 0, bytes_in(row->mapped), size);
	struct writer w = { p.wr, bytes, size };

	must_fill(t, &p, row->full ? 0 : all);
	struct actor *writer = start(t, write_all, &w);

	expect_actor(t, writer, BLOCKS);
	expect_equal(t, must_unread(t, p.rd), all);
	if (row->full)
		must_read(t, p.rd, must_share(t, all), all);
	else
		expect_stream(t, p.rd, 0, page_size());
	expect_outcome(t, writer, &row->want);
	expect_equal(t, must_unread(t, p.rd), (row->full ? 0 : all - page_size()));
	if (!row->full)
		expect_stream(t, p.rd, page_size(), all - page_size());
}

const struct family write_faults_family = {
	.name = "write_faults",
	.about = "Writing from memory of which a part cannot be read",
	.cases = {
		&small_write_that_faults_adds_nothing,
		&large_write_that_faults_adds_whole_pages,
		&what_a_faulting_write_returns_is_there_and_no_more,
		&small_writev_that_faults_adds_nothing,
		&large_writev_that_faults_adds_whole_pages,
		&faulting_writes_take_no_room,
		&faulting_write_leaves_nothing_to_read,
		&room_comes_before_the_buffer,
		&fault_after_waiting_is_told_like_one_before,
	},
};
