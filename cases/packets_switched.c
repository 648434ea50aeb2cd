// SPDX-License-Identifier: ISC
// Packets beside bytes: the mode switched, and packets by splice(2), tee(2) and vmsplice(2).

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FIRST = 40, SECOND = 20 }; // bytes

static void must_switch(struct trial *t, int fd, bool packets)
{
	if (must_or_fail(t, fcntl(fd, F_SETFL, packets ? O_DIRECT : 0), EINVAL) == -1)
		skip_absent(t, "packet mode (O_DIRECT) set by F_SETFL");
}

static void must_write_both(struct trial *t, int fd)
{
	must_write_stream(t, fd, 0, FIRST);
	must_write_stream(t, fd, FIRST, SECOND);
}

static void expect_switched(struct trial *t)
{
	struct pipe p = must_pipe(t, 0);

	must_pipe_by(t, BY_PIPE2, O_DIRECT); // or SKIP: there is no such mode
	expect(t, fcntl(p.wr, F_SETFL, O_DIRECT), RETURNS(0));
	expect_flags(t, fcntl(p.wr, F_GETFL), O_DIRECT, O_DIRECT);
	must_write_both(t, p.wr);
	expect_packet(t, p.rd, 0, FIRST);
	expect_packet(t, p.rd, FIRST, SECOND);
	expect(t, fcntl(p.wr, F_SETFL, 0), RETURNS(0));
	expect_flags(t, fcntl(p.wr, F_GETFL), O_DIRECT, 0);
	must_write_both(t, p.wr);
	expect_packet(t, p.rd, 0, FIRST + SECOND);
}

CASE(mode_is_switched_by_f_setfl,
     .claim = { DOCUMENTED, "F_SETFL puts a pipe into packet mode and out of it",
		"pipe(2), O_DIRECT, since Linux 4.5" },
     .covers = { "PKT-06" }, .since = "4.5")
{
	expect_switched(t);
}

CASE(mode_of_a_fifo_is_switched_by_f_setfl,
     .claim = { OBSERVED, "F_SETFL puts a FIFO into packet mode and out of it",
		"fs/fcntl.c, setfl(); fs/pipe.c, is_packetized()" },
     .covers = { "PKT-16" }, .since = "4.5", .ways = BY_FIFO)
{
	expect_switched(t);
}

CASE(mode_given_to_pipe2_can_be_left,
     .claim = { DOCUMENTED, "F_SETFL takes a pipe made in packet mode out of it",
		"pipe(2), O_DIRECT, since Linux 4.5" },
     .covers = { "PKT-06" }, .since = "4.5")
{
	struct pipe p = must_pipe(t, O_DIRECT);

	expect(t, fcntl(p.wr, F_SETFL, 0), RETURNS(0));
	must_write_both(t, p.wr);
	expect_packet(t, p.rd, 0, FIRST + SECOND);
}

CASE(read_end_has_no_mode,
     .claim = { OBSERVED, "O_DIRECT of the read end is kept and changes nothing",
		"fs/pipe.c, pipe_read(), which looks at buffers alone" },
     .covers = { "PKT-07" }, .since = "4.5")
{
	struct pipe p = must_pipe(t, 0);

	must_switch(t, p.rd, true);
	expect_flags(t, fcntl(p.rd, F_GETFL), O_DIRECT, O_DIRECT);
	must_write_both(t, p.wr);
	expect_stream(t, p.rd, 0, 1);
	expect_packet(t, p.rd, 1, FIRST + SECOND - 1);
}

CASE(packets_stay_packets_when_the_mode_is_left,
     .claim = { OBSERVED,
		"packets unread when the mode is left are read one by one, and what is written "
		"then joins neither them nor itself to them",
		"fs/pipe.c, pipe_write()" },
     .covers = { "PKT-08" }, .since = "4.5")
{
	struct pipe p = must_pipe(t, O_DIRECT);

	must_write_both(t, p.wr);
	must_switch(t, p.wr, false);
	must_write_both(t, p.wr);
	expect_packet(t, p.rd, 0, FIRST);
	expect_stream(t, p.rd, FIRST, 1); // and no more of that packet
	expect_packet(t, p.rd, 0, FIRST + SECOND);
}

CASE(read_goes_on_from_bytes_into_a_packet,
     .claim = { OBSERVED,
		"a read() that begins with bytes written before the mode was entered goes on into "
		"the packet behind them, of which it discards the rest, and no further",
		"fs/pipe.c, pipe_read()" },
     .covers = { "PKT-08" }, .against = "pipe(2): read(2)s will read one packet at a time",
     .since = "4.5")
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();

	for (int i = 0; i < 2; i++) {
		must_switch(t, p.wr, false);
		must_write_stream(t, p.wr, 0, page);
		must_switch(t, p.wr, true);
		must_write_stream(t, p.wr, page, FIRST);
		must_write_stream(t, p.wr, 0, SECOND);
	}
	expect_packet(t, p.rd, 0, page + FIRST);
	expect_packet(t, p.rd, 0, SECOND);
	expect_stream(t, p.rd, 0, page + 1);
	expect_packet(t, p.rd, 0, SECOND);
}

CASE(write_behind_part_of_a_page_is_no_packet,
     .claim = { OBSERVED,
		"what is written in packet mode joins bytes that end within a page, if it fits in "
		"there, and is no packet",
		"fs/pipe.c, pipe_write(), which asks for the mode only for new pages" },
     .covers = { "PKT-19" }, .against = "pipe(2): each write(2) is a separate packet",
     .since = "4.5")
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();

	must_write_stream(t, p.wr, 0, page - FIRST - 1);
	must_switch(t, p.wr, true);
	must_write_stream(t, p.wr, page - FIRST - 1, FIRST);
	must_write_stream(t, p.wr, page - 1, 2);
	must_write_stream(t, p.wr, 0, SECOND);
	expect_stream(t, p.rd, 0, page - 2);
	expect_packet(t, p.rd, page - 2, 3);
	expect_packet(t, p.rd, 0, SECOND);
}

CASE(mode_is_the_open_file_descriptions,
     .claim = { OBSERVED,
		"of two that opened a FIFO for writing one may write packets, the other bytes",
		"fs/pipe.c, pipe_write()" },
     .covers = { "PKT-20" }, .since = "4.5")
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	int packets = must_open_end(t, path, O_WRONLY), bytes = must_open_end(t, path, O_WRONLY);

	must(t, set_capacity(t, rd, DEFAULT_PAGES * page_size()));
	must_switch(t, packets, true);
	must_write_both(t, packets);
	expect_packet(t, rd, 0, FIRST);
	expect_packet(t, rd, FIRST, SECOND);
	must_write_both(t, bytes);
	expect_packet(t, rd, 0, FIRST + SECOND);
}

CASE(fifo_is_not_opened_in_packet_mode,
     .claim = { OBSERVED, "open() of a FIFO with O_DIRECT fails with EINVAL",
		"fs/open.c, do_dentry_open(); open(2), EINVAL, of filesystems" },
     .covers = { "PKT-21" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);

	expect(t, open(path, O_WRONLY | O_DIRECT | O_CLOEXEC), FAILS(EINVAL));
	expect(t, open(path, O_RDONLY | O_DIRECT | O_NONBLOCK | O_CLOEXEC), FAILS(EINVAL));
	must(t, close(rd));
}

struct carry_row {
	const char *name;
	bool splices;
};

static const struct carry_row carriers[] = {
	{ "splice", true },
	{ "tee", false },
};

// splice() or tee() of up to `size` bytes.
static void expect_carried(struct trial *t, int from, int to, size_t size, long want)
{
	const struct carry_row *row = trial_row(t);

	if (row->splices)
		expect(t, splice(from, NULL, to, NULL, size, 0), RETURNS(want));
	else
		expect(t, tee(from, to, size, 0), RETURNS(want));
}

CASE(boundaries_are_carried_into_an_ordinary_pipe,
     .claim = { OBSERVED,
		"packets that splice() or tee() brings into an ordinary pipe are packets there",
		"fs/splice.c, which copies the flags of buffers" },
     .covers = { "PKT-14" }, .since = "3.4", ROWS(carriers))
{
	struct pipe source = must_pipe(t, O_DIRECT), target = must_pipe(t, 0);

	must_write_both(t, source.wr);
	expect_carried(t, source.rd, target.wr, FIRST + SECOND, FIRST + SECOND);
	expect_packet(t, target.rd, 0, FIRST);
	expect_stream(t, target.rd, FIRST, 1); // and no more of that packet
	expect(t, must_unread(t, target.rd), RETURNS(0));
}

CASE(part_that_is_carried_is_a_packet,
     .claim = { OBSERVED,
		"a part of a packet that splice() or tee() takes is a packet, and what splice() "
		"leaves is one",
		"fs/splice.c, which copies the flags of buffers" },
     .covers = { "PKT-14", "PKT-22" }, .against = "pipe(2): the excess bytes are discarded",
     .since = "3.4", ROWS(carriers))
{
	const struct carry_row *row = trial_row(t);
	struct pipe source = must_pipe(t, O_DIRECT), target = must_pipe(t, 0);
	const size_t left = row->splices ? SECOND : 0;

	must_write_both(t, source.wr);
	expect_carried(t, source.rd, target.wr, SECOND, SECOND);
	must_write_stream(t, target.wr, 0, FIRST);
	expect_packet(t, target.rd, 0, SECOND);
	expect_packet(t, target.rd, 0, FIRST);
	expect_packet(t, source.rd, left, FIRST - left);
	expect_packet(t, source.rd, FIRST, SECOND);
}

CASE(splice_into_packet_mode_makes_no_packets,
     .claim = { OBSERVED,
		"bytes that splice() or tee() brings from an ordinary pipe into one in packet "
		"mode are no packets",
		"fs/splice.c, which copies the flags of buffers" },
     .covers = { "PKT-22" }, .against = "pipe(2): each write(2) is a separate packet",
     .since = "3.4", ROWS(carriers))
{
	struct pipe source = must_pipe(t, 0), target = must_pipe(t, O_DIRECT);

	must_write_stream(t, source.wr, 0, FIRST);
	expect_carried(t, source.rd, target.wr, FIRST, FIRST);
	must_read(t, source.rd, must_share(t, FIRST), must_unread(t, source.rd));
	must_write_stream(t, source.wr, FIRST, SECOND);
	expect_carried(t, source.rd, target.wr, SECOND, SECOND);
	expect_packet(t, target.rd, 0, FIRST + SECOND);
}

CASE(vmsplice_makes_no_packets,
     .claim = { OBSERVED, "what vmsplice() brings into a pipe in packet mode is no packet",
		"fs/splice.c, iter_to_pipe()" },
     .covers = { "PKT-15" }, .against = "pipe(2): each write(2) is a separate packet",
     .since = "3.4")
{
	struct pipe p = must_pipe(t, O_DIRECT);
	char *bytes = must_stream(t, 0, FIRST + SECOND);
	const struct iovec both[] = { { bytes, FIRST }, { bytes + FIRST, SECOND } };

	expect(t, vmsplice(p.wr, both, 2, 0), RETURNS(FIRST + SECOND));
	expect_packet(t, p.rd, 0, FIRST + SECOND);
}

CASE(vmsplice_of_a_part_leaves_the_rest,
     .claim = { OBSERVED,
		"vmsplice() from a pipe in packet mode goes on from packet to packet, and leaves "
		"the rest of one there",
		"fs/splice.c, splice_from_pipe_feed()" },
     .covers = { "PKT-23" }, .against = "pipe(2): the excess bytes are discarded", .since = "3.4")
{
	struct pipe p = must_pipe(t, O_DIRECT);
	char bytes[FIRST + 1];
	const struct iovec memory = { bytes, sizeof bytes };

	must_write_both(t, p.wr);
	expect(t, vmsplice(p.rd, &memory, 1, 0), RETURNS(FIRST + 1));
	expect_streamed(t, bytes, 0, FIRST + 1);
	expect_packet(t, p.rd, FIRST + 1, SECOND - 1);
}

const struct family packets_switched_family = {
	.name = "packets_switched",
	.about = "Packets beside bytes: the mode switched, packets moved otherwise",
	.cases = {
		&mode_is_switched_by_f_setfl,
		&mode_of_a_fifo_is_switched_by_f_setfl,
		&mode_given_to_pipe2_can_be_left,
		&read_end_has_no_mode,
		&packets_stay_packets_when_the_mode_is_left,
		&read_goes_on_from_bytes_into_a_packet,
		&write_behind_part_of_a_page_is_no_packet,
		&mode_is_the_open_file_descriptions,
		&fifo_is_not_opened_in_packet_mode,
		&boundaries_are_carried_into_an_ordinary_pipe,
		&part_that_is_carried_is_a_packet,
		&splice_into_packet_mode_makes_no_packets,
		&vmsplice_makes_no_packets,
		&vmsplice_of_a_part_leaves_the_rest,
	},
};
