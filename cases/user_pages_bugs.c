// SPDX-License-Identifier: ISC
// The three bugs of the page limits before Linux 4.9: pipe(7), BUGS (a), (b), (c).

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case.h"

static const char soft[] = "fs/pipe-user-pages-soft", hard[] = "fs/pipe-user-pages-hard";

// --- (a) the check leaves the new pages out -------------------------------------

enum { TOO_FEW = 14 }; // pages, of the 15 that the growth takes

CASE(growth_past_the_soft_limit_is_refused,
     .claim = { DOCUMENTED,
		"F_SETPIPE_SZ that would go past the soft limit fails with EPERM, "
		"although the user is below it",
		"pipe(7), BUGS (a); F_SETPIPE_SZ(2const), ERRORS, EPERM" },
     .covers = { "USR-17" }, .since = "4.9",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, TOO_FEW, 1);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(growth_past_the_hard_limit_is_refused,
     .claim = { DOCUMENTED,
		"F_SETPIPE_SZ that would go past the hard limit fails with EPERM, "
		"although the user is below it",
		"pipe(7), BUGS (a); F_SETPIPE_SZ(2const), ERRORS, EPERM" },
     .covers = { "USR-17" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_tune(t, soft, 0);
	must_tune(t, hard, 1 + TOO_FEW);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(new_pipe_past_the_hard_limit_is_refused,
     .claim = { DOCUMENTED,
		"a pipe that would go past the hard limit is not made, although the "
		"user is below it",
		"pipe(7), BUGS; pipe(2), ENFILE" },
     .covers = { "USR-17" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fds[2];

	must_new_pipe(t);
	must_tune(t, soft, 0);
	must_tune(t, hard, 2 * DEFAULT_PAGES - 1);
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
     .covers = { "USR-06" }, .since = "4.9",
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
     .covers = { "USR-06" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int shrinks = must_sized_pipe(t, 16);

	must_new_pipe(t);
	must_tune(t, soft, 1);
	must_tune(t, hard, 1);
	expect_to_shrink(t, shrinks);
}

// --- (c) the charge comes after the check ---------------------------------------

static long grow(struct trial *t, const struct racer *me)
{
	int size = (int)(me->size + 1) * (int)page_size();

	return must_or_fail(t, fcntl(me->fd, F_SETPIPE_SZ, size), EPERM);
}

static void shrink(struct trial *t, const struct racer *me, long taken)
{
	(void)taken;
	must(t, fcntl(me->fd, F_SETPIPE_SZ, (int)page_size()));
}

static long make(struct trial *t, const struct racer *me)
{
	int fds[2];

	(void)me;
	if (must_or_fail(t, pipe2(fds, O_CLOEXEC), ENFILE) == -1)
		return -1;
	must(t, close(fds[1]));
	return fds[0];
}

static void unmake(struct trial *t, const struct racer *me, long taken)
{
	(void)me;
	must(t, close((int)taken));
}

// One that the soft limit has reduced takes nothing of what is fought for.
static long make_in_full_size(struct trial *t, const struct racer *me)
{
	long fd = make(t, me);

	if (fd == -1 || must_capacity(t, (int)fd) == DEFAULT_PAGES * page_size())
		return fd;
	unmake(t, me, fd);
	return -1;
}

static struct racer must_make_grower(struct trial *t, long pages)
{
	return (struct racer){ grow, shrink, pages, must_sized_pipe(t, 1) };
}

static struct racer maker(long (*take)(struct trial *t, const struct racer *me))
{
	return (struct racer){ take, unmake, DEFAULT_PAGES, -1 };
}

// To 128 pages at most: the more, the longer the kernel is at it.
static long must_choose_growth(struct trial *t)
{
	long largest = must_largest_pages(t);

	return (largest < 128 ? largest : 128) - 1;
}

CASE(racing_growths_stay_within_the_soft_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the soft limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9", .alone = true,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	long growth = must_choose_growth(t);
	struct racer racers[] = { must_make_grower(t, growth), must_make_grower(t, growth) };

	must_leave_pages(t, growth, RACERS);
	expect_no_overshoot(t, racers, growth);
}

CASE(racing_growths_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that enlarge pipes at the same time, only as many "
		"succeed as the hard limit has room for",
		"pipe(7), BUGS (c)" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	long growth = must_choose_growth(t);
	struct racer racers[] = { must_make_grower(t, growth), must_make_grower(t, growth) };

	must_tune(t, soft, 0);
	must_tune(t, hard, RACERS + growth);
	expect_no_overshoot(t, racers, growth);
}

CASE(racing_creations_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of processes that make pipes at the same time, only as many succeed "
		"as the hard limit has room for",
		"pipe(7), BUGS" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct racer racers[] = { maker(make), maker(make) };
	long room = 2 * DEFAULT_PAGES - 1;

	must_tune(t, soft, 0);
	must_tune(t, hard, room);
	expect_no_overshoot(t, racers, room);
}

CASE(racing_creations_stay_within_the_soft_limit,
     .claim = { DOCUMENTED,
		"of processes that make pipes at the same time, only as many get 16 "
		"pages as the soft limit has room for",
		"pipe(7), BUGS" },
     .covers = { "USR-18" }, .since = "4.9", .alone = true,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct racer racers[] = { maker(make_in_full_size), maker(make_in_full_size) };
	long room = 2 * DEFAULT_PAGES - 1;

	must_leave_pages(t, room, 0);
	expect_no_overshoot(t, racers, room);
}

CASE(racing_growth_and_creation_stay_within_the_hard_limit,
     .claim = { DOCUMENTED,
		"of two processes, one that makes a pipe and one that enlarges another, "
		"one succeeds where the hard limit has no room for both",
		"pipe(7), BUGS" },
     .covers = { "USR-18" }, .since = "4.9", .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct racer racers[] = { must_make_grower(t, DEFAULT_PAGES - 1), maker(make) };
	long room = 2 * DEFAULT_PAGES - 2;

	must_tune(t, soft, 0);
	must_tune(t, hard, 1 + room);
	expect_no_overshoot(t, racers, room);
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
		&racing_creations_stay_within_the_soft_limit,
		&racing_growth_and_creation_stay_within_the_hard_limit,
	},
};
