// SPDX-License-Identifier: ISC
// The soft limit on what a user may hold in pipes: pipe(7), "/proc files".  Every
// trial has a uid of its own, so it starts with nothing charged to it.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "case.h"

enum { REDUCED_PAGES = 2 }; // of a new pipe over the soft limit; fs/pipe.c, alloc_pipe_info()

static const struct outcome less_than_default = {
	.kind = RETURNED, .low = 1, .high_pages = DEFAULT_PAGES, .high = -1
};

CASE(new_pipe_is_of_full_size_while_it_fits,
     .claim = { DOCUMENTED, "a new pipe that takes its user to the soft limit has 16 pages",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-01" }, .ways = FULL_SIZE_WAYS,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, DEFAULT_PAGES, 0);
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(default_limits_permit_1024_pipes,
     .claim = { DOCUMENTED, "with the default limits a user gets 1024 pipes of 16 pages, no more",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-01" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits, need_default_limits })
{
	enum { PERMITTED = 1024 };

	must_have_descriptors(t, PERMITTED + 1);
	for (int i = 0; i < PERMITTED; i++) {
		int fd = must_new_pipe(t);
		expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	}
	int fd = must_new_pipe(t);
	expect_as(t, fcntl(fd, F_GETPIPE_SZ), &less_than_default);
}

CASE(new_pipe_at_the_limit_is_reduced,
     .claim = { DOCUMENTED, "a new pipe of a user at the soft limit has less than 16 pages",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-02", "USR-04" }, .ways = FULL_SIZE_WAYS,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, 0, 0);
	int fd = must_new_pipe(t);

	expect_as(t, fcntl(fd, F_GETPIPE_SZ), &less_than_default);
}

CASE(new_pipe_at_the_limit_has_two_pages,
     .claim = { DOCUMENTED, "a new pipe of a user at the soft limit has two pages",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-02", "USR-04", "FLK-13" }, .since = "5.14; stable 5.10 has it",
     .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, 0, 0);
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

struct left_row {
	const char *name;
	long left; // pages
};

static const struct left_row too_few_left[] = {
	{ "15_pages_left", 15 },
	{ "2_pages_left", 2 },
	{ "1_page_left", 1 },
};

CASE(new_pipe_that_does_not_fit_is_reduced,
     .claim = { OBSERVED,
		"a new pipe is reduced if 16 pages would go past the soft limit, "
		"although the user is still below it",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-20" },
     .against = "pipe(7), pipe-user-pages-soft: pipes are limited while the total is at the limit",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(too_few_left))
{
	const struct left_row *row = trial_row(t);

	must_leave_pages(t, row->left, 0);
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

CASE(soft_limit_refuses_no_pipe,
     .claim = { DOCUMENTED, "a user over the soft limit goes on getting pipes, smaller ones",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-21" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	enum { MORE = 200 };
	int fds[2];

	must_leave_pages(t, 0, 0);
	must_have_descriptors(t, 2 * MORE);
	for (int i = 0; i < MORE; i++) {
		expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
		expect_as(t, fcntl(fds[0], F_GETPIPE_SZ), &less_than_default);
	}
}

// With one page it would wait until that byte is read, and programs that keep a
// byte in a pipe as a token would hang: commit 46c4c9d1beb7.
CASE(reduced_pipe_takes_a_byte_behind_the_last_one,
     .claim = { OBSERVED, "a reduced pipe, filled and read down to one byte, takes one more",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-03" }, .since = "5.14; stable 5.10 has it",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	static char bytes[REDUCED_PAGES << 16];
	struct pipe p;

	must_leave_pages(t, 0, 0);
	must(t, pipe2((int *)&p, O_NONBLOCK | O_CLOEXEC));
	must_fill(t, &p, 0);
	must_read(t, p.rd, bytes, must_unread(t, p.rd) - 1);
	expect(t, write(p.wr, "", 1), RETURNS(1));
}

struct growth_row {
	const char *name;
	long from, to; // pages
};

static const struct growth_row growths[] = {
	{ "1_to_2_pages", 1, 2 },
	{ "8_to_16_pages", 8, 16 },
};

CASE(growth_at_the_limit_is_refused,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ cannot enlarge a pipe of a user at the soft limit",
		"pipe(7), /proc files, pipe-user-pages-soft; F_SETPIPE_SZ(2const)" },
     .covers = { "USR-05" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(growths))
{
	const struct growth_row *row = trial_row(t);
	int fd = must_sized_pipe(t, row->from);

	must_leave_pages(t, 0, row->from);
	expect(t, fcntl(fd, F_SETPIPE_SZ, (int)row->to * (int)page_size()), FAILS(EPERM));
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(row->from, 0));
}

CASE(growth_to_exactly_the_limit_is_allowed,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ may take a user to the soft limit",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-05" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 15, 1);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

CASE(reduced_pipe_grows_once_there_is_room,
     .claim = { OBSERVED, "a pipe that was reduced can be enlarged once its user holds less",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-10" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int other = must_sized_pipe(t, 16);

	must_leave_pages(t, 0, 16);
	int reduced = must_new_pipe(t);

	must(t, close(other));
	expect(t, fcntl(reduced, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

// The internal pipe of sendfile(2) to what is no pipe lives as long as its thread.
CASE(sendfile_takes_sixteen_pages,
     .claim = { OBSERVED, "a thread's first sendfile() from file to file charges 16 pages",
		"fs/splice.c, splice_direct_to_actor()" },
     .covers = { "USR-28" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));
	int copy = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC)); // there may be no /dev

	must_write(t, file, "x", 1);
	must_leave_pages(t, DEFAULT_PAGES, 0);
	must(t, sendfile(copy, file, &(off_t){ 0 }, 1));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

CASE(kernel_starts_with_a_soft_limit_of_16384,
     .claim = { DOCUMENTED, "pipe-user-pages-soft is 16384 unless somebody sets it",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-13" }, .needs = { need_own_kernel })
{
	expect_equal(t, must_sysctl(t, "fs/pipe-user-pages-soft"), 16384);
}

CASE(kernel_starts_without_a_hard_limit,
     .claim = { DOCUMENTED, "pipe-user-pages-hard is 0 unless somebody sets it",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-13" }, .needs = { need_own_kernel })
{
	expect_equal(t, must_sysctl(t, "fs/pipe-user-pages-hard"), 0);
}

const struct family user_pages_family = {
	.name = "user_pages",
	.about = "The soft limit on what one user may hold in pipes",
	.cases = {
		&new_pipe_is_of_full_size_while_it_fits,
		&default_limits_permit_1024_pipes,
		&new_pipe_at_the_limit_is_reduced,
		&new_pipe_at_the_limit_has_two_pages,
		&new_pipe_that_does_not_fit_is_reduced,
		&soft_limit_refuses_no_pipe,
		&reduced_pipe_takes_a_byte_behind_the_last_one,
		&growth_at_the_limit_is_refused,
		&growth_to_exactly_the_limit_is_allowed,
		&reduced_pipe_grows_once_there_is_room,
		&sendfile_takes_sixteen_pages,
		&kernel_starts_with_a_soft_limit_of_16384,
		&kernel_starts_without_a_hard_limit,
	},
};
