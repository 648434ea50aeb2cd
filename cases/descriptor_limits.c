// SPDX-License-Identifier: ISC
// How many descriptors and files pipes may take: pipe(2), EMFILE and ENFILE.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

struct slots_row {
	const char *name;
	size_t slots; // descriptors that are left
	int pipes;    // that can be made of them
};

static const struct slots_row slots[] = {
	{ "none", 0, 0 },
	{ "one", 1, 0 },
	{ "two", 2, 1 },
	{ "nine", 9, 4 },
};

static void make_pipe(struct trial *t, const struct outcome *want)
{
	int fds[2];

	if (trial_way(t) == BY_PIPE)
		expect_as(t, unless_limited(t, pipe(fds)), want);
	else
		expect_as(t, unless_limited(t, pipe2(fds, O_CLOEXEC)), want);
}

static const struct outcome made = RETURNS(0), too_many = FAILS(EMFILE);

CASE(two_descriptors_make_a_pipe,
     .claim = { POSIX,
		"pipe() succeeds for every two descriptors that RLIMIT_NOFILE leaves, and "
		"then fails with EMFILE",
		"POSIX.1-2024 pipe(), EMFILE" },
     .covers = { "LIM-01", "LIM-02" }, ROWS(slots))
{
	const struct slots_row *row = trial_row(t);

	must_leave_descriptors(t, row->slots);
	for (int i = 0; i < row->pipes; i++)
		make_pipe(t, &made);
	make_pipe(t, &too_many);
	make_pipe(t, &too_many);
}

CASE(refused_pipe_takes_no_descriptor,
     .claim = { POSIX,
		"pipe() that fails for want of a second descriptor leaves the first one free",
		"POSIX.1-2024 pipe(), RETURN VALUE" },
     .covers = { "LIM-03" }, .ways = BY_PIPE | BY_PIPE2)
{
	enum { TRIES = 64 };
	int fd = (int)must(t, dup(STDIN_FILENO)), spare = (int)must(t, dup(STDIN_FILENO));

	must_leave_descriptors(t, 1);
	for (int i = 0; i < TRIES; i++)
		make_pipe(t, &too_many);
	expect(t, dup(STDIN_FILENO), RETURNS(spare + 1));
	expect(t, dup(STDIN_FILENO), FAILS(EMFILE));
	must(t, close(fd));
	must(t, close(spare));
	make_pipe(t, &made);
}

// --- files of the whole system --------------------------------------------------

static const char file_max[] = "fs/file-max";

static const char *need_no_cap_sys_admin(struct trial *t)
{
	return need_cap_sys_admin(t) ? NULL : "capability: CAP_SYS_ADMIN may exceed fs.file-max";
}

// Only where nobody else wants to open a file meanwhile.  The limit is 0 because the
// kernel first asks a count of files that is exact only within some dozens.
CASE(no_file_left_is_enfile,
     .claim = { DOCUMENTED,
		"with fs.file-max files open, or more, pipe() fails with ENFILE, takes no "
		"descriptor and leaves pipefd",
		"pipe(2), ERRORS, ENFILE, and RETURN VALUE; proc(5), /proc/sys/fs/file-max" },
     .covers = { "LIM-04", "CRE-11" }, .tunes = { file_max },
     .needs = { need_own_kernel, need_no_cap_sys_admin })
{
	enum { TRIES = 16 };
	int fds[2] = { -7, -8 };
	long max = must_sysctl(t, file_max);

	must_leave_descriptors(t, 2);
	must_tune(t, file_max, 0);
	for (int i = 0; i < TRIES; i++)
		expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
	expect_true(t, fds[0] == -7 && fds[1] == -8);
	must_tune(t, file_max, max);
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
}

CASE(cap_sys_admin_exceeds_file_max,
     .claim = { DOCUMENTED, "with CAP_SYS_ADMIN pipe() succeeds beyond fs.file-max files",
		"capabilities(7), CAP_SYS_ADMIN; proc(5), /proc/sys/fs/file-max" },
     .covers = { "LIM-04" }, .tunes = { file_max },
     .needs = { need_own_kernel, need_cap_sys_admin })
{
	int fds[2];

	must_drop_capability(t, CAP_SYS_RESOURCE);
	must_tune(t, file_max, 0);
	expect(t, pipe2(fds, O_CLOEXEC), RETURNS(0));
	must_drop_capability(t, CAP_SYS_ADMIN);
	expect(t, pipe2(fds, O_CLOEXEC), FAILS(ENFILE));
}

// --- many at once -----------------------------------------------------------------

// Copies, because pipes of this number would take a hundred megabytes of the kernel's.
CASE(descriptors_beyond_16_bits,
     .claim = { OBSERVED,
		"with 66,000 descriptors of a pipe open, another pipe is made beyond them and "
		"works, and so does the last of the 66,000",
		"fs/file.c, alloc_fd(): descriptors are limited by RLIMIT_NOFILE alone" },
     .covers = { "LIM-05" })
{
	enum { MANY = 66000 };
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int fds[2], last = p.wr;
	char byte = 0;

	must_have_descriptors(t, MANY + 2);
	while (last < MANY)
		last = (int)must(t, dup(p.wr));
	expect(t, unless_limited(t, pipe2(fds, O_CLOEXEC)), RETURNS(0));
	expect_true(t, fds[0] > MANY && fds[1] > MANY);
	expect(t, write(fds[1], "a", 1), RETURNS(1));
	expect(t, read(fds[0], &byte, 1), RETURNS(1));
	expect_true(t, byte == 'a');
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	expect(t, write(last, "b", 1), RETURNS(1));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
	expect_true(t, byte == 'b');
}

CASE(many_pipes_keep_their_bytes,
     .claim = { POSIX, "of hundreds of pipes each gives back the bytes that were written to it",
		"POSIX.1-2024 pipe(), read()" },
     .covers = { "LIM-06" })
{
	enum { PIPES = 200 };
	struct pipe pipes[PIPES];
	int got;

	must_have_descriptors(t, 2 * PIPES);
	for (int i = 0; i < PIPES; i++) {
		int fds[2];

		must(t, unless_limited(t, pipe2(fds, O_CLOEXEC | O_NONBLOCK)));
		pipes[i] = (struct pipe){ fds[0], fds[1] };
		must_write(t, fds[1], &i, sizeof i);
	}
	for (int i = PIPES - 1; i >= 0; i--) {
		expect(t, read(pipes[i].rd, &got, sizeof got), RETURNS(sizeof got));
		expect(t, got, RETURNS(i));
		expect(t, read(pipes[i].rd, &got, sizeof got), FAILS(EAGAIN));
	}
}

struct stamp {
	int pipe;
	long page;
};

// Each page of it tells which one of which pipe it is.
static void must_fill_with_stamps(struct trial *t, const struct pipe *p, int number, long pages)
{
	struct stamp *page = must_share(t, page_size());

	for (*page = (struct stamp){ number, 0 }; page->page < pages; page->page++)
		must_write(t, p->wr, page, page_size());
}

static void expect_stamps(struct trial *t, const struct pipe *p, int number, long pages)
{
	struct stamp *page = must_share(t, page_size());

	for (long i = 0; i < pages; i++) {
		expect(t, read(p->rd, page, page_size()), RETURNS_PAGES(1, 0));
		expect_true(t, page->pipe == number && page->page == i);
	}
}

CASE(largest_pipes_are_filled_together,
     .claim = { OBSERVED,
		"two pipes of pipe-max-size, both filled to the last byte, give back what they "
		"were given",
		"pipe(7), /proc files, pipe-max-size; fs/pipe.c, pipe_write()" },
     .covers = { "LIM-06" })
{
	enum { PIPES = 2, MOST = 4 << 20 };
	struct pipe pipes[PIPES];
	long pages = must_largest_pages(t);

	if (pages * (long)page_size() > MOST)
		skip(t, "sysctl: pipe-max-size is above 4 MiB");
	for (int i = 0; i < PIPES; i++) {
		pipes[i] = must_pipe(t, O_NONBLOCK);
		must(t, set_capacity(t, pipes[i].wr, (size_t)pages * page_size()));
	}
	for (int i = 0; i < PIPES; i++)
		must_fill_with_stamps(t, &pipes[i], i, pages);
	for (int i = 0; i < PIPES; i++)
		expect(t, write(pipes[i].wr, "", 1), FAILS(EAGAIN));
	for (int i = 0; i < PIPES; i++)
		expect_stamps(t, &pipes[i], i, pages);
}

const struct family descriptor_limits_family = {
	.name = "descriptor_limits",
	.about = "How many descriptors and files pipes may take",
	.cases = {
		&two_descriptors_make_a_pipe,
		&refused_pipe_takes_no_descriptor,
		&no_file_left_is_enfile,
		&cap_sys_admin_exceeds_file_max,
		&descriptors_beyond_16_bits,
		&many_pipes_keep_their_bytes,
		&largest_pipes_are_filled_together,
	},
};
