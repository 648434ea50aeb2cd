// SPDX-License-Identifier: ISC
// Capacity and what is not just a pipe: FIFOs, descriptors that only name one, other files;
// F_SETPIPE_SZ(2const); fifo(7).

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

// --- no pipe ----------------------------------------------------------------------

static int must_make_file(struct trial *t)
{
	return (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));
}

static int must_open_root(struct trial *t)
{
	return must_open_file(t, "/", O_RDONLY | O_DIRECTORY);
}

static int must_make_socket(struct trial *t)
{
	int ends[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	return ends[0];
}

struct file_row {
	const char *name;
	int (*must_make)(struct trial *t);
};

static const struct file_row no_pipes[] = {
	{ "regular_file", must_make_file },
	{ "directory", must_open_root },
	{ "socket", must_make_socket },
};

static void expect_no_capacity(struct trial *t, int fd)
{
	expect(t, fcntl(fd, F_GETPIPE_SZ), FAILS(EBADF));
	expect(t, fcntl(fd, F_SETPIPE_SZ, page_size()), FAILS(EBADF));
}

CASE(other_files_have_no_capacity,
     .claim = { OBSERVED, "F_GETPIPE_SZ and F_SETPIPE_SZ fail with EBADF for what is no pipe",
		"fs/pipe.c, pipe_fcntl()" },
     .covers = { "CAP-23" }, .since = "2.6.35", ROWS(no_pipes))
{
	const struct file_row *r = trial_row(t);

	expect_no_capacity(t, r->must_make(t));
}

CASE(closed_descriptor_has_no_capacity,
     .claim = { DOCUMENTED, "F_GETPIPE_SZ and F_SETPIPE_SZ of a closed descriptor fail with EBADF",
		"fcntl(2), ERRORS, EBADF" },
     .covers = { "CAP-23" }, .since = "2.6.35")
{
	struct pipe p = must_pipe(t, 0);

	must(t, close(p.wr));
	expect_no_capacity(t, p.wr);
}

CASE(descriptor_that_only_names_has_no_capacity,
     .claim = { DOCUMENTED,
		"F_GETPIPE_SZ and F_SETPIPE_SZ through an O_PATH descriptor fail with EBADF, "
		"although the pipe is open",
		"open(2), O_PATH" },
     .covers = { "CAP-23" }, .since = "2.6.39", .needs = { need_proc })
{
	struct pipe p = must_pipe(t, 0);
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", p.rd);
	expect_no_capacity(t, (int)must(t, open(path, O_PATH | O_CLOEXEC)));
}

// --- FIFOs ------------------------------------------------------------------------

static int must_join(struct trial *t, const char *path)
{
	return (int)must(t, unless_limited(t, open(path, O_RDWR | O_CLOEXEC)));
}

CASE(openings_of_a_fifo_share_its_capacity,
     .claim = { DOCUMENTED,
		"a capacity set through one opening of a FIFO is that of all others, earlier "
		"and later ones",
		"fifo(7): one pipe object for each FIFO; F_SETPIPE_SZ(2const)" },
     .covers = { "CAP-24" }, .since = "2.6.35")
{
	const char *path = must_fifo(t, 0600);
	int earlier = must_join(t, path), one = must_join(t, path);

	expect(t, set_capacity(t, one, 2 * page_size()), RETURNS_PAGES(2, 0));
	expect(t, fcntl(earlier, F_GETPIPE_SZ), RETURNS_PAGES(2, 0));
	expect(t, fcntl(must_join(t, path), F_GETPIPE_SZ), RETURNS_PAGES(2, 0));
}

CASE(fifo_holds_what_it_was_set_to,
     .claim = { DOCUMENTED, "a FIFO takes as many whole pages as its capacity was set to, no more",
		"F_SETPIPE_SZ(2const); fifo(7), NOTES: as for pipes" },
     .covers = { "CAP-24" }, .since = "2.6.35")
{
	int fd = must_join(t, must_fifo(t, 0600));
	const char *page = must_share(t, page_size());

	must_set_nonblocking(t, fd, true);
	expect(t, set_capacity(t, fd, 2 * page_size()), RETURNS_PAGES(2, 0));
	expect(t, write(fd, page, page_size()), RETURNS_PAGES(1, 0));
	expect(t, write(fd, page, page_size()), RETURNS_PAGES(1, 0));
	expect(t, write(fd, page, 1), FAILS(EAGAIN));
}

CASE(capacity_of_a_fifo_stays_while_it_is_open,
     .claim = { DOCUMENTED, "a FIFO keeps its capacity while one of its openings is left",
		"fifo(7): one pipe object while at least one process has it open" },
     .covers = { "CAP-25" }, .since = "2.6.35")
{
	const char *path = must_fifo(t, 0600);
	int one = must_join(t, path), left = must_join(t, path);

	must(t, set_capacity(t, one, 2 * page_size()));
	must(t, close(one));
	one = must_join(t, path);
	expect(t, fcntl(one, F_GETPIPE_SZ), RETURNS_PAGES(2, 0));
	must(t, close(left));
	expect(t, fcntl(one, F_GETPIPE_SZ), RETURNS_PAGES(2, 0));
}

struct size_row {
	const char *name;
	size_t pages;
};

static const struct size_row other_sizes[] = {
	{ "smaller", 1 },
	{ "larger", 2 * DEFAULT_PAGES },
};

static void must_be_allowed(struct trial *t, size_t pages)
{
	if ((long)pages > must_largest_pages(t))
		skip(t, "sysctl: pipe-max-size is less than the row takes");
}

CASE(capacity_of_a_fifo_ends_with_its_last_close,
     .claim = { OBSERVED, "a FIFO that nobody had open any more has 16 pages again",
		"fs/pipe.c, fifo_open() and put_pipe_info()" },
     .covers = { "CAP-25" }, .since = "2.6.35",
     .against = "F_SETPIPE_SZ changes a FIFO for good, as it lies in the filesystem",
     ROWS(other_sizes))
{
	const struct size_row *r = trial_row(t);
	const char *path = must_fifo(t, 0600);
	int fd = must_join(t, path);

	must_be_allowed(t, r->pages);
	must(t, set_capacity(t, fd, r->pages * page_size()));
	must(t, close(fd));
	fd = must_join(t, path);
	long capacity = (long)must_capacity(t, fd);
	// A page budget used up makes it smaller too, but then growing is refused, which skips.
	must(t, set_capacity(t, fd, DEFAULT_PAGES * page_size()));
	expect(t, capacity, RETURNS_PAGES(DEFAULT_PAGES, 0));
}

const struct family capacity_elsewhere_family = {
	.name = "capacity_elsewhere",
	.about = "Capacity and what is not just a pipe: FIFOs, names of pipes, other files",
	.cases = {
		&other_files_have_no_capacity,
		&closed_descriptor_has_no_capacity,
		&descriptor_that_only_names_has_no_capacity,
		&openings_of_a_fifo_share_its_capacity,
		&fifo_holds_what_it_was_set_to,
		&capacity_of_a_fifo_stays_while_it_is_open,
		&capacity_of_a_fifo_ends_with_its_last_close,
	},
};
