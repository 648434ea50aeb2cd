// SPDX-License-Identifier: ISC
// FIONREAD: pipe(7), "Pipe capacity".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { QUEUED = 100 };

static const char zeros[3 * PIPE_BUF];

static void expect_unread(struct trial *t, int fd, const struct outcome *want)
{
	int unread = -1;

	expect(t, ioctl(fd, FIONREAD, &unread), RETURNS(0));
	expect_as(t, unread, want);
}

static void expect_unread_on_both(struct trial *t, const struct pipe *p, const struct outcome *want)
{
	expect_unread(t, p->rd, want);
	expect_unread(t, p->wr, want);
}

static const struct outcome nothing = RETURNS(0), what_was_queued = RETURNS(QUEUED);

CASE(empty_pipe_counts_0,
     .claim = { DOCUMENTED, "FIONREAD of an empty pipe is 0 on either end",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-01", "FIO-05" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	expect_unread_on_both(t, &p, &nothing);
}

struct queued_row {
	const char *name;
	int writes;
	size_t size;
	struct outcome want;
};

// At most a page, so that they fit in the smallest pipe.
// clang-format off
static const struct queued_row queued[] = {
	{ "one_byte",       1,   1,        RETURNS(1) },
	{ "hundred_sevens", 100, 7,        RETURNS(700) },
	{ "pipe_buf",       1,   PIPE_BUF, RETURNS(4096) },
};
// clang-format on

CASE(unread_bytes_are_counted,
     .claim = { DOCUMENTED,
		"FIONREAD is the number of bytes written and not yet read, on either end",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-02", "FIO-05" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(queued))
{
	const struct queued_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	for (int i = 0; i < row->writes; i++)
		must_write(t, p.wr, zeros, row->size);
	expect_unread_on_both(t, &p, &row->want);
}

struct full_row {
	const char *name;
	size_t room;
	struct outcome want;
};

// clang-format off
static const struct full_row full[] = {
	{ "full",               0, RETURNS_PAGES(DEFAULT_PAGES, 0) },
	{ "all_but_one_byte",   1, RETURNS_PAGES(DEFAULT_PAGES, -1) },
};
// clang-format on

CASE(full_pipe_is_counted,
     .claim = { DOCUMENTED, "FIONREAD counts the bytes of a full pipe, on either end",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-02", "FIO-05" }, .ways = BY_PIPE2, ROWS(full))
{
	const struct full_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, row->room);
	expect_unread_on_both(t, &p, &row->want);
}

CASE(full_page_is_counted,
     .claim = { DOCUMENTED, "FIONREAD of a full pipe of one page is a page, on either end",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-02" }, .ways = BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);

	must_fill(t, &p, 0);
	expect_unread_on_both(t, &p, &(const struct outcome)RETURNS_PAGES(1, 0));
}

struct partial_row {
	const char *name;
	size_t size, taken;
	struct outcome want;
};

// clang-format off
static const struct partial_row partial[] = {
	{ "one_of_hundred",    100,  1,    RETURNS(99) },
	{ "1234_of_5000",      5000, 1234, RETURNS(3766) },
	{ "4096_of_5000",      5000, 4096, RETURNS(904) },
	{ "all_of_5000",       5000, 5000, RETURNS(0) },
};
// clang-format on

CASE(read_takes_off_what_it_returned,
     .claim = { DOCUMENTED, "FIONREAD is less by just what a read() took, on either end",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-03", "FIO-05" }, .ways = BY_PIPE2, ROWS(partial))
{
	const struct partial_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char bytes[sizeof zeros];

	must_write(t, p.wr, zeros, row->size);
	must_read(t, p.rd, bytes, row->taken);
	expect_unread_on_both(t, &p, &row->want);
}

CASE(count_outlives_the_close_of_the_writer,
     .claim = { DOCUMENTED, "FIONREAD still counts what is unread after the last writer closed",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-04", "FIO-05" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must_write(t, p.wr, zeros, QUEUED + 1);
	must(t, close(p.wr));
	must_read(t, p.rd, &byte, 1);
	expect_unread(t, p.rd, &what_was_queued);
}

static void write_and_exit(struct trial *t, const void *arg)
{
	must_write(t, *(const int *)arg, zeros, QUEUED);
}

CASE(count_outlives_the_writing_process,
     .claim = { DOCUMENTED, "FIONREAD still counts what is unread after the writing process exited",
		"pipe(7), Pipe capacity, FIONREAD" },
     .covers = { "FIO-04", "FIO-05" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *writer = start(t, write_and_exit, &p.wr);

	must(t, close(p.wr));
	must_finish(t, writer);
	expect_unread(t, p.rd, &what_was_queued);
}

static void must_splice(struct trial *t, int from, int to)
{
	must(t, splice(from, NULL, to, NULL, QUEUED, 0));
}

static void must_tee(struct trial *t, int from, int to)
{
	must(t, tee(from, to, QUEUED, 0));
}

static void must_vmsplice(struct trial *t, int from, int to)
{
	struct iovec vector = { must_share(t, QUEUED), QUEUED };

	(void)from;
	must(t, vmsplice(to, &vector, 1, 0));
}

struct transfer_row {
	const char *name;
	void (*must_transfer)(struct trial *t, int from, int to);
	struct outcome left; // in a pipe that held QUEUED bytes
};

static const struct transfer_row transfers[] = {
	{ "splice", must_splice, RETURNS(0) },
	{ "tee", must_tee, RETURNS(QUEUED) },
	{ "vmsplice", must_vmsplice, RETURNS(QUEUED) }, // takes from memory
};

CASE(bytes_placed_without_write_are_counted,
     .claim = { DOCUMENTED,
		"FIONREAD counts what splice(), tee() and vmsplice() place in a pipe, and no "
		"longer what splice() took",
		"pipe(7), Pipe capacity, FIONREAD; splice(2)" },
     .covers = { "FIO-05", "FIO-06" }, .ways = BY_PIPE2, ROWS(transfers))
{
	const struct transfer_row *row = trial_row(t);
	struct pipe source = must_pipe_by(t, BY_PIPE2, 0), target = must_pipe(t, 0);

	must_write(t, source.wr, zeros, QUEUED);
	row->must_transfer(t, source.rd, target.wr);
	expect_unread_on_both(t, &source, &row->left);
	expect_unread_on_both(t, &target, &what_was_queued);
}

CASE(packets_are_counted_together,
     .claim = { DOCUMENTED,
		"FIONREAD counts the bytes of all packets, and no longer those that a read() of a "
		"part discarded",
		"pipe(7), Pipe capacity, FIONREAD; pipe(2), O_DIRECT" },
     .covers = { "FIO-07" }, .since = "3.4")
{
	enum { FIRST = 40, SECOND = 20 };
	struct pipe p = must_pipe(t, O_DIRECT);
	char bytes[FIRST];

	must_write(t, p.wr, zeros, FIRST);
	must_write(t, p.wr, zeros, SECOND);
	expect_unread_on_both(t, &p, &(const struct outcome)RETURNS(FIRST + SECOND));
	must(t, read(p.rd, bytes, 1));
	expect_unread_on_both(t, &p, &(const struct outcome)RETURNS(SECOND));
	must(t, read(p.rd, bytes, SECOND));
	expect_unread_on_both(t, &p, &nothing);
}

CASE(count_for_no_memory_faults,
     .claim = { DOCUMENTED, "FIONREAD to memory that cannot be written fails with EFAULT",
		"ioctl(2), EFAULT" },
     .covers = { "FIO-08" })
{
	struct pipe p = must_pipe(t, 0);
	int *nowhere = must_map_part(t, 0, sizeof *nowhere);

	must_write(t, p.wr, zeros, QUEUED);
	expect(t, ioctl(p.rd, FIONREAD, nowhere), FAILS(EFAULT));
	expect(t, ioctl(p.wr, FIONREAD, nowhere), FAILS(EFAULT));
	expect(t, ioctl(p.rd, FIONREAD, NULL), FAILS(EFAULT));
	expect_unread_on_both(t, &p, &what_was_queued);
}

CASE(path_descriptor_counts_nothing,
     .claim = { DOCUMENTED, "FIONREAD of an O_PATH descriptor fails with EBADF",
		"open(2), O_PATH: ioctl() fails with EBADF" },
     .covers = { "FIO-09" }, .since = "2.6.39")
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	int path_only = must_open_end(t, path, O_PATH), unread = QUEUED;

	expect(t, ioctl(path_only, FIONREAD, &unread), FAILS(EBADF));
	expect(t, unread, RETURNS(QUEUED));
	expect_unread(t, rd, &nothing);
}

const struct family fionread_family = {
	.name = "fionread",
	.about = "FIONREAD counts the unread bytes of a pipe",
	.cases = {
		&empty_pipe_counts_0,
		&unread_bytes_are_counted,
		&full_pipe_is_counted,
		&full_page_is_counted,
		&read_takes_off_what_it_returned,
		&count_outlives_the_close_of_the_writer,
		&count_outlives_the_writing_process,
		&bytes_placed_without_write_are_counted,
		&packets_are_counted_together,
		&count_for_no_memory_faults,
		&path_descriptor_counts_nothing,
	},
};
