// SPDX-License-Identifier: ISC
// splice(2) with files of /proc, files at a limit, files that somebody watches.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include "case.h"

enum {
	QUEUED = 100, // bytes
	PART = 40,    // bytes
	TINY = 3,     // bytes
};

// --- /proc ------------------------------------------------------------------------

struct path_row {
	const char *name, *path;
};

static const struct path_row files[] = {
	{ "version", "/proc/version" },
	{ "sysctl", "/proc/sys/kernel/ostype" },
};

CASE(file_of_proc_is_spliced_as_it_is_read,
     .claim = { OBSERVED,
		"splice() from a file of /proc, in one call or several, moves what read() gives",
		"fs/proc" },
     .covers = { "SPL-30" }, .since = "5.11; stable 5.10 has it", .needs = { need_proc },
     ROWS(files))
{
	enum { TEXT_MOST = 1000 };
	const struct path_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char text[TEXT_MOST], moved[TEXT_MOST];
	int fd = must_open_file(t, row->path, O_RDONLY);
	size_t size = (size_t)must(t, read(fd, text, sizeof text));

	must(t, lseek(fd, 0, SEEK_SET));
	expect(t, splice(fd, NULL, p.wr, NULL, TEXT_MOST, 0), RETURNS((long)size));
	must_read(t, p.rd, moved, size);
	expect_bytes(t, text, moved, size);
	must(t, lseek(fd, 0, SEEK_SET));
	expect(t, splice(fd, NULL, p.wr, NULL, TINY, 0), RETURNS(TINY));
	expect(t, splice(fd, NULL, p.wr, NULL, TEXT_MOST, 0), RETURNS((long)size - TINY));
	expect(t, splice(fd, NULL, p.wr, NULL, TEXT_MOST, 0), RETURNS(0));
	expect(t, read(p.rd, moved, sizeof moved), RETURNS((long)size));
	expect_bytes(t, text, moved, size);
}

// --- files ------------------------------------------------------------------------

static void must_limit_files(struct trial *t, rlim_t bytes)
{
	struct rlimit limit;

	must(t, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = bytes;
	must(t, setrlimit(RLIMIT_FSIZE, &limit));
}

CASE(file_at_its_limit_takes_no_more,
     .claim = { DOCUMENTED,
		"splice() to a file that has reached RLIMIT_FSIZE fails with EFBIG and raises one "
		"SIGXFSZ",
		"getrlimit(2), RLIMIT_FSIZE" },
     .covers = { "SPL-33" })
{
	struct pipe p = must_stream_pipe(t, QUEUED);
	int file = must_stream_file(t, PART);

	must_catch(t, SIGXFSZ, 0);
	must(t, lseek(file, 0, SEEK_END));
	must_limit_files(t, PART);
	expect(t, splice(p.rd, NULL, file, NULL, QUEUED, 0), FAILS(EFBIG));
	expect(t, caught(t, SIGXFSZ).count, RETURNS(1));
	expect(t, lseek(file, 0, SEEK_END), RETURNS(PART));
}

CASE(what_the_limit_refuses_stays_in_the_pipe,
     .claim = { OBSERVED,
		"splice() of more than RLIMIT_FSIZE allows moves what it allows, the next one "
		"nothing, and the rest can be read from the pipe",
		"fs/splice.c, iter_file_splice_write()" },
     .covers = { "SPL-33" })
{
	struct pipe p = must_stream_pipe(t, QUEUED);
	int file = must_stream_file(t, 0);

	must_catch(t, SIGXFSZ, 0);
	must_limit_files(t, PART);
	expect(t, splice(p.rd, NULL, file, NULL, QUEUED, 0), RETURNS(PART));
	expect(t, splice(p.rd, NULL, file, NULL, QUEUED, 0), FAILS(EFBIG));
	expect_stream(t, p.rd, PART, QUEUED - PART);
	must(t, lseek(file, 0, SEEK_SET));
	expect_stream(t, file, 0, PART);
}

struct watch_row {
	const char *name;
	enum { THE_FILE, THE_PIPE } watched;
	bool to_file;
	uint32_t event;
};

static const struct watch_row watched[] = {
	{ "file_read", THE_FILE, false, IN_ACCESS },
	{ "file_written", THE_FILE, true, IN_MODIFY },
	{ "pipe_read", THE_PIPE, true, IN_ACCESS },
	{ "pipe_written", THE_PIPE, false, IN_MODIFY },
};

// One that has a name at first: nobody is told of those that never had one.
static int must_have_named(struct trial *t)
{
	const char *path = must_fifo(t, 0600);

	must(t, unlink(path));
	int fd = (int)must(t, open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
	must(t, unlink(path));
	if (must_or_fail(t, write(fd, must_stream(t, 0, QUEUED), QUEUED), ENOSPC) == -1)
		skip(t, "filesystem: no space for a file in the scratch directory");
	must(t, lseek(fd, 0, SEEK_SET));
	return fd;
}

CASE(watcher_is_told_of_a_splice,
     .claim = { OBSERVED,
		"splice() tells who watches its source of an access, and who watches its target of "
		"a change",
		"inotify(7), of read() and write(); fs/splice.c" },
     .covers = { "SPL-41" }, .since = "6.12 at the latest", .needs = { need_proc }, ROWS(watched))
{
	const struct watch_row *row = trial_row(t);
	struct pipe p = must_stream_pipe(t, QUEUED);
	int file = must_have_named(t), from = row->to_file ? p.rd : file;
	int to = row->to_file ? file : p.wr, watcher;
	struct inotify_event event;
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", row->watched == THE_FILE ? file : p.rd);
	watcher = (int)must_or_fail(t, inotify_init1(IN_NONBLOCK | IN_CLOEXEC), EMFILE);
	if (watcher == -1)
		skip(t, "resource: no more inotify instances (fs.inotify.max_user_instances)");
	must(t, inotify_add_watch(watcher, path, IN_ACCESS | IN_MODIFY));
	must(t, splice(from, NULL, to, NULL, PART, 0));
	expect(t, read(watcher, &event, sizeof event), RETURNS(sizeof event));
	expect_equal(t, event.mask, row->event);
	expect(t, read(watcher, &event, sizeof event), FAILS(EAGAIN));
}

const struct family splice_files_family = {
	.name = "splice_files",
	.about = "splice() with files of /proc, files that are limited, files that are watched",
	.cases = {
		&file_of_proc_is_spliced_as_it_is_read,
		&file_at_its_limit_takes_no_more,
		&what_the_limit_refuses_stays_in_the_pipe,
		&watcher_is_told_of_a_splice,
	},
};
