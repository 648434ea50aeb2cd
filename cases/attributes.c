// SPDX-License-Identifier: ISC
// What the inode of a pipe says, and who may change it: inode(7), statfs(2).

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { BITS = 07777 };

static struct stat must_stat(struct trial *t, int fd)
{
	struct stat st;

	must(t, fstat(fd, &st));
	return st;
}

CASE(both_ends_are_of_type_fifo,
     .claim = { POSIX, "fstat() of either end says that it is a FIFO",
		"POSIX.1-2024 <sys/stat.h>, DESCRIPTION" },
     .covers = { "MSC-17" }, .ways = BY_PIPE | BY_FIFO, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct stat st = { .st_mode = 0 };

	expect(t, fstat(this_end(&p, row->end), &st), RETURNS(0));
	expect(t, st.st_mode & S_IFMT, RETURNS(S_IFIFO));
}

CASE(pipe_is_its_makers,
     .claim = { POSIX, "the owner and group of a new pipe are the maker's effective ones",
		"POSIX.1-2024 pipe(), DESCRIPTION" },
     .covers = { "MSC-19" })
{
	struct pipe p = must_pipe(t, 0);
	struct stat st = must_stat(t, p.rd);

	expect_equal(t, st.st_uid, geteuid());
	expect_equal(t, st.st_gid, getegid());
}

CASE(only_the_maker_may_use_the_inode,
     .claim = { OBSERVED, "the permission bits of a new pipe are 0600, whatever the umask",
		"fs/pipe.c, get_pipe_inode()" },
     .covers = { "MSC-18" })
{
	must(t, (umask(0177), 0));
	struct pipe one = must_pipe(t, 0);
	must(t, (umask(0), 0));
	struct pipe other = must_pipe(t, 0);

	expect(t, must_stat(t, one.rd).st_mode & BITS, RETURNS(0600));
	expect(t, must_stat(t, other.wr).st_mode & BITS, RETURNS(0600));
}

CASE(size_says_nothing_of_the_bytes,
     .claim = { OBSERVED, "st_size and st_blocks of a pipe are 0, empty and with bytes in it",
		"fs/pipe.c; POSIX.1-2024 <sys/stat.h> leaves it open" },
     .covers = { "MSC-19" }, .against = "st_size is what can be read, as on FreeBSD",
     .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect(t, must_stat(t, p.rd).st_size, RETURNS(0));
	must_fill(t, &p, page_size());
	expect(t, must_stat(t, p.rd).st_size, RETURNS(0));
	expect(t, must_stat(t, p.wr).st_size, RETURNS(0));
	if (trial_way(t) == BY_PIPE2) // of a FIFO they are the filesystem's matter
		expect(t, must_stat(t, p.rd).st_blocks, RETURNS(0));
}

CASE(pipe_has_one_link_and_blocks_of_a_page,
     .claim = { OBSERVED, "st_nlink of a pipe is 1, and st_blksize the page size",
		"fs/pipe.c, get_pipe_inode() and pipefs" },
     .covers = { "MSC-19" })
{
	struct pipe p = must_pipe(t, 0);
	struct stat st = must_stat(t, p.wr);

	expect(t, st.st_nlink, RETURNS(1));
	expect(t, st.st_blksize, RETURNS_PAGES(1, 0));
}

// --- identity -------------------------------------------------------------------

CASE(ends_are_of_one_inode,
     .claim = { OBSERVED, "both ends of a pipe have the same st_ino and st_dev",
		"fs/pipe.c, create_pipe_files()" },
     .covers = { "MSC-20" }, .against = "each end is a file of its own, as on FreeBSD",
     .ways = BY_PIPE | BY_PIPE2)
{
	struct pipe p = must_pipe(t, 0);
	struct stat rd = must_stat(t, p.rd), wr = must_stat(t, p.wr);

	expect_equal(t, rd.st_ino, wr.st_ino);
	expect_equal(t, rd.st_dev, wr.st_dev);
}

CASE(pipes_differ_by_inode,
     .claim = { POSIX, "two pipes that are open differ in st_ino or st_dev",
		"POSIX.1-2024 <sys/stat.h>, DESCRIPTION: the two identify a file" },
     .covers = { "MSC-21" })
{
	struct pipe p = must_pipe(t, 0), other = must_pipe(t, 0);
	struct stat one = must_stat(t, p.rd), two = must_stat(t, other.rd);

	expect_true(t, one.st_ino != two.st_ino || one.st_dev != two.st_dev);
}

CASE(pipes_are_of_one_device,
     .claim = { OBSERVED, "all pipes have the same st_dev, which is not 0",
		"fs/pipe.c, init_pipe_fs()" },
     .covers = { "MSC-21" })
{
	struct pipe p = must_pipe_by(t, BY_PIPE, 0), other = must_pipe_by(t, BY_PIPE2, 0);
	struct stat one = must_stat(t, p.rd), two = must_stat(t, other.wr);

	expect_true(t, one.st_dev != 0);
	expect_equal(t, one.st_dev, two.st_dev);
}

// --- changes --------------------------------------------------------------------

CASE(mode_is_of_the_pipe,
     .claim = { OBSERVED,
		"fchmod() through one end changes what both say, and not what another pipe says",
		"fs/open.c, fchmod(); POSIX.1-2024 fchmod() allows EINVAL" },
     .covers = { "MSC-22" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0), other = must_pipe(t, 0);

	expect(t, fchmod(this_end(&p, row->end), 0640), RETURNS(0));
	expect(t, must_stat(t, p.rd).st_mode & BITS, RETURNS(0640));
	expect(t, must_stat(t, p.wr).st_mode & BITS, RETURNS(0640));
	expect(t, must_stat(t, other.rd).st_mode & BITS, RETURNS(0600));
}

enum { OTHER_UID = 1, OTHER_GID = 2 };

// A user namespace of one user maps no other.
static const char *need_to_give_away(struct trial *t)
{
	if (!trial_has_capability(CAP_CHOWN))
		return "capability: takes CAP_CHOWN";
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));
	if (must_or_fail(t, fchown(file, OTHER_UID, OTHER_GID), EINVAL) == -1)
		return "profile: uid 1 or gid 2 is not mapped here";
	return NULL;
}

CASE(cap_chown_gives_a_pipe_away,
     .claim = { OBSERVED,
		"with CAP_CHOWN fchown() through one end changes the owner and group that both "
		"say, and not those of another pipe",
		"fs/open.c, fchown(); POSIX.1-2024 fchown() allows EINVAL" },
     .covers = { "MSC-23" }, .needs = { need_to_give_away }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0), other = must_pipe(t, 0);

	expect(t, fchown(p.wr, OTHER_UID, OTHER_GID), RETURNS(0));
	struct stat rd = must_stat(t, p.rd), wr = must_stat(t, p.wr), st = must_stat(t, other.rd);

	expect_equal(t, rd.st_uid, OTHER_UID);
	expect_equal(t, rd.st_gid, OTHER_GID);
	expect_equal(t, wr.st_uid, OTHER_UID);
	expect_equal(t, wr.st_gid, OTHER_GID);
	expect_equal(t, st.st_uid, geteuid());
	expect_equal(t, st.st_gid, getegid());
}

CASE(without_cap_chown_a_pipe_is_not_given_away,
     .claim = { DOCUMENTED, "without the privilege fchown() to another user fails with EPERM",
		"chown(2), ERRORS, EPERM" },
     .covers = { "MSC-23" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	uid_t another = geteuid() == OTHER_UID ? OTHER_UID + 1 : OTHER_UID;
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));

	must_drop_capability(t, CAP_CHOWN);
	must(t,
	     fchown(file, another, (gid_t)-1) == -1 && errno != EPERM && errno != EINVAL ? -1 : 0);
	if (errno == EINVAL)
		skip(t, "profile: no other user is mapped here");
	expect(t, fchown(p.wr, another, (gid_t)-1), FAILS(EPERM));
	expect_equal(t, must_stat(t, p.rd).st_uid, geteuid());
}

// --- times ----------------------------------------------------------------------

static const struct timespec in_1970[2]; // of access and of modification

CASE(times_of_a_pipe_stand_still,
     .claim = { OBSERVED,
		"what futimens() set st_atime and st_mtime of a pipe to stays through I/O",
		"fs/pipe.c, pipe_write() and pipe_read(): S_NOCMTIME" },
     .covers = { "MSC-24" }, .since = "6.15",
     .against = "POSIX.1-2024 read() and write(): they mark the times for update")
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	expect(t, futimens(p.rd, in_1970), RETURNS(0));
	must_write(t, p.wr, "a", 1);
	must_read(t, p.rd, &byte, 1);
	struct stat st = must_stat(t, p.wr);
	expect_equal(t, st.st_mtime, 0);
	expect_equal(t, st.st_atime, 0);
}

CASE(reads_and_writes_mark_the_times_of_a_pipe,
     .claim = { POSIX, "write() to a pipe marks st_mtime for update, and read() st_atime",
		"POSIX.1-2024 write(), DESCRIPTION; read(), DESCRIPTION" },
     .covers = { "MSC-24" })
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must(t, futimens(p.rd, in_1970));
	must(t, must_stat(t, p.rd).st_mtime == 0 ? 0 : -1);
	must_write(t, p.wr, "a", 1);
	must_read(t, p.rd, &byte, 1);
	struct stat st = must_stat(t, p.wr);
	expect_true(t, st.st_mtime != 0);
	expect_true(t, st.st_atime != 0);
}

// Filesystems on others, of the network and of programs have times of their own.
static void must_keep_times(struct trial *t, int fd)
{
	static const uint32_t plain[] = { ABI_TMPFS_MAGIC, ABI_EXT4_SUPER_MAGIC,
					  ABI_XFS_SUPER_MAGIC, ABI_BTRFS_SUPER_MAGIC,
					  ABI_RAMFS_MAGIC };
	struct statfs fs;

	must(t, fstatfs(fd, &fs));
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if ((uint32_t)fs.f_type == plain[i])
			return;
	skip(t, "filesystem: none of those that are known to tell when a FIFO was written");
}

CASE(write_moves_the_times_of_a_fifo,
     .claim = { POSIX, "write() of a byte to a FIFO moves its st_mtime",
		"POSIX.1-2024 write(), DESCRIPTION" },
     .covers = { "MSC-24" }, .ways = BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_keep_times(t, p.wr);
	must(t, futimens(p.rd, in_1970));
	must(t, must_stat(t, p.rd).st_mtime == 0 ? 0 : -1);
	expect(t, write(p.wr, "a", 1), RETURNS(1));
	expect_true(t, must_stat(t, p.rd).st_mtime != 0);
}

// --- filesystem -----------------------------------------------------------------

CASE(pipes_are_on_pipefs,
     .claim = { DOCUMENTED, "fstatfs() of either end of a pipe says PIPEFS_MAGIC",
		"statfs(2), DESCRIPTION" },
     .covers = { "MSC-25" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct statfs fs = { .f_type = 0 };

	expect(t, fstatfs(this_end(&p, row->end), &fs), RETURNS(0));
	expect_equal(t, (uint32_t)fs.f_type, ABI_PIPEFS_MAGIC);
}

CASE(pipefs_has_blocks_of_a_page,
     .claim = { OBSERVED, "fstatfs() of a pipe says blocks of a page, names of 255 bytes, no space",
		"fs/libfs.c, simple_statfs()" },
     .covers = { "MSC-25" })
{
	struct pipe p = must_pipe(t, 0);
	struct statfs fs = { .f_blocks = 1 };

	expect(t, fstatfs(p.rd, &fs), RETURNS(0));
	expect(t, fs.f_bsize, RETURNS_PAGES(1, 0));
	expect(t, fs.f_namelen, RETURNS(255));
	expect_equal(t, fs.f_blocks, 0);
	expect_equal(t, fs.f_bfree, 0);
	expect_equal(t, fs.f_files, 0);
}

const struct family attributes_family = {
	.name = "attributes",
	.about = "What the inode of a pipe says, and who may change it",
	.cases = {
		&both_ends_are_of_type_fifo,
		&pipe_is_its_makers,
		&only_the_maker_may_use_the_inode,
		&size_says_nothing_of_the_bytes,
		&pipe_has_one_link_and_blocks_of_a_page,
		&ends_are_of_one_inode,
		&pipes_differ_by_inode,
		&pipes_are_of_one_device,
		&mode_is_of_the_pipe,
		&cap_chown_gives_a_pipe_away,
		&without_cap_chown_a_pipe_is_not_given_away,
		&times_of_a_pipe_stand_still,
		&reads_and_writes_mark_the_times_of_a_pipe,
		&write_moves_the_times_of_a_fifo,
		&pipes_are_on_pipefs,
		&pipefs_has_blocks_of_a_page,
	},
};
