// SPDX-License-Identifier: ISC
// Whose page budget a pipe is charged to, and who is exempt from the limits.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { REDUCED_PAGES = 2 };

// What the stranger has done, and what it is to wait for.
enum stage { SENT = 1, DONE, RETURN_IT, RETURNED_IT, END };

static const char *need_exemption(struct trial *t)
{
	const char *lacking = need_cap_sys_resource(t);

	return lacking && need_cap_sys_admin(t) ? lacking : NULL;
}

static void hold_all(struct trial *t, const void *arg)
{
	(void)arg;
	must_leave_pages(t, 0, 0);
	reach_stage(t, DONE);
	await_stage(t, END);
}

CASE(processes_of_a_user_share_the_budget,
     .claim = { DOCUMENTED, "what another process of the user holds counts towards the soft limit",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-15" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	static const struct outcome less_than_default = {
		.kind = RETURNED, .low = 1, .high_pages = DEFAULT_PAGES, .high = -1
	};
	struct actor *holder = start(t, hold_all, NULL);

	await_stage(t, DONE);
	int fd = must_new_pipe(t);
	expect_as(t, fcntl(fd, F_GETPIPE_SZ), &less_than_default);
	reach_stage(t, END);
	must_finish(t, holder);
}

CASE(users_have_budgets_of_their_own,
     .claim = { DOCUMENTED, "what another user holds does not count towards the soft limit",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-15" }, .stranger = hold_all,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	await_stage(t, DONE);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

// Capabilities of a child user namespace are none towards the limits: capable()
// asks for the initial one.
static void make_one_in_user_namespace(struct trial *t, const void *arg)
{
	(void)arg;
	if (attempt(t, unshare(CLONE_NEWUSER)) == -1 || !trial_has_capability(CAP_SYS_RESOURCE))
		skip(t, "kernel-config: no user namespace can be made here");
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(user_namespace_is_no_way_out,
     .claim = { OBSERVED, "with every capability in a new user namespace the same budget applies",
		"fs/pipe.c, pipe_is_unprivileged_user()" },
     .covers = { "USR-26", "NSC-04" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, 0, 0);
	must_finish(t, start(t, make_one_in_user_namespace, NULL));
}

// --- passed descriptors -------------------------------------------------------

static void keep_what_is_sent(struct trial *t, const void *arg)
{
	(void)arg;
	int fd = must_receive_descriptor(t);
	reach_stage(t, DONE);
	await_stage(t, RETURN_IT);
	must(t, close(fd));
	reach_stage(t, RETURNED_IT);
}

CASE(charge_stays_with_the_creator,
     .claim = { OBSERVED, "a pipe is charged to its creator while only another user has it open",
		"fs/pipe.c, alloc_pipe_info() and free_pipe_info()" },
     .covers = { "USR-16" }, .ways = BY_PIPE2 | BY_FIFO, .stranger = keep_what_is_sent,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int passed = must_sized_pipe(t, 16);

	must_leave_pages(t, 0, 16);
	must_send_descriptor(t, passed);
	must(t, close(passed));
	await_stage(t, DONE);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
	must(t, close(fd));
	reach_stage(t, RETURN_IT);
	await_stage(t, RETURNED_IT);
	fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

static void receive_and_make_one(struct trial *t, const void *arg)
{
	(void)arg;
	must_leave_pages(t, DEFAULT_PAGES, 0);
	must_receive_descriptor(t);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	reach_stage(t, DONE);
}

CASE(receiver_is_charged_nothing,
     .claim = { OBSERVED, "a pipe received from another user takes nothing of the own budget",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-16" }, .stranger = receive_and_make_one,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_send_descriptor(t, must_sized_pipe(t, 16));
	await_stage(t, DONE);
}

static void enlarge_in_vain(struct trial *t, const void *arg)
{
	(void)arg;
	int fd = must_receive_descriptor(t);

	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
	reach_stage(t, DONE);
}

CASE(growth_by_another_is_checked_against_the_creator,
     .claim = { OBSERVED, "a user with room cannot enlarge the pipe of a user without",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-16" }, .stranger = enlarge_in_vain,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 0, 1);
	must_send_descriptor(t, fd);
	await_stage(t, DONE);
}

static void enlarge_at_the_limit(struct trial *t, const void *arg)
{
	(void)arg;
	must_leave_pages(t, 0, 0);
	int fd = must_receive_descriptor(t);

	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
	reach_stage(t, DONE);
}

CASE(growth_by_another_is_charged_to_the_creator,
     .claim = { OBSERVED,
		"a user at the soft limit can enlarge the pipe of a user with room, "
		"who is charged for it",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-16" }, .stranger = enlarge_at_the_limit,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 15, 1);
	must_send_descriptor(t, fd);
	await_stage(t, DONE);
	fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

static void open_what_is_sent(struct trial *t, const void *arg)
{
	char path[32];

	(void)arg;
	snprintf(path, sizeof path, "/proc/self/fd/%d", must_receive_descriptor(t));
	must(t, open(path, O_RDWR | O_CLOEXEC));
	reach_stage(t, DONE);
	await_stage(t, END);
}

CASE(fifo_is_charged_to_who_opens_it_first,
     .claim = { OBSERVED, "a FIFO is charged to the user who opened it first, not to its owner",
		"fs/pipe.c, fifo_open()" },
     .covers = { "USR-25" }, .stranger = open_what_is_sent,
     .needs = { need_proc, need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	const char *path = must_fifo(t, 0666);

	must_leave_pages(t, DEFAULT_PAGES, 0);
	int handle = (int)must(t, open(path, O_PATH | O_CLOEXEC));
	must_send_descriptor(t, handle);
	await_stage(t, DONE);
	must(t, open(path, O_RDWR | O_CLOEXEC));
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

// --- exemption ----------------------------------------------------------------

static void expect_exemption(struct trial *t)
{
	must_leave_pages(t, 0, 0);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	must(t, fcntl(fd, F_SETPIPE_SZ, (int)page_size()));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

CASE(cap_sys_resource_exempts,
     .claim = { DOCUMENTED, "with CAP_SYS_RESOURCE alone the soft limit does not apply",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-14" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_cap_sys_resource, need_own_page_budget, need_room_in_limits })
{
	must_drop_capability(t, CAP_SYS_ADMIN);
	expect_exemption(t);
}

CASE(cap_sys_admin_exempts,
     .claim = { DOCUMENTED, "with CAP_SYS_ADMIN alone the soft limit does not apply",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-14", "NSC-07" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_cap_sys_admin, need_own_page_budget, need_room_in_limits })
{
	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect_exemption(t);
}

CASE(exempt_pages_are_charged_too,
     .claim = { OBSERVED, "what a user got by exemption counts once the exemption is gone",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-27" }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_exemption, need_own_page_budget, need_room_in_limits })
{
	must_leave_pages(t, DEFAULT_PAGES, 0);
	must_new_pipe(t);
	must_drop_capability(t, CAP_SYS_RESOURCE);
	must_drop_capability(t, CAP_SYS_ADMIN);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

static void enlarge_without_exemption(struct trial *t, const void *arg)
{
	must_drop_capability(t, CAP_SYS_RESOURCE);
	must_drop_capability(t, CAP_SYS_ADMIN);
	expect(t, fcntl(*(const int *)arg, F_SETPIPE_SZ, 16 * (int)page_size()), FAILS(EPERM));
}

CASE(exemption_is_the_callers,
     .claim = { OBSERVED, "the exemption is of the process that enlarges, not of the pipe",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "USR-31" }, .needs = { need_exemption, need_own_page_budget, need_room_in_limits })
{
	int fd = must_sized_pipe(t, 1);

	must_leave_pages(t, 0, 1);
	must_finish(t, start(t, enlarge_without_exemption, &fd));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
}

const struct family user_pages_owner_family = {
	.name = "user_pages_owner",
	.about = "Whose page budget a pipe is charged to, and who is exempt",
	.cases = {
		&processes_of_a_user_share_the_budget,
		&users_have_budgets_of_their_own,
		&user_namespace_is_no_way_out,
		&charge_stays_with_the_creator,
		&receiver_is_charged_nothing,
		&growth_by_another_is_checked_against_the_creator,
		&growth_by_another_is_charged_to_the_creator,
		&fifo_is_charged_to_who_opens_it_first,
		&cap_sys_resource_exempts,
		&cap_sys_admin_exempts,
		&exempt_pages_are_charged_too,
		&exemption_is_the_callers,
	},
};
