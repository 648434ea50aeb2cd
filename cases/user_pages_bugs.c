// SPDX-License-Identifier: ISC
// The three bugs of the page limits before Linux 4.9: pipe(7), BUGS (a), (b), (c).

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

static const char soft[] = "fs/pipe-user-pages-soft", hard[] = "fs/pipe-user-pages-hard";

// --- (a) the check leaves the new pages out -------------------------------------

struct left_row {
	const char *name;
	long left; // pages, of the 15 that the growth takes
};

static const struct left_row too_few_left[] = {
	{ "14_pages_left", 14 },
	{ "1_page_left", 1 },
};

CASE(growth_past_the_soft_limit_is_refused,
     .claim = { DOCUMENTED,
		"F_SETPIPE_SZ that would go past the soft limit fails with EPERM, "
		"although the user is below it",
		"pipe(7), BUGS (a); fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-17" }, .since = "4.9", .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(too_few_left))
{
	const struct left_row *row = trial_row(t);
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, row->left, 1);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(growth_past_the_hard_limit_is_refused,
     .claim = { DOCUMENTED,
		"F_SETPIPE_SZ that would go past the hard limit fails with EPERM, "
		"although the user is below it",
		"pipe(7), BUGS (a); fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-17" }, .since = "4.9", .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(too_few_left))
{
	const struct left_row *row = trial_row(t);
	int fd = must_sized_pipe(t, 1);

	must_tune(t, soft, 0);
	must_tune(t, hard, 1 + row->left);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(new_pipe_past_the_hard_limit_is_refused,
     .claim = { DOCUMENTED,
		"a pipe that would go past the hard limit is not made, although the "
		"user is below it",
		"pipe(7), BUGS; pipe(2), ENFILE" },
     .covers = { "USR-17" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(too_few_left))
{
	const struct left_row *row = trial_row(t);
	int fds[2];

	must_new_pipe(t);
	must_tune(t, soft, 0);
	must_tune(t, hard, DEFAULT_PAGES + row->left);
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
}

// --- (b) shrinking is checked as well -------------------------------------------

static void expect_to_shrink(struct trial *t, int fd)
{
	for (int pages = 8; pages > 0; pages /= 2)
		expect(t, fcntl(fd, F_SETPIPE_SZ, pages * (int)page_size()),
		       RETURNS_PAGES(pages, 0));
}

CASE(shrinking_over_the_soft_limit_is_allowed,
     .claim = { DOCUMENTED, "a user over the soft limit can shrink a pipe, and still be over it",
		"pipe(7), BUGS (b)" },
     .covers = { "USR-06" }, .since = "4.9", .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	enum { REDUCED_ONES = 16 }; // a page or two each, so that 15 less do not matter
	int shrinks = must_sized_pipe(t, 16);

	must_leave_pages(t, 0, 16);
	for (int i = 0; i < REDUCED_ONES; i++)
		must_new_pipe(t);
	expect_to_shrink(t, shrinks);
}

CASE(shrinking_over_the_hard_limit_is_allowed,
     .claim = { DOCUMENTED, "a user over a hard limit that was lowered can shrink a pipe",
		"pipe(7), BUGS (b)" },
     .covers = { "USR-06" }, .since = "4.9", .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int shrinks = must_sized_pipe(t, 16);

	must_new_pipe(t);
	must_tune(t, soft, 1);
	must_tune(t, hard, 1);
	expect_to_shrink(t, shrinks);
}

// --- (c) the charge comes after the check ---------------------------------------

// In each round two processes meet while none holds anything, ask for the same last pages in
// the same instant, and meet again: what they got is counted when neither is in a call any more,
// so a kernel that charges before it checks cannot fail.  One that checks first fails if one
// comes by while the other allocates.  On a processor each, they start within a tenth of the
// call's time in nine rounds of ten; the others are for machines that are busy or have only one.
enum { RACERS = 2, ROUNDS = 500, SPINS = 10000 };

struct race {
	_Atomic unsigned arrived, sleepers; // of meet()
	_Atomic long taken;                 // pages, in this round
	_Atomic unsigned successes, rounds; // all of them
	_Atomic bool over;                  // for want of time
	long room, each;                    // pages: left of the limit; asked for by each
};

struct racer {
	struct race *race;
	size_t nth;
	int fd; // to enlarge from one page; -1: make pipes
};

// Left alone, the two may share a processor, each waking the other there.
static void take_a_processor(struct trial *t, size_t nth)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	if (must_or_fail(t, sched_getaffinity(0, sizeof allowed, &allowed), EINVAL) == -1)
		return; // more processors than cpu_set_t has room for
	for (size_t cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && seen++ == nth)
			CPU_SET(cpu, &one);
	if (CPU_COUNT(&one) == 1)
		must(t, sched_setaffinity(0, sizeof one, &one));
}

// Returns when all have called it for the nth time; at once, unless one had to wait.
static void meet(struct trial *t, struct race *race, uint32_t nth)
{
	unsigned all = RACERS * nth;

	if (atomic_fetch_add(&race->arrived, 1) + 1 == all) {
		if (atomic_load(&race->sleepers) > 0)
			reach_stage(t, nth);
		return;
	}
	for (int i = 0; i < SPINS; give_way(++i))
		if (atomic_load(&race->arrived) >= all)
			return;
	atomic_fetch_add(&race->sleepers, 1);
	if (atomic_load(&race->arrived) < all)
		await_stage(t, nth);
	atomic_fetch_sub(&race->sleepers, 1);
}

// A descriptor, or the new capacity; -1 if there was no room.
static int take(struct trial *t, const struct racer *me, const char *fifo)
{
	int size = (int)(me->race->each + 1) * (int)page_size(), fds[2];

	if (me->fd != -1)
		return (int)must_or_fail(t, fcntl(me->fd, F_SETPIPE_SZ, size), EPERM);
	if (fifo)
		return (int)must_or_fail(t, open(fifo, O_RDWR | O_CLOEXEC), ENOMEM);
	if (must_or_fail(t, pipe2(fds, O_CLOEXEC), ENFILE) == -1)
		return -1;
	must(t, close(fds[1]));
	return fds[0];
}

static void give_back(struct trial *t, const struct racer *me, int taken)
{
	must(t, me->fd != -1 ? fcntl(me->fd, F_SETPIPE_SZ, (int)page_size()) : close(taken));
}

static void run_the_race(struct trial *t, const void *arg)
{
	const struct racer *me = arg;
	struct race *race = me->race;
	const char *fifo = trial_way(t) == BY_FIFO ? must_fifo(t, 0600) : NULL;

	take_a_processor(t, me->nth);
	for (uint32_t nth = 0, round = 0; round < ROUNDS && !race->over; round++) {
		meet(t, race, ++nth); // who was asleep is awake now,
		meet(t, race, ++nth); // and all start
		int taken = take(t, me, fifo);
		if (taken != -1)
			atomic_fetch_add(&race->taken, race->each);
		meet(t, race, ++nth);
		expect_true(t, atomic_load(&race->taken) <= race->room);
		race->rounds = round + 1;
		if (time_is_short(t))
			race->over = true;
		meet(t, race, ++nth);
		if (taken == -1)
			continue;
		atomic_fetch_add(&race->successes, 1);
		atomic_fetch_sub(&race->taken, race->each);
		give_back(t, me, taken);
	}
}

static void start_race(struct trial *t, struct race *race, const int *fds)
{
	struct actor *actors[RACERS];

	for (size_t i = 0; i < RACERS; i++)
		actors[i] = start(t, run_the_race, &(struct racer){ race, i, fds ? fds[i] : -1 });
	for (int i = 0; i < RACERS; i++)
		must_finish(t, actors[i]);
	note(t, "%u of %u attempts succeeded", race->successes, RACERS * race->rounds);
}

// To 128 pages at most: the more, the longer the kernel is at it.
static struct race *race_for_growth(struct trial *t, int *fds)
{
	struct race *race = must_share(t, sizeof *race);
	long largest = must_largest_pages(t);

	race->room = race->each = (largest < 128 ? largest : 128) - 1;
	for (int i = 0; i < RACERS; i++)
		fds[i] = must_sized_pipe(t, 1);
	return race;
}

CASE(racing_growths_stay_within_the_soft_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the soft limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fds[RACERS];
	struct race *race = race_for_growth(t, fds);

	must_leave_pages(t, race->room, RACERS);
	start_race(t, race, fds);
}

CASE(racing_growths_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the hard limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fds[RACERS];
	struct race *race = race_for_growth(t, fds);

	must_tune(t, soft, 0);
	must_tune(t, hard, RACERS + race->room);
	start_race(t, race, fds);
}

CASE(racing_creations_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that make pipes at the same time, only as many succeed "
		"as the hard limit has room for",
		"pipe(7), BUGS" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct race *race = must_share(t, sizeof *race);

	race->each = DEFAULT_PAGES;
	race->room = 2 * DEFAULT_PAGES - 1;
	must_tune(t, soft, 0);
	must_tune(t, hard, race->room);
	start_race(t, race, NULL);
}

const struct family user_pages_bugs_family = {
	.name = "user_pages_bugs",
	.about = "The three bugs of the page limits before Linux 4.9",
	.cases = {
		&growth_past_the_soft_limit_is_refused,
		&growth_past_the_hard_limit_is_refused,
		&new_pipe_past_the_hard_limit_is_refused,
		&shrinking_over_the_soft_limit_is_allowed,
		&shrinking_over_the_hard_limit_is_allowed,
		&racing_growths_stay_within_the_soft_limit,
		&racing_growths_stay_within_the_hard_limit,
		&racing_creations_stay_within_the_hard_limit,
	},
};
