// SPDX-License-Identifier: ISC
// What vmsplice(2) refuses: files, flags, ranges, memory.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 }; // bytes

CASE(what_is_no_pipe_is_a_bad_descriptor,
     .claim = { DOCUMENTED,
		"vmsplice() by a descriptor that is not open, or is of no pipe, fails with EBADF",
		"vmsplice(2), EBADF" },
     .covers = { "VMS-06" }, .since = "2.6.17")
{
	const struct iovec memory = { must_stream(t, 0, FEW), FEW };
	int null = must_open_file(t, "/dev/null", O_RDWR), sockets[2];
	int path_only = must_open_file(t, "/dev/null", O_PATH), closed = (int)must(t, dup(null));

	must(t, close(closed));
	must(t, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	expect(t, vmsplice(-1, &memory, 1, 0), FAILS(EBADF));
	expect(t, vmsplice(closed, &memory, 1, 0), FAILS(EBADF));
	expect(t, vmsplice(null, &memory, 1, 0), FAILS(EBADF));
	expect(t, vmsplice(sockets[0], &memory, 1, 0), FAILS(EBADF));
	expect(t, vmsplice(path_only, &memory, 1, 0), FAILS(EBADF));
}

CASE(ranges_are_iov_max_at_most,
     .claim = { DOCUMENTED, "vmsplice() takes IOV_MAX ranges, and fails with EINVAL for one more",
		"vmsplice(2), EINVAL and NOTES" },
     .covers = { "VMS-07" }, .since = "2.6.17")
{
	enum { MOST = 1024 };
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_stream(t, 0, 2);
	struct iovec ranges[MOST + 1];

	for (int i = 0; i <= MOST; i++)
		ranges[i] = (struct iovec){ bytes, i == 0 };
	ranges[MOST - 1] = (struct iovec){ bytes + 1, 1 };
	expect(t, vmsplice(p.wr, ranges, MOST + 1, 0), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(0));
	expect(t, vmsplice(p.wr, ranges, MOST, 0), RETURNS(2));
	expect_stream(t, p.rd, 0, 2);
}

static const unsigned all_flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;

CASE(known_flags_are_taken,
     .claim = { DOCUMENTED, "vmsplice() of a whole page takes all four flags",
		"vmsplice(2), DESCRIPTION, flags" },
     .covers = { "VMS-09" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();
	char *memory = must_share(t, page);
	const struct iovec whole = { memory, page };

	stream_make(memory, 0, page);
	expect(t, vmsplice(p.wr, &whole, 1, all_flags), RETURNS_PAGES(1, 0));
	expect_stream(t, p.rd, 0, page);
}

CASE(unknown_flags_are_refused,
     .claim = { OBSERVED, "vmsplice() with any other flag fails with EINVAL, at either end",
		"fs/splice.c, vmsplice(), since Linux 4.10" },
     .covers = { "VMS-09" }, .since = "4.10")
{
	struct pipe p = must_pipe(t, 0);
	const struct iovec memory = { must_stream(t, 0, FEW), FEW };

	must_write_stream(t, p.wr, 0, FEW);
	for (unsigned flag = 1; flag != 0; flag <<= 1) {
		if (flag & all_flags)
			continue;
		expect(t, vmsplice(p.wr, &memory, 1, flag), FAILS(EINVAL));
		expect(t, vmsplice(p.rd, &memory, 1, flag), FAILS(EINVAL));
	}
	expect(t, must_unread(t, p.rd), RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
}

CASE(gift_need_not_be_whole_pages,
     .claim = { OBSERVED, "vmsplice() with SPLICE_F_GIFT takes memory that is not aligned",
		"fs/splice.c, iter_to_pipe(), which asks for no alignment" },
     .covers = { "VMS-11" }, .since = "4.9",
     .against = "vmsplice(2): memory that is not aligned fails with EINVAL")
{
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_share(t, 2 * page_size());
	const struct iovec part = { bytes + 1, FEW };

	stream_make(bytes + 1, 0, FEW);
	expect(t, vmsplice(p.wr, &part, 1, SPLICE_F_GIFT), RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
}

CASE(range_is_not_longer_than_a_count_can_say,
     .claim = { OBSERVED, "vmsplice() of a range of more than SSIZE_MAX bytes fails with EINVAL",
		"lib/iov_iter.c; vmsplice(2), NOTES, on readv(2) and its limits" },
     .covers = { "VMS-18" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char *bytes = must_stream(t, 0, FEW);
	const struct iovec ranges[] = { { bytes, FEW }, { bytes, (size_t)SSIZE_MAX + 1 } };

	expect(t, vmsplice(p.wr, ranges + 1, 1, 0), FAILS(EINVAL));
	expect(t, vmsplice(p.wr, ranges, 2, 0), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(no_memory_is_put_nowhere,
     .claim = { OBSERVED,
		"vmsplice() from no memory fails with EFAULT, and what comes before it is put, and "
		"counted",
		"fs/splice.c, iter_to_pipe(); vmsplice(2) does not list EFAULT" },
     .covers = { "VMS-10" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char *last = must_map_part(t, FEW, page_size());
	const struct iovec none = { last + FEW, FEW }, across = { last, 2 * FEW };
	const struct iovec ranges[] = { { last, FEW }, { last + FEW, FEW }, { last, FEW } };

	stream_make(last, 0, FEW);
	expect(t, vmsplice(p.wr, &none, 1, 0), FAILS(EFAULT));
	expect(t, vmsplice(p.wr, NULL, 1, 0), FAILS(EFAULT));
	expect(t, must_unread(t, p.rd), RETURNS(0));
	expect(t, vmsplice(p.wr, &across, 1, 0), RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
	expect(t, vmsplice(p.wr, ranges, 3, 0), RETURNS(FEW));
	expect(t, must_unread(t, p.rd), RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
}

CASE(nothing_is_taken_to_no_memory,
     .claim = { OBSERVED,
		"vmsplice() to memory that has no room for a page of the pipe fails with EFAULT "
		"and takes nothing",
		"fs/splice.c, pipe_to_user(); vmsplice(2) does not list EFAULT" },
     .covers = { "VMS-10" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char *last = must_map_part(t, FEW, page_size());
	const struct iovec none = { last + FEW, FEW }, across = { last, 2 * FEW };
	const struct iovec ranges[] = { { last, FEW }, { last + FEW, FEW } };

	must_write_stream(t, p.wr, 0, 2 * FEW);
	expect(t, vmsplice(p.rd, &none, 1, 0), FAILS(EFAULT));
	expect(t, vmsplice(p.rd, &across, 1, 0), FAILS(EFAULT));
	expect(t, vmsplice(p.rd, ranges, 2, 0), FAILS(EFAULT));
	expect(t, must_unread(t, p.rd), RETURNS(2 * FEW));
	expect_stream(t, p.rd, 0, 2 * FEW);
}

CASE(pages_before_a_fault_are_taken,
     .claim = { OBSERVED,
		"vmsplice() to memory that has room for a page of the pipe but not the next "
		"returns the bytes of the first, and leaves those of the other",
		"fs/splice.c, __splice_from_pipe()" },
     .covers = { "VMS-10" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();
	char *last = must_map_part(t, page + 1, page);
	const struct iovec across = { last, 2 * page };

	must_write_stream(t, p.wr, 0, page);
	must_write_stream(t, p.wr, page, FEW);
	expect(t, vmsplice(p.rd, &across, 1, 0), RETURNS_PAGES(1, 0));
	expect_streamed(t, last, 0, page);
	expect(t, must_unread(t, p.rd), RETURNS(FEW));
	expect_stream(t, p.rd, page, FEW);
}

const struct family vmsplice_refused_family = {
	.name = "vmsplice_refused",
	.about = "What vmsplice() refuses: files, flags, ranges, memory",
	.cases = {
		&what_is_no_pipe_is_a_bad_descriptor,
		&ranges_are_iov_max_at_most,
		&known_flags_are_taken,
		&unknown_flags_are_refused,
		&gift_need_not_be_whole_pages,
		&range_is_not_longer_than_a_count_can_say,
		&no_memory_is_put_nowhere,
		&nothing_is_taken_to_no_memory,
		&pages_before_a_fault_are_taken,
	},
};
