// SPDX-License-Identifier: ISC
// What splice(2) moves, from where and to where.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

enum {
	QUEUED = 100, // bytes
	BEGIN = 10,   // the offset of a file
	GIVEN = 30,   // the offset in memory
	PART = 40,    // bytes
};

// --- bytes ------------------------------------------------------------------------

static void must_rewind(struct trial *t, int fd)
{
	must(t, lseek(fd, 0, SEEK_SET));
}

CASE(file_copied_through_a_pipe_is_the_same,
     .claim = { DOCUMENTED,
		"splice() from a file to a pipe and on to another file moves every byte, and no "
		"more, to its place",
		"splice(2)" },
     .covers = { "SPL-01", "SPL-32" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	const size_t size = 2 * page_size() + QUEUED;
	int from = must_stream_file(t, size), to = must_stream_file(t, 0);
	struct pipe p = must_pipe(t, 0);

	for (size_t done = 0; done < size;) {
		long left = (long)(size - done);
		long n = expect(t, splice(from, NULL, p.wr, NULL, size, 0), RETURNS_IN(1, left));
		for (done += (size_t)n; n > 0;)
			n -= expect(t, splice(p.rd, NULL, to, NULL, size, 0), RETURNS_IN(1, n));
	}
	expect(t, lseek(to, 0, SEEK_END), RETURNS((long)size));
	must_rewind(t, to);
	expect_stream(t, to, 0, size);
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(pipe_gives_up_what_it_moves_to_another,
     .claim = { DOCUMENTED,
		"splice() from pipe to pipe moves bytes in order, call by call, and no more than "
		"asked for",
		"splice(2)" },
     .covers = { "SPL-06" })
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);

	must_write_stream(t, source.wr, 0, QUEUED);
	long n = expect(t, splice(source.rd, NULL, target.wr, NULL, PART, 0), RETURNS_IN(1, PART));
	expect(t, must_unread(t, source.rd), RETURNS(QUEUED - n));
	must_write_stream(t, source.wr, QUEUED, 1);
	n += expect(t, splice(source.rd, NULL, target.wr, NULL, PART, 0), RETURNS_IN(1, PART));
	expect_stream(t, source.rd, (size_t)n, (size_t)(QUEUED + 1 - n));
	expect_stream(t, target.rd, 0, (size_t)n);
}

// --- offsets ----------------------------------------------------------------------

struct direction_row {
	const char *name;
	bool to_file;
};

static const struct direction_row directions[] = {
	{ "from_file", false },
	{ "to_file", true },
};

// A file at offset BEGIN; what is to be moved lies behind it or in the pipe.
struct place {
	struct pipe p;
	int file, from, to;
};

static struct place must_prepare(struct trial *t)
{
	const struct direction_row *row = trial_row(t);
	struct place s = { must_pipe(t, 0), must_stream_file(t, row->to_file ? 0 : QUEUED), 0, 0 };

	s.from = row->to_file ? s.p.rd : s.file;
	s.to = row->to_file ? s.file : s.p.wr;
	if (row->to_file)
		must_write_stream(t, s.p.wr, 0, QUEUED);
	must(t, lseek(s.file, BEGIN, SEEK_SET));
	return s;
}

// So many bytes have been moved from or to `offset` of the file.
static void expect_moved(struct trial *t, const struct place *s, size_t offset, long moved)
{
	const size_t n = (size_t)moved;
	static const char hole[GIVEN];
	const struct direction_row *row = trial_row(t);
	char bytes[QUEUED];

	expect(t, must_unread(t, s->p.rd), RETURNS(row->to_file ? QUEUED - moved : moved));
	if (row->to_file) {
		expect(t, pread(s->file, bytes, sizeof bytes, 0), RETURNS((long)offset + moved));
		expect_bytes(t, bytes, hole, offset);
		expect_streamed(t, bytes + offset, 0, n);
		expect_stream(t, s->p.rd, n, QUEUED - n);
	} else {
		expect_stream(t, s->p.rd, offset, n);
	}
}

CASE(offset_of_the_file_is_used_and_advanced,
     .claim = { DOCUMENTED,
		"splice() without an offset begins where the file is, and takes the file's offset "
		"along",
		"splice(2), DESCRIPTION, off_in and off_out" },
     .covers = { "SPL-02" }, ROWS(directions))
{
	struct place s = must_prepare(t);

	long n = expect(t, splice(s.from, NULL, s.to, NULL, PART, 0), RETURNS_IN(1, PART));
	expect(t, lseek(s.file, 0, SEEK_CUR), RETURNS(BEGIN + n));
	expect_moved(t, &s, BEGIN, n);
}

CASE(offset_given_takes_its_place,
     .claim = { DOCUMENTED,
		"splice() with an offset begins there, before it a hole of zeros, and leaves the "
		"file's own offset alone",
		"splice(2), DESCRIPTION, off_in and off_out" },
     .covers = { "SPL-03", "SPL-04", "SPL-05" }, ROWS(directions))
{
	const struct direction_row *row = trial_row(t);
	struct place s = must_prepare(t);
	loff_t given = GIVEN, *in = row->to_file ? NULL : &given, *out = in ? NULL : &given;

	long n = expect(t, splice(s.from, in, s.to, out, PART, 0), RETURNS_IN(1, PART));
	expect(t, lseek(s.file, 0, SEEK_CUR), RETURNS(BEGIN));
	expect_moved(t, &s, GIVEN, n);
}

CASE(offset_given_is_advanced,
     .claim = { DOCUMENTED, "splice() adds the count to the offset that it was given",
		"splice(2), DESCRIPTION, off_in and off_out" },
     .covers = { "SPL-04" }, ROWS(directions))
{
	const struct direction_row *row = trial_row(t);
	struct place s = must_prepare(t);
	loff_t given = GIVEN, *in = row->to_file ? NULL : &given, *out = in ? NULL : &given;

	long n = must(t, splice(s.from, in, s.to, out, PART, 0));
	expect_equal(t, given, GIVEN + n);
}

// --- flags ----------------------------------------------------------------------

struct hint_row {
	const char *name;
	unsigned flags;
};

static const struct hint_row hints[] = {
	{ "move", SPLICE_F_MOVE },
	{ "more", SPLICE_F_MORE },
	{ "gift", SPLICE_F_GIFT },
};

CASE(hints_change_nothing,
     .claim = { DOCUMENTED,
		"SPLICE_F_MOVE, _MORE and _GIFT are permitted, and the bytes are the same",
		"splice(2), DESCRIPTION, flags" },
     .covers = { "SPL-25" }, ROWS(hints))
{
	const struct hint_row *row = trial_row(t);
	int from = must_stream_file(t, QUEUED), to = must_stream_file(t, 0);
	struct pipe p = must_pipe(t, 0), q = must_pipe(t, 0);

	long n = expect(t, splice(from, NULL, p.wr, NULL, QUEUED, row->flags),
			RETURNS_IN(1, QUEUED));
	n = expect(t, splice(p.rd, NULL, q.wr, NULL, QUEUED, row->flags), RETURNS_IN(1, n));
	n = expect(t, splice(q.rd, NULL, to, NULL, QUEUED, row->flags), RETURNS_IN(1, n));
	expect(t, lseek(to, 0, SEEK_END), RETURNS(n));
	must_rewind(t, to);
	expect_stream(t, to, 0, (size_t)n);
}

const struct family splice_family = {
	.name = "splice",
	.about = "What splice() moves, from where and to where",
	.cases = {
		&file_copied_through_a_pipe_is_the_same,
		&pipe_gives_up_what_it_moves_to_another,
		&offset_of_the_file_is_used_and_advanced,
		&offset_given_takes_its_place,
		&offset_given_is_advanced,
		&hints_change_nothing,
	},
};
