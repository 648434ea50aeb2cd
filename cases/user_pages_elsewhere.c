// SPDX-License-Identifier: ISC
// The limits on pipes in user namespaces and containers: pipe(7), "/proc files";
// user_namespaces(7).

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

enum { REDUCED_PAGES = 2, HELD_PAGES = 32 };
enum stage { HELD = 1, END };

static const char soft[] = "fs/pipe-user-pages-soft", hard[] = "fs/pipe-user-pages-hard";

static void make_one_as_root(struct trial *t, const void *arg)
{
	int fds[2] = { -7, -8 };

	(void)arg;
	must_enter_namespaces(t, 0);
	expect(t, must_sysctl(t, hard), RETURNS(HELD_PAGES));
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	expect_equal(t, fds[0], -7);
	expect_equal(t, fds[1], -8);
}

CASE(hard_limit_binds_root_of_a_user_namespace,
     .claim = { OBSERVED,
		"at the hard limit pipe() fails with ENFILE for root of a user namespace too",
		"fs/pipe.c, pipe_is_unprivileged_user(): capable()" },
     .covers = { "NSC-04", "NSC-12" }, .tunes = { soft, hard },
     .against = "capabilities(7): uid 0 of a container has CAP_SYS_RESOURCE, which exempts",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	must_hold_pages(t, HELD_PAGES);
	must_tune(t, soft, 0);
	must_tune(t, hard, HELD_PAGES);
	must_finish(t, start(t, make_one_as_root, NULL));
}

static void hold_all_elsewhere(struct trial *t, const void *arg)
{
	(void)arg;
	must_enter_namespaces(t, 0);
	must_leave_pages(t, 0, 0);
	reach_stage(t, HELD);
	await_stage(t, END);
}

static void make_one_in_a_third(struct trial *t, const void *arg)
{
	(void)arg;
	must_enter_namespaces(t, 0);
	expect(t, fcntl(must_new_pipe(t), F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
}

CASE(user_namespaces_of_a_user_share_the_budget,
     .claim = { OBSERVED,
		"what a process holds in one user namespace counts for one in another, and for one "
		"outside, if they are of one uid outside",
		"fs/pipe.c, alloc_pipe_info(); user_namespaces(7), in general" },
     .covers = { "NSC-05" }, .against = "each container has its own 16384 pages",
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	struct actor *holder = start(t, hold_all_elsewhere, NULL);

	await_stage(t, HELD);
	expect(t, fcntl(must_new_pipe(t), F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
	must_finish(t, start(t, make_one_in_a_third, NULL));
	reach_stage(t, END);
	must_finish(t, holder);
}

static void make_and_send(struct trial *t, const void *arg)
{
	must_enter_namespaces(t, 0);
	must_send_over(t, *(const int *)arg, must_sized_pipe(t, DEFAULT_PAGES));
}

CASE(charge_outlives_the_user_namespace,
     .claim = { OBSERVED,
		"a pipe that came from a user namespace of the same user is charged to that user "
		"until it is closed, whoever made it being gone",
		"fs/pipe.c, alloc_pipe_info() and free_pipe_info()" },
     .covers = { "NSC-05", "NSC-11" },
     .needs = { need_no_exemption, need_own_page_budget, need_room_in_limits })
{
	int sockets[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	struct actor *maker = start(t, make_and_send, &sockets[1]);
	int passed = must_receive_over(t, sockets[0]);
	must_finish(t, maker);
	must_leave_pages(t, 0, DEFAULT_PAGES);
	int fd = must_new_pipe(t);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(REDUCED_PAGES, 0));
	must(t, close(fd));
	must(t, close(passed));
	expect(t, fcntl(must_new_pipe(t), F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
}

// --- /proc/sys as containers have it ----------------------------------------------

static const char *const files[] = {
	"/proc/sys/fs/pipe-max-size",
	"/proc/sys/fs/pipe-user-pages-soft",
	"/proc/sys/fs/pipe-user-pages-hard",
};

static long unless_refused(struct trial *t, long n)
{
	if (n == -1 && (errno == EPERM || errno == EACCES))
		skip(t, "filesystem: /proc/sys cannot be mounted again here");
	return n;
}

static void must_make_read_only(struct trial *t)
{
	const unsigned long again = MS_BIND | MS_REMOUNT | MS_RDONLY;
	const unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	static const char directory[] = "/proc/sys";

	must(t, unless_refused(t, mount(directory, directory, NULL, MS_BIND | MS_REC, NULL)));
	must(t, unless_refused(t, mount(NULL, directory, NULL, again | safe, NULL)));
}

static void live_in_a_container(struct trial *t, const void *arg)
{
	char digit;

	(void)arg;
	must_enter_namespaces(t, CLONE_NEWNS);
	must_make_read_only(t);
	for (int i = 0; i < 3; i++) {
		expect(t, open(files[i], O_WRONLY | O_CLOEXEC), FAILS(EROFS));
		int fd = (int)must(t, open(files[i], O_RDONLY | O_CLOEXEC));
		expect(t, read(fd, &digit, 1), RETURNS(1));
	}
}

CASE(read_only_proc_keeps_the_limits,
     .claim = { DOCUMENTED,
		"where /proc/sys is mounted read-only uid 0 cannot open a limit for writing: "
		"EROFS; reading goes on",
		"mount(2), MS_RDONLY; open(2), ERRORS, EROFS" },
     .covers = { "NSC-12" }, .needs = { need_proc, need_uid_0 })
{
	must_sysctl(t, soft);
	// The file's own permissions come first, and let only the machine's root pass.
	for (int i = 0; i < 3; i++)
		if (eaccess(files[i], W_OK) == -1 && errno == EACCES)
			skip(t, "profile: takes uid 0 of the machine");
	must_finish(t, start(t, live_in_a_container, NULL));
}

const struct family user_pages_elsewhere_family = {
	.name = "user_pages_elsewhere",
	.about = "The limits on pipes in user namespaces and containers",
	.cases = {
		&hard_limit_binds_root_of_a_user_namespace,
		&user_namespaces_of_a_user_share_the_budget,
		&charge_outlives_the_user_namespace,
		&read_only_proc_keeps_the_limits,
	},
};
