// SPDX-License-Identifier: ISC
// What is charged to a user's page budget, and when it is given back.  What is
// left is read off a new pipe: reduced where 16 pages do not fit.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "case.h"

enum { REDUCED_PAGES = 2, REFUSALS = 300, FURTHER = 32 };

CASE(shrinking_returns_pages,
     .claim = { OBSERVED, "the pages a pipe gives up can be used for another one at once",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-10" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int shrinks = must_sized_pipe(t, 16);

	must_leave_pages(t, 15, 16);
	must(t, fcntl(shrinks, F_SETPIPE_SZ, 8 * (int)page_size()));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(pages_given_up_are_not_kept,
     .claim = { DOCUMENTED, "a pipe that was shrunk cannot grow back once others have its pages",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-06" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int shrinks = must_sized_pipe(t, 16);

	must_leave_pages(t, 0, 16);
	must(t, fcntl(shrinks, F_SETPIPE_SZ, 8 * (int)page_size()));
	must_sized_pipe(t, 1);
	expect(t, fcntl(shrinks, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(closing_returns_pages,
     .claim = { OBSERVED, "the pages of a pipe come back with close() of its last descriptor",
		"fs/pipe.c, put_pipe_info()" },
     .covers = { "USR-10" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int closes = must_sized_pipe(t, 16);

	must_leave_pages(t, 0, 16);
	must(t, close(closes));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(closing_returns_what_was_charged,
     .claim = { OBSERVED, "closing a pipe returns the pages of its capacity, not of a new pipe's",
		"fs/pipe.c, free_pipe_info()" },
     .covers = { "USR-10" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int closes = must_sized_pipe(t, 8), grows = must_sized_pipe(t, 1);

	must_leave_pages(t, 0, 9);
	must(t, close(closes));
	expect(t, fcntl(grows, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
	expect(t, fcntl(grows, F_SETPIPE_SZ, 8 * (int)page_size()), RETURNS_PAGES(8, 0));
}

CASE(one_open_end_keeps_the_charge,
     .claim = { OBSERVED, "a pipe is charged in full as long as one end of it is open",
		"fs/pipe.c, put_pipe_info()" },
     .covers = { "USR-10" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct pipe p = must_pipe(t, 0);

	must_leave_pages(t, 0, DEFAULT_PAGES);
	must(t, close(p.rd));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

static void hold_all(struct trial *t, const void *arg)
{
	(void)arg;
	must_leave_pages(t, 0, 0);
}

CASE(exit_returns_pages,
     .claim = { OBSERVED, "the pages of a process are there again once it has been reaped",
		"fs/pipe.c, put_pipe_info()" },
     .covers = { "USR-10" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_finish(t, start(t, hold_all, NULL));
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(further_descriptors_charge_nothing,
     .claim = { OBSERVED, "a pipe is charged once, however many descriptors there are of it",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-22" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 16);

	must_leave_pages(t, DEFAULT_PAGES, 16);
	must_have_descriptors(t, FURTHER);
	for (int i = 0; i < FURTHER; i++)
		must(t, dup(fd));
	fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(opening_a_fifo_again_charges_nothing,
     .claim = { OBSERVED, "a FIFO is charged once, however often it is opened",
		"fs/pipe.c, fifo_open()" },
     .covers = { "USR-22" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	const char *path = must_fifo(t, 0600);

	must_leave_pages(t, 2 * DEFAULT_PAGES, 0);
	must_have_descriptors(t, FURTHER);
	for (int i = 0; i < FURTHER; i++)
		must(t, open(path, O_RDWR | O_CLOEXEC));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(growing_to_and_fro_balances,
     .claim = { OBSERVED, "a pipe is charged for its capacity, whatever capacities it had before",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-22" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 15, 1);
	for (int i = 0; i < REFUSALS; i++) {
		expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
		expect(t, fcntl(fd, F_SETPIPE_SZ, (int)page_size()), RETURNS_PAGES(1, 0));
	}
	must(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()));
	fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

CASE(refused_growth_leaks_nothing,
     .claim = { OBSERVED, "a refused F_SETPIPE_SZ leaves the budget as it was",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-11" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 7, 1);
	for (int i = 0; i < REFUSALS; i++)
		expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * (int)page_size()), RETURNS_PAGES(8, 0));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(refused_shrinking_returns_nothing,
     .claim = { OBSERVED, "F_SETPIPE_SZ that fails because of bytes in the pipe returns no pages",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-24" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct pipe full = must_pipe(t, 0);

	must_fill(t, &full, 0);
	must_leave_pages(t, 0, DEFAULT_PAGES);
	for (int i = 0; i < REFUSALS; i++)
		expect(t, fcntl(full.wr, F_SETPIPE_SZ, 8 * (int)page_size()), FAILS(EBUSY));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

CASE(pipe_without_descriptors_charges_nothing,
     .claim = { OBSERVED, "pipe() that fails for want of descriptors charges nothing",
		"fs/pipe.c, do_pipe2()" },
     .covers = { "USR-23" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct rlimit limit, none;
	int fds[2];

	must_leave_pages(t, DEFAULT_PAGES, 0);
	must(t, getrlimit(RLIMIT_NOFILE, &limit));
	none = (struct rlimit){ 0, limit.rlim_max };
	must(t, setrlimit(RLIMIT_NOFILE, &none));
	for (int i = 0; i < REFUSALS; i++)
		expect(t, pipe2(fds, O_CLOEXEC), FAILS(EMFILE));
	must(t, setrlimit(RLIMIT_NOFILE, &limit));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(pipe_into_bad_memory_charges_nothing,
     .claim = { OBSERVED, "pipe() that cannot store the descriptors charges nothing",
		"fs/pipe.c, do_pipe2()" },
     .covers = { "USR-23" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int *fds = must_share(t, page_size());

	must(t, mprotect(fds, page_size(), PROT_NONE));
	must_leave_pages(t, DEFAULT_PAGES, 0);
	for (int i = 0; i < REFUSALS; i++)
		expect(t, pipe2(fds, O_CLOEXEC), FAILS(EFAULT));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(fifo_without_reader_charges_nothing,
     .claim = { OBSERVED, "open() of a FIFO that fails with ENXIO charges nothing",
		"fs/pipe.c, fifo_open()" },
     .covers = { "USR-23" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	const char *path = must_fifo(t, 0600);

	must_leave_pages(t, DEFAULT_PAGES, 0);
	for (int i = 0; i < REFUSALS; i++)
		expect(t, open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

const struct family user_pages_accounts_family = {
	.name = "user_pages_accounts",
	.about = "What is charged to a user's page budget, and when it is given back",
	.cases = {
		&shrinking_returns_pages,
		&pages_given_up_are_not_kept,
		&closing_returns_pages,
		&closing_returns_what_was_charged,
		&one_open_end_keeps_the_charge,
		&exit_returns_pages,
		&further_descriptors_charge_nothing,
		&opening_a_fifo_again_charges_nothing,
		&growing_to_and_fro_balances,
		&refused_growth_leaks_nothing,
		&refused_shrinking_returns_nothing,
		&pipe_without_descriptors_charges_nothing,
		&pipe_into_bad_memory_charges_nothing,
		&fifo_without_reader_charges_nothing,
	},
};
