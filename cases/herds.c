// SPDX-License-Identifier: ISC
// Many readers or writers asleep on one pipe: nobody is forgotten, nobody woken in vain.
//
// A kernel may wake one sleeper at a time (Linux does since 5.5); then each must wake the
// next while there is something left.

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum { HERD_MAX = DEFAULT_PAGES, BYTE_VALUES = 256 };

struct herd {
	struct pipe p;
	int size;
	bool threads;
	_Atomic uint32_t *times; // that each byte value was read
	struct actor *actors[HERD_MAX];
};

struct herd_row {
	const char *name;
	int size;
	bool threads;
};

static const struct herd_row ten[] = {
	{ "10_processes", 10, false },
};

static const struct herd_row writers[] = {
	{ "2_processes", 2, false },
	{ "16_threads", DEFAULT_PAGES, true },
};

static const struct herd_row orderly[] = {
	{ "4_processes", 4, false },
};

// A process inherits the other end too; a thread has no descriptors of its own.
static void leave(struct trial *t, const struct herd *h, int end)
{
	if (!h->threads)
		must(t, close(end));
}

static void read_byte(struct trial *t, const void *arg)
{
	const struct herd *h = arg;
	unsigned char byte;

	leave(t, h, h->p.wr);
	if (attempt(t, read(h->p.rd, &byte, 1)) == 1)
		atomic_fetch_add(&h->times[byte], 1);
}

static void write_byte(struct trial *t, const void *arg)
{
	const struct herd *h = arg;

	leave(t, h, h->p.rd);
	attempt(t, write(h->p.wr, "x", 1));
}

static void write_page(struct trial *t, const void *arg)
{
	static const char zeros[1 << 16]; // the largest page
	const struct herd *h = arg;

	leave(t, h, h->p.rd);
	attempt(t, write(h->p.wr, zeros, page_size()));
}

static struct actor *start_one(struct trial *t, const struct herd *h, actor_body *body)
{
	return h->threads ? start_thread(t, body, h) : start(t, body, h);
}

static void must_size(struct trial *t, struct herd *h)
{
	const struct herd_row *row = trial_row(t);

	h->size = row->size;
	h->threads = row->threads;
	h->times = must_share(t, BYTE_VALUES * sizeof *h->times);
}

static void must_start_herd(struct trial *t, struct herd *h, actor_body *body)
{
	must_size(t, h);
	for (int i = 0; i < h->size; i++)
		h->actors[i] = start_one(t, h, body);
	for (int i = 0; i < h->size; i++)
		must_block(t, h->actors[i]);
}

// The first in the array is the first to fall asleep.
static void must_start_in_order(struct trial *t, struct herd *h, actor_body *body)
{
	must_size(t, h);
	for (int i = 0; i < h->size; i++) {
		h->actors[i] = start_one(t, h, body);
		must_block(t, h->actors[i]);
	}
}

// Each reader has another one of the bytes 0, 1, 2 ...
static void expect_a_byte_each(struct trial *t, struct herd *h)
{
	for (int i = 0; i < h->size; i++)
		expect_actor(t, h->actors[i], RETURNS(1));
	for (int i = 0; i < h->size; i++)
		must_finish(t, h->actors[i]);
	for (int i = 0; i < h->size; i++)
		expect_equal(t, h->times[i], 1);
	expect_equal(t, must_unread(t, h->p.rd), 0);
}

static void number(unsigned char bytes[HERD_MAX])
{
	for (int i = 0; i < HERD_MAX; i++)
		bytes[i] = (unsigned char)i;
}

CASE(one_write_wakes_a_reader_for_each_byte,
     .claim = { DOCUMENTED,
		"as many sleeping readers of a byte return as one write() has bytes, each with "
		"another byte",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-24" }, ROWS(ten))
{
	struct herd h = { .p = must_pipe(t, 0) };
	unsigned char bytes[HERD_MAX];

	number(bytes);
	must_start_herd(t, &h, read_byte);
	must_write(t, h.p.wr, bytes, (size_t)h.size);
	expect_a_byte_each(t, &h);
}

CASE(each_write_wakes_a_reader,
     .claim = { DOCUMENTED,
		"as many sleeping readers of a byte return as single bytes are written in a row, "
		"each with another byte",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-24" }, ROWS(ten))
{
	struct herd h = { .p = must_pipe(t, 0) };
	unsigned char bytes[HERD_MAX];

	number(bytes);
	must_start_herd(t, &h, read_byte);
	for (int i = 0; i < h.size; i++)
		must_write(t, h.p.wr, bytes + i, 1);
	expect_a_byte_each(t, &h);
}

CASE(one_read_wakes_a_writer_for_each_page,
     .claim = { OBSERVED,
		"as many sleeping writers of a page return as one read() has emptied pages, and "
		"nobody has to wait for a second one",
		"fs/pipe.c, pipe_write(): one that was woken wakes the next while a slot is free" },
     .covers = { "INT-24" }, ROWS(writers))
{
	struct herd h = { .p = must_pipe(t, 0) };
	const size_t full = must_capacity(t, h.p.rd);
	char *bytes = must_share(t, full);

	must_fill(t, &h.p, 0);
	must_start_herd(t, &h, write_page);
	expect(t, read(h.p.rd, bytes, (size_t)h.size * page_size()), RETURNS_PAGES(h.size, 0));
	for (int i = 0; i < h.size; i++)
		expect_actor(t, h.actors[i], RETURNS_PAGES(1, 0));
	expect_equal(t, must_unread(t, h.p.rd), full);
}

CASE(sleeping_writer_waits_for_a_page,
     .claim = { OBSERVED,
		"of writers of a byte asleep on a full pipe just one goes on for each page that "
		"is emptied, though all would fit into it",
		"Linux, pipe_write() wakes the next writer only while a slot is free" },
     .covers = { "INT-26" }, .since = "5.5", .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(orderly))
{
	struct herd h = { .p = must_pipe(t, 0) };
	char *page = must_share(t, page_size());

	must_fill(t, &h.p, 0);
	must_start_in_order(t, &h, write_byte);
	for (int i = 0; i < h.size; i++) {
		expect(t, read(h.p.rd, page, page_size()), RETURNS_IN(1, (long)page_size()));
		expect_actor(t, h.actors[i], RETURNS(1));
		for (int later = i + 1; later < h.size; later++)
			expect_actor(t, h.actors[later], BLOCKS);
	}
}

CASE(sleeping_readers_are_served_in_order,
     .claim = { OBSERVED,
		"of the readers asleep on a pipe, the one that waited longest gets the data",
		"Linux, pipe_read() waits exclusively since 5.5" },
     .covers = { "INT-25" }, .since = "5.5", ROWS(orderly))
{
	struct herd h = { .p = must_pipe(t, 0) };

	must_start_in_order(t, &h, read_byte);
	for (int i = 0; i < h.size; i++) {
		must_write(t, h.p.wr, "x", 1);
		expect_actor(t, h.actors[i], RETURNS(1));
		for (int later = i + 1; later < h.size; later++)
			expect_actor(t, h.actors[later], BLOCKS);
	}
}

static void expect_all_ended(struct trial *t, const struct herd *h)
{
	for (int i = 0; i < h->size; i++)
		must_signal(t, h->actors[i], SIGTERM);
	for (int i = 0; i < h->size; i++)
		expect_actor(t, h->actors[i], DIES(SIGTERM));
}

CASE(signal_ends_every_sleeping_reader,
     .claim = { POSIX, "SIGTERM ends every one of the sleeping readers that it is sent to",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-12" }, ROWS(ten))
{
	struct herd h = { .p = must_pipe(t, 0) };

	must_start_herd(t, &h, read_byte);
	expect_all_ended(t, &h);
}

CASE(signal_ends_every_sleeping_writer,
     .claim = { POSIX, "SIGTERM ends every one of the sleeping writers that it is sent to",
		"POSIX.1-2024 XSH 2.4.4, Signal Effects on Other Functions" },
     .covers = { "INT-12" }, ROWS(ten))
{
	struct herd h = { .p = must_pipe(t, 0) };

	must_fill(t, &h.p, 0);
	must_start_herd(t, &h, write_byte);
	expect_all_ended(t, &h);
}

const struct family herds_family = {
	.name = "herds",
	.about = "Many readers or writers asleep on one pipe",
	.cases = {
		&one_write_wakes_a_reader_for_each_byte,
		&each_write_wakes_a_reader,
		&one_read_wakes_a_writer_for_each_page,
		&sleeping_writer_waits_for_a_page,
		&sleeping_readers_are_served_in_order,
		&signal_ends_every_sleeping_reader,
		&signal_ends_every_sleeping_writer,
	},
};
