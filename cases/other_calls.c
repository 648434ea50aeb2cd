// SPDX-License-Identifier: ISC
// Calls that are for other files than pipes, or for any: ioctl(2), openat(2), recv(2), xattr(7).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// --- ioctl ----------------------------------------------------------------------

struct request_row {
	const char *name;
	unsigned long request;
};

static const struct request_row foreign[] = {
	{ "tcgets", TCGETS },
	{ "tiocoutq", TIOCOUTQ },
	{ "tiocgwinsz", TIOCGWINSZ },
	{ "fioqsize", FIOQSIZE },
	{ "pidfd_get_info", ABI_PIDFD_GET_INFO },
	{ "nobodys", ABI_IOC_NOBODYS },
};

CASE(request_for_another_file_is_refused,
     .claim = { DOCUMENTED, "ioctl() with a request that is not for pipes fails with ENOTTY",
		"ioctl(2), ERRORS, ENOTTY" },
     .covers = { "MSC-28", "MSC-35" }, ROWS(foreign))
{
	const struct request_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char answer[256] = { 0 };

	expect(t, syscall(SYS_ioctl, p.rd, row->request, answer), FAILS(ENOTTY));
	expect(t, syscall(SYS_ioctl, p.wr, row->request, answer), FAILS(ENOTTY));
}

CASE(fionbio_is_o_nonblock,
     .claim = { OBSERVED, "FIONBIO sets and clears O_NONBLOCK of an end, and not of the other",
		"fs/ioctl.c, ioctl_fionbio()" },
     .covers = { "MSC-29" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end), other = other_end(&p, row->end);
	int on = 1, off = 0;
	char byte;

	expect(t, ioctl(fd, FIONBIO, &on), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_NONBLOCK, O_NONBLOCK);
	expect_flags(t, fcntl(other, F_GETFL), O_NONBLOCK, 0);
	if (row->end == READ_END)
		expect(t, read(fd, &byte, 1), FAILS(EAGAIN));
	expect(t, ioctl(fd, FIONBIO, &off), RETURNS(0));
	expect_flags(t, fcntl(fd, F_GETFL), O_NONBLOCK, 0);
}

CASE(fioclex_is_fd_cloexec,
     .claim = { OBSERVED,
		"FIOCLEX sets FD_CLOEXEC of an end, and not of the other; FIONCLEX clears it",
		"fs/ioctl.c, do_vfs_ioctl()" },
     .covers = { "MSC-29" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end), other = other_end(&p, row->end);

	must(t, fcntl(fd, F_SETFD, 0));
	must(t, fcntl(other, F_SETFD, 0));
	expect(t, ioctl(fd, FIOCLEX), RETURNS(0));
	expect(t, fcntl(fd, F_GETFD), RETURNS(FD_CLOEXEC));
	expect(t, fcntl(other, F_GETFD), RETURNS(0));
	expect(t, ioctl(fd, FIONCLEX), RETURNS(0));
	expect(t, fcntl(fd, F_GETFD), RETURNS(0));
}

CASE(pipe_is_not_cloned,
     .claim = { OBSERVED, "FICLONE of one end into the other fails with EINVAL",
		"fs/remap_range.c, generic_file_rw_checks(); FICLONE(2const), EINVAL" },
     .covers = { "MSC-35" })
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "a", 1);
	expect(t, syscall(SYS_ioctl, p.wr, ABI_FICLONE, p.rd), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(1));
}

// --- directories, sockets -----------------------------------------------------------

CASE(end_is_no_directory,
     .claim = { POSIX, "openat() below the read end and fchdir() to either fail with ENOTDIR",
		"POSIX.1-2024 openat() and fchdir(), ERRORS, ENOTDIR" },
     .covers = { "MSC-30" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect(t, openat(p.rd, "name", O_RDONLY), FAILS(ENOTDIR));
	expect(t, fchdir(p.rd), FAILS(ENOTDIR));
	expect(t, fchdir(p.wr), FAILS(ENOTDIR));
}

// What happens in the root directory meanwhile raises SIGIO.
static void must_have_notices(struct trial *t)
{
	int root = must_open_file(t, "/", O_RDONLY | O_DIRECTORY);

	must_ignore(t, SIGIO);
	if (must_or_fail(t, fcntl(root, F_NOTIFY, DN_RENAME), EINVAL) == -1)
		skip(t, "kernel-config: no F_NOTIFY (CONFIG_DNOTIFY, or fs.dir-notify-enable)");
	must(t, close(root));
}

CASE(end_gives_no_notice_as_a_directory,
     .claim = { DOCUMENTED, "F_NOTIFY of either end fails with ENOTDIR",
		"F_NOTIFY(2const), ERRORS, ENOTDIR" },
     .covers = { "MSC-30" })
{
	struct pipe p = must_pipe(t, 0);

	must_have_notices(t);
	expect(t, fcntl(p.rd, F_NOTIFY, DN_ACCESS), FAILS(ENOTDIR));
	expect(t, fcntl(p.wr, F_NOTIFY, DN_MODIFY), FAILS(ENOTDIR));
}

CASE(end_is_no_socket,
     .claim = { POSIX, "recv(), send(), getsockopt() and shutdown() of an end fail with ENOTSOCK",
		"POSIX.1-2024 recv(), send(), getsockopt(), shutdown(), ERRORS, ENOTSOCK" },
     .covers = { "MSC-30" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	int value;
	socklen_t size = sizeof value;
	char byte;

	must_write(t, p.wr, "a", 1);
	expect(t, recv(p.rd, &byte, 1, 0), FAILS(ENOTSOCK));
	expect(t, send(p.wr, "a", 1, 0), FAILS(ENOTSOCK));
	expect(t, getsockopt(p.rd, SOL_SOCKET, SO_TYPE, &value, &size), FAILS(ENOTSOCK));
	expect(t, shutdown(p.wr, SHUT_WR), FAILS(ENOTSOCK));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
}

// --- extended attributes --------------------------------------------------------

CASE(no_user_attribute_is_set,
     .claim = { OBSERVED,
		"fsetxattr() of a user attribute of an end fails with EPERM, whoever asks, and "
		"fgetxattr() with ENODATA",
		"fs/xattr.c, xattr_permission(); xattr(7): regular files and directories alone" },
     .covers = { "MSC-31" }, .ways = BY_PIPE2 | BY_FIFO)
{
	static const char name[] = "user.pipe7";
	struct pipe p = must_pipe(t, 0);
	char value;

	expect(t, fsetxattr(p.wr, name, "a", 1, 0), FAILS(EPERM));
	expect(t, fgetxattr(p.rd, name, &value, 1), FAILS(ENODATA));
	expect(t, fremovexattr(p.rd, name), FAILS(EPERM));
}

// Labels of security modules may be there.
CASE(no_user_attribute_is_listed,
     .claim = { OBSERVED, "flistxattr() of an end has no name of a user attribute",
		"fs/xattr.c, vfs_listxattr(); xattr(7)" },
     .covers = { "MSC-31" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char names[1024] = "";
	long size = must_or_fail(t, flistxattr(p.rd, names, sizeof names - 1), EOPNOTSUPP);

	if (size == -1)
		skip(t, "filesystem: no extended attributes");
	expect_true(t, size < (long)sizeof names);
	for (const char *name = names; name < names + size; name += strlen(name) + 1)
		expect_true(t, strncmp(name, "user.", 5) != 0);
}

// --- cache, marks ---------------------------------------------------------------

CASE(nothing_of_a_pipe_is_cached,
     .claim = { OBSERVED, "cachestat() of either end, with bytes in the pipe, finds no page",
		"mm/filemap.c, cachestat()" },
     .covers = { "MSC-35" }, .since = "6.5")
{
	struct pipe p = must_pipe(t, 0);
	struct abi_cache_range range = { 0, 0 };
	struct abi_cache_stat stat = { 1, 1, 1, 1, 1 };

	must_write(t, p.wr, "a", 1);
	expect(t, cache_stat(p.rd, &range, &stat), RETURNS(0));
	expect_equal(t, stat.cached, 0);
	expect_equal(t, stat.dirty, 0);
	expect_equal(t, stat.writeback, 0);
	stat.cached = 1;
	expect(t, cache_stat(p.wr, &range, &stat), RETURNS(0));
	expect_equal(t, stat.cached, 0);
}

struct mark_row {
	const char *name;
	unsigned mark;
};

static const struct mark_row marks[] = {
	{ "mount", FAN_MARK_MOUNT },
	{ "filesystem", ABI_FAN_MARK_FILESYSTEM },
};

CASE(all_pipes_are_not_marked_at_once,
     .claim = { OBSERVED, "a fanotify mark of the mount or filesystem of pipes fails with EINVAL",
		"fs/notify/fanotify/fanotify_user.c, fanotify_events_supported()" },
     .covers = { "MSC-32" }, .since = "6.5; stable kernels have it", ROWS(marks),
     .needs = { need_cap_sys_admin })
{
	const struct mark_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	int group = (int)must_or_fail(t, fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY),
				      ENOSYS);

	if (group == -1)
		skip(t, "kernel-config: no fanotify (CONFIG_FANOTIFY)");
	expect(t, fanotify_mark(group, FAN_MARK_ADD | row->mark, FAN_ACCESS, p.rd, NULL),
	       FAILS(EINVAL));
}

const struct family other_calls_family = {
	.name = "other_calls",
	.about = "Calls that are for other files than pipes, or for any",
	.cases = {
		&request_for_another_file_is_refused,
		&fionbio_is_o_nonblock,
		&fioclex_is_fd_cloexec,
		&pipe_is_not_cloned,
		&end_is_no_directory,
		&end_gives_no_notice_as_a_directory,
		&end_is_no_socket,
		&no_user_attribute_is_set,
		&no_user_attribute_is_listed,
		&nothing_of_a_pipe_is_cached,
		&all_pipes_are_not_marked_at_once,
	},
};
