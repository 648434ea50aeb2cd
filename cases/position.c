// SPDX-License-Identifier: ISC
// A pipe has no position: lseek(2), pread(2), preadv(2); pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// --- lseek --------------------------------------------------------------------

static void expect_no_place(struct trial *t, int fd, off_t offset)
{
	expect(t, lseek(fd, offset, SEEK_SET), FAILS(ESPIPE));
	expect(t, lseek(fd, offset, SEEK_CUR), FAILS(ESPIPE));
	expect(t, lseek(fd, offset, SEEK_END), FAILS(ESPIPE));
}

// What was in the pipe is all that is.
static void expect_untouched(struct trial *t, const struct pipe *p)
{
	char bytes[3];

	expect_equal(t, expect_all_there_is(t, p->rd, bytes, sizeof bytes), 2);
	expect_equal(t, bytes[0], 'a');
	expect_equal(t, bytes[1], 'b');
}

CASE(neither_end_has_a_position,
     .claim = { POSIX,
		"lseek() of either end with SEEK_SET, SEEK_CUR or SEEK_END fails with ESPIPE, "
		"whatever offset",
		"POSIX.1-2024 lseek(), ERRORS, ESPIPE" },
     .covers = { "MSC-01" }, .ways = BY_PIPE2 | BY_FIFO)
{
	static const off_t offsets[] = { 0, 1, -1, INT_MAX };
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "ab", 2);
	for (int i = 0; i < 4; i++) {
		expect_no_place(t, p.rd, offsets[i]);
		expect_no_place(t, p.wr, offsets[i]);
	}
	expect_untouched(t, &p);
}

CASE(pipe_has_no_data_and_no_holes_to_seek,
     .claim = { OBSERVED,
		"lseek() of either end with SEEK_DATA or SEEK_HOLE fails with ESPIPE, whatever "
		"offset",
		"fs/read_write.c, ksys_lseek(); POSIX.1-2024 lseek() has ENXIO as well" },
     .covers = { "MSC-02" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	const int ends[] = { p.rd, p.wr };

	for (int i = 0; i < 2; i++) {
		expect(t, lseek(ends[i], 0, SEEK_DATA), FAILS(ESPIPE));
		expect(t, lseek(ends[i], 1, SEEK_DATA), FAILS(ESPIPE));
		expect(t, lseek(ends[i], 0, SEEK_HOLE), FAILS(ESPIPE));
		expect(t, lseek(ends[i], 1, SEEK_HOLE), FAILS(ESPIPE));
	}
}

CASE(unknown_whence_is_told_first,
     .claim = { OBSERVED, "lseek() of a pipe from a place that does not exist fails with EINVAL",
		"fs/read_write.c, ksys_lseek(); POSIX.1-2024 lseek() has both errors" },
     .covers = { "MSC-02" })
{
	static const int nowhere[] = { SEEK_HOLE + 1, -1 };
	struct pipe p = must_pipe(t, 0);

	for (int i = 0; i < 2; i++) {
		expect(t, lseek(p.rd, 0, nowhere[i]), FAILS(EINVAL));
		expect(t, lseek(p.wr, 0, nowhere[i]), FAILS(EINVAL));
	}
}

// --- transfers at an offset -----------------------------------------------------

enum transfer { PREAD, PWRITE, PREADV, PWRITEV, PREADV2, PWRITEV2 };

struct transfer_row {
	const char *name;
	enum transfer by;
	bool reads;
};

static const struct transfer_row plain[] = {
	{ "pread", PREAD, true },
	{ "pwrite", PWRITE, false },
};

static const struct transfer_row vectored[] = {
	{ "preadv", PREADV, true },
	{ "pwritev", PWRITEV, false },
	{ "preadv2", PREADV2, true },
	{ "pwritev2", PWRITEV2, false },
};

static const struct transfer_row every_transfer[] = {
	{ "pread", PREAD, true },     { "pwrite", PWRITE, false },
	{ "preadv", PREADV, true },   { "pwritev", PWRITEV, false },
	{ "preadv2", PREADV2, true }, { "pwritev2", PWRITEV2, false },
};

// The last two take the offset in two halves, of which a kernel of 64 bits takes the first.
static void expect_at(struct trial *t, int fd, size_t size, off_t offset,
		      const struct outcome *want)
{
	const struct transfer_row *row = trial_row(t);
	const long low = (long)offset, high = offset < 0 ? -1 : 0;
	char bytes[2] = "xy";
	struct iovec vector = { bytes, size };

	switch (row->by) {
	case PREAD:
		expect_as(t, pread(fd, bytes, size, offset), want);
		break;
	case PWRITE:
		expect_as(t, pwrite(fd, bytes, size, offset), want);
		break;
	case PREADV:
		expect_as(t, preadv(fd, &vector, 1, offset), want);
		break;
	case PWRITEV:
		expect_as(t, pwritev(fd, &vector, 1, offset), want);
		break;
	case PREADV2:
		expect_as(t, syscall(SYS_preadv2, fd, &vector, 1L, low, high, 0L), want);
		break;
	case PWRITEV2:
		expect_as(t, syscall(SYS_pwritev2, fd, &vector, 1L, low, high, 0L), want);
		break;
	}
}

static const struct outcome no_position = FAILS(ESPIPE), no_offset = FAILS(EINVAL);

static void expect_no_transfer(struct trial *t)
{
	const struct transfer_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = row->reads ? p.rd : p.wr;

	must_write(t, p.wr, "ab", 2);
	expect_at(t, fd, 1, 0, &no_position);
	expect_at(t, fd, 1, 1, &no_position);
	expect_untouched(t, &p);
}

CASE(there_is_no_transfer_at_an_offset,
     .claim = { POSIX, "pread() and pwrite() of a pipe fail with ESPIPE and move nothing",
		"POSIX.1-2024 read() and write(), pread() and pwrite(), ERRORS, ESPIPE" },
     .covers = { "MSC-03" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(plain))
{
	expect_no_transfer(t);
}

CASE(there_is_no_vectored_transfer_at_an_offset,
     .claim = { DOCUMENTED,
		"preadv(), pwritev() and their successors at an offset of a pipe fail with "
		"ESPIPE and move nothing",
		"readv(2), ERRORS: as lseek(2)" },
     .covers = { "MSC-04" }, ROWS(vectored))
{
	expect_no_transfer(t);
}

CASE(position_is_asked_before_direction,
     .claim = { OBSERVED,
		"a transfer at an offset of the wrong end, of no bytes too, fails with ESPIPE, "
		"not with EBADF",
		"fs/read_write.c, ksys_pread64() and do_preadv()" },
     .covers = { "MSC-05" }, ROWS(every_transfer),
     .against = "read(2) and write(2): EBADF for an end that is not open for it")
{
	const struct transfer_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = row->reads ? p.wr : p.rd;

	expect_at(t, fd, 1, 0, &no_position);
	expect_at(t, fd, 0, 0, &no_position);
}

CASE(negative_offset_is_told_first,
     .claim = { OBSERVED, "a transfer at a negative offset of a pipe fails with EINVAL, not ESPIPE",
		"fs/read_write.c, ksys_pread64() and do_preadv()" },
     .covers = { "MSC-06" }, ROWS(every_transfer))
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "ab", 2);
	expect_at(t, p.rd, 1, -2, &no_offset);
	expect_at(t, p.wr, 1, -2, &no_offset);
	expect_untouched(t, &p);
}

const struct family position_family = {
	.name = "position",
	.about = "A pipe has no position, and no transfer at one",
	.cases = {
		&neither_end_has_a_position,
		&pipe_has_no_data_and_no_holes_to_seek,
		&unknown_whence_is_told_first,
		&there_is_no_transfer_at_an_offset,
		&there_is_no_vectored_transfer_at_an_offset,
		&position_is_asked_before_direction,
		&negative_offset_is_told_first,
	},
};
