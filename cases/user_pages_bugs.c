// SPDX-License-Identifier: ISC
// The three bugs of the page limits before Linux 4.9: pipe(7), BUGS (a), (b), (c).

#include <errno.h>
#include <fcntl.h>
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
     .needs = { need_no_exemption, need_own_page_budget }, ROWS(too_few_left))
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
     .needs = { need_no_exemption, need_own_page_budget }, ROWS(too_few_left))
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
     .needs = { need_no_exemption, need_own_page_budget }, ROWS(too_few_left))
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
     .needs = { need_no_exemption, need_own_page_budget })
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
     .needs = { need_no_exemption, need_own_page_budget })
{
	int shrinks = must_sized_pipe(t, 16);

	must_new_pipe(t);
	must_tune(t, soft, 1);
	must_tune(t, hard, 1);
	expect_to_shrink(t, shrinks);
}

// --- (c) the charge comes after the check ---------------------------------------

// Racers take the same last pages over and over.  Each adds what it has taken to
// `taken` after the call that took it, and subtracts it before the call that
// gives it back: so `taken` is never more than what is charged, and a kernel that
// charges before it checks cannot fail, however the processes are scheduled.
// One that checks first lets a second racer in while the first allocates, which
// is a good part of each attempt: with two processors one attempt in a few finds
// it, so 1000 are plenty.  With one processor it takes luck.
enum { RACERS = 4, ATTEMPTS = 250, GO = 1 };

struct race {
	_Atomic long taken; // pages, beyond what was held before
	_Atomic unsigned successes;
	_Atomic unsigned arrived;
	long room; // pages
};

struct racer {
	struct race *race;
	int fd;
	long pages; // to grow to, from one
};

static void start_together(struct trial *t, struct race *race)
{
	if (atomic_fetch_add(&race->arrived, 1) + 1 == RACERS)
		reach_stage(t, GO);
	await_stage(t, GO);
}

static void expect_room_for(struct trial *t, struct race *race, long pages)
{
	long taken = atomic_fetch_add(&race->taken, pages) + pages;

	atomic_fetch_add(&race->successes, 1);
	if (taken > race->room)
		note(t, "%ld pages taken where there was room for %ld", taken, race->room);
	expect_true(t, taken <= race->room);
}

static void grow_and_shrink(struct trial *t, const void *arg)
{
	const struct racer *me = arg;
	int small = (int)page_size(), large = (int)me->pages * small;

	start_together(t, me->race);
	for (int i = 0; i < ATTEMPTS; i++) {
		if (must_or_fail(t, fcntl(me->fd, F_SETPIPE_SZ, large), EPERM) == -1)
			continue;
		expect_room_for(t, me->race, me->pages - 1);
		must(t, fcntl(me->fd, F_GETPIPE_SZ));
		atomic_fetch_sub(&me->race->taken, me->pages - 1);
		must(t, fcntl(me->fd, F_SETPIPE_SZ, small));
	}
	must_or_fail(t, fcntl(me->fd, F_SETPIPE_SZ, large), EPERM);
}

static void race_for_growth(struct trial *t, struct race *race, long pages, const int *fds)
{
	struct actor *actors[RACERS];
	long sum = -RACERS * (long)page_size();

	race->room = pages - 1;
	for (int i = 0; i < RACERS; i++)
		actors[i] = start(t, grow_and_shrink, &(struct racer){ race, fds[i], pages });
	for (int i = 0; i < RACERS; i++)
		must_finish(t, actors[i]);
	for (int i = 0; i < RACERS; i++)
		sum += (long)must_capacity(t, fds[i]);
	note(t, "%u of %d attempts succeeded", atomic_load(&race->successes), RACERS * ATTEMPTS);
	expect_true(t, sum <= (pages - 1) * (long)page_size());
}

static long pages_to_race_for(struct trial *t)
{
	enum { AT_MOST = 128 };
	long largest = must_largest_pages(t);

	return largest < AT_MOST ? largest : AT_MOST;
}

CASE(racing_growths_stay_within_the_soft_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the soft limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9", .needs = { need_no_exemption, need_own_page_budget })
{
	struct race *race = must_share(t, sizeof *race);
	long pages = pages_to_race_for(t);
	int fds[RACERS];

	for (int i = 0; i < RACERS; i++)
		fds[i] = must_sized_pipe(t, 1);
	must_leave_pages(t, pages - 1, RACERS);
	race_for_growth(t, race, pages, fds);
}

CASE(racing_growths_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the hard limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget })
{
	struct race *race = must_share(t, sizeof *race);
	long pages = pages_to_race_for(t);
	int fds[RACERS];

	for (int i = 0; i < RACERS; i++)
		fds[i] = must_sized_pipe(t, 1);
	must_tune(t, soft, 0);
	must_tune(t, hard, RACERS + pages - 1);
	race_for_growth(t, race, pages, fds);
}

// A pipe or FIFO; -1 if there is no room for it.
static int make_or_fail(struct trial *t, const char *path)
{
	int fds[2];

	if (path)
		return (int)must_or_fail(t, open(path, O_RDWR | O_CLOEXEC), ENOMEM);
	if (must_or_fail(t, pipe2(fds, O_CLOEXEC), ENFILE) == -1)
		return -1;
	must(t, close(fds[1]));
	return fds[0];
}

static void make_and_close(struct trial *t, const void *arg)
{
	const char *path = trial_way(t) == BY_FIFO ? must_fifo(t, 0600) : NULL;
	struct race *race = ((const struct racer *)arg)->race;

	start_together(t, race);
	for (int i = 0; i < ATTEMPTS; i++) {
		int fd = make_or_fail(t, path);

		if (fd == -1)
			continue;
		expect_room_for(t, race, DEFAULT_PAGES);
		must(t, fcntl(fd, F_GETPIPE_SZ));
		atomic_fetch_sub(&race->taken, DEFAULT_PAGES);
		must(t, close(fd));
	}
}

CASE(racing_creations_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that make pipes at the same time, only as many succeed "
		"as the hard limit has room for",
		"pipe(7), BUGS" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget })
{
	struct race *race = must_share(t, sizeof *race);
	struct actor *actors[RACERS];

	race->room = 2 * DEFAULT_PAGES - 1;
	must_tune(t, soft, 0);
	must_tune(t, hard, race->room);
	for (int i = 0; i < RACERS; i++)
		actors[i] = start(t, make_and_close, &(struct racer){ race, -1, 0 });
	for (int i = 0; i < RACERS; i++)
		must_finish(t, actors[i]);
	note(t, "%u of %d attempts succeeded", atomic_load(&race->successes), RACERS * ATTEMPTS);
	expect_true(t, atomic_load(&race->taken) == 0);
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
