// SPDX-License-Identifier: ISC
// Writers that were all asleep before anything was read: pipe(7), "PIPE_BUF".
//
// With every writer seen asleep in its one write, what is read afterwards is the
// kernel's doing alone, and the same each time.  Races are in storms.c.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum {
	WRITERS = 4,
	READ_SIZE = 1000, // divides no page, so that there is room at odd moments
	SEGMENTS_MAX = 64,
};

struct letter {
	const struct records *records;
	const char *path; // of a FIFO, which the writer opens for itself, or NULL
	int fd;
	unsigned writer;
	int segments;
};

static void write_letter(struct trial *t, const void *arg)
{
	const struct letter *l = arg;
	struct iovec segments[SEGMENTS_MAX];
	char bytes[PIPE_BUF];
	size_t size = record_make(l->records, l->writer, 0, bytes);
	int fd = l->fd;

	record_cut(segments, l->segments, bytes, size);
	if (l->path)
		fd = (int)must(t, open(l->path, O_WRONLY | O_CLOEXEC));
	attempt(t, l->segments > 1 ? writev(fd, segments, l->segments) : write(fd, bytes, size));
}

struct letter_row {
	const char *name;
	struct records records;
	size_t room; // less than any of them
	int segments;
};

// What is behind the `unread` bytes is every writer's record, each in one piece.
static void expect_whole_records(struct trial *t, int fd, const struct records *r, size_t unread)
{
	struct records_seen seen = { .bytes = 0 };
	char bytes[READ_SIZE];

	must_read(t, fd, must_share(t, unread + 1), unread);
	while (!records_all(&seen, r)) {
		long n = expect(t, read(fd, bytes, sizeof bytes), RETURNS_IN(1, READ_SIZE));
		bool whole = records_take(&seen, r, bytes, (size_t)n) && seen.torn == 0;
		if (!whole)
			note(t, "not the next of a record in one piece: byte %zu", seen.bytes);
		expect_true(t, whole);
	}
	must_set_nonblocking(t, fd, true);
	expect(t, read(fd, bytes, 1), FAILS(EAGAIN));
}

static struct pipe must_open(struct trial *t, const char *path)
{
	struct pipe p;

	p.rd = (int)must(t, unless_limited(t, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)));
	p.wr = (int)must(t, open(path, O_WRONLY | O_CLOEXEC));
	must_set_nonblocking(t, p.rd, false);
	return p;
}

static void expect_letters_whole(struct trial *t)
{
	const struct letter_row *row = trial_row(t);
	const struct records *r = &row->records;
	const char *path = trial_way(t) == BY_FIFO ? must_fifo(t, 0600) : NULL;
	struct pipe p = path ? must_open(t, path) : must_pipe(t, 0);
	struct actor *writers[WRITERS];

	size_t unread = must_fill(t, &p, row->room);
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] =
			start(t, write_letter, &(struct letter){ r, path, p.wr, i, row->segments });
	for (unsigned i = 0; i < WRITERS; i++)
		expect_actor(t, writers[i], BLOCKS);
	if (path)
		must(t, unlink(path));
	expect_whole_records(t, p.rd, r, unread);
	for (unsigned i = 0; i < WRITERS; i++) {
		expect_actor(t, writers[i], RETURNS((long)record_size(r, i, 0)));
		must_finish(t, writers[i]);
	}
}

static const struct letter_row letters[] = {
	// clang-format off
	// name            seed, least to most bytes, writers, each  room          segments
	{ "equal",         { 1, 100, 100, WRITERS, 1 },              0,            1 },
	{ "equal/tail",    { 1, 100, 100, WRITERS, 1 },              99,           1 },
	{ "pipe_buf/full", { 1, PIPE_BUF, PIPE_BUF, WRITERS, 1 },    0,            1 },
	{ "pipe_buf/tail", { 1, PIPE_BUF, PIPE_BUF, WRITERS, 1 },    PIPE_BUF - 1, 1 },
	{ "random",        { 1, 1, PIPE_BUF, WRITERS, 1 },           0,            1 },
	// clang-format on
};

CASE(sleeping_writes_arrive_whole,
     .claim = { POSIX, "each write() of up to PIPE_BUF bytes that had to wait arrives in one piece",
		"POSIX.1-2024 write(), DESCRIPTION, \"shall not be interleaved\"; pipe(7), "
		"\"PIPE_BUF\"" },
     .covers = { "ATM-01", "ATM-02", "ATM-03", "ATM-04", "ATM-07", "ATM-08" },
     .against = "pipe(7), \"PIPE_BUF\": writes of less than PIPE_BUF bytes",
     .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE, ROWS(letters))
{
	expect_letters_whole(t);
}

static const struct letter_row gathered[] = {
	// clang-format off
	// name            seed, least to most bytes, writers, each  room          segments
	{ "pipe_buf/tail", { 1, PIPE_BUF, PIPE_BUF, WRITERS, 1 },    PIPE_BUF - 1, SEGMENTS_MAX },
	{ "some_empty",    { 1, 2, 30, WRITERS, 1 },                 0,            20 },
	// clang-format on
};

CASE(sleeping_gathered_writes_arrive_whole,
     .claim = { POSIX, "each writev() of up to PIPE_BUF bytes in all arrives in one piece",
		"POSIX.1-2024 writev() and write(), DESCRIPTION; readv(2); pipe(7), \"PIPE_BUF\"" },
     .covers = { "ATM-06", "ATM-07" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(gathered))
{
	expect_letters_whole(t);
}

struct volume {
	const struct records *records;
	int fd;
	unsigned writer;
	char *bytes;
};

static void write_volume(struct trial *t, const void *arg)
{
	const struct volume *v = arg;
	size_t size = record_make(v->records, v->writer, 0, v->bytes);

	attempt(t, write(v->fd, v->bytes, size));
}

// The control of every case above: here the detector has to see what it must not
// see there.  Who has just written waits behind the other, so once both are asleep again
// the next page is the other's; how it goes on depends on who is quicker.
CASE(writes_above_pipe_buf_alternate,
     .claim = { OBSERVED, "two writes of two pages, asleep on a full page, are interleaved",
		"fs/pipe.c, pipe_write(), wait_event_interruptible_exclusive()" },
     .covers = { "ATM-09", "ATM-10" }, .since = "5.5", .ways = BY_ONE_PAGE)
{
	size_t page = page_size();
	struct records r = { 1, 2 * page, 2 * page, 2, 1 };
	struct records_seen seen = { .bytes = 0 };
	struct pipe p = must_pipe(t, 0);
	struct actor *writers[2];
	char *bytes = must_share(t, 5 * page);

	must_fill(t, &p, 0);
	for (unsigned i = 0; i < 2; i++) {
		char *theirs = bytes + (1 + 2 * i) * page;
		writers[i] = start(t, write_volume, &(struct volume){ &r, p.wr, i, theirs });
		expect_actor(t, writers[i], BLOCKS);
	}
	must_read(t, p.rd, bytes, page);
	must(t, poll(&(struct pollfd){ p.rd, POLLIN, 0 }, 1, -1));
	expect_actor(t, writers[0], BLOCKS);
	expect_actor(t, writers[1], BLOCKS);
	for (int i = 0; i < 4; i++) {
		expect(t, read(p.rd, bytes, page), RETURNS_PAGES(1, 0));
		expect_true(t, records_take(&seen, &r, bytes, page));
	}
	expect_true(t, seen.torn > 0 && records_all(&seen, &r));
	for (int i = 0; i < 2; i++)
		expect_actor(t, writers[i], RETURNS_PAGES(2, 0));
}

// What follows is the C library's answer: no call asks the kernel.  That the kernel
// keeps the promise is what the cases above and those of `write` test.
static long pipe_buf_of_write_end(struct trial *t)
{
	return fpathconf(must_pipe(t, 0).wr, _PC_PIPE_BUF);
}

// Of a pipe as large as an ordinary user may make it.
static long pipe_buf_of_largest(struct trial *t)
{
	struct pipe p = must_pipe(t, 0);

	must(t, set_capacity(t, p.wr, (size_t)must_largest_pages(t) * page_size()));
	return fpathconf(p.wr, _PC_PIPE_BUF);
}

static long pipe_buf_of_fifo(struct trial *t)
{
	return pathconf(must_fifo(t, 0600), _PC_PIPE_BUF);
}

static long pipe_buf_of_directory(struct trial *t)
{
	(void)t;
	return pathconf("/", _PC_PIPE_BUF);
}

struct limit_row {
	const char *name;
	long (*ask)(struct trial *t);
};

static const struct limit_row askers[] = {
	{ "write_end", pipe_buf_of_write_end },
	{ "largest_capacity", pipe_buf_of_largest },
	{ "fifo", pipe_buf_of_fifo },
	{ "directory", pipe_buf_of_directory },
};

CASE(pipe_buf_is_at_least_512,
     .claim = { POSIX, "PIPE_BUF, as the C library gives it for a pipe, is 512 or more",
		"POSIX.1-2024 fpathconf(), DESCRIPTION, _PC_PIPE_BUF; <limits.h>, DESCRIPTION, "
		"_POSIX_PIPE_BUF" },
     .covers = { "ATM-14" })
{
	expect(t, pipe_buf_of_write_end(t), RETURNS_IN(_POSIX_PIPE_BUF, LONG_MAX));
}

CASE(pipe_buf_is_4096,
     .claim = { DOCUMENTED,
		"PIPE_BUF, as the C library gives it for pipes and FIFOs of any capacity, is 4096",
		"pipe(7), \"PIPE_BUF\"" },
     .covers = { "ATM-14", "FLK-15" }, ROWS(askers),
     .against = "PIPE_BUF is the capacity of a pipe, or the size of a page")
{
	const struct limit_row *row = trial_row(t);

	expect(t, row->ask(t), RETURNS(4096));
}

const struct family atomicity_family = {
	.name = "atomicity",
	.about = "Writers that were all asleep before anything was read",
	.cases = {
		&sleeping_writes_arrive_whole,
		&sleeping_gathered_writes_arrive_whole,
		&writes_above_pipe_buf_alternate,
		&pipe_buf_is_at_least_512,
		&pipe_buf_is_4096,
	},
};
