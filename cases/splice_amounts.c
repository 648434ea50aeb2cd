// SPDX-License-Identifier: ISC
// How much one splice(2) moves, and when that is nothing.

#include <fcntl.h>
#include <unistd.h>

#include "case.h"

enum { QUEUED = 100 }; // bytes

struct end_of_input_row {
	const char *name;
	bool from_pipe, to_file;
	unsigned flags;
	size_t size; // of the file, which is at its end
};

static const struct end_of_input_row ends_of_input[] = {
	// clang-format off
	{ "empty_file",          false, false, 0,                 0 },
	{ "end_of_file",         false, false, 0,                 QUEUED },
	{ "pipe_to_file",        true,  true,  0,                 0 },
	{ "pipe_to_file/nowait", true,  true,  SPLICE_F_NONBLOCK, 0 },
	{ "pipe_to_pipe",        true,  false, 0,                 0 },
	{ "pipe_to_pipe/nowait", true,  false, SPLICE_F_NONBLOCK, 0 },
	// clang-format on
};

CASE(end_of_input_is_0,
     .claim = { DOCUMENTED,
		"splice() returns 0, and moves nothing, at the end of a file and from an empty "
		"pipe without a writer",
		"splice(2), RETURN VALUE" },
     .covers = { "SPL-07", "SPL-08", "SPL-31" }, ROWS(ends_of_input))
{
	const struct end_of_input_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	int file = must_stream_file(t, row->size), from = row->from_pipe ? source.rd : file;
	int to = row->to_file ? file : target.wr;

	must(t, close(source.wr));
	must(t, lseek(file, 0, SEEK_END));
	expect(t, splice(from, NULL, to, NULL, page_size(), row->flags), RETURNS(0));
	expect(t, must_unread(t, target.rd), RETURNS(0));
	expect(t, lseek(file, 0, SEEK_END), RETURNS((long)row->size));
}

struct direction_row {
	const char *name;
	bool to_file;
};

static const struct direction_row targets[] = {
	{ "to_pipe", false },
	{ "to_file", true },
};

CASE(what_a_pipe_holds_is_enough,
     .claim = { OBSERVED,
		"splice() of more than a pipe holds moves that, and does not wait for more",
		"fs/splice.c, splice_from_pipe_next(), splice_pipe_to_pipe()" },
     .covers = { "SPL-13" }, ROWS(targets))
{
	const struct direction_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	int file = must_stream_file(t, 0), to = row->to_file ? file : target.wr;

	must_write_stream(t, source.wr, 0, QUEUED);
	expect(t, splice(source.rd, NULL, to, NULL, QUEUED + 1, 0), RETURNS(QUEUED));
	must(t, lseek(file, 0, SEEK_SET));
	expect_stream(t, row->to_file ? file : target.rd, 0, QUEUED);
}

struct kinds_row {
	const char *name;
	bool from_file, to_file;
};

static const struct kinds_row kinds[] = {
	{ "file_to_pipe", true, false },
	{ "pipe_to_file", false, true },
	{ "pipe_to_pipe", false, false },
};

CASE(splice_moves_all_that_is_asked_for,
     .claim = { OBSERVED,
		"splice() moves as many bytes as asked for, if they are there and there is room",
		"fs/splice.c; splice(2) says up to so many bytes" },
     .covers = { "SPL-50" }, ROWS(kinds))
{
	const struct kinds_row *row = trial_row(t);
	const size_t all = 2 * page_size() + QUEUED, part = all - 1;
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	int file = must_stream_file(t, row->from_file ? all : 0);
	int from = row->from_file ? file : source.rd, to = row->to_file ? file : target.wr;

	must_write_stream(t, source.wr, 0, all);
	expect(t, splice(from, NULL, to, NULL, part, 0), RETURNS((long)part));
	expect(t, lseek(file, 0, SEEK_CUR),
	       RETURNS(row->from_file || row->to_file ? (long)part : 0));
	must(t, lseek(file, 0, SEEK_SET));
	expect_stream(t, row->to_file ? file : target.rd, 0, part);
}

// The hole costs nothing to make, and each of its pages is a page.
CASE(splice_of_a_file_stops_at_the_capacity,
     .claim = { OBSERVED,
		"splice() of more of a file than an empty pipe holds moves the capacity, and "
		"advances the offset by that",
		"fs/splice.c; splice(2) says that len is a maximum" },
     .covers = { "SPL-14" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);
	int file = must_stream_file(t, 0);
	const size_t capacity = must_capacity(t, p.wr);

	must(t, ftruncate(file, 2 * (long)capacity));
	expect(t, splice(file, NULL, p.wr, NULL, 2 * capacity, 0), RETURNS((long)capacity));
	expect(t, lseek(file, 0, SEEK_CUR), RETURNS((long)capacity));
	expect(t, must_unread(t, p.rd), RETURNS((long)capacity));
}

struct room_row {
	const char *name;
	struct extent filled, from; // of the pipe, and the file's offset
	struct outcome want;
};

static const struct room_row rooms[] = {
	// clang-format off
	// name             filled                    from        want
	{ "two_pages",      { DEFAULT_PAGES - 2, 0 }, { 0, 0 },   RETURNS_PAGES(2, 0) },
	{ "page_and_tail",  { DEFAULT_PAGES - 2, 1 }, { 0, 0 },   RETURNS_PAGES(1, 0) },
	{ "within_a_page",  { DEFAULT_PAGES - 1, 0 }, { 0, 10 },  RETURNS_PAGES(1, -10) },
	{ "across_a_page",  { DEFAULT_PAGES - 2, 0 }, { 0, 10 },  RETURNS_PAGES(2, -10) },
	{ "end_of_a_page",  { DEFAULT_PAGES - 1, 0 }, { 1, -1 },  RETURNS(1) },
	// clang-format on
};

CASE(free_page_takes_one_of_the_file,
     .claim = { OBSERVED,
		"splice() of more of a file than fits puts into each free page of the pipe what "
		"lies in one page of the file",
		"fs/splice.c" },
     .covers = { "SPL-13" }, ROWS(rooms))
{
	const struct room_row *row = trial_row(t);
	const size_t size = 3 * page_size(), filled = bytes_in(row->filled);
	const size_t from = bytes_in(row->from);
	struct pipe p = must_pipe(t, 0);
	int file = must_stream_file(t, size);

	must(t, lseek(file, (long)from, SEEK_SET));
	must_fill(t, &p, must_capacity(t, p.wr) - filled);
	long n = expect_as(t, splice(file, NULL, p.wr, NULL, size, 0), &row->want);
	expect(t, lseek(file, 0, SEEK_CUR), RETURNS((long)from + n));
	must_read(t, p.rd, must_share(t, filled), filled);
	expect_stream(t, p.rd, from, (size_t)n);
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

struct nothing_row {
	const char *name;
	bool is_empty, is_full, is_closed;
	unsigned flags;
	size_t size; // 0 always
};

static const struct nothing_row nothings[] = {
	// clang-format off
	{ "bytes",         false, false, false, 0,                 0 },
	{ "empty_source",  true,  false, false, 0,                 0 },
	{ "full_target",   false, true,  false, SPLICE_F_NONBLOCK, 0 },
	{ "bad_arguments", false, false, true,  ~0u,               0 },
	// clang-format on
};

CASE(splice_of_no_bytes_returns_0,
     .claim = { OBSERVED,
		"splice() of no bytes returns 0 at once, whatever its descriptors and flags are",
		"fs/splice.c, splice()" },
     .covers = { "SPL-15" }, ROWS(nothings))
{
	const struct nothing_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	int from = row->is_closed ? -1 : source.rd, to = row->is_closed ? -1 : target.wr;
	const long queued = row->is_empty ? 0 : QUEUED;

	must_write_stream(t, source.wr, 0, (size_t)queued);
	if (row->is_full)
		must_fill(t, &target, 0);
	expect(t, splice(from, NULL, to, NULL, row->size, row->flags), RETURNS(0));
	expect(t, must_unread(t, source.rd), RETURNS(queued));
}

const struct family splice_amounts_family = {
	.name = "splice_amounts",
	.about = "How much one splice() moves, and when that is nothing",
	.cases = {
		&end_of_input_is_0,
		&what_a_pipe_holds_is_enough,
		&splice_moves_all_that_is_asked_for,
		&splice_of_a_file_stops_at_the_capacity,
		&free_page_takes_one_of_the_file,
		&splice_of_no_bytes_returns_0,
	},
};
