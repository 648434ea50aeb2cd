// SPDX-License-Identifier: ISC
// Signals among many sleepers on one pipe: no wake-up is spent on one that leaves.

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum {
	HERD = 8,
	ROUNDS = 4,  // of the races, each with two threads
	OVER = 1000, // stage; those below count who has returned
};

static const char zeros[1 << 16]; // the largest page

struct sleeper {
	struct pipe p;
	uint32_t stage; // to be reached once its call has returned, or 0
	long *got;      // what that returned
};

static void read_byte(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;
	char byte;

	*s->got = attempt(t, read(s->p.rd, &byte, 1));
	reach_stage(t, s->stage);
	await_stage(t, OVER); // so that a late signal finds it
}

static void write_page(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;

	*s->got = attempt(t, write(s->p.wr, zeros, page_size()));
	reach_stage(t, s->stage);
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
	struct outcome want;
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
	struct actor *actors[2];

	for (int i = 0; i < 2; i++) {
		actors[i] = start_thread(t, race->body, &two[i]);
		must_block(t, actors[i]);
	}
	if (row->signal_first)
		must_signal(t, actors[0], SIGUSR1);
	race->wake(t, p);
	if (!row->signal_first)
		must_signal(t, actors[0], SIGUSR1);
	await_stage(t, two[0].stage);
	if (*two[0].got == -1) {
		expect_actor(t, actors[0], FAILS(EINTR));
	} else {
		expect_outcome(t, actors[0], &race->want);
		expect_actor(t, actors[1], BLOCKS);
		race->wake(t, p);
	}
	expect_outcome(t, actors[1], &race->want);
}

// Shared memory, because those who have returned may look at theirs until the end.
static void expect_rounds(struct trial *t, const struct race *race, const struct pipe *p)
{
	struct sleeper *sleepers = must_share(t, 2 * ROUNDS * sizeof *sleepers);
	long *got = must_share(t, 2 * ROUNDS * sizeof *got);
	unsigned interrupted = 0;

	must_catch(t, SIGUSR1, 0);
	for (uint32_t i = 0; i < 2 * ROUNDS; i += 2) {
		sleepers[i] = (struct sleeper){ *p, i + 1, got + i };
		sleepers[i + 1] = (struct sleeper){ *p, 0, got + i + 1 };
		expect_handed_on(t, race, sleepers + i);
		interrupted += got[i] == -1;
	}
	note(t, "interrupted: %u of %d", interrupted, ROUNDS);
}

CASE(interrupted_reader_hands_its_wake_up_on,
     .claim = { POSIX,
		"of two sleeping readers of a byte, one of them interrupted as a byte is "
		"written, either the one reads it or the other",
		"POSIX.1-2024 read(), \"block the calling thread until some data is written\"" },
     .covers = { "INT-27" }, ROWS(orders))
{
	static const struct race race = { read_byte, must_write_byte, RETURNS(1) };
	const struct pipe p = must_pipe(t, 0);

	expect_rounds(t, &race, &p);
	expect_true(t, must_unread(t, p.rd) == 0);
}

CASE(interrupted_writer_hands_its_wake_up_on,
     .claim = { POSIX,
		"of two sleeping writers of a page, one of them interrupted as a page is "
		"emptied, either the one fills it or the other",
		"POSIX.1-2024 write()" },
     .covers = { "INT-27" }, .ways = BY_PIPE2 | BY_ONE_PAGE, ROWS(orders))
{
	static const struct race race = { write_page, must_read_page, RETURNS_PAGES(1, 0) };
	const struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	expect_rounds(t, &race, &p);
	expect_true(t, must_unread(t, p.rd) == must_capacity(t, p.rd));
}

// --- some of many leave --------------------------------------------------------------

struct herd {
	struct pipe p;
	struct counts {
		_Atomic uint32_t returned, moved; // calls, and those that moved something
	} * counts;
	struct actor *actors[HERD];
};

// So that a signal finds the process whether its call has returned or not.
static void stay(struct trial *t, const struct herd *h, long got)
{
	if (got > 0)
		atomic_fetch_add(&h->counts->moved, 1);
	reach_stage(t, atomic_fetch_add(&h->counts->returned, 1) + 1);
	await_stage(t, OVER);
}

static void read_byte_and_stay(struct trial *t, const void *arg)
{
	const struct herd *h = arg;
	char byte;

	stay(t, h, attempt(t, read(h->p.rd, &byte, 1)));
}

static void write_page_and_stay(struct trial *t, const void *arg)
{
	const struct herd *h = arg;

	stay(t, h, attempt(t, write(h->p.wr, zeros, page_size())));
}

static struct herd must_start_herd(struct trial *t, struct pipe p, actor_body *body)
{
	struct herd h = { .p = p, .counts = must_share(t, sizeof *h.counts) };

	for (int i = 0; i < HERD; i++)
		h.actors[i] = start(t, body, &h);
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
     .claim = { POSIX,
		"after every second of the sleeping readers was killed, one write() wakes all "
		"others",
		"POSIX.1-2024 read(), \"block the calling thread until some data is written\"" },
     .covers = { "INT-20", "INT-24" })
{
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte_and_stay);

	kill_every_second(t, &h);
	must_write(t, h.p.wr, zeros, HERD / 2);
	for (int i = 1; i < HERD; i += 2)
		expect_actor(t, h.actors[i], RETURNS(1));
	expect_true(t, must_unread(t, h.p.rd) == 0);
}

CASE(survivors_fill_what_is_emptied,
     .claim = { POSIX,
		"after every second of the sleeping writers was killed, one read() wakes all "
		"others",
		"POSIX.1-2024 write()" },
     .covers = { "INT-20", "INT-24" })
{
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	struct herd h = must_start_herd(t, p, write_page_and_stay);
	kill_every_second(t, &h);
	must_read(t, p.rd, must_share(t, must_capacity(t, p.rd)), HERD / 2 * page_size());
	for (int i = 1; i < HERD; i += 2)
		expect_actor(t, h.actors[i], RETURNS_PAGES(1, 0));
}

CASE(restarted_readers_are_woken,
     .claim = { POSIX,
		"one write() wakes all sleeping readers, each of which a handler with SA_RESTART "
		"has interrupted before",
		"POSIX.1-2024 sigaction(), SA_RESTART; read()" },
     .covers = { "INT-02", "INT-24" })
{
	must_catch(t, SIGUSR1, SA_RESTART);
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte_and_stay);

	for (int i = 0; i < HERD; i++)
		must_interrupt(t, h.actors[i], SIGUSR1);
	for (int i = 0; i < HERD; i++)
		must_block(t, h.actors[i]);
	must_write(t, h.p.wr, zeros, HERD);
	for (int i = 0; i < HERD; i++)
		expect_actor(t, h.actors[i], RETURNS(1));
}

CASE(signals_among_writes_lose_no_byte,
     .claim = { POSIX,
		"of bytes written while sleeping readers are interrupted, all have been read or "
		"are still there",
		"POSIX.1-2024 read(), on interruption by a signal" },
     .covers = { "INT-07", "INT-27" })
{
	must_catch(t, SIGUSR1, 0);
	struct herd h = must_start_herd(t, must_pipe(t, 0), read_byte_and_stay);
	for (int i = 0; i < HERD; i++) {
		must_write_byte(t, &h.p);
		must_signal(t, h.actors[(i + HERD / 2) % HERD], SIGUSR1);
	}
	await_stage(t, HERD);
	expect_true(t, h.counts->moved + must_unread(t, h.p.rd) == HERD);
}

CASE(signals_among_reads_double_no_page,
     .claim = { POSIX,
		"of pages emptied while sleeping writers are interrupted, those are full again "
		"that a writer has filled",
		"POSIX.1-2024 write(), on interruption by a signal" },
     .covers = { "INT-07", "INT-27" })
{
	struct pipe p = must_pipe(t, 0);
	const size_t full = must_capacity(t, p.rd);

	must_catch(t, SIGUSR1, 0);
	must_fill(t, &p, 0);
	struct herd h = must_start_herd(t, p, write_page_and_stay);
	for (int i = 0; i < HERD; i++) {
		must_read_page(t, &p);
		must_signal(t, h.actors[(i + HERD / 2) % HERD], SIGUSR1);
	}
	await_stage(t, HERD);
	expect_true(t, must_unread(t, p.rd) + (HERD - h.counts->moved) * page_size() == full);
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
