// SPDX-License-Identifier: ISC
// What the filesystem tells of a FIFO, and what is asked of it: inode(7), fifo(7).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { FEW = 100, OLD = 1000000000 }; // bytes; seconds since the epoch

struct fifo {
	const char *path;
	struct pipe p;
};

static struct fifo must_open_fifo(struct trial *t)
{
	struct fifo f = { .path = must_fifo(t, 0600) };

	f.p.rd = must_open_end(t, f.path, O_RDONLY | O_NONBLOCK);
	f.p.wr = must_open_end(t, f.path, O_WRONLY | O_NONBLOCK);
	return f;
}

CASE(size_stays_0,
     .claim = { DOCUMENTED,
		"a FIFO has no contents on the filesystem: its size is 0 while bytes are in it, "
		"and they take no blocks",
		"fifo(7)" },
     .covers = { "FIF-42" })
{
	struct fifo f = must_open_fifo(t);
	struct stat st, before;

	must(t, stat(f.path, &before)); // attributes may take blocks
	must_write_stream(t, f.p.wr, 0, FEW);
	expect(t, fstat(f.p.rd, &st), RETURNS(0));
	expect(t, st.st_size, RETURNS(0));
	expect(t, stat(f.path, &st), RETURNS(0));
	expect_equal(t, st.st_size, 0);
	expect_equal(t, st.st_blocks, before.st_blocks);
	expect_stream(t, f.p.rd, 0, FEW);
}

static void must_age(struct trial *t, const struct fifo *f)
{
	const struct timespec old[2] = { { OLD, 0 }, { OLD, 0 } };
	struct statvfs fs;

	must(t, statvfs(f->path, &fs));
	if (fs.f_flag & ST_NOATIME)
		skip(t, "filesystem: mounted with noatime");
	must(t, utimensat(AT_FDCWD, f->path, old, 0));
}

static bool is_later(struct timespec one, struct timespec other)
{
	return one.tv_sec != other.tv_sec ? one.tv_sec > other.tv_sec : one.tv_nsec > other.tv_nsec;
}

CASE(write_and_read_mark_the_times,
     .claim = { POSIX,
		"a write to a FIFO moves its times of modification and of change on to that of the "
		"write, and a read that of access",
		"POSIX.1-2024 write(), read(), DESCRIPTION; <sys/stat.h>, DESCRIPTION" },
     .covers = { "FIF-43" })
{
	struct fifo f = must_open_fifo(t);
	struct stat aged, st;
	struct statfs fs;

	must(t, statfs(f.path, &fs));
	if ((unsigned long)fs.f_type == ABI_OVERLAYFS_SUPER_MAGIC)
		skip(t, "filesystem: overlayfs does not tell when a FIFO was written");
	must_age(t, &f);
	must(t, stat(f.path, &aged));
	must_pass_time(t, &aged);
	expect(t, write(f.p.wr, "ab", 2), RETURNS(2));
	expect(t, stat(f.path, &st), RETURNS(0));
	expect_true(t, is_later(st.st_mtim, aged.st_ctim));
	expect_true(t, is_later(st.st_ctim, aged.st_ctim));
	must_read(t, f.p.rd, (char[2]){ 0 }, 2);
	expect(t, stat(f.path, &st), RETURNS(0));
	expect_true(t, is_later(st.st_atim, aged.st_ctim));
}

static void expect_age(struct trial *t, const char *path)
{
	struct stat st;

	expect(t, stat(path, &st), RETURNS(0));
	expect_equal(t, st.st_mtim.tv_sec, OLD);
	expect_equal(t, st.st_atim.tv_sec, OLD);
}

// POSIX lets an implementation mark more than it must, if it documents that.
CASE(write_leaves_the_time_of_access,
     .claim = { OBSERVED, "a write to a FIFO does not move its time of access",
		"fs/pipe.c, fifo_pipe_write(): file_update_time()" },
     .covers = { "FIF-43" })
{
	struct fifo f = must_open_fifo(t);
	struct stat st;

	must_age(t, &f);
	must_write(t, f.p.wr, "ab", 2);
	expect(t, stat(f.path, &st), RETURNS(0));
	expect_equal(t, st.st_atim.tv_sec, OLD);
}

CASE(nothing_moved_marks_nothing,
     .claim = { OBSERVED,
		"opening a FIFO, a read() that finds it empty, and a write() that finds it full "
		"mark neither its time of access nor that of modification",
		"fs/pipe.c, pipe_read() and pipe_write()" },
     .covers = { "FIF-43" })
{
	struct fifo f = must_open_fifo(t);
	char byte;

	must_age(t, &f);
	must_open_end(t, f.path, O_RDWR | O_NONBLOCK);
	expect(t, read(f.p.rd, &byte, 1), FAILS(EAGAIN));
	expect_age(t, f.path);
	must_fill(t, &f.p, 0);
	must_age(t, &f);
	expect(t, write(f.p.wr, "", 1), FAILS(EAGAIN));
	expect_age(t, f.path);
}

CASE(fstatfs_tells_where_it_is,
     .claim = { DOCUMENTED,
		"fstatfs() of a FIFO tells about the filesystem that its name is on, which is not "
		"that of a pipe",
		"statfs(2)" },
     .covers = { "FIF-44" })
{
	const struct pipe pipe = must_pipe_by(t, BY_PIPE2, 0);
	struct fifo f = must_open_fifo(t);
	struct statfs by_name, open_fifo, open_pipe;

	must(t, statfs(f.path, &by_name));
	must(t, fstatfs(pipe.rd, &open_pipe));
	expect(t, fstatfs(f.p.rd, &open_fifo), RETURNS(0));
	expect_equal(t, open_fifo.f_type, by_name.f_type);
	expect_true(t, open_fifo.f_type != open_pipe.f_type);
	expect(t, fstatfs(f.p.wr, &open_fifo), RETURNS(0));
	expect_equal(t, open_fifo.f_type, by_name.f_type);
}

CASE(change_of_mode_is_seen_everywhere,
     .claim = { POSIX,
		"a mode set by fchmod() at one end of a FIFO is that of its name and of the other "
		"end, and decides who opens it from then on",
		"POSIX.1-2024 fchmod(), DESCRIPTION" },
     .covers = { "FIF-45" })
{
	struct fifo f = must_open_fifo(t);
	struct stat st;

	must_drop_capability(t, CAP_DAC_OVERRIDE);
	must_drop_capability(t, CAP_DAC_READ_SEARCH);
	expect(t, fchmod(f.p.wr, 0204), RETURNS(0));
	expect(t, stat(f.path, &st), RETURNS(0));
	expect(t, st.st_mode & 07777, RETURNS(0204));
	expect(t, fstat(f.p.rd, &st), RETURNS(0));
	expect(t, st.st_mode & 07777, RETURNS(0204));
	expect(t, open(f.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), FAILS(EACCES));
	expect(t, open(f.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
	must_write_stream(t, f.p.wr, 0, FEW);
	expect_stream(t, f.p.rd, 0, FEW);
}

static const char *need_cap_chown(struct trial *t)
{
	(void)t;
	return trial_has_capability(CAP_CHOWN) ? NULL : "capability: takes CAP_CHOWN";
}

CASE(change_of_owner_is_seen_everywhere,
     .claim = { POSIX,
		"a group set by fchown() at one end of a FIFO is that of its name and of the other "
		"end",
		"POSIX.1-2024 fchown(), DESCRIPTION" },
     .covers = { "FIF-45" }, .needs = { need_cap_chown })
{
	struct fifo f = must_open_fifo(t);
	const gid_t other = getegid() + 1;
	struct stat st;

	if (must_or_fail(t, fchown(f.p.wr, (uid_t)-1, other), EINVAL) == -1)
		skip(t, "profile: no second group in this user namespace");
	expect(t, stat(f.path, &st), RETURNS(0));
	expect_equal(t, st.st_gid, other);
	expect_equal(t, st.st_uid, geteuid());
	expect(t, fstat(f.p.rd, &st), RETURNS(0));
	expect_equal(t, st.st_gid, other);
	expect_equal(t, st.st_uid, geteuid());
}

CASE(file_size_limit_is_for_files,
     .claim = { OBSERVED,
		"with RLIMIT_FSIZE 0, writes to a pipe or FIFO succeed, and no SIGXFSZ comes",
		"fs/pipe.c, pipe_write(); getrlimit(2), RLIMIT_FSIZE" },
     .covers = { "FIF-41" }, .ways = BY_PIPE2 | BY_FIFO)
{
	const struct rlimit none = { 0, 0 };
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGXFSZ, 0);
	must(t, setrlimit(RLIMIT_FSIZE, &none));
	expect(t, write(p.wr, "ab", 2), RETURNS(2));
	expect(t, write(p.wr, "c", 1), RETURNS(1));
	expect(t, caught(t, SIGXFSZ).count, RETURNS(0));
	expect_equal(t, must_unread(t, p.rd), 3);
}

const struct family fifo_inode_family = {
	.name = "fifo_inode",
	.about = "What the filesystem tells of a FIFO",
	.cases = {
		&size_stays_0,
		&write_and_read_mark_the_times,
		&write_leaves_the_time_of_access,
		&nothing_moved_marks_nothing,
		&fstatfs_tells_where_it_is,
		&change_of_mode_is_seen_everywhere,
		&change_of_owner_is_seen_everywhere,
		&file_size_limit_is_for_files,
	},
};
