// SPDX-License-Identifier: ISC
// The hard limit on what a user may hold in pipes: pipe(7), "/proc files".  It is
// off unless somebody sets it, so these cases do.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "case.h"

enum { REFUSALS = 300 };

static const char soft[] = "fs/pipe-user-pages-soft", hard[] = "fs/pipe-user-pages-hard";

// Pages; 0 is no limit.
static void must_limit(struct trial *t, long soft_pages, long hard_pages)
{
	must_tune(t, soft, soft_pages);
	must_tune(t, hard, hard_pages);
}

static void expect_pipe(struct trial *t, const struct outcome *want)
{
	int fds[2];

	if (trial_way(t) == BY_PIPE)
		expect_as(t, pipe(fds), want);
	else
		expect_as(t, pipe2(fds, O_CLOEXEC), want);
}

static const struct outcome refused = FAILS(ENFILE), made = RETURNS(0);

CASE(hard_limit_refuses_pipes,
     .claim = { DOCUMENTED, "pipe() of a user at the hard limit fails with ENFILE",
		"pipe(2), ERRORS, ENFILE; pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-07" }, .tunes = { soft, hard }, .ways = BY_PIPE | BY_PIPE2,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_hold_pages(t, 32);
	must_limit(t, 0, 32);
	expect_pipe(t, &refused);
}

CASE(pipe_to_exactly_the_hard_limit_is_made,
     .claim = { DOCUMENTED, "pipe() may take a user to the hard limit",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-07" }, .tunes = { soft, hard }, .ways = BY_PIPE | BY_PIPE2,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_hold_pages(t, 32);
	must_limit(t, 0, 32 + DEFAULT_PAGES);
	expect_pipe(t, &made);
}

CASE(refused_pipe_leaves_pipefd,
     .claim = { DOCUMENTED, "pipe() that fails at the hard limit stores nothing in pipefd",
		"pipe(2), RETURN VALUE; ERRORS, ENFILE" },
     .covers = { "USR-07" }, .tunes = { soft, hard }, .ways = BY_PIPE | BY_PIPE2,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fds[2] = { -7, -8 };

	must_limit(t, 0, 1);
	if (trial_way(t) == BY_PIPE)
		expect(t, pipe(fds), FAILS(ENFILE));
	else
		expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	expect_equal(t, fds[0], -7);
	expect_equal(t, fds[1], -8);
}

CASE(hard_limit_refuses_growth,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ cannot enlarge a pipe of a user at the hard limit",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-08" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 8);

	must_limit(t, 0, 8);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(8, 0));
}

CASE(growth_to_exactly_the_hard_limit_is_allowed,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ may take a user to the hard limit",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-08" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 8);

	must_limit(t, 0, 16);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

struct open_row {
	const char *name;
	int flags;
};

static const struct open_row openings[] = {
	{ "for_reading", O_RDONLY | O_NONBLOCK },
	{ "for_writing", O_WRONLY | O_NONBLOCK }, // asked before whether there is a reader
	{ "for_both", O_RDWR },
};

CASE(hard_limit_refuses_fifos,
     .claim = { DOCUMENTED,
		"open() of a FIFO that nobody has open fails with ENOMEM at the hard "
		"limit",
		"open(2), ERRORS, ENOMEM" },
     .covers = { "USR-09" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(openings))
{
	const struct open_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);

	must_limit(t, 0, 1);
	expect(t, open(path, row->flags | O_CLOEXEC), FAILS(ENOMEM));
}

CASE(open_fifo_can_be_joined_at_the_hard_limit,
     .claim = { OBSERVED, "a FIFO that is open can be opened again at the hard limit",
		"fs/pipe.c, fifo_open()" },
     .covers = { "USR-22" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	const char *path = must_fifo(t, 0600);

	must(t, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	must_limit(t, 1, 1);
	expect(t, open(path, O_WRONLY | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
}

CASE(refusals_at_the_hard_limit_leak_nothing,
     .claim = { OBSERVED, "a refused pipe() or open() leaves the budget as it was",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-11" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 8);
	const char *path = trial_way(t) == BY_FIFO ? must_fifo(t, 0600) : NULL;

	must_limit(t, 0, 16);
	for (int i = 0; i < REFUSALS; i++)
		if (path)
			expect(t, open(path, O_RDWR | O_CLOEXEC), FAILS(ENOMEM));
		else
			expect_pipe(t, &refused);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
	expect_pipe(t, &refused);
}

CASE(refused_growths_at_the_hard_limit_leak_nothing,
     .claim = { OBSERVED, "F_SETPIPE_SZ refused at the hard limit leaves the budget as it was",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-11" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_limit(t, 0, 8);
	for (int i = 0; i < REFUSALS; i++)
		expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * (int)page_size()), RETURNS_PAGES(8, 0));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(closing_makes_room_below_the_hard_limit,
     .claim = { OBSERVED, "a pipe can be made as soon as another one was closed",
		"fs/pipe.c, put_pipe_info()" },
     .covers = { "USR-10" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_new_pipe(t);

	must_limit(t, 0, DEFAULT_PAGES);
	expect_pipe(t, &refused);
	must(t, close(fd));
	expect_pipe(t, &made);
}

CASE(shrinking_makes_room_below_the_hard_limit,
     .claim = { OBSERVED, "a pipe can be made as soon as others have given up 16 pages",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-10" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int one = must_sized_pipe(t, 16), other = must_sized_pipe(t, 16);

	must_limit(t, 0, 32);
	must(t, fcntl(one, F_SETPIPE_SZ, 8 * (int)page_size()));
	expect_pipe(t, &refused);
	must(t, fcntl(other, F_SETPIPE_SZ, 8 * (int)page_size()));
	expect_pipe(t, &made);
}

CASE(hard_limit_of_0_is_none,
     .claim = { DOCUMENTED, "with pipe-user-pages-hard 0 there is no hard limit",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-12" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_limit(t, 0, 1);
	expect_pipe(t, &refused);
	must_limit(t, 0, 0);
	expect_pipe(t, &made);
}

CASE(soft_limit_of_0_is_none,
     .claim = { DOCUMENTED, "with pipe-user-pages-soft 0 there is no soft limit",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-12" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, 0, 0);
	must_limit(t, 0, 0);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	must(t, fcntl(fd, F_SETPIPE_SZ, (int)page_size()));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

const struct family user_pages_hard_family = {
	.name = "user_pages_hard",
	.about = "The hard limit on what one user may hold in pipes",
	.cases = {
		&hard_limit_refuses_pipes,
		&pipe_to_exactly_the_hard_limit_is_made,
		&refused_pipe_leaves_pipefd,
		&hard_limit_refuses_growth,
		&growth_to_exactly_the_hard_limit_is_allowed,
		&hard_limit_refuses_fifos,
		&open_fifo_can_be_joined_at_the_hard_limit,
		&refusals_at_the_hard_limit_leak_nothing,
		&refused_growths_at_the_hard_limit_leak_nothing,
		&closing_makes_room_below_the_hard_limit,
		&shrinking_makes_room_below_the_hard_limit,
		&hard_limit_of_0_is_none,
		&soft_limit_of_0_is_none,
	},
};
