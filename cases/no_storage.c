// SPDX-License-Identifier: ISC
// A pipe is no storage: calls about the blocks, the cache and the mapping of a file.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"

// --- size and space -------------------------------------------------------------

CASE(pipe_cannot_be_truncated,
     .claim = { DOCUMENTED, "ftruncate() of the write end of a pipe fails with EINVAL",
		"truncate(2), ERRORS, EINVAL of ftruncate(): no regular file" },
     .covers = { "MSC-07" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "ab", 2);
	expect(t, ftruncate(p.wr, 0), FAILS(EINVAL));
	expect(t, ftruncate(p.wr, 1), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(2));
}

CASE(read_end_cannot_be_truncated_either,
     .claim = { DOCUMENTED, "ftruncate() of the read end fails with EINVAL",
		"truncate(2), ERRORS, EBADF or EINVAL: Linux produces EINVAL" },
     .covers = { "MSC-07" })
{
	struct pipe p = must_pipe(t, 0);

	expect(t, ftruncate(p.rd, 0), FAILS(EINVAL));
}

struct space_row {
	const char *name;
	int mode;
};

static const struct space_row spaces[] = {
	{ "allocate", 0 },
	{ "keep_size", FALLOC_FL_KEEP_SIZE },
	{ "punch_hole", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE },
};

CASE(no_space_is_allocated,
     .claim = { DOCUMENTED, "fallocate() of the write end fails with ESPIPE",
		"fallocate(2), ERRORS, ESPIPE" },
     .covers = { "MSC-08" }, ROWS(spaces))
{
	const struct space_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect(t, fallocate(p.wr, row->mode, 0, 1), FAILS(ESPIPE));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(read_end_is_asked_for_its_direction_first,
     .claim = { OBSERVED, "fallocate() of the read end fails with EBADF",
		"fs/open.c, vfs_fallocate(); fallocate(2) has ESPIPE for it as well" },
     .covers = { "MSC-08" }, ROWS(spaces))
{
	const struct space_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect(t, fallocate(p.rd, row->mode, 0, 1), FAILS(EBADF));
}

// --- cache ----------------------------------------------------------------------

// The function returns the error, and is an option of the kernel.
static void expect_no_advice(struct trial *t, int fd)
{
	int err = posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);

	if (err == ENOSYS || err == EPERM)
		skip(t, "kernel-config: no posix_fadvise() (CONFIG_ADVISE_SYSCALLS), or filtered");
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL), RETURNS(ESPIPE));
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), RETURNS(ESPIPE));
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM), RETURNS(ESPIPE));
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_NOREUSE), RETURNS(ESPIPE));
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), RETURNS(ESPIPE));
	expect(t, posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), RETURNS(ESPIPE));
}

CASE(no_advice_is_taken,
     .claim = { POSIX, "posix_fadvise() of either end returns ESPIPE, whatever the advice",
		"POSIX.1-2024 posix_fadvise(), ERRORS, ESPIPE" },
     .covers = { "MSC-09" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect_no_advice(t, p.rd);
	expect_no_advice(t, p.wr);
}

CASE(nothing_is_read_ahead,
     .claim = { DOCUMENTED, "readahead() of the read end fails with EINVAL",
		"readahead(2), ERRORS, EINVAL" },
     .covers = { "MSC-10" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "a", 1);
	expect(t, readahead(p.rd, 0, 1), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(1));
}

CASE(write_end_is_asked_for_its_direction_first,
     .claim = { OBSERVED, "readahead() of the write end fails with EBADF",
		"mm/readahead.c, ksys_readahead(); readahead(2) has EINVAL for it as well" },
     .covers = { "MSC-10" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect(t, readahead(p.wr, 0, 1), FAILS(EBADF));
}

// --- synchronization ------------------------------------------------------------

CASE(no_range_is_synchronized,
     .claim = { DOCUMENTED, "sync_file_range() of either end fails with ESPIPE",
		"sync_file_range(2), ERRORS, ESPIPE" },
     .covers = { "MSC-11" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "a", 1);
	expect(t, sync_file_range(p.rd, 0, 1, SYNC_FILE_RANGE_WRITE), FAILS(ESPIPE));
	expect(t, sync_file_range(p.wr, 0, 1, SYNC_FILE_RANGE_WRITE), FAILS(ESPIPE));
	expect(t, sync_file_range(p.wr, 0, 0, 0), FAILS(ESPIPE));
}

CASE(pipe_cannot_be_synchronized,
     .claim = { POSIX, "fsync() of either end fails with EINVAL",
		"POSIX.1-2024 fsync(), ERRORS, EINVAL" },
     .covers = { "MSC-12" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "a", 1);
	expect(t, fsync(p.rd), FAILS(EINVAL));
	expect(t, fsync(p.wr), FAILS(EINVAL));
}

CASE(data_of_a_pipe_cannot_be_synchronized,
     .claim = { DOCUMENTED, "fdatasync() of either end fails with EINVAL",
		"fsync(2), ERRORS, EINVAL" },
     .covers = { "MSC-13" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "a", 1);
	expect(t, fdatasync(p.rd), FAILS(EINVAL));
	expect(t, fdatasync(p.wr), FAILS(EINVAL));
}

// Of a FIFO it would write out the machine's disks.
CASE(filesystem_of_pipes_can_be_synchronized,
     .claim = { OBSERVED, "syncfs() of either end of a pipe returns 0 and leaves the bytes there",
		"fs/sync.c, syncfs(); syncfs(2) takes any file of a filesystem" },
     .covers = { "MSC-14" })
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "ab", 2);
	expect(t, syncfs(p.rd), RETURNS(0));
	expect(t, syncfs(p.wr), RETURNS(0));
	expect(t, must_unread(t, p.rd), RETURNS(2));
}

// --- mapping --------------------------------------------------------------------

struct map_row {
	const char *name;
	int flags;
};

static const struct map_row maps[] = {
	{ "shared", MAP_SHARED },
	{ "private", MAP_PRIVATE },
};

CASE(read_end_cannot_be_mapped,
     .claim = { POSIX, "mmap() of the read end for reading fails with ENODEV",
		"POSIX.1-2024 mmap(), ERRORS, ENODEV: a type of file that is not supported" },
     .covers = { "MSC-15" }, .against = "mmap(2), ERRORS, EACCES: no regular file", ROWS(maps))
{
	const struct map_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect(t, mmap(NULL, page_size(), PROT_READ, row->flags, p.rd, 0), FAILS(ENODEV));
}

CASE(write_end_cannot_be_mapped,
     .claim = { OBSERVED, "mmap() of the write end fails with EACCES, whatever the protection",
		"mm/mmap.c, do_mmap(); POSIX.1-2024 mmap() has ENODEV too" },
     .covers = { "MSC-16" }, ROWS(maps))
{
	static const int protections[] = { PROT_NONE, PROT_READ, PROT_WRITE };
	const struct map_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	for (int i = 0; i < 3; i++)
		expect(t, mmap(NULL, page_size(), protections[i], row->flags, p.wr, 0),
		       FAILS(EACCES));
}

const struct family no_storage_family = {
	.name = "no_storage",
	.about = "Calls about the blocks, the cache and the mapping of a file",
	.cases = {
		&pipe_cannot_be_truncated,
		&read_end_cannot_be_truncated_either,
		&no_space_is_allocated,
		&read_end_is_asked_for_its_direction_first,
		&no_advice_is_taken,
		&nothing_is_read_ahead,
		&write_end_is_asked_for_its_direction_first,
		&no_range_is_synchronized,
		&pipe_cannot_be_synchronized,
		&data_of_a_pipe_cannot_be_synchronized,
		&filesystem_of_pipes_can_be_synchronized,
		&read_end_cannot_be_mapped,
		&write_end_cannot_be_mapped,
	},
};
