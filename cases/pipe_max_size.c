// SPDX-License-Identifier: ISC
// What pipe-max-size caps, and for whom: pipe(7), "/proc files".  These cases set it, so that
// they know it.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

static const char max_size[] = "fs/pipe-max-size";

static void must_limit(struct trial *t, long pages)
{
	must_tune(t, max_size, pages * (long)page_size());
}

// Growing must not meet another limit than this one.
static const char *need_pages(struct trial *t)
{
	return need_no_exemption(t) == NULL ? need_own_page_budget(t) : NULL;
}

// --- new pipes ------------------------------------------------------------------

struct limit_row {
	const char *name;
	long pages;
	struct outcome want; // capacity of a new pipe
};

static const struct limit_row below_default[] = {
	{ "one_page", 1, RETURNS_PAGES(1, 0) },
	{ "half_default", 8, RETURNS_PAGES(8, 0) },
};

// A page budget used up makes new pipes smaller as well, but then growing to the limit is
// refused, which skips.
static void expect_new_pipe_at(struct trial *t, const struct limit_row *limit)
{
	must_limit(t, limit->pages);
	must_drop_capability(t, CAP_SYS_RESOURCE);
	int fd = must_new_pipe(t);
	size_t capacity_as_made = must_capacity(t, fd);
	must(t, set_capacity(t, fd, (size_t)limit->pages * page_size()));
	expect_as(t, capacity_as_made, &limit->want);
}

CASE(new_pipes_are_capped,
     .claim = { DOCUMENTED, "a new pipe, or FIFO newly opened, is no larger than pipe-max-size",
		"pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-26", "CAP-27" }, .since = "4.9", .tunes = { max_size },
     .against = "a new pipe has 16 pages on every Linux since 2.6.11", .ways = BY_PIPE2 | BY_FIFO,
     ROWS(below_default))
{
	expect_new_pipe_at(t, trial_row(t));
}

CASE(cap_sys_admin_is_capped,
     .claim = { DOCUMENTED, "with CAP_SYS_ADMIN alone a new pipe is capped at pipe-max-size too",
		"pipe(7), /proc files: pipe-max-size names CAP_SYS_RESOURCE alone" },
     .covers = { "CAP-28" }, .since = "4.9", .tunes = { max_size }, .needs = { need_cap_sys_admin })
{
	expect_new_pipe_at(t, &below_default[0]);
}

CASE(uid_0_is_capped,
     .claim = { DOCUMENTED, "uid 0 without CAP_SYS_RESOURCE is capped at pipe-max-size too",
		"pipe(7), /proc files, pipe-max-size: users without the capability" },
     .covers = { "CAP-28", "NSC-06" }, .since = "4.9", .tunes = { max_size },
     .needs = { need_uid_0 })
{
	expect_new_pipe_at(t, &below_default[0]);
}

CASE(cap_sys_resource_is_not_capped,
     .claim = { OBSERVED, "with CAP_SYS_RESOURCE a new pipe has 16 pages in spite of pipe-max-size",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "CAP-28" }, .since = "4.9", .tunes = { max_size },
     .against = "pipe(7), pipe-max-size: a ceiling on the default capacity of a new pipe",
     .needs = { need_cap_sys_resource })
{
	must_limit(t, 1);
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

CASE(higher_limit_makes_no_larger_pipes,
     .claim = { DOCUMENTED, "a new pipe has 16 pages however far above them pipe-max-size is",
		"pipe(7), /proc files, Pipe capacity: a ceiling" },
     .covers = { "CAP-26" }, .tunes = { max_size },
     .against = "a higher pipe-max-size gives programs larger pipes", .needs = { need_pages })
{
	must_limit(t, 64 * DEFAULT_PAGES);
	int fd = must_new_pipe(t);

	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

// --- pipes that exist -------------------------------------------------------------

CASE(limit_holds_as_set_last,
     .claim = { DOCUMENTED,
		"a request is granted up to the pipe-max-size of the moment, and refused "
		"with EPERM above",
		"F_SETPIPE_SZ(2const); pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-09", "CAP-10" }, .tunes = { max_size }, .needs = { need_pages })
{
	int fd = must_sized_pipe(t, 1), page = (int)page_size();

	must_drop_capability(t, CAP_SYS_RESOURCE);
	must_limit(t, 4);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * page), FAILS(EPERM));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 4 * page), RETURNS_PAGES(4, 0));
	must_limit(t, 8);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * page + 1), FAILS(EPERM));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * page), RETURNS_PAGES(8, 0));
}

CASE(lower_limit_takes_nothing_away,
     .claim = { OBSERVED, "a pipe keeps capacity and bytes when pipe-max-size goes below them",
		"fs/pipe.c, proc_dopipe_max_size()" },
     .covers = { "CAP-29" }, .tunes = { max_size })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t capacity = must_capacity(t, p.wr);
	char *bytes = must_share(t, capacity);

	must_fill(t, &p, page_size());
	must_limit(t, 1);
	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS((long)capacity));
	expect(t, write(p.wr, bytes, page_size()), RETURNS_PAGES(1, 0));
	expect(t, read(p.rd, bytes, capacity), RETURNS((long)capacity));
}

struct request_row {
	const char *name;
	int pages;
	struct outcome want;
};

static const struct request_row no_growth[] = {
	{ "same_size", 16, RETURNS_PAGES(16, 0) },
	{ "above_the_limit", 8, RETURNS_PAGES(8, 0) },
};

// A pipe of four times the limit.
static int must_exceed_limit(struct trial *t, long pages)
{
	int fd = must_sized_pipe(t, pages);

	must_drop_capability(t, CAP_SYS_RESOURCE);
	must_limit(t, pages / 4);
	return fd;
}

CASE(larger_pipe_can_shrink_to_any_size,
     .claim = { OBSERVED, "a pipe above pipe-max-size can shrink to a size that is still above it",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "CAP-29" }, .since = "4.9", .tunes = { max_size },
     .against = "F_SETPIPE_SZ(2const): EPERM for any capacity above the limit",
     .needs = { need_pages }, ROWS(no_growth))
{
	const struct request_row *r = trial_row(t);
	int fd = must_exceed_limit(t, 16);

	expect_as(t, fcntl(fd, F_SETPIPE_SZ, r->pages * (int)page_size()), &r->want);
}

CASE(larger_pipe_cannot_grow,
     .claim = { DOCUMENTED, "a pipe above pipe-max-size cannot be enlarged: EPERM",
		"F_SETPIPE_SZ(2const); pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-29" }, .tunes = { max_size }, .needs = { need_pages })
{
	int fd = must_exceed_limit(t, 8);

	expect(t, fcntl(fd, F_SETPIPE_SZ, 8 * (int)page_size() + 1), FAILS(EPERM));
}

// --- namespaces -------------------------------------------------------------------

enum stage { INSIDE = 1, SET };
enum { LIMIT = 4 }; // pages

static void make_a_pipe(struct trial *t, const void *arg)
{
	int fds[2];

	(void)arg;
	expect_equal(t, must_sysctl(t, max_size), LIMIT * (long)page_size());
	must(t, pipe2(fds, O_CLOEXEC));
	expect(t, fcntl(fds[0], F_GETPIPE_SZ), RETURNS_PAGES(LIMIT, 0));
	expect(t, fcntl(fds[0], F_SETPIPE_SZ, 2 * LIMIT * (int)page_size()), FAILS(EPERM));
}

// Set when the namespaces are there already: they might have got a copy.
static void live_in_namespaces(struct trial *t, const void *arg)
{
	(void)arg;
	if (attempt(t, unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
			       CLONE_NEWUTS | CLONE_NEWNET)) == -1)
		skip(t, "kernel-config: no user namespace can be made here");
	reach_stage(t, INSIDE);
	await_stage(t, SET);
	must_finish(t, start_inside(t, make_a_pipe, NULL));
}

CASE(namespaces_have_no_limit_of_their_own,
     .claim = { OBSERVED,
		"pipe-max-size is one value for the whole kernel, which user, PID, mount, "
		"IPC, UTS and network namespaces read and obey",
		"fs/pipe.c, pipe_max_size" },
     .covers = { "FLK-01", "NSC-12" }, .tunes = { max_size },
     .against = "pipe-max-size belongs to a namespace since 5.1")
{
	struct actor *actor = start(t, live_in_namespaces, NULL);

	await_stage(t, INSIDE);
	must_limit(t, LIMIT);
	reach_stage(t, SET);
	must_finish(t, actor);
}

const struct family pipe_max_size_family = {
	.name = "pipe_max_size",
	.about = "What pipe-max-size caps, and for whom",
	.cases = {
		&new_pipes_are_capped,
		&cap_sys_admin_is_capped,
		&uid_0_is_capped,
		&cap_sys_resource_is_not_capped,
		&higher_limit_makes_no_larger_pipes,
		&limit_holds_as_set_last,
		&lower_limit_takes_nothing_away,
		&larger_pipe_can_shrink_to_any_size,
		&larger_pipe_cannot_grow,
		&namespaces_have_no_limit_of_their_own,
	},
};
