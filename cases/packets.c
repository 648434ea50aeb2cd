// SPDX-License-Identifier: ISC
// Packet mode: pipe(2), O_DIRECT.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { LINE = 100 }; // bytes

// A FIFO cannot be opened in this mode, only be switched to it.
static struct pipe must_packet_pipe(struct trial *t, int flags)
{
	if (trial_way(t) != BY_FIFO)
		return must_pipe(t, O_DIRECT | flags);

	struct pipe p = must_pipe(t, flags);
	if (must_or_fail(t, fcntl(p.wr, F_SETFL, O_DIRECT | flags), EINVAL) == -1)
		skip_absent(t, "packet mode (O_DIRECT) set by F_SETFL");
	return p;
}

CASE(write_is_a_packet,
     .claim = { DOCUMENTED,
		"a read() of a pipe in packet mode returns the bytes of one write(), however many "
		"it asks for",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-01", "PKT-16" }, .since = "3.4", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, LINE);
	must_write_stream(t, p.wr, LINE, PIPE_BUF);
	must_write_stream(t, p.wr, LINE + PIPE_BUF, 1);
	expect_packet(t, p.rd, 0, LINE);
	expect_packet(t, p.rd, LINE, PIPE_BUF);
	expect_packet(t, p.rd, LINE + PIPE_BUF, 1);
}

CASE(large_write_is_several_packets,
     .claim = { DOCUMENTED,
		"no read() returns a write() of more than PIPE_BUF bytes whole; together they do",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-02" }, .since = "3.4")
{
	const size_t all = 2 * page_size() + LINE;
	struct pipe p = must_packet_pipe(t, O_NONBLOCK);
	char *bytes = must_share(t, all);

	must_write_stream(t, p.wr, 0, all);
	long n = expect(t, read(p.rd, bytes, all), RETURNS_IN(1, (long)all - 1));
	for (size_t left = all - (size_t)n; left > 0; left -= (size_t)n)
		n = expect(t, read(p.rd, bytes + all - left, left), RETURNS_IN(1, (long)left));
	expect_streamed(t, bytes, 0, all);
}

CASE(large_write_is_split_at_pipe_buf,
     .claim = { OBSERVED,
		"a write() of more than PIPE_BUF bytes is packets of PIPE_BUF and one of the rest",
		"fs/pipe.c, pipe_write(); pipe(2) only says that there are several" },
     .covers = { "PKT-02" }, .needs = { need_page_4k }, .since = "3.4")
{
	enum { REST = 1808 };
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, 2 * PIPE_BUF + REST);
	must_write_stream(t, p.wr, 0, LINE);
	expect_packet(t, p.rd, 0, PIPE_BUF);
	expect_packet(t, p.rd, PIPE_BUF, PIPE_BUF);
	expect_packet(t, p.rd, 2 * PIPE_BUF, REST);
	expect_packet(t, p.rd, 0, LINE);
}

CASE(large_write_is_split_at_larger_pages,
     .claim = { OBSERVED,
		"where pages are larger than PIPE_BUF, a write() is split into packets of a page",
		"fs/pipe.c, pipe_write()" },
     .covers = { "PKT-02" }, .against = "pipe(2): writes of more than PIPE_BUF bytes are split",
     .needs = { need_page_above_4k }, .since = "3.4")
{
	const size_t page = page_size();
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, page + PIPE_BUF + 1);
	expect_packet(t, p.rd, 0, page);
	expect_packet(t, p.rd, page, PIPE_BUF + 1);
}

CASE(read_of_a_part_discards_the_rest,
     .claim = { DOCUMENTED,
		"a read() of less than the next packet returns what it asks for, and the rest is "
		"gone",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-03" }, .since = "3.4", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, LINE);
	must_write_stream(t, p.wr, LINE, PIPE_BUF);
	must_write_stream(t, p.wr, LINE + PIPE_BUF, LINE);
	expect_stream(t, p.rd, 0, 1);
	expect(t, must_unread(t, p.rd), RETURNS(PIPE_BUF + LINE));
	expect_stream(t, p.rd, LINE, PIPE_BUF - 1);
	expect_packet(t, p.rd, LINE + PIPE_BUF, LINE);
}

CASE(reads_of_pipe_buf_lose_nothing,
     .claim = { DOCUMENTED, "reads of PIPE_BUF bytes get all of packets of any size",
		"pipe(2), O_DIRECT" },
     .covers = { "PKT-04" }, .needs = { need_page_4k }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, PIPE_BUF + LINE);
	must_write_stream(t, p.wr, PIPE_BUF + LINE, PIPE_BUF);
	expect_stream(t, p.rd, 0, PIPE_BUF);
	expect_packet(t, p.rd, PIPE_BUF, LINE);
	expect_stream(t, p.rd, PIPE_BUF + LINE, PIPE_BUF);
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(reads_of_pipe_buf_lose_part_of_larger_pages,
     .claim = { OBSERVED,
		"where pages are larger than PIPE_BUF, a read() of PIPE_BUF bytes loses the rest "
		"of a larger packet",
		"fs/pipe.c, pipe_write(), pipe_read()" },
     .covers = { "PKT-04" }, .against = "pipe(2): PIPE_BUF bytes suffice for the largest packet",
     .needs = { need_page_above_4k }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, PIPE_BUF + 1);
	expect_stream(t, p.rd, 0, PIPE_BUF);
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(write_of_nothing_is_no_packet,
     .claim = { DOCUMENTED, "write() of no bytes returns 0 and no read() ever gets it",
		"pipe(2), O_DIRECT, on packets of length zero" },
     .covers = { "PKT-05" }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, O_NONBLOCK);
	char byte;

	expect(t, write(p.wr, "", 0), RETURNS(0));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must_write_stream(t, p.wr, 0, LINE);
	expect(t, write(p.wr, "", 0), RETURNS(0));
	must_write_stream(t, p.wr, LINE, LINE);
	expect_packet(t, p.rd, 0, LINE);
	expect_packet(t, p.rd, LINE, LINE);
}

CASE(read_of_nothing_leaves_the_packet,
     .claim = { DOCUMENTED, "read() of no bytes returns 0, and the packet stays whole",
		"pipe(2), O_DIRECT, on packets of length zero" },
     .covers = { "PKT-05" }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, 0);
	char byte;

	must_write_stream(t, p.wr, 0, LINE);
	expect(t, read(p.rd, &byte, 0), RETURNS(0));
	expect_packet(t, p.rd, 0, LINE);
}

CASE(writev_is_a_packet,
     .claim = { DOCUMENTED, "the buffers of one writev() are one packet",
		"pipe(2), O_DIRECT; writev(2), which works as write(2) does" },
     .covers = { "PKT-11" }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, 0);
	char *bytes = must_stream(t, 0, PIPE_BUF);
	const struct iovec few[] = { { bytes, 3 }, { bytes + 3, 0 }, { bytes + 3, 4 } };
	const struct iovec halves[] = { { bytes, LINE }, { bytes + LINE, PIPE_BUF - LINE } };

	expect(t, writev(p.wr, few, 3), RETURNS(7));
	expect(t, writev(p.wr, halves, 2), RETURNS(PIPE_BUF));
	expect_packet(t, p.rd, 0, 7);
	expect_packet(t, p.rd, 0, PIPE_BUF);
}

CASE(large_writev_is_split_at_pipe_buf,
     .claim = { OBSERVED,
		"writev() of more than PIPE_BUF bytes is split there, wherever its buffers end",
		"fs/pipe.c, pipe_write(); pipe(2) only says that there are several packets" },
     .covers = { "PKT-11" }, .needs = { need_page_4k }, .since = "3.4")
{
	enum { MANY = 3000, ALL = 2 * MANY + LINE };
	struct pipe p = must_packet_pipe(t, 0);
	char *bytes = must_stream(t, 0, ALL);
	const struct iovec many[] = { { bytes, MANY },
				      { bytes + MANY, LINE },
				      { bytes + MANY + LINE, MANY } };

	expect(t, writev(p.wr, many, 3), RETURNS(ALL));
	expect_packet(t, p.rd, 0, PIPE_BUF);
	expect_packet(t, p.rd, PIPE_BUF, ALL - PIPE_BUF);
}

CASE(readv_takes_one_packet,
     .claim = { DOCUMENTED,
		"one readv() fills its buffers from one packet, and discards what it has no room "
		"for",
		"pipe(2), O_DIRECT; readv(2), which works as read(2) does" },
     .covers = { "PKT-11", "PKT-12" }, .since = "3.4")
{
	struct pipe p = must_packet_pipe(t, 0);
	char first[10], second[10];
	const struct iovec both[] = { { first, sizeof first }, { second, sizeof second } };

	must_write_stream(t, p.wr, 0, 15);
	must_write_stream(t, p.wr, 15, LINE);
	must_write_stream(t, p.wr, 15 + LINE, LINE);
	expect(t, readv(p.rd, both, 2), RETURNS(15));
	expect_streamed(t, first, 0, 10);
	expect_streamed(t, second, 10, 5);
	expect(t, readv(p.rd, both, 2), RETURNS(20));
	expect_streamed(t, first, 15, 10);
	expect_streamed(t, second, 25, 10);
	expect_packet(t, p.rd, 15 + LINE, LINE);
}

CASE(last_packet_comes_before_end_of_file,
     .claim = { DOCUMENTED,
		"packets that are unread when the last writer closes are read, and 0 after the "
		"last, be it read in part",
		"pipe(7), I/O on pipes and FIFOs; pipe(2), O_DIRECT" },
     .covers = { "PKT-17" }, .since = "3.4", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_packet_pipe(t, 0);

	must_write_stream(t, p.wr, 0, LINE);
	must_write_stream(t, p.wr, LINE, LINE);
	must(t, close(p.wr));
	expect_packet(t, p.rd, 0, LINE);
	expect_stream(t, p.rd, LINE, 1);
	expect_packet(t, p.rd, 0, 0);
	expect_packet(t, p.rd, 0, 0);
}

CASE(flag_is_not_ignored,
     .claim = { DOCUMENTED,
		"pipe2() with O_DIRECT fails with EINVAL where there is no packet mode, though it "
		"takes the other flags, and gives it where there is",
		"pipe(2), O_DIRECT, on older kernels" },
     .covers = { "PKT-18" })
{
	int fds[2];

	expect(t, unless_limited(t, pipe2(fds, O_NONBLOCK | O_CLOEXEC)), RETURNS(0));
	if (must_or_fail(t, pipe2(fds, O_DIRECT), EINVAL) == -1) {
		expect(t, pipe2(fds, O_DIRECT | O_CLOEXEC), FAILS(EINVAL));
		return;
	}
	must_write_stream(t, fds[1], 0, LINE);
	expect_stream(t, fds[0], 0, 1);
	expect(t, must_unread(t, fds[0]), RETURNS(0)); // the rest of the packet is gone
}

const struct family packets_family = {
	.name = "packets",
	.about = "Packet mode: what a write is, and what a read takes of it",
	.cases = {
		&write_is_a_packet,
		&large_write_is_several_packets,
		&large_write_is_split_at_pipe_buf,
		&large_write_is_split_at_larger_pages,
		&read_of_a_part_discards_the_rest,
		&reads_of_pipe_buf_lose_nothing,
		&reads_of_pipe_buf_lose_part_of_larger_pages,
		&write_of_nothing_is_no_packet,
		&read_of_nothing_leaves_the_packet,
		&writev_is_a_packet,
		&large_writev_is_split_at_pipe_buf,
		&readv_takes_one_packet,
		&last_packet_comes_before_end_of_file,
		&flag_is_not_ignored,
	},
};
