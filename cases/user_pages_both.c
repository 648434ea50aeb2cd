// SPDX-License-Identifier: ISC
// Both limits on what a user may hold in pipes, set to what a case needs: which of
// them decides, whom they bind, and what setting them does to pipes that exist.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum stage { DONE = 1, RETURN_IT, RETURNED_IT, END };

static const char soft[] = "fs/pipe-user-pages-soft", hard[] = "fs/pipe-user-pages-hard";

// Pages; 0 is no limit.
static void must_limit(struct trial *t, long soft_pages, long hard_pages)
{
	must_tune(t, soft, soft_pages);
	must_tune(t, hard, hard_pages);
}

static const struct outcome less_than_default = {
	.kind = RETURNED, .low = 1, .high_pages = DEFAULT_PAGES, .high = -1
};

struct limits_row {
	const char *name;
	long soft, hard; // pages; 32 are held
	struct outcome want;
};

// clang-format off
static const struct limits_row both_reached[] = {
	{ "soft_at_hard",    32, 32, FAILS(ENFILE) },
	{ "soft_below_hard", 16, 32, FAILS(ENFILE) },
	{ "soft_above_hard", 40, 32, FAILS(ENFILE) },
};

// The new pipe has been reduced to two pages by the time it is held against the
// hard limit.
static const struct limits_row hard_above_soft[] = {
	{ "1_page_left",  32, 33, FAILS(ENFILE) },
	{ "2_pages_left", 32, 34, RETURNS(0) },
};
// clang-format on

static void expect_pipe_by_row(struct trial *t)
{
	const struct limits_row *row = trial_row(t);
	int fds[2];

	must_hold_pages(t, 32);
	must_limit(t, row->soft, row->hard);
	expect_as(t, pipe2(fds, O_CLOEXEC), &row->want);
}

CASE(hard_limit_goes_before_the_soft_one,
     .claim = { DOCUMENTED, "where both limits are reached pipe() is refused, not its pipe reduced",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-19" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits }, ROWS(both_reached))
{
	expect_pipe_by_row(t);
}

CASE(hard_limit_counts_the_reduced_pipe,
     .claim = { OBSERVED,
		"a pipe that the soft limit reduces is made if its two pages fit below "
		"the hard limit",
		"fs/pipe.c, alloc_pipe_info()" },
     .covers = { "USR-30" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits },
     ROWS(hard_above_soft))
{
	expect_pipe_by_row(t);
}

CASE(soft_limit_applies_as_set,
     .claim = { DOCUMENTED, "a soft limit that is set anew holds for the next pipe",
		"pipe(7), /proc files, pipe-user-pages-soft" },
     .covers = { "USR-02" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_hold_pages(t, 32);
	must_limit(t, 32 + DEFAULT_PAGES, 0);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	fd = must_new_pipe(t);
	expect_as(t, fcntl(fd, F_GETPIPE_SZ), &less_than_default);
}

CASE(lower_limits_take_nothing_away,
     .claim = { OBSERVED, "pipes that exist keep capacity and bytes when the limits are lowered",
		"fs/pipe.c, too_many_pipe_buffers_hard()" },
     .covers = { "USR-29" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	static char bytes[DEFAULT_PAGES << 16];
	long capacity = DEFAULT_PAGES * (long)page_size();

	must_fill(t, &p, page_size());
	must_limit(t, 1, 1);
	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS(capacity));
	expect(t, write(p.wr, bytes, page_size()), RETURNS((long)page_size()));
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS(capacity));
}

// The internal pipe of sendfile(2) to what is no pipe is a new one.
CASE(sendfile_needs_room_for_a_pipe,
     .claim = { OBSERVED,
		"a thread's first sendfile() from file to file fails with ENOMEM at the "
		"hard limit",
		"fs/splice.c, splice_direct_to_actor()" },
     .covers = { "USR-28" }, .tunes = { soft, hard },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));
	int null = must_open_file(t, "/dev/null", O_WRONLY);

	must_write(t, file, "x", 1);
	must_limit(t, 0, DEFAULT_PAGES - 1);
	expect(t, sendfile(null, file, &(off_t){ 0 }, 1), FAILS(ENOMEM));
	must_limit(t, 0, DEFAULT_PAGES);
	expect(t, sendfile(null, file, &(off_t){ 0 }, 1), RETURNS(1));
}

// --- whom the hard limit binds --------------------------------------------------

static void expect_exemption(struct trial *t)
{
	const char *path = must_fifo(t, 0600);
	int fds[2];

	must_hold_pages(t, 16);
	must_limit(t, 1, 1);
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
	must(t, fcntl(fds[0], F_SETPIPE_SZ, (int)page_size()));
	expect(t, fcntl(fds[0], F_SETPIPE_SZ, 16 * (int)page_size()), RETURNS_PAGES(16, 0));
	expect(t, open(path, O_RDWR | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
}

CASE(cap_sys_resource_exempts_from_the_hard_limit,
     .claim = { DOCUMENTED, "with CAP_SYS_RESOURCE alone the hard limit does not apply",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-14" }, .tunes = { soft, hard },
     .needs = { need_cap_sys_resource, need_room_in_limits })
{
	must_drop_capability(t, CAP_SYS_ADMIN);
	expect_exemption(t);
}

CASE(cap_sys_admin_exempts_from_the_hard_limit,
     .claim = { DOCUMENTED, "with CAP_SYS_ADMIN alone the hard limit does not apply",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-14" }, .tunes = { soft, hard },
     .needs = { need_cap_sys_admin, need_room_in_limits })
{
	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect_exemption(t);
}

// With one page no pipe fits, whatever other processes of uid 0 hold.
CASE(uid_0_is_not_exempt,
     .claim = { DOCUMENTED, "uid 0 without the two capabilities is bound by the limits",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-32" }, .tunes = { soft, hard },
     .needs = { need_uid_0, need_no_exemption, need_room_in_limits })
{
	const char *path = must_fifo(t, 0600);
	int fds[2], fd = must_sized_pipe(t, 1);

	must_limit(t, 0, 1);
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	expect(t, fcntl(fd, F_SETPIPE_SZ, 2 * (int)page_size()), FAILS(EPERM));
	expect(t, open(path, O_RDWR | O_CLOEXEC), FAILS(ENOMEM));
}

static void hold_one(struct trial *t, const void *arg)
{
	(void)arg;
	must_new_pipe(t);
	reach_stage(t, DONE);
	await_stage(t, END);
}

CASE(processes_of_a_user_share_the_hard_limit,
     .claim = { DOCUMENTED, "what another process of the user holds counts towards the hard limit",
		"pipe(7), /proc files, pipe-user-pages-hard" },
     .covers = { "USR-15" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct actor *holder = start(t, hold_one, NULL);
	int fds[2];

	await_stage(t, DONE);
	must_limit(t, 0, DEFAULT_PAGES);
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	reach_stage(t, END);
	must_finish(t, holder);
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
}

static void keep_what_is_sent(struct trial *t, const void *arg)
{
	int fd = must_receive_descriptor(t), fds[2];

	(void)arg;
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
	reach_stage(t, DONE);
	await_stage(t, RETURN_IT);
	must(t, close(fd));
	reach_stage(t, RETURNED_IT);
}

CASE(hard_limit_is_the_creators,
     .claim = { OBSERVED,
		"a pipe that only another user has open counts towards the hard limit of "
		"its creator, and not towards that user's",
		"fs/pipe.c, alloc_pipe_info() and free_pipe_info()" },
     .covers = { "USR-16" }, .tunes = { soft, hard }, .ways = BY_PIPE2 | BY_FIFO,
     .stranger = keep_what_is_sent,
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int passed = must_new_pipe(t), fds[2];

	must_limit(t, 0, DEFAULT_PAGES);
	must_send_descriptor(t, passed);
	must(t, close(passed));
	await_stage(t, DONE);
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	reach_stage(t, RETURN_IT);
	await_stage(t, RETURNED_IT);
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
}

const struct family user_pages_both_family = {
	.name = "user_pages_both",
	.about = "Both limits on what one user may hold in pipes, and whom they bind",
	.cases = {
		&hard_limit_goes_before_the_soft_one,
		&hard_limit_counts_the_reduced_pipe,
		&soft_limit_applies_as_set,
		&lower_limits_take_nothing_away,
		&sendfile_needs_room_for_a_pipe,
		&cap_sys_resource_exempts_from_the_hard_limit,
		&cap_sys_admin_exempts_from_the_hard_limit,
		&uid_0_is_not_exempt,
		&processes_of_a_user_share_the_hard_limit,
		&hard_limit_is_the_creators,
	},
};
