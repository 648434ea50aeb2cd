// SPDX-License-Identifier: ISC
// FIFOs that are watched and guarded: inotify(7), landlock(7).

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// --- inotify --------------------------------------------------------------------

static int must_watch(struct trial *t, const char *path, uint32_t mask)
{
	int watcher = (int)must_or_fail(t, inotify_init1(IN_NONBLOCK | IN_CLOEXEC), EMFILE);

	if (watcher == -1)
		skip(t, "resource: no more inotify instances");
	if (must_or_fail(t, inotify_add_watch(watcher, path, mask), ENOSPC) == -1)
		skip(t, "resource: no more inotify watches");
	return watcher;
}

// One event, and none behind it.
static void expect_event(struct trial *t, int watcher, uint32_t mask)
{
	struct inotify_event event;
	char bytes[2 * sizeof event] = { 0 };

	expect(t, read(watcher, bytes, sizeof bytes), RETURNS(sizeof event));
	memcpy(&event, bytes, sizeof event);
	expect(t, event.mask, RETURNS((long)mask));
}

CASE(each_step_is_an_event,
     .claim = { DOCUMENTED,
		"opening, writing, reading and closing a FIFO give a watcher IN_OPEN, IN_MODIFY, "
		"IN_ACCESS, IN_CLOSE_WRITE and IN_CLOSE_NOWRITE, one each",
		"inotify(7), inotify events" },
     .covers = { "MSC-33" })
{
	const char *path = must_fifo(t, 0600);
	int watcher = must_watch(t, path, IN_ALL_EVENTS);
	char byte;

	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	expect_event(t, watcher, IN_OPEN);
	int wr = must_open_end(t, path, O_WRONLY);
	expect_event(t, watcher, IN_OPEN);
	expect(t, write(wr, "a", 1), RETURNS(1));
	expect_event(t, watcher, IN_MODIFY);
	expect(t, read(rd, &byte, 1), RETURNS(1));
	expect_event(t, watcher, IN_ACCESS);
	must(t, close(wr));
	expect_event(t, watcher, IN_CLOSE_WRITE);
	must(t, close(rd));
	expect_event(t, watcher, IN_CLOSE_NOWRITE);
}

CASE(refused_calls_are_no_events,
     .claim = { OBSERVED,
		"read() and write() of a FIFO that fail with EAGAIN give a watcher nothing",
		"fs/read_write.c, vfs_read() and vfs_write()" },
     .covers = { "MSC-33" })
{
	const char *path = must_fifo(t, 0600);
	int fd = must_open_end(t, path, O_RDWR | O_NONBLOCK);
	struct pipe p = { fd, fd };
	char bytes[sizeof(struct inotify_event)];
	int watcher = must_watch(t, path, IN_ALL_EVENTS);

	expect(t, read(fd, bytes, 1), FAILS(EAGAIN));
	expect(t, read(watcher, bytes, sizeof bytes), FAILS(EAGAIN));
	must_fill(t, &p, 0);
	expect_event(t, watcher, IN_MODIFY); // all of them in one
	expect(t, write(fd, "a", 1), FAILS(EAGAIN));
	expect(t, read(watcher, bytes, sizeof bytes), FAILS(EAGAIN));
}

// --- landlock -------------------------------------------------------------------

// In this process from now on, nobody may make FIFOs, or what `rights` say.
static void must_guard(struct trial *t, uint64_t rights)
{
	const struct abi_landlock_ruleset guarded = { rights };
	int ruleset = (int)must_or_fail(t, landlock_ruleset(&guarded), EOPNOTSUPP);

	if (ruleset == -1)
		skip(t, "kernel-config: landlock was not enabled at boot");
	must(t, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(t, landlock_self(ruleset));
	must(t, close(ruleset));
}

CASE(landlock_guards_the_making_of_fifos,
     .claim = { DOCUMENTED,
		"under landlock with LANDLOCK_ACCESS_FS_MAKE_FIFO mkfifo() fails with EACCES; a "
		"FIFO that is there opens as before, and pipe() makes pipes",
		"landlock(7), Filesystem actions" },
     .covers = { "MSC-34" }, .since = "5.13")
{
	const char *path = must_fifo(t, 0600);
	int fds[2];

	must_guard(t, ABI_LANDLOCK_MAKE_FIFO);
	int fd = (int)expect(t, unless_limited(t, open(path, O_RDWR | O_CLOEXEC)),
			     RETURNS_IN(0, INT16_MAX));
	expect(t, write(fd, "a", 1), RETURNS(1));
	expect(t, unless_limited(t, pipe2(fds, O_CLOEXEC)), RETURNS(0));
	must(t, unlink(path));
	expect(t, mkfifo(path, 0600), FAILS(EACCES));
	expect(t, mknod(path, S_IFIFO | 0600, 0), FAILS(EACCES));
	expect(t, mknod(path, S_IFREG | 0600, 0), RETURNS(0));
}

CASE(landlock_of_other_files_lets_fifos_be_made,
     .claim = { DOCUMENTED,
		"under landlock with LANDLOCK_ACCESS_FS_MAKE_REG alone mkfifo() makes a FIFO",
		"landlock(7), Filesystem actions" },
     .covers = { "MSC-34" }, .since = "5.13")
{
	const char *path = must_fifo(t, 0600);

	must_guard(t, ABI_LANDLOCK_MAKE_REG);
	must(t, unlink(path));
	expect(t, mknod(path, S_IFREG | 0600, 0), FAILS(EACCES));
	expect(t, mkfifo(path, 0600), RETURNS(0));
}

const struct family watched_family = {
	.name = "watched",
	.about = "FIFOs that are watched by inotify and guarded by landlock",
	.cases = {
		&each_step_is_an_event,
		&refused_calls_are_no_events,
		&landlock_guards_the_making_of_fifos,
		&landlock_of_other_files_lets_fifos_be_made,
	},
};
