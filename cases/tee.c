// SPDX-License-Identifier: ISC
// tee(2): the bytes of one pipe in another as well.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 }; // bytes

CASE(bytes_are_in_both_pipes,
     .claim = { DOCUMENTED,
		"tee() returns the bytes it duplicated, which either pipe then delivers, and takes "
		"none",
		"tee(2)" },
     .covers = { "TEE-01" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	must_write_stream(t, source.wr, 0, FEW);
	long n = expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS_IN(1, FEW));
	expect(t, must_unread(t, source.rd), RETURNS(FEW));
	expect(t, must_unread(t, target.rd), RETURNS(n));
	expect_stream(t, target.rd, 0, (size_t)n);
	expect_stream(t, source.rd, 0, FEW);
}

CASE(copy_outlives_the_source,
     .claim = { DOCUMENTED,
		"what tee() duplicated is read from either pipe once the other was read and "
		"closed",
		"tee(2), NOTES: conceptually a copy" },
     .covers = { "TEE-01" }, .since = "2.6.17", ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	const struct pipe *gone = row->end == READ_END ? &source : &target;
	const struct pipe *left = row->end == READ_END ? &target : &source;

	must_write_stream(t, source.wr, 0, FEW);
	long n = expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS_IN(1, FEW));
	must_empty(t, gone->rd);
	must(t, close(gone->rd));
	must(t, close(gone->wr));
	expect_stream(t, left->rd, 0, row->end == READ_END ? (size_t)n : FEW);
}

struct length_row {
	const char *name;
	size_t length;
	struct outcome want;
};

// Of a page, FEW bytes after it, and a page after them.
static const struct length_row lengths[] = {
	{ "one", 1, RETURNS(1) },
	{ "int_max", INT_MAX, RETURNS_PAGES(2, FEW) },
};

static void expect_duplicated(struct trial *t, size_t length, const struct outcome *want)
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	const size_t page = page_size();

	must_write_stream(t, source.wr, 0, page);
	must_write_stream(t, source.wr, page, FEW);
	must_write_stream(t, source.wr, page + FEW, page);
	size_t n = (size_t)expect_as(t, tee(source.rd, target.wr, length, 0), want);
	expect_equal(t, must_unread(t, target.rd), n);
	expect_stream(t, target.rd, 0, n);
	expect_stream(t, source.rd, 0, 2 * page + FEW);
}

CASE(length_is_the_most,
     .claim = { OBSERVED, "tee() duplicates all that it is asked to, but no more than there is",
		"fs/splice.c, link_pipe(); tee(2) says up to so many bytes" },
     .covers = { "TEE-02" }, .since = "2.6.17", ROWS(lengths))
{
	const struct length_row *row = trial_row(t);

	expect_duplicated(t, row->length, &row->want);
}

CASE(length_may_end_within_a_page,
     .claim = { OBSERVED, "tee() duplicates just the bytes it is asked for, within a page too",
		"fs/splice.c, link_pipe(); tee(2) says up to so many bytes" },
     .covers = { "TEE-02" }, .since = "2.6.17")
{
	expect_duplicated(t, page_size() + FEW + 1,
			  &(const struct outcome)RETURNS_PAGES(1, FEW + 1));
}

CASE(length_may_be_any_number,
     .claim = { OBSERVED, "tee() of SIZE_MAX bytes duplicates those that there are",
		"fs/splice.c, tee()" },
     .covers = { "TEE-02" }, .since = "2.6.17")
{
	expect_duplicated(t, SIZE_MAX, &(const struct outcome)RETURNS_PAGES(2, FEW));
}

CASE(tee_of_nothing_returns_0,
     .claim = { OBSERVED,
		"tee() of no bytes returns 0 at once, be there nothing to duplicate or no room",
		"fs/splice.c, tee()" },
     .covers = { "TEE-14" }, .since = "2.6.17")
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	const size_t none = must_unread(t, source.rd);

	expect(t, tee(source.rd, target.wr, none, 0), RETURNS(0));
	must_write_stream(t, source.wr, 0, FEW);
	expect(t, tee(source.rd, target.wr, none, 0), RETURNS(0));
	expect(t, must_unread(t, target.rd), RETURNS(0));
	must_fill(t, &target, 0);
	expect(t, tee(source.rd, target.wr, none, 0), RETURNS(0));
}

CASE(bytes_are_duplicated_again_and_again,
     .claim = { DOCUMENTED,
		"tee() called again duplicates the same bytes again, and the source keeps them for "
		"splice()",
		"tee(2)" },
     .covers = { "TEE-04" }, .since = "2.6.17")
{
	enum { TIMES = 3 };
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	long n[TIMES], all = 0;

	must_write_stream(t, source.wr, 0, FEW);
	for (int i = 0; i < TIMES; i++) {
		n[i] = expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS_IN(1, FEW));
		all += n[i];
		expect(t, must_unread(t, source.rd), RETURNS(FEW));
		expect(t, must_unread(t, target.rd), RETURNS(all));
	}
	for (int i = 0; i < TIMES; i++)
		expect_stream(t, target.rd, 0, (size_t)n[i]);
	n[0] = expect(t, splice(source.rd, NULL, target.wr, NULL, FEW, 0), RETURNS_IN(1, FEW));
	expect_stream(t, target.rd, 0, (size_t)n[0]);
	expect(t, must_unread(t, source.rd), RETURNS(FEW - n[0]));
}

struct room_row {
	const char *name;
	struct extent room;
	struct outcome want;
};

// Of three writes: a page, FEW bytes, a page.
static const struct room_row rooms[] = {
	{ "one_page", { 1, 0 }, RETURNS_PAGES(1, 0) },
	{ "two_pages", { 2, 0 }, RETURNS_PAGES(1, FEW) },
	{ "two_pages_less_one", { 2, -1 }, RETURNS_PAGES(1, 0) },
};

CASE(room_is_counted_in_pages,
     .claim = { OBSERVED,
		"tee() duplicates as many pages of the source, full or not, as the target has "
		"free, and does not wait for more",
		"fs/splice.c, link_pipe()" },
     .covers = { "TEE-03" }, .since = "2.6.17", ROWS(rooms))
{
	const struct room_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	const size_t page = page_size();

	must_write_stream(t, source.wr, 0, page);
	must_write(t, source.wr, must_stream(t, page, FEW), FEW);
	must_write_stream(t, source.wr, page + FEW, page);
	must_fill(t, &target, bytes_in(row->room));
	size_t before = must_unread(t, target.rd);
	size_t n = (size_t)expect_as(t, tee(source.rd, target.wr, INT_MAX, 0), &row->want);
	expect_equal(t, must_unread(t, target.rd), before + n);
	must_read(t, target.rd, must_share(t, before), before);
	expect_stream(t, target.rd, 0, n);
	expect_stream(t, source.rd, 0, 2 * page + FEW);
}

CASE(rest_of_a_page_is_no_room,
     .claim = { OBSERVED,
		"a pipe of one page with one byte in it is full for tee(), though not for write()",
		"fs/splice.c, link_pipe(), which merges nothing" },
     .covers = { "TEE-03" }, .since = "2.6.17", .ways = BY_ONE_PAGE)
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	must_write_stream(t, source.wr, 0, FEW);
	must_write_stream(t, target.wr, 0, 1);
	expect(t, tee(source.rd, target.wr, 1, SPLICE_F_NONBLOCK), FAILS(EAGAIN));
	must_write_stream(t, target.wr, 1, 1);
	expect_stream(t, target.rd, 0, 2);
	expect(t, tee(source.rd, target.wr, 1, SPLICE_F_NONBLOCK), RETURNS(1));
}

CASE(write_to_one_pipe_leaves_the_other_alone,
     .claim = { DOCUMENTED,
		"what is written behind duplicated bytes, to either pipe, is in that pipe alone, "
		"and the bytes stay",
		"tee(2), NOTES: conceptually a copy" },
     .covers = { "TEE-16" }, .since = "2.6.17")
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	must_write_stream(t, source.wr, 0, FEW);
	size_t n = (size_t)expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS_IN(1, FEW));
	must_write_stream(t, target.wr, n, FEW);
	must_write(t, source.wr, must_stream(t, 7, FEW), FEW);
	must_write_stream(t, target.wr, n + FEW, FEW);
	expect_stream(t, target.rd, 0, n + 2 * FEW);
	expect_stream(t, source.rd, 0, FEW);
	expect_stream(t, source.rd, 7, FEW);
}

CASE(write_behind_part_of_a_page_leaves_the_rest,
     .claim = { DOCUMENTED,
		"what is written to the target behind a duplicated part does not overwrite what "
		"the source has behind it",
		"tee(2), NOTES: conceptually a copy" },
     .covers = { "TEE-16" }, .since = "2.6.17")
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	must_write_stream(t, source.wr, 0, 2 * FEW);
	size_t n = (size_t)expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS_IN(1, FEW));
	must_write(t, target.wr, must_stream(t, 7, FEW), FEW);
	expect_stream(t, source.rd, 0, 2 * FEW);
	expect_stream(t, target.rd, 0, n);
	expect_stream(t, target.rd, 7, FEW);
}

const struct family tee_family = {
	.name = "tee",
	.about = "tee() has the bytes of one pipe in another as well",
	.cases = {
		&bytes_are_in_both_pipes,
		&copy_outlives_the_source,
		&length_is_the_most,
		&length_may_end_within_a_page,
		&length_may_be_any_number,
		&tee_of_nothing_returns_0,
		&bytes_are_duplicated_again_and_again,
		&room_is_counted_in_pages,
		&rest_of_a_page_is_no_room,
		&write_to_one_pipe_leaves_the_other_alone,
		&write_behind_part_of_a_page_leaves_the_rest,
	},
};
