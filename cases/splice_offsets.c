// SPDX-License-Identifier: ISC
// The offsets that splice(2) refuses.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"

enum { QUEUED = 100, TINY = 8 }; // bytes

enum kind { A_FILE, APPENDED, SOURCE_RD, SOURCE_WR, TARGET_WR };
enum offset { NONE, SOME, NEGATIVE, HUGE_ONE, UNMAPPED, READ_ONLY };

struct refused_row {
	const char *name;
	enum kind from, to;
	enum offset in, out;
};

struct ends {
	struct pipe source, target; // QUEUED bytes, and none
	int file;                   // QUEUED bytes
};

static struct ends must_prepare(struct trial *t)
{
	struct ends s = { must_pipe(t, 0), must_pipe(t, 0), must_stream_file(t, QUEUED) };

	must_write_stream(t, s.source.wr, QUEUED, QUEUED);
	return s;
}

static int must_have(struct trial *t, const struct ends *s, enum kind kind)
{
	switch (kind) {
	case SOURCE_RD:
		return s->source.rd;
	case SOURCE_WR:
		return s->source.wr;
	case TARGET_WR:
		return s->target.wr;
	case APPENDED:
		must(t, fcntl(s->file, F_SETFL, O_APPEND));
		break;
	case A_FILE:
		break;
	}
	return s->file;
}

static loff_t *must_have_offset(struct trial *t, enum offset kind)
{
	static const loff_t offsets[] = { [SOME] = 1, [NEGATIVE] = -1, [HUGE_ONE] = INT64_MAX - 1 };
	loff_t *offset;

	switch (kind) {
	case NONE:
		break;
	case SOME:
	case NEGATIVE:
	case HUGE_ONE:
		offset = must_share(t, sizeof *offset);
		*offset = offsets[kind];
		return offset;
	case UNMAPPED:
		return (void *)((char *)must_map_part(t, 1, 1) + 1);
	case READ_ONLY:
		offset = must_share(t, sizeof *offset);
		must(t, mprotect(offset, sizeof *offset, PROT_READ));
		return offset;
	}
	return NULL;
}

static void expect_refused(struct trial *t, const struct outcome *want)
{
	const struct refused_row *row = trial_row(t);
	struct ends s = must_prepare(t);
	int from = must_have(t, &s, row->from), to = must_have(t, &s, row->to);
	loff_t *in = must_have_offset(t, row->in), *out = must_have_offset(t, row->out);

	expect_as(t, splice(from, in, to, out, TINY, 0), want);
	expect(t, must_unread(t, s.source.rd), RETURNS(QUEUED));
	expect(t, must_unread(t, s.target.rd), RETURNS(0));
	expect(t, lseek(s.file, 0, SEEK_END), RETURNS(QUEUED));
}

static const struct outcome invalid = FAILS(EINVAL), not_seekable = FAILS(ESPIPE),
			    bad_address = FAILS(EFAULT);

static const struct refused_row with_offset[] = {
	{ "off_in", .from = SOURCE_RD, .to = A_FILE, .in = SOME },
	{ "off_in/pipes", .from = SOURCE_RD, .to = TARGET_WR, .in = SOME },
	{ "off_out", .from = A_FILE, .to = TARGET_WR, .out = SOME },
	{ "off_out/pipes", .from = SOURCE_RD, .to = TARGET_WR, .out = SOME },
};

CASE(pipe_has_no_offset,
     .claim = { DOCUMENTED, "splice() with an offset for a pipe fails with ESPIPE",
		"splice(2), ERRORS, ESPIPE" },
     .covers = { "SPL-21" }, ROWS(with_offset),
     .against = "splice(2), ERRORS, EINVAL: an offset for what cannot seek, such as a pipe")
{
	expect_refused(t, &not_seekable);
}

static const struct refused_row bad_offsets[] = {
	{ "negative/from_file", .from = A_FILE, .to = TARGET_WR, .in = NEGATIVE },
	{ "negative/to_file", .from = SOURCE_RD, .to = A_FILE, .out = NEGATIVE },
	{ "too_large/from_file", .from = A_FILE, .to = TARGET_WR, .in = HUGE_ONE },
	{ "too_large/to_file", .from = SOURCE_RD, .to = A_FILE, .out = HUGE_ONE },
};

CASE(offset_out_of_range_is_refused,
     .claim = { OBSERVED,
		"splice() at an offset below 0, or so large that the sum with the length is, fails "
		"with EINVAL",
		"fs/read_write.c, rw_verify_area()" },
     .covers = { "SPL-22" }, ROWS(bad_offsets))
{
	expect_refused(t, &invalid);
}

static const struct refused_row bad_pointers[] = {
	{ "off_in", .from = A_FILE, .to = TARGET_WR, .in = UNMAPPED },
	{ "off_out", .from = SOURCE_RD, .to = A_FILE, .out = UNMAPPED },
};

CASE(offset_must_be_readable,
     .claim = { OBSERVED, "splice() fails with EFAULT where it cannot read the offset",
		"fs/splice.c, splice()" },
     .covers = { "SPL-23" }, ROWS(bad_pointers))
{
	expect_refused(t, &bad_address);
}

CASE(offset_that_cannot_be_stored_hides_the_count,
     .claim = { OBSERVED,
		"splice() that cannot store the offset fails with EFAULT though it has moved the "
		"bytes",
		"fs/splice.c, splice()" },
     .covers = { "SPL-23" }, .against = "a call that fails has done nothing")
{
	struct ends s = must_prepare(t);
	loff_t *offset = must_have_offset(t, READ_ONLY);
	char bytes[TINY];

	expect(t, splice(s.source.rd, NULL, s.file, offset, TINY, 0), FAILS(EFAULT));
	expect(t, must_unread(t, s.source.rd), RETURNS(QUEUED - TINY));
	expect(t, pread(s.file, bytes, TINY, 0), RETURNS(TINY));
	expect_streamed(t, bytes, QUEUED, TINY);
}

static const struct refused_row pipe_first[] = {
	{ "unmapped/from_pipe", .from = SOURCE_RD, .to = A_FILE, .in = UNMAPPED },
	{ "unmapped/to_pipe", .from = A_FILE, .to = TARGET_WR, .out = UNMAPPED },
	{ "append_mode", .from = SOURCE_RD, .to = APPENDED, .in = SOME },
	{ "same_pipe", .from = SOURCE_RD, .to = SOURCE_WR, .out = SOME },
};

CASE(offset_of_a_pipe_is_refused_unseen,
     .claim = { OBSERVED,
		"splice() with an offset for a pipe fails with ESPIPE though the offset cannot be "
		"read, the file has O_APPEND or the pipe is the same",
		"fs/splice.c, do_splice()" },
     .covers = { "SPL-21" }, ROWS(pipe_first))
{
	expect_refused(t, &not_seekable);
}

const struct family splice_offsets_family = {
	.name = "splice_offsets",
	.about = "The offsets that splice() refuses",
	.cases = {
		&pipe_has_no_offset,
		&offset_of_a_pipe_is_refused_unseen,
		&offset_out_of_range_is_refused,
		&offset_must_be_readable,
		&offset_that_cannot_be_stored_hides_the_count,
	},
};
