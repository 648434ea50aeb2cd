// SPDX-License-Identifier: ISC
// What splice(2) refuses, and what it looks at first.

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "case.h"

enum { QUEUED = 100, TINY = 8 }; // bytes

enum kind {
	NO_DESCRIPTOR,
	SOURCE_RD, // of a pipe with QUEUED bytes
	SOURCE_WR,
	TARGET_RD, // of an empty pipe
	TARGET_WR,
	A_FILE,   // with QUEUED bytes
	APPENDED, // with O_APPEND
	ONLY_READ,
	ONLY_WRITTEN,
	ONLY_A_PATH,
	EPOLL,
	EVENTFD,
	FOLDER,
};

struct refused_row {
	const char *name;
	enum kind from, to;
	bool in, out; // with an offset
	unsigned flags;
};

struct ends {
	struct pipe source, target;
};

static int must_append(struct trial *t)
{
	int fd = must_stream_file(t, QUEUED);

	must(t, fcntl(fd, F_SETFL, O_APPEND));
	return fd;
}

static int must_have(struct trial *t, const struct ends *s, enum kind kind)
{
	switch (kind) {
	case SOURCE_RD:
		return s->source.rd;
	case SOURCE_WR:
		return s->source.wr;
	case TARGET_RD:
		return s->target.rd;
	case TARGET_WR:
		return s->target.wr;
	case A_FILE:
		return must_stream_file(t, QUEUED);
	case APPENDED:
		return must_append(t);
	case ONLY_READ:
		return must_open_file(t, "/dev/null", O_RDONLY);
	case ONLY_WRITTEN:
		return must_open_file(t, "/dev/null", O_WRONLY);
	case ONLY_A_PATH:
		return must_open_file(t, "/", O_PATH);
	case EPOLL:
		return must_epoll(t);
	case EVENTFD:
		return (int)must(t, eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
	case FOLDER:
		return must_open_file(t, "/", O_RDONLY | O_DIRECTORY);
	case NO_DESCRIPTOR:
		break;
	}
	return -1;
}

static struct ends must_prepare(struct trial *t)
{
	struct ends s = { must_pipe(t, 0), must_pipe(t, 0) };

	must_write_stream(t, s.source.wr, 0, QUEUED);
	return s;
}

static void expect_refused(struct trial *t, const struct outcome *want)
{
	const struct refused_row *row = trial_row(t);
	struct ends s = must_prepare(t);
	int from = must_have(t, &s, row->from), to = must_have(t, &s, row->to);
	loff_t begin = 1, *in = row->in ? &begin : NULL, *out = row->out ? &begin : NULL;

	expect_as(t, splice(from, in, to, out, TINY, row->flags), want);
	expect(t, must_unread(t, s.source.rd), RETURNS(QUEUED));
	expect(t, must_unread(t, s.target.rd), RETURNS(0));
}

static const struct outcome bad_descriptor = FAILS(EBADF), invalid = FAILS(EINVAL);

static const struct refused_row bad_descriptors[] = {
	{ "closed_input", .from = NO_DESCRIPTOR, .to = TARGET_WR },
	{ "closed_output", .from = SOURCE_RD, .to = NO_DESCRIPTOR },
	{ "input_open_for_writing", .from = ONLY_WRITTEN, .to = TARGET_WR },
	{ "output_open_for_reading", .from = SOURCE_RD, .to = ONLY_READ },
	{ "write_end_to_file", .from = SOURCE_WR, .to = A_FILE },
	{ "write_end_to_pipe", .from = SOURCE_WR, .to = TARGET_WR },
	{ "file_to_read_end", .from = A_FILE, .to = TARGET_RD },
	{ "pipe_to_read_end", .from = SOURCE_RD, .to = TARGET_RD },
	{ "path_as_input", .from = ONLY_A_PATH, .to = TARGET_WR },
	{ "path_as_output", .from = SOURCE_RD, .to = ONLY_A_PATH },
};

CASE(descriptor_of_the_wrong_direction_is_bad,
     .claim = { DOCUMENTED,
		"splice() from what is not open for reading, or to what is not open for writing, "
		"fails with EBADF",
		"splice(2), ERRORS, EBADF" },
     .covers = { "SPL-16", "SPL-17" }, ROWS(bad_descriptors))
{
	expect_refused(t, &bad_descriptor);
}

static const struct refused_row no_pipe[] = {
	{ "no_offset", .from = A_FILE, .to = A_FILE },
	{ "both", .from = A_FILE, .to = A_FILE, .in = true, .out = true },
};

CASE(one_of_the_two_must_be_a_pipe,
     .claim = { DOCUMENTED, "splice() from file to file fails with EINVAL",
		"splice(2), ERRORS, EINVAL" },
     .covers = { "SPL-18" }, ROWS(no_pipe))
{
	expect_refused(t, &invalid);
}

static const struct refused_row appended[] = {
	{ "no_offset", .from = SOURCE_RD, .to = APPENDED },
	{ "off_out", .from = SOURCE_RD, .to = APPENDED, .out = true },
};

CASE(file_in_append_mode_is_refused,
     .claim = { DOCUMENTED, "splice() to a file that has O_APPEND fails with EINVAL",
		"splice(2), ERRORS, EINVAL" },
     .covers = { "SPL-19" }, ROWS(appended))
{
	expect_refused(t, &invalid);
}

CASE(pipe_into_itself_is_refused,
     .claim = { DOCUMENTED, "splice() from a pipe to the same pipe fails with EINVAL",
		"splice(2), ERRORS, EINVAL" },
     .covers = { "SPL-20" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct ends s = must_prepare(t);

	expect(t, splice(s.source.rd, NULL, s.source.wr, NULL, TINY, 0), FAILS(EINVAL));
	expect_stream(t, s.source.rd, 0, QUEUED);
}

CASE(sendfile_from_pipe_to_pipe_is_refused,
     .claim = { OBSERVED, "sendfile() from a pipe to another pipe fails with EINVAL",
		"fs/splice.c, splice_file_to_pipe(); sendfile(2) leaves it to splice()" },
     .covers = { "SPL-45" })
{
	struct ends s = must_prepare(t);

	expect(t, sendfile(s.target.wr, s.source.rd, NULL, TINY), FAILS(EINVAL));
	expect(t, must_unread(t, s.source.rd), RETURNS(QUEUED));
	expect(t, must_unread(t, s.target.rd), RETURNS(0));
}

static const struct refused_row unknown_flags[] = {
	{ "lowest", .from = SOURCE_RD, .to = TARGET_WR, .flags = 0x10 },
	{ "highest", .from = SOURCE_RD, .to = TARGET_WR, .flags = 0x80000000 },
	{ "closed_input", .from = NO_DESCRIPTOR, .to = TARGET_WR, .flags = 0x10 },
};

CASE(unknown_flag_is_refused_first,
     .claim = { OBSERVED,
		"splice() with a flag it does not know fails with EINVAL, be the descriptors good "
		"or bad",
		"fs/splice.c, splice()" },
     .covers = { "SPL-24" }, ROWS(unknown_flags))
{
	expect_refused(t, &invalid);
}

static const struct refused_row misfits[] = {
	{ "from_epoll", .from = EPOLL, .to = TARGET_WR },
	{ "to_epoll", .from = SOURCE_RD, .to = EPOLL },
	{ "from_eventfd", .from = EVENTFD, .to = TARGET_WR },
	{ "to_eventfd", .from = SOURCE_RD, .to = EVENTFD },
	{ "from_folder", .from = FOLDER, .to = TARGET_WR },
};

CASE(what_cannot_be_spliced_is_refused,
     .claim = { OBSERVED,
		"splice() with what does not support it, such as an epoll instance or a "
		"directory, fails with EINVAL",
		"fs/splice.c; splice(2), ERRORS, EINVAL, of file systems" },
     .covers = { "SPL-26" }, ROWS(misfits))
{
	expect_refused(t, &invalid);
}

static const struct refused_row in_order[] = {
	{ "write_end_to_own_read_end", .from = SOURCE_WR, .to = SOURCE_RD },
	{ "no_pipe", .from = ONLY_WRITTEN, .to = ONLY_READ },
	{ "both_closed", .from = NO_DESCRIPTOR, .to = NO_DESCRIPTOR, .in = true },
};

CASE(direction_comes_before_what_it_is,
     .claim = { OBSERVED,
		"splice() with more than one fault reports the descriptor's, EBADF, before that it "
		"is the same pipe, or none",
		"fs/splice.c, splice(), do_splice()" },
     .covers = { "SPL-17" }, ROWS(in_order))
{
	expect_refused(t, &bad_descriptor);
}

const struct family splice_refused_family = {
	.name = "splice_refused",
	.about = "What splice() refuses, and what it looks at first",
	.cases = {
		&descriptor_of_the_wrong_direction_is_bad,
		&one_of_the_two_must_be_a_pipe,
		&file_in_append_mode_is_refused,
		&pipe_into_itself_is_refused,
		&sendfile_from_pipe_to_pipe_is_refused,
		&unknown_flag_is_refused_first,
		&what_cannot_be_spliced_is_refused,
		&direction_comes_before_what_it_is,
	},
};
