// SPDX-License-Identifier: ISC
// Writers on every processor at once: pipe(7), "PIPE_BUF".
//
// A few milliseconds of what users do, for the races that no order of sleeping
// writers provokes.  No count is corrected: a short one is a failure at once.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum {
	RECORDS = 32, // of each writer
	LARGE_RECORDS = 12,
	RECORD_MAX = 3 * PIPE_BUF,
	SEGMENTS_MAX = 16,
	BEGIN = RECORD_WRITERS_MAX + 1, // stage; those below are openings
};

struct storm_row {
	const char *name;
	struct records records; // but for how many writers
	int segments;
};

struct storm {
	struct records records;
	int segments;
	const char *path; // of a FIFO that every writer opens itself, or NULL
	int flags, fd;
	unsigned writer;
};

// One call, all of the record.
static void expect_written(struct trial *t, const struct storm *s, char *bytes, size_t size)
{
	struct iovec segments[SEGMENTS_MAX];

	record_cut(segments, s->segments, bytes, size);
	if (s->segments > 1)
		expect(t, writev(s->fd, segments, s->segments), RETURNS((long)size));
	else
		expect(t, write(s->fd, bytes, size), RETURNS((long)size));
}

// As many calls as it takes, with O_NONBLOCK: up to PIPE_BUF all or nothing, above it any part.
static void expect_accepted(struct trial *t, const struct storm *s, char *bytes, size_t size)
{
	struct iovec segments[SEGMENTS_MAX];
	struct pollfd room = { s->fd, POLLOUT, 0 };
	long got;

	for (size_t done = 0; done < size; done += got == -1 ? 0 : (size_t)got) {
		char *rest = bytes + done;
		size_t left = size - done;

		record_cut(segments, s->segments, rest, left);
		long least = left <= PIPE_BUF ? (long)left : 1;
		if (s->segments > 1)
			got = expect_or_fail(t, writev(s->fd, segments, s->segments), EAGAIN,
					     RETURNS_IN(least, (long)left));
		else
			got = expect_or_fail(t, write(s->fd, rest, left), EAGAIN,
					     RETURNS_IN(least, (long)left));
		if (got == -1)
			must(t, poll(&room, 1, -1));
	}
}

// Writers of a FIFO open it one after the other, so that all have when it is unlinked.
static void write_records(struct trial *t, const void *arg)
{
	struct storm s = *(const struct storm *)arg;
	char bytes[RECORD_MAX];

	if (s.path) {
		await_stage(t, s.writer);
		s.fd = (int)must(t, open(s.path, O_WRONLY | s.flags | O_CLOEXEC));
		reach_stage(t, s.writer + 1);
	}
	await_stage(t, BEGIN);
	for (unsigned i = 0; i < s.records.count; i++) {
		size_t size = record_make(&s.records, s.writer, i, bytes);

		if (s.flags & O_NONBLOCK)
			expect_accepted(t, &s, bytes, size);
		else
			expect_written(t, &s, bytes, size);
	}
}

static struct pipe must_storm_pipe(struct trial *t, struct storm *s)
{
	struct pipe p;

	s->path = NULL;
	if (trial_way(t) == BY_FIFO) {
		s->path = must_fifo(t, 0600);
		p.rd = (int)must(t, unless_limited(t, open(s->path, O_RDONLY | O_NONBLOCK)));
		p.wr = (int)must(t, open(s->path, O_WRONLY | O_CLOEXEC));
	} else {
		p = must_pipe(t, s->flags);
	}
	must_set_nonblocking(t, p.rd, false);
	s->fd = p.wr;
	return p;
}

// One writer more than processors, so that some always wait; returns their number.
static unsigned must_writers(struct trial *t)
{
	long wanted = must(t, sysconf(_SC_NPROCESSORS_ONLN)) + 1;

	if (wanted < 3)
		return 3;
	return wanted > RECORD_WRITERS_MAX ? RECORD_WRITERS_MAX : (unsigned)wanted;
}

// Reads until every writer has ended.  Returns how often a record was torn.
static unsigned expect_storm(struct trial *t, const struct storm_row *row, int flags)
{
	struct storm s = { .records = row->records, .segments = row->segments, .flags = flags };
	struct records_seen seen = { .bytes = 0 };
	struct pipe p = must_storm_pipe(t, &s);
	struct actor *writers[RECORD_WRITERS_MAX];
	char bytes[4 * PIPE_BUF];

	s.records.writers = must_writers(t);
	for (s.writer = 0; s.writer < s.records.writers; s.writer++)
		writers[s.writer] = start(t, write_records, &s);
	if (s.path) {
		await_stage(t, s.records.writers);
		must(t, unlink(s.path));
	}
	must(t, close(p.wr));
	reach_stage(t, BEGIN);
	for (long n = 1; n > 0;) {
		n = expect(t, read(p.rd, bytes, sizeof bytes), RETURNS_IN(0, sizeof bytes));
		bool in_order = records_take(&seen, &s.records, bytes, (size_t)n);
		if (!in_order)
			note(t, "not its writer's next: byte %zu", seen.bytes);
		expect_true(t, in_order);
	}
	for (unsigned i = 0; i < s.records.writers; i++)
		must_finish(t, writers[i]);
	expect_true(t, records_all(&seen, &s.records));
	return seen.torn;
}

static const struct storm_row up_to_pipe_buf[] = {
	// clang-format off
	// name       seed, least to most bytes, writers, each    segments
	{ "pipe_buf", { 1, PIPE_BUF, PIPE_BUF, 0, RECORDS },      1 },
	{ "random",   { 1, 1, PIPE_BUF, 0, RECORDS },             1 },
	{ "gathered", { 3, PIPE_BUF / 2, PIPE_BUF, 0, RECORDS },  SEGMENTS_MAX },
	// clang-format on
};

CASE(concurrent_writes_arrive_whole,
     .claim = { POSIX, "every write() of up to PIPE_BUF bytes among others is whole, never short",
		"POSIX.1-2024 write(), DESCRIPTION, \"shall not be interleaved\"; pipe(7), "
		"\"PIPE_BUF\"" },
     .covers = { "ATM-02", "ATM-03", "ATM-04", "ATM-06", "ATM-07", "ATM-08" },
     .ways = BY_PIPE2 | BY_FIFO | BY_ONE_PAGE, ROWS(up_to_pipe_buf))
{
	unsigned torn = expect_storm(t, trial_row(t), 0);

	expect_equal(t, torn, 0);
}

CASE(concurrent_nonblocking_writes_arrive_whole,
     .claim = { POSIX, "every O_NONBLOCK write() of up to PIPE_BUF bytes is whole, or EAGAIN",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "ATM-05", "ATM-06", "ATM-07", "ATM-08" }, .ways = BY_FIFO | BY_ONE_PAGE,
     ROWS(up_to_pipe_buf))
{
	unsigned torn = expect_storm(t, trial_row(t), O_NONBLOCK);

	expect_equal(t, torn, 0);
}

static const struct storm_row above_pipe_buf = {
	.records = { 1, PIPE_BUF + 1, RECORD_MAX, 0, LARGE_RECORDS },
	.segments = 1,
};

CASE(concurrent_large_writes_keep_each_writers_order,
     .claim = { DOCUMENTED, "above PIPE_BUF bytes may be mixed, but none is lost or overtakes",
		"pipe(7), \"PIPE_BUF\"; POSIX.1-2024 XBD, FIFO special file" },
     .covers = { "ATM-09" }, .ways = BY_FIFO | BY_ONE_PAGE)
{
	note(t, "records torn: %u", expect_storm(t, &above_pipe_buf, 0));
}

CASE(concurrent_large_nonblocking_writes_keep_each_writers_order,
     .claim = { DOCUMENTED, "what short counts count arrives, and in its writer's order",
		"pipe(7), \"PIPE_BUF\", O_NONBLOCK" },
     .covers = { "ATM-09" }, .ways = BY_ONE_PAGE)
{
	note(t, "records torn: %u", expect_storm(t, &above_pipe_buf, O_NONBLOCK));
}

const struct family storms_family = {
	.name = "storms",
	.about = "Writers on every processor at once",
	.cases = {
		&concurrent_writes_arrive_whole,
		&concurrent_nonblocking_writes_arrive_whole,
		&concurrent_large_writes_keep_each_writers_order,
		&concurrent_large_nonblocking_writes_keep_each_writers_order,
	},
};
