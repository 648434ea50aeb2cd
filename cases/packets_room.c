// SPDX-License-Identifier: ISC
// Packets and the room of a pipe; several writers of packets: pipe(2), O_DIRECT.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "case.h"

enum {
	LINE = 100, // bytes
	WRITERS = 4,
	PACKETS = 24, // of each busy writer
};

CASE(packet_takes_a_page,
     .claim = { OBSERVED,
		"as many packets fill a pipe as it has pages, be they of one byte, and one read "
		"makes room for one",
		"fs/pipe.c, pipe_write()" },
     .covers = { "PKT-09" }, .since = "3.4", .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_DIRECT | O_NONBLOCK);
	const size_t pages = must_capacity(t, p.wr) / page_size();
	struct pollfd room = { p.wr, POLLOUT, 0 };

	for (size_t i = 0; i < pages; i++) {
		expect(t, poll(&room, 1, 0), RETURNS(1));
		must_write_stream(t, p.wr, i, 1);
	}
	expect(t, write(p.wr, "x", 1), FAILS(EAGAIN));
	expect(t, poll(&room, 1, 0), RETURNS(0));
	expect_packet(t, p.rd, 0, 1);
	expect(t, poll(&room, 1, 0), RETURNS(1));
	expect(t, write(p.wr, "x", 1), RETURNS(1));
	expect(t, write(p.wr, "x", 1), FAILS(EAGAIN));
}

struct room_row {
	const char *name;
	size_t free; // pages
	struct outcome want;
};

static const struct room_row rooms[] = {
	{ "none", 0, FAILS(EAGAIN) },
	{ "one_page", 1, RETURNS_PAGES(1, 0) },
	{ "two_pages", 2, RETURNS_PAGES(2, 0) },
};

CASE(large_write_is_cut_to_the_free_pages,
     .claim = { OBSERVED,
		"an O_NONBLOCK write() of several packets writes those that there are pages for, "
		"and fails with EAGAIN where there are none",
		"fs/pipe.c, pipe_write(); pipe(7), PIPE_BUF, of a partial write" },
     .covers = { "PKT-10" }, .since = "3.4", ROWS(rooms))
{
	const struct room_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_DIRECT | O_NONBLOCK);
	const size_t page = page_size(), taken = DEFAULT_PAGES - row->free;
	const char *bytes = must_stream(t, 0, 2 * page + LINE);

	for (size_t i = 0; i < taken; i++)
		must_write_stream(t, p.wr, i, 1);
	expect_as(t, write(p.wr, bytes, 2 * page + LINE), &row->want);
	for (size_t i = 0; i < taken; i++)
		expect_packet(t, p.rd, i, 1);
	for (size_t i = 0; i < row->free; i++)
		expect_packet(t, p.rd, i * page, page);
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

static void write_long(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;
	const size_t size = 2 * page_size() + LINE;

	must(t, close(p->rd));
	attempt(t, write(p->wr, must_stream(t, 0, size), size));
}

CASE(sleeping_write_goes_on_in_packets,
     .claim = { OBSERVED,
		"a write() of several packets that waits for pages is cut where one that does not "
		"wait is",
		"fs/pipe.c, pipe_write()" },
     .covers = { "PKT-02", "PKT-10" }, .since = "3.4")
{
	struct pipe p = must_pipe(t, O_DIRECT);
	const size_t page = page_size();

	for (size_t i = 0; i < DEFAULT_PAGES - 1; i++)
		must_write_stream(t, p.wr, i, 1);
	struct actor *writer = start(t, write_long, &p);
	expect_actor(t, writer, BLOCKS);
	for (size_t i = 0; i < DEFAULT_PAGES - 1; i++)
		expect_packet(t, p.rd, i, 1);
	expect_packet(t, p.rd, 0, page);
	expect_actor(t, writer, RETURNS_PAGES(2, LINE));
	must_write_stream(t, p.wr, 0, 1);
	expect_packet(t, p.rd, page, page);
	expect_packet(t, p.rd, 2 * page, LINE);
	expect_packet(t, p.rd, 0, 1);
}

struct letter {
	const struct records *records;
	int fd;
	unsigned writer;
};

static void write_letter(struct trial *t, const void *arg)
{
	const struct letter *l = arg;
	char bytes[PIPE_BUF];
	size_t size = record_make(l->records, l->writer, 0, bytes);

	attempt(t, write(l->fd, bytes, size));
}

static void write_letters(struct trial *t, const void *arg)
{
	const struct letter *l = arg;
	char bytes[PIPE_BUF];

	await_stage(t, 1);
	for (unsigned i = 0; i < l->records->count; i++) {
		size_t size = record_make(l->records, l->writer, i, bytes);

		expect(t, write(l->fd, bytes, size), RETURNS((long)size));
	}
}

// Every read() brings one writer's next record, and all of that.
static void expect_letters(struct trial *t, const struct pipe *p, const struct records *r)
{
	const size_t all = 4 * page_size();
	char *bytes = must_share(t, all);
	struct records_seen seen = { .bytes = 0 };

	for (unsigned read_so_far = 0; !records_all(&seen, r);) {
		long n = expect(t, read(p->rd, bytes, all), RETURNS_IN(1, PIPE_BUF));
		unsigned whole = 0;

		expect_true(t, records_take(&seen, r, bytes, (size_t)n));
		expect_equal(t, seen.torn, 0);
		for (unsigned i = 0; i < r->writers; i++)
			whole += seen.whole[i];
		expect_equal(t, whole, ++read_so_far);
	}
	expect(t, must_unread(t, p->rd), RETURNS(0));
}

static const struct records one_each = { 1, 1, PIPE_BUF, WRITERS, 1 };
static const struct records many_each = { 2, 1, 300, WRITERS, PACKETS };

CASE(sleeping_writers_packets_come_whole,
     .claim = { DOCUMENTED, "of writers that waited, each packet is read whole and alone",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-13" }, .since = "3.4", .ways = BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, O_DIRECT);
	struct actor *writers[WRITERS];

	must_write_stream(t, p.wr, 0, 1);
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = start(t, write_letter, &(struct letter){ &one_each, p.wr, i });
	for (unsigned i = 0; i < WRITERS; i++)
		expect_actor(t, writers[i], BLOCKS);
	expect_packet(t, p.rd, 0, 1);
	expect_letters(t, &p, &one_each);
	for (unsigned i = 0; i < WRITERS; i++)
		expect_actor(t, writers[i], RETURNS((long)record_size(&one_each, i, 0)));
}

CASE(busy_writers_packets_come_whole,
     .claim = { DOCUMENTED,
		"of writers that write at the same time, each packet is read whole and alone",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-13" }, .since = "3.4")
{
	struct pipe p = must_pipe(t, O_DIRECT);
	struct actor *writers[WRITERS];

	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = start(t, write_letters, &(struct letter){ &many_each, p.wr, i });
	reach_stage(t, 1);
	expect_letters(t, &p, &many_each);
	for (unsigned i = 0; i < WRITERS; i++)
		must_finish(t, writers[i]);
}

const struct family packets_room_family = {
	.name = "packets_room",
	.about = "Packets and the room of a pipe; several writers of packets",
	.cases = {
		&packet_takes_a_page,
		&large_write_is_cut_to_the_free_pages,
		&sleeping_write_goes_on_in_packets,
		&sleeping_writers_packets_come_whole,
		&busy_writers_packets_come_whole,
	},
};
