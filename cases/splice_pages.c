// SPDX-License-Identifier: ISC
// The pages that splice(2) puts into a pipe: whose they are, and how many.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "case.h"

enum {
	QUEUED = 100, // bytes
	PART = 40,    // bytes
	BEGIN = 10,   // an offset
};

static const char behind[] = "written behind";
enum { BEHIND = sizeof behind - 1 };

// Every page of the ring has been one that write() adds to.
static void must_use_every_page(struct trial *t, const struct pipe *p)
{
	const size_t capacity = must_capacity(t, p->wr);

	must_fill(t, p, 0);
	must_read(t, p->rd, must_share(t, capacity), capacity);
}

struct page_row {
	const char *name;
	bool by_sendfile;
	size_t size; // bytes moved, from BEGIN
};

static const struct page_row page_rows[] = {
	{ "splice/byte", false, 1 },
	{ "splice/to_the_end", false, QUEUED - BEGIN },
	{ "sendfile/byte", true, 1 },
};

CASE(write_does_not_reach_the_file,
     .claim = { POSIX,
		"write() to a pipe behind bytes that are a file's own pages leaves the file as it "
		"was",
		"POSIX.1-2024 write(), DESCRIPTION: to the file of the descriptor" },
     .covers = { "SPL-37" }, ROWS(page_rows))
{
	const struct page_row *row = trial_row(t);
	int file = must_stream_file(t, QUEUED);
	struct pipe p = must_pipe(t, 0);
	char bytes[QUEUED];

	must_use_every_page(t, &p);
	must(t, lseek(file, BEGIN, SEEK_SET));
	if (row->by_sendfile)
		must(t, sendfile(p.wr, file, NULL, row->size));
	else
		must(t, splice(file, NULL, p.wr, NULL, row->size, 0));
	expect(t, write(p.wr, behind, BEHIND), RETURNS(BEHIND));
	expect(t, pread(file, bytes, sizeof bytes, 0), RETURNS(QUEUED));
	expect_streamed(t, bytes, 0, QUEUED);
	expect(t, lseek(file, 0, SEEK_END), RETURNS(QUEUED));
	must_read(t, p.rd, bytes, row->size);
	expect_streamed(t, bytes, BEGIN, row->size);
	expect_equal(t, expect_all_there_is(t, p.rd, bytes, sizeof bytes), BEHIND);
	expect_bytes(t, bytes, behind, BEHIND);
}

CASE(write_does_not_reach_the_other_pipe,
     .claim = { POSIX,
		"after splice() of a part of what a pipe holds, what is written to either pipe is "
		"read from that one alone",
		"POSIX.1-2024 write(), DESCRIPTION: to the file of the descriptor" },
     .covers = { "SPL-06", "SPL-37" })
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, 0);
	char bytes[QUEUED];

	must_use_every_page(t, &target);
	must_write_stream(t, source.wr, 0, QUEUED);
	must(t, splice(source.rd, NULL, target.wr, NULL, PART, 0));
	expect(t, write(target.wr, behind, BEHIND), RETURNS(BEHIND));
	must_write_stream(t, source.wr, QUEUED, PART);
	expect_stream(t, source.rd, PART, QUEUED);
	must_read(t, target.rd, bytes, PART);
	expect_streamed(t, bytes, 0, PART);
	expect_equal(t, expect_all_there_is(t, target.rd, bytes, sizeof bytes), BEHIND);
	expect_bytes(t, bytes, behind, BEHIND);
}

CASE(spliced_pages_are_those_of_the_file,
     .claim = { OBSERVED,
		"what is written to a file between splice() of its bytes and read() of the pipe is "
		"read from the pipe",
		"fs/splice.c; sendfile(2), NOTES, asks to leave the file alone meanwhile" },
     .covers = { "SPL-38" }, .since = "by sendfile() 5.12",
     .against = "splice() and sendfile() copy", ROWS(page_rows))
{
	const struct page_row *row = trial_row(t);
	int file = must_stream_file(t, QUEUED);
	struct pipe p = must_pipe(t, 0);
	char zeros[QUEUED] = "", bytes[QUEUED];

	must(t, lseek(file, BEGIN, SEEK_SET));
	if (row->by_sendfile)
		must(t, sendfile(p.wr, file, NULL, row->size));
	else
		must(t, splice(file, NULL, p.wr, NULL, row->size, 0));
	must(t, pwrite(file, zeros, sizeof zeros, 0));
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS((long)row->size));
	expect_bytes(t, bytes, zeros, row->size);
}

CASE(file_keeps_what_splice_wrote_to_it,
     .claim = { DOCUMENTED,
		"splice() from a pipe empties it into the file: what is written to the pipe later "
		"does not change the file",
		"splice(2): moves data" },
     .covers = { "SPL-01" }, .ways = BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);
	int file = must_stream_file(t, 0);
	const size_t page = page_size();

	must_write_stream(t, p.wr, 0, page);
	must(t, splice(p.rd, NULL, file, NULL, page, SPLICE_F_MOVE));
	must_use_every_page(t, &p);
	must(t, lseek(file, 0, SEEK_SET));
	expect_stream(t, file, 0, page);
}

// --- how many ---------------------------------------------------------------------

struct source_row {
	const char *name;
	bool from_pipe;
};

static const struct source_row sources[] = {
	{ "from_file", false },
	{ "from_pipe", true },
};

CASE(each_splice_takes_a_page,
     .claim = { OBSERVED,
		"as many splices of one byte as there are pages fill a pipe; they are read as one "
		"stream",
		"fs/splice.c; F_SETPIPE_SZ(2const), in general" },
     .covers = { "SPL-39" }, .against = "a pipe is full when it holds its capacity in bytes",
     ROWS(sources))
{
	const struct source_row *row = trial_row(t);
	struct pipe source = must_pipe_by(t, BY_PIPE2, 0), p = must_pipe(t, O_NONBLOCK);
	int file = must_stream_file(t, QUEUED), from = row->from_pipe ? source.rd : file;

	must_use_every_page(t, &p);
	must_write_stream(t, source.wr, 0, QUEUED);
	for (long i = 0; i < DEFAULT_PAGES; i++)
		expect(t, splice(from, NULL, p.wr, NULL, 1, 0), RETURNS(1));
	expect(t, splice(from, NULL, p.wr, NULL, 1, 0), FAILS(EAGAIN));
	expect(t, write(p.wr, "x", 1), FAILS(EAGAIN));
	expect(t, must_unread(t, p.rd), RETURNS(DEFAULT_PAGES));
	expect_stream(t, p.rd, 0, DEFAULT_PAGES);
}

CASE(reading_a_spliced_byte_frees_its_page,
     .claim = { OBSERVED,
		"in a pipe full of one-byte splices each byte that is read makes room for a page",
		"fs/pipe.c, pipe_read()" },
     .covers = { "SPL-39" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int file = must_stream_file(t, QUEUED);
	char byte;

	for (int i = 0; i < DEFAULT_PAGES; i++)
		must(t, splice(file, NULL, p.wr, NULL, 1, 0));
	must_read(t, p.rd, &byte, 1);
	expect(t, write(p.wr, must_share(t, page_size()), page_size()), RETURNS_PAGES(1, 0));
	expect(t, write(p.wr, "x", 1), FAILS(EAGAIN));
}

struct part_row {
	const char *name;
	bool whole;
};

static const struct part_row parts[] = {
	{ "part", false },
	{ "whole", true },
};

CASE(page_moved_whole_is_written_on,
     .claim = { OBSERVED,
		"write() adds to the page that splice() moved whole from another pipe, and to none "
		"of which it moved a part",
		"fs/splice.c, splice_pipe_to_pipe()" },
     .covers = { "SPL-39" }, ROWS(parts))
{
	const struct part_row *row = trial_row(t);
	struct pipe source = must_pipe(t, 0), p = must_pipe_by(t, BY_ONE_PAGE, O_NONBLOCK);
	const size_t size = row->whole ? QUEUED : PART;

	must_write_stream(t, source.wr, 0, QUEUED);
	must(t, splice(source.rd, NULL, p.wr, NULL, size, 0));
	if (row->whole)
		expect(t, write(p.wr, behind, BEHIND), RETURNS(BEHIND));
	else
		expect(t, write(p.wr, behind, BEHIND), FAILS(EAGAIN));
}

const struct family splice_pages_family = {
	.name = "splice_pages",
	.about = "The pages that splice() puts into a pipe: whose they are, and how many",
	.cases = {
		&write_does_not_reach_the_file,
		&write_does_not_reach_the_other_pipe,
		&spliced_pages_are_those_of_the_file,
		&file_keeps_what_splice_wrote_to_it,
		&each_splice_takes_a_page,
		&reading_a_spliced_byte_frees_its_page,
		&page_moved_whole_is_written_on,
	},
};
