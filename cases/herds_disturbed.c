// SPDX-License-Identifier: ISC
// Signals among many sleepers on one pipe: no wake-up is spent on one that leaves.

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum {
	HERD = 8,
	ROUNDS = 4, // of the races, each with two threads
	OVER = 1,   // stage
};

static const char zeros[1 << 16]; // the largest page

struct sleeper {
	struct pipe p;
	_Atomic uint32_t *moved; // calls that moved a byte or a page, and did not fail
};

// 1 for all of it, 0 for EINTR: where signals arrive it depends on who is quicker.
static long count(const struct sleeper *s, long got)
{
	if (got == -1)
		return 0;
	atomic_fetch_add(s->moved, 1);
	return 1;
}

static void read_byte(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;
	char byte;

	attempt(t, count(s, expect_or_fail(t, read(s->p.rd, &byte, 1), EINTR, RETURNS(1))));
	await_stage(t, OVER); // so that a late signal finds it
}

static void write_page(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;

	attempt(t, count(s, expect_or_fail(t, write(s->p.wr, zeros, page_size()), EINTR,
					   RETURNS_PAGES(1, 0))));
	await_stage(t, OVER); // so that a late signal finds it
}

static void must_read_page(struct trial *t, const struct pipe *p)
{
	must_read(t, p->rd, must_share(t, page_size()), page_size());
}

static void must_write_byte(struct trial *t, const struct pipe *p)
{
	must_write(t, p->wr, "x", 1);
}

// --- one is interrupted while it is woken ---------------------------------------------

struct race {
	actor_body *body;
	void (*wake)(struct trial *t, const struct pipe *p); // one sleeper's worth
};

struct order_row {
	const char *name;
	bool signal_first;
};

static const struct order_row orders[] = {
	{ "woken_first", false },
	{ "signalled_first", true },
};

// If the first leaves with EINTR, the second has what it was woken for.
static void expect_handed_on(struct trial *t, const struct race *race, const struct sleeper two[2])
{
	const struct order_row *row = trial_row(t);
	const struct pipe *p = &two[0].p;
	struct actor *actors[2] = { NULL };

	for (int i = 0; i < 2; i++) {
		actors[i] = start_thread(t, race->body, &two[i]);
		must_block(t, actors[i]);
	}
	if (row->signal_first)
		must_signal(t, actors[0], SIGUSR1);
	race->wake(t, p);
	if (!row->signal_first)
		must_signal(t, actors[0], SIGUSR1);
	expect_actor(t, actors[0], RETURNS_IN(0, 1));
	if (atomic_load(two[0].moved) == 1) {
		expect_actor(t, actors[1], BLOCKS);
		race->wake(t, p);
	}
	expect_actor(t, actors[1], RETURNS(1));
}

// Shared memory, because those who have returned may look at theirs until the end.
static void expect_rounds(struct trial *t, const struct race *race, const struct pipe *p)
{
	struct sleeper *sleepers = must_share(t, 2 * ROUNDS * sizeof *sleepers);
	_Atomic uint32_t *moved = must_share(t, 2 * ROUNDS * sizeof *moved);
	unsigned interrupted = 0;

	must_catch(t, SIGUSR1, 0);
	for (int i = 0; i < 2 * ROUNDS; i++)
		sleepers[i] = (struct sleeper){ *p, moved + i };
	for (int i = 0; i < 2 * ROUNDS; i += 2) {
		expect_handed_on(t, race, sleepers + i);
		interrupted += atomic_load(moved + i) == 0;
	}
	note(t, "interrupted: %u of %d", interrupted, ROUNDS);
}

CASE(interrupted_reader_hands_its_wake_up_on,
     .claim = { DOCUMENTED,
		"of two sleeping readers of a byte, one of them interrupted as a byte is "
		"written, either the one reads it or the other",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-27" }, ROWS(orders))
{
	static const struct race race = { read_byte, must_write_byte };
	const struct pipe p = must_pipe(t, 0);

	expect_rounds(t, &race, &p);
	expect_equal(t, must_unread(t, p.rd), 0);
}

CASE(interrupted_writer_hands_its_wake_up_on,
     .claim = { OBSERVED,
		"of two sleeping writers of a page, one of them interrupted as a page is "
		"emptied, either the one fills it or the other",
		"fs/pipe.c, pipe_write(): one that leaves wakes the next while a slot is free" },
     .covers = { "INT-27" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(orders))
{
	static const struct race race = { write_page, must_read_page };
	const struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	expect_rounds(t, &race, &p);
	expect_equal(t, must_unread(t, p.rd), must_capacity(t, p.rd));
}

// --- some of many leave --------------------------------------------------------------

struct herd {
	struct sleeper each;
	struct actor *actors[HERD];
};

static struct herd must_start_herd(struct trial *t, struct pipe p, actor_body *body)
{
	struct herd h = { .each = { p, must_share(t, sizeof *h.each.moved) } };

	for (int i = 0; i < HERD; i++)
		h.actors[i] = start(t, body, &h.each);
	for (int i = 0; i < HERD; i++)
		must_block(t, h.actors[i]);
	return h;
}

static void kill_every_second(struct trial *t, const struct herd *h)
{
	for (int i = 0; i < HERD; i += 2)
		must_signal(t, h->actors[i], SIGKILL);
	for (int i = 0; i < HERD; i += 2)
		expect_actor(t, h->actors[i], DIES(SIGKILL));
}

CASE(survivors_read_what_is_written,
     .claim = { DOCUMENTED,
		"after every second of the sleeping readers was killed, one write() wakes all "
		"others",
		"pipe(7), I/O on pipes and FIFOs" },
     .covers = { "INT-20", "INT-24" })
{
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte);

	kill_every_second(t, &h);
	must_write(t, h.each.p.wr, zeros, HERD / 2);
	for (int i = 1; i < HERD; i += 2)
		expect_actor(t, h.actors[i], RETURNS(1));
	expect_equal(t, must_unread(t, h.each.p.rd), 0);
}

CASE(survivors_fill_what_is_emptied,
     .claim = { OBSERVED,
		"after every second of the sleeping writers was killed, one read() wakes all "
		"others",
		"fs/pipe.c, pipe_write(): one that was woken wakes the next while a slot is free" },
     .covers = { "INT-20", "INT-24" })
{
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_share(t, HERD / 2 * page_size());

	must_fill(t, &p, 0);
	struct herd h = must_start_herd(t, p, write_page);
	kill_every_second(t, &h);
	expect(t, read(p.rd, bytes, HERD / 2 * page_size()), RETURNS_PAGES(HERD / 2, 0));
	for (int i = 1; i < HERD; i += 2)
		expect_actor(t, h.actors[i], RETURNS(1));
}

CASE(restarted_readers_are_woken,
     .claim = { DOCUMENTED,
		"one write() wakes all sleeping readers, each of which a handler with SA_RESTART "
		"has interrupted before",
		"pipe(7), I/O on pipes and FIFOs; signal(7), Interruption of system calls and "
		"library functions by signal handlers" },
     .covers = { "INT-02", "INT-24" })
{
	must_catch(t, SIGUSR1, SA_RESTART);
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte);

	for (int i = 0; i < HERD; i++)
		must_interrupt(t, h.actors[i], SIGUSR1);
	for (int i = 0; i < HERD; i++)
		must_block(t, h.actors[i]);
	must_write(t, h.each.p.wr, zeros, HERD);
	for (int i = 0; i < HERD; i++)
		expect_actor(t, h.actors[i], RETURNS(1));
}

// Tells how many have moved something.
static uint32_t expect_all_returned(struct trial *t, const struct herd *h)
{
	for (int i = 0; i < HERD; i++)
		expect_actor(t, h->actors[i], RETURNS_IN(0, 1));
	return atomic_load(h->each.moved);
}

CASE(signals_among_writes_lose_no_byte,
     .claim = { DOCUMENTED,
		"of bytes written while sleeping readers are interrupted, all have been read or "
		"are still there",
		"pipe(7), DESCRIPTION; signal(7), Interruption of system calls and library "
		"functions by signal handlers" },
     .covers = { "INT-07", "INT-27" })
{
	must_catch(t, SIGUSR1, 0);
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte);
	for (int i = 0; i < HERD; i++) {
		must_write_byte(t, &h.each.p);
		must_signal(t, h.actors[(i + HERD / 2) % HERD], SIGUSR1);
	}
	uint32_t moved = expect_all_returned(t, &h);
	expect_equal(t, moved + must_unread(t, h.each.p.rd), HERD);
}

CASE(signals_among_reads_double_no_page,
     .claim = { OBSERVED,
		"of pages emptied while sleeping writers are interrupted, those are full again "
		"that a writer has filled",
		"fs/pipe.c, pipe_write(): one that was interrupted has filled a slot or not" },
     .covers = { "INT-07", "INT-27" })
{
	struct pipe p = must_pipe(t, 0);
	const size_t full = must_capacity(t, p.rd);

	must_catch(t, SIGUSR1, 0);
	must_fill(t, &p, 0);
	struct herd h = must_start_herd(t, p, write_page);
	for (int i = 0; i < HERD; i++) {
		must_read_page(t, &p);
		must_signal(t, h.actors[(i + HERD / 2) % HERD], SIGUSR1);
	}
	uint32_t moved = expect_all_returned(t, &h);
	expect_equal(t, must_unread(t, p.rd) + (HERD - moved) * page_size(), full);
}

const struct family herds_disturbed_family = {
	.name = "herds_disturbed",
	.about = "Signals among many sleepers on one pipe",
	.cases = {
		&interrupted_reader_hands_its_wake_up_on,
		&interrupted_writer_hands_its_wake_up_on,
		&survivors_read_what_is_written,
		&survivors_fill_what_is_emptied,
		&restarted_readers_are_woken,
		&signals_among_writes_lose_no_byte,
		&signals_among_reads_double_no_page,
	},
};
