// SPDX-License-Identifier: ISC
// Reading into memory that cannot be written, from some byte on: read(2), EFAULT.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100, PAGES = 3 };

struct fault_row {
	const char *name;
	struct extent size, mapped;
	struct outcome want;
};

// What the call says it took, and what is read afterwards, make up what was queued.
static void expect_rest(struct trial *t, const struct pipe *p, size_t queued, long n)
{
	size_t taken = n > 0 ? (size_t)n : 0;

	expect_equal(t, must_unread(t, p->rd), queued - taken);
	must_write_stream(t, p->wr, queued, FEW);
	expect_stream(t, p->rd, taken, queued - taken + FEW);
}

static void read_by_row(struct trial *t, size_t queued)
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t mapped = bytes_in(row->mapped), size = bytes_in(row->size);
	char *bytes = must_map_part(t, mapped, size - mapped);
	long n;

	must_write_stream(t, p.wr, 0, queued);
	n = expect_as(t, read(p.rd, bytes, size), &row->want);
	if (n > 0)
		expect_streamed(t, bytes, 0, (size_t)n);
	expect_rest(t, &p, queued, n);
}

static const struct fault_row within_a_write[] = {
	// clang-format off
	{ "first",       { 0, FEW },      { 0, 0 },         FAILS(EFAULT) },
	{ "second",      { 0, FEW },      { 0, 1 },         FAILS(EFAULT) },
	{ "half",        { 0, FEW },      { 0, FEW / 2 },   FAILS(EFAULT) },
	{ "last",        { 0, FEW },      { 0, FEW - 1 },   FAILS(EFAULT) },
	{ "of_one_byte", { 0, 1 },        { 0, 0 },         FAILS(EFAULT) },
	// clang-format on
};

CASE(read_that_faults_loses_nothing,
     .claim = { OBSERVED,
		"read() of one write's bytes into memory of which a part cannot be written fails "
		"with EFAULT, and all can be read again",
		"fs/pipe.c, pipe_read(); read(2) tells of EFAULT alone" },
     .covers = { "WRM-26" }, ROWS(within_a_write))
{
	read_by_row(t, FEW);
}

static const struct fault_row across_pages[] = {
	// clang-format off
	{ "in_page_1",      { PAGES, 0 },   { 0, 1 },       FAILS(EFAULT) },
	{ "end_of_page_1",  { PAGES, 0 },   { 1, -1 },      FAILS(EFAULT) },
	{ "after_page_1",   { PAGES, 0 },   { 1, 0 },       RETURNS_PAGES(1, 0) },
	{ "in_page_2",      { PAGES, 0 },   { 1, 1 },       RETURNS_PAGES(1, 0) },
	{ "after_page_2",   { PAGES, 0 },   { 2, 0 },       RETURNS_PAGES(2, 0) },
	{ "end_of_page_3",  { PAGES, 0 },   { 3, -1 },      RETURNS_PAGES(2, 0) },
	{ "behind_the_end", { PAGES, FEW }, { PAGES, 0 },   RETURNS_PAGES(PAGES, 0) },
	// clang-format on
};

CASE(read_of_pages_that_faults_takes_whole_ones,
     .claim = { OBSERVED,
		"read() of several pages that faults returns those before the fault, or EFAULT, "
		"and the rest can be read again",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-26" }, ROWS(across_pages))
{
	read_by_row(t, PAGES * page_size());
}

CASE(what_a_faulting_read_returns_is_gone_and_no_more,
     .claim = { OBSERVED,
		"however much a read() that faults returns, just that is gone from the pipe, and "
		"after EFAULT nothing is",
		"fs/pipe.c, pipe_read(); read(2) leaves it open after an error" },
     .covers = { "WRM-26" }, ROWS(across_pages))
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t queued = PAGES * page_size(), mapped = bytes_in(row->mapped);
	size_t size = bytes_in(row->size);
	char *bytes = must_map_part(t, mapped, size - mapped);
	long n;

	must_write_stream(t, p.wr, 0, queued);
	n = must_or_fail(t, read(p.rd, bytes, size), EFAULT);
	if (n > 0)
		expect_streamed(t, bytes, 0, (size_t)n);
	expect_rest(t, &p, queued, n);
}

// The pages of the pipe, not those of memory: the first holds all but a byte of one
// page, and the second write did not fit behind it.
static const struct fault_row across_writes[] = {
	// clang-format off
	{ "in_first",     { 1, FEW - 1 },   { 1, -2 },      FAILS(EFAULT) },
	{ "after_first",  { 1, FEW - 1 },   { 1, -1 },      RETURNS_PAGES(1, -1) },
	{ "in_second",    { 1, FEW - 1 },   { 1, FEW - 2 }, RETURNS_PAGES(1, -1) },
	{ "partly_asked", { 1, 1 },         { 1, 0 },       RETURNS_PAGES(1, -1) },
	// clang-format on
};

CASE(read_of_writes_that_faults_takes_whole_ones,
     .claim = { OBSERVED,
		"read() of several writes that share no page and that faults returns those before "
		"the fault, or EFAULT",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-26" }, ROWS(across_writes))
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t mapped = bytes_in(row->mapped), size = bytes_in(row->size);
	char *bytes = must_map_part(t, mapped, size - mapped);
	long n;

	must_write_stream(t, p.wr, 0, page_size() - 1);
	must_write_stream(t, p.wr, page_size() - 1, FEW);
	n = expect_as(t, read(p.rd, bytes, size), &row->want);
	if (n > 0)
		expect_streamed(t, bytes, 0, (size_t)n);
	expect_rest(t, &p, page_size() - 1 + FEW, n);
}

// The second of two vectors goes wrong, `mapped` bytes into it.
static const struct fault_row second_vectors[] = {
	// clang-format off
	{ "whole",        { 0, FEW },  { 0, 0 },       FAILS(EFAULT) },
	{ "half",         { 0, FEW },  { 0, FEW / 2 }, FAILS(EFAULT) },
	{ "in_page_1",    { 1, -1 },   { 0, 0 },       FAILS(EFAULT) },
	{ "after_page_1", { 1, 0 },    { 0, 0 },       RETURNS_PAGES(1, 0) },
	{ "in_page_2",    { 1, 1 },    { 0, 0 },       RETURNS_PAGES(1, 0) },
	{ "in_page_3",    { 1, FEW },  { 1, 1 },       RETURNS_PAGES(2, 0) },
	// clang-format on
};

CASE(readv_that_faults_takes_whole_pages,
     .claim = { OBSERVED,
		"readv() that faults in its second vector returns the pipe's pages before the "
		"fault, or EFAULT, however long the first is",
		"fs/pipe.c, pipe_read(), which does not know vectors from pages" },
     .covers = { "WRM-26" }, ROWS(second_vectors))
{
	const struct fault_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t first = bytes_in(row->size), mapped = bytes_in(row->mapped);
	size_t queued = PAGES * page_size();
	struct iovec vectors[] = {
		{ must_share(t, first), first },
		{ must_map_part(t, mapped, queued - first - mapped), queued - first },
	};
	long n;

	must_write_stream(t, p.wr, 0, queued);
	n = expect_as(t, readv(p.rd, vectors, 2), &row->want);
	if (n > 0)
		expect_streamed(t, vectors[0].iov_base, 0, first < (size_t)n ? first : (size_t)n);
	if (n > (long)first)
		expect_streamed(t, vectors[1].iov_base, first, (size_t)n - first);
	expect_rest(t, &p, queued, n);
}

CASE(fault_after_part_was_read_loses_nothing,
     .claim = { OBSERVED, "a fault in what is left of a page that was read in part loses nothing",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-26" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_write_stream(t, p.wr, 0, FEW);
	expect_stream(t, p.rd, 0, FEW / 4);
	expect(t, read(p.rd, must_map_part(t, FEW / 4, FEW), FEW), FAILS(EFAULT));
	expect_stream(t, p.rd, FEW / 4, FEW / 4);
	expect(t, read(p.rd, must_map_part(t, FEW / 4, FEW), FEW), FAILS(EFAULT));
	expect_stream(t, p.rd, FEW / 2, FEW / 2);
}

CASE(emptiness_comes_before_the_buffer,
     .claim = { OBSERVED,
		"of an empty pipe read() says EAGAIN, or 0 at the end of file, not EFAULT, "
		"whatever its buffer",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-26" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	void *nowhere = must_map_part(t, 0, FEW);

	expect(t, read(p.rd, nowhere, FEW), FAILS(EAGAIN));
	must(t, close(p.wr));
	expect(t, read(p.rd, nowhere, FEW), RETURNS(0));
}

struct reader {
	int fd;
	void *bytes;
};

static void read_few(struct trial *t, const void *arg)
{
	const struct reader *r = arg;

	attempt(t, read(r->fd, r->bytes, FEW));
}

CASE(fault_after_waiting_loses_nothing,
     .claim = { OBSERVED,
		"a reader that slept on an empty pipe and then faults gets EFAULT, and the bytes "
		"can be read",
		"fs/pipe.c, pipe_read()" },
     .covers = { "WRM-26" })
{
	struct pipe p = must_pipe(t, 0);
	struct reader r = { p.rd, must_map_part(t, FEW / 2, FEW) };
	struct actor *reader = start(t, read_few, &r);

	expect_actor(t, reader, BLOCKS);
	must_write_stream(t, p.wr, 0, FEW);
	expect_actor(t, reader, FAILS(EFAULT));
	expect_rest(t, &p, FEW, 0);
}

const struct family read_faults_family = {
	.name = "read_faults",
	.about = "Reading into memory of which a part cannot be written",
	.cases = {
		&read_that_faults_loses_nothing,
		&read_of_pages_that_faults_takes_whole_ones,
		&what_a_faulting_read_returns_is_gone_and_no_more,
		&read_of_writes_that_faults_takes_whole_ones,
		&readv_that_faults_takes_whole_pages,
		&fault_after_part_was_read_loses_nothing,
		&emptiness_comes_before_the_buffer,
		&fault_after_waiting_loses_nothing,
	},
};
