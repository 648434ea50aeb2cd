// SPDX-License-Identifier: ISC
// What signals do to those who wait in open() of a FIFO: signal(7).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum { TIMES = 3, ROUNDS = 12 };

struct end_opened {
	const char *name;
	int flags, partner;
};

static const struct end_opened either[] = {
	{ "read", O_RDONLY, O_WRONLY },
	{ "write", O_WRONLY, O_RDONLY },
};

struct wait {
	const char *path;
	int flags;
};

static void open_once(struct trial *t, const void *arg)
{
	const struct wait *w = arg;

	attempt(t, unless_limited(t, open(w->path, w->flags | O_CLOEXEC)));
}

static struct wait must_prepare(struct trial *t, int sa_flags)
{
	const struct end_opened *row = trial_row(t);

	must_catch(t, SIGUSR1, sa_flags);
	return (struct wait){ must_fifo(t, 0600), row->flags };
}

// Who waited has gone, and counts neither as a reader nor as a writer.
static void expect_nobody(struct trial *t, const char *path)
{
	char byte;

	expect(t, open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	expect(t, read(rd, &byte, 1), RETURNS(0));
	must(t, close(rd)); // lest it be the partner of who waits on
}

static void expect_meeting(struct trial *t, const char *path, struct actor *opener)
{
	const struct end_opened *row = trial_row(t);

	expect(t, open(path, row->partner | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
	expect_actor(t, opener, RETURNS_IN(0, INT_MAX));
}

CASE(handler_ends_the_wait,
     .claim = { POSIX,
		"a handler without SA_RESTART ends a waiting open() with EINTR, and who waited is "
		"neither reader nor writer",
		"POSIX.1-2024 open(), ERRORS, EINTR, ENXIO" },
     .covers = { "FIF-21" }, ROWS(either))
{
	const struct wait w = must_prepare(t, 0);
	struct actor *opener = start(t, open_once, &w);

	must_block(t, opener);
	must_signal(t, opener, SIGUSR1);
	expect_actor(t, opener, FAILS(EINTR));
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
	expect_nobody(t, w.path);
}

CASE(restarted_open_waits_on,
     .claim = { POSIX,
		"a handler with SA_RESTART leaves an open() waiting, which returns when the other "
		"end is opened",
		"POSIX.1-2024 sigaction(), DESCRIPTION, SA_RESTART; signal(7)" },
     .covers = { "FIF-22" }, ROWS(either))
{
	const struct wait w = must_prepare(t, SA_RESTART);
	struct actor *opener = start(t, open_once, &w);

	must_block(t, opener);
	for (int i = 0; i < TIMES; i++) {
		must_interrupt(t, opener, SIGUSR1);
		expect_actor(t, opener, BLOCKS);
	}
	expect_meeting(t, w.path, opener);
	expect(t, caught(t, SIGUSR1).count, RETURNS(TIMES));
}

CASE(stop_does_not_end_the_wait,
     .claim = { DOCUMENTED,
		"an open() whose process is stopped and continued waits on, and returns when the "
		"other end is opened",
		"signal(7), Interruption of system calls ... by stop signals" },
     .covers = { "FIF-22" }, ROWS(either))
{
	const struct wait w = must_prepare(t, 0);
	struct actor *opener = start(t, open_once, &w);

	must_block(t, opener);
	must_stop(t, opener);
	must_signal(t, opener, SIGCONT);
	expect_actor(t, opener, BLOCKS);
	expect_meeting(t, w.path, opener);
}

CASE(who_is_stopped_does_not_count,
     .claim = { OBSERVED,
		"who waited in open() and is stopped is neither reader nor writer until it is "
		"continued",
		"fs/pipe.c, wait_for_partner()" },
     .covers = { "FIF-21" }, ROWS(either))
{
	const struct wait w = must_prepare(t, 0);
	struct actor *opener = start(t, open_once, &w);

	must_block(t, opener);
	must_stop(t, opener);
	expect_nobody(t, w.path);
}

CASE(who_is_killed_does_not_count,
     .claim = { POSIX, "who is killed while it waits in open() is neither reader nor writer",
		"POSIX.1-2024 open(), ERRORS, ENXIO; read(), DESCRIPTION" },
     .covers = { "FIF-21" }, ROWS(either))
{
	const struct wait w = must_prepare(t, 0);
	struct actor *opener = start(t, open_once, &w);

	must_block(t, opener);
	must_signal(t, opener, SIGKILL);
	expect_actor(t, opener, DIES(SIGKILL));
	expect_nobody(t, w.path);
}

// --- storms ---------------------------------------------------------------------------

enum side { READING, WRITING, SIDES };
enum result { UNKNOWN, MET, INTERRUPTED };

struct results {
	_Atomic int of[ROUNDS][SIDES];
	_Atomic int over;
	struct actor *_Atomic sides[SIDES];
};

struct storm {
	const char *path;
	struct results *results; // shared
	enum side side;
	bool may_fail; // with EINTR
};

// In one round of three either side comes late: first it interrupts the other one.
static void come_late(struct trial *t, const struct storm *s, uint32_t round)
{
	const struct actor *other;

	if (round % (SIDES + 1) != s->side)
		return;
	while ((other = atomic_load(&s->results->sides[SIDES - 1 - s->side])) == NULL)
		;
	for (int i = 0; i < TIMES; i++)
		must_interrupt(t, other, SIGUSR1);
}

// Both sides open and close at once, and await one another after every round.
static long open_in_rounds(struct trial *t, const struct storm *s)
{
	const int flags = O_CLOEXEC | (s->side == READING ? O_RDONLY : O_WRONLY);

	for (uint32_t round = 0; round < ROUNDS; round++) {
		come_late(t, s, round);
		int fd = (int)expect_or_fail(t, unless_limited(t, open(s->path, flags)),
					     s->may_fail ? EINTR : 0, RETURNS_IN(0, INT_MAX));
		if (fd != -1)
			must(t, close(fd));
		atomic_store(&s->results->of[round][s->side], fd == -1 ? INTERRUPTED : MET);
		if (s->side == READING) {
			reach_stage(t, 2 * round + 1);
			await_stage(t, 2 * round + 2);
		} else {
			await_stage(t, 2 * round + 1);
			reach_stage(t, 2 * round + 2);
		}
	}
	atomic_fetch_add(&s->results->over, 1);
	return 0;
}

// Stays until nobody signals it any more.
static void start_to_open(struct trial *t, const void *arg)
{
	attempt(t, open_in_rounds(t, arg));
	await_stage(t, 2 * ROUNDS + 1);
}

static void disturb(struct trial *t, struct actor *sides[SIDES], struct results *results)
{
	while (atomic_load(&results->over) < SIDES && !time_is_short(t)) {
		must_interrupt(t, sides[READING], SIGUSR1);
		must_interrupt(t, sides[WRITING], SIGUSR1);
	}
}

static unsigned count_met(const struct results *results, enum side side)
{
	unsigned met = 0;

	for (int round = 0; round < ROUNDS; round++)
		met += atomic_load(&results->of[round][side]) == MET;
	return met;
}

static void expect_both_or_neither(struct trial *t, struct storm *s)
{
	struct actor *sides[SIDES];
	struct results *r = s->results;

	for (s->side = READING; s->side < SIDES; s->side++)
		atomic_store(&r->sides[s->side], sides[s->side] = start(t, start_to_open, s));
	disturb(t, sides, r);
	expect_actor(t, sides[READING], RETURNS(0));
	expect_actor(t, sides[WRITING], RETURNS(0));
	reach_stage(t, 2 * ROUNDS + 1);
	must_finish(t, sides[READING]);
	must_finish(t, sides[WRITING]);
	note(t, "met in %u of %d rounds, with %u signals", count_met(r, READING), ROUNDS,
	     caught(t, SIGUSR1).count);
	for (int round = 0; round < ROUNDS; round++)
		expect_equal(t, r->of[round][READING], r->of[round][WRITING]);
}

CASE(interrupted_opens_miss_each_other_both,
     .claim = { OBSERVED,
		"of two who open the ends of a FIFO under a storm of signals both succeed or both "
		"fail with EINTR",
		"fs/pipe.c, wait_for_partner(): a partner that came counts for more than a "
		"signal" },
     .covers = { "FIF-23" })
{
	struct storm s = { must_fifo(t, 0600), must_share(t, sizeof *s.results), READING, true };

	must_catch(t, SIGUSR1, 0);
	expect_both_or_neither(t, &s);
}

CASE(restarted_opens_meet,
     .claim = { OBSERVED,
		"two who open the ends of a FIFO and close them at once meet every time, under a "
		"storm of signals with SA_RESTART",
		"fs/pipe.c, wait_for_partner(): a partner that came counts for more than a "
		"signal" },
     .covers = { "FIF-23", "FIF-24" })
{
	struct storm s = { must_fifo(t, 0600), must_share(t, sizeof *s.results), READING, false };

	must_catch(t, SIGUSR1, SA_RESTART);
	expect_both_or_neither(t, &s);
	expect(t, count_met(s.results, WRITING), RETURNS(ROUNDS));
}

const struct family fifo_open_disturbed_family = {
	.name = "fifo_open_disturbed",
	.about = "What signals do to those who wait in open() of a FIFO",
	.cases = {
		&handler_ends_the_wait,
		&restarted_open_waits_on,
		&stop_does_not_end_the_wait,
		&who_is_stopped_does_not_count,
		&who_is_killed_does_not_count,
		&interrupted_opens_miss_each_other_both,
		&restarted_opens_meet,
	},
};
