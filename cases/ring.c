// SPDX-License-Identifier: ISC
// Reads and writes that are handed in through io_uring: io_uring_enter(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

enum { LINE = 100 }; // bytes

struct call {
	struct pipe p;
	struct ring_request read, write;
};

static struct call must_prepare(struct trial *t, int flags, size_t size)
{
	struct call c = { .p = must_pipe(t, flags) };

	must_ignore(t, SIGPIPE);
	c.read = (struct ring_request){ false, false, c.p.rd, must_share(t, size), size };
	c.write = (struct ring_request){ true, false, c.p.wr, must_share(t, size), size };
	return c;
}

static void read_alone(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	must(t, close(c->p.wr));
	attempt(t, by_ring(t, &c->read));
}

static void write_alone(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	must(t, close(c->p.rd));
	attempt(t, by_ring(t, &c->write));
}

CASE(reads_to_the_end,
     .claim = { DOCUMENTED, "a read through io_uring returns what is there, then 0",
		"io_uring_enter(2), IORING_OP_READ; read(2)" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);

	must_write(t, c.p.wr, "line", 4);
	expect(t, by_ring(t, &c.read), RETURNS(4));
	expect_bytes(t, c.read.bytes, "line", 4);
	must(t, close(c.p.wr));
	expect(t, by_ring(t, &c.read), RETURNS(0));
}

CASE(waits_for_data,
     .claim = { DOCUMENTED,
		"a read of an empty pipe through io_uring is complete when there is data",
		"io_uring_enter(2), IORING_OP_READ; read(2)" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);
	struct actor *reader = start(t, read_alone, &c);

	expect_actor(t, reader, BLOCKS);
	must_write(t, c.p.wr, "line", 4);
	expect_actor(t, reader, RETURNS(4));
	expect_bytes(t, c.read.bytes, "line", 4);
}

CASE(waiting_read_sees_end_of_file,
     .claim = { DOCUMENTED,
		"a read that waits in io_uring is complete with 0 when the last writer closes",
		"io_uring_enter(2), IORING_OP_READ; pipe(7)" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);
	struct actor *reader = start(t, read_alone, &c);

	expect_actor(t, reader, BLOCKS);
	must(t, close(c.p.wr));
	expect_actor(t, reader, RETURNS(0));
}

CASE(waits_for_room,
     .claim = { DOCUMENTED,
		"a write to a full pipe through io_uring is complete when there is room",
		"io_uring_enter(2), IORING_OP_WRITE; write(2)" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, PIPE_BUF);

	must_fill(t, &c.p, PIPE_BUF - 1);
	size_t unread = must_unread(t, c.p.rd);
	struct actor *writer = start(t, write_alone, &c);
	expect_actor(t, writer, BLOCKS);
	expect_equal(t, must_unread(t, c.p.rd), unread);
	must_read(t, c.p.rd, must_share(t, unread), unread);
	expect_actor(t, writer, RETURNS(PIPE_BUF));
	expect_equal(t, must_unread(t, c.p.rd), PIPE_BUF);
}

CASE(impatient_read_is_complete_at_once,
     .claim = { OBSERVED, "a read of an empty pipe through io_uring with RWF_NOWAIT gives EAGAIN",
		"io_uring_enter(2), IORING_OP_READ; readv(2), RWF_NOWAIT" },
     .covers = { "INT-14" }, .since = "6.5", .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);

	c.read.nowait = true;
	expect_actor(t, start(t, read_alone, &c), FAILS(EAGAIN));
}

CASE(impatient_write_is_complete_at_once,
     .claim = { OBSERVED, "a write to a full pipe through io_uring with RWF_NOWAIT gives EAGAIN",
		"io_uring_enter(2), IORING_OP_WRITE; readv(2), RWF_NOWAIT" },
     .covers = { "INT-14" }, .since = "6.5", .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, PIPE_BUF);

	c.write.nowait = true;
	must_fill(t, &c.p, PIPE_BUF - 1);
	size_t unread = must_unread(t, c.p.rd);
	expect_actor(t, start(t, write_alone, &c), FAILS(EAGAIN));
	expect_equal(t, must_unread(t, c.p.rd), unread);
}

CASE(o_nonblock_read_waits,
     .claim = { OBSERVED, "O_NONBLOCK does not keep a read through io_uring from waiting for data",
		"Linux, io_rw_init_file()" },
     .covers = { "INT-29" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, O_NONBLOCK, LINE);
	struct actor *reader = start(t, read_alone, &c);

	expect_actor(t, reader, BLOCKS);
	must_write(t, c.p.wr, "line", 4);
	expect_actor(t, reader, RETURNS(4));
}

CASE(o_nonblock_write_waits,
     .claim = { OBSERVED, "O_NONBLOCK does not keep a write through io_uring from waiting for room",
		"Linux, io_rw_init_file()" },
     .covers = { "INT-29" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, O_NONBLOCK, 1);

	must_fill(t, &c.p, 0);
	struct actor *writer = start(t, write_alone, &c);
	expect_actor(t, writer, BLOCKS);
	must_read(t, c.p.rd, must_share(t, page_size()), page_size());
	expect_actor(t, writer, RETURNS(1));
}

CASE(write_without_a_reader_is_refused,
     .claim = { DOCUMENTED, "a write without a reader through io_uring gives EPIPE",
		"io_uring_enter(2), IORING_OP_WRITE; write(2), EPIPE" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);

	must(t, close(c.p.rd));
	expect(t, by_ring(t, &c.write), FAILS(EPIPE));
}

CASE(waiting_write_is_refused_when_the_last_reader_closes,
     .claim = { DOCUMENTED,
		"a write that waits in io_uring gives EPIPE when the last reader closes",
		"io_uring_enter(2), IORING_OP_WRITE; pipe(7)" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);

	must_fill(t, &c.p, 0);
	struct actor *writer = start(t, write_alone, &c);
	expect_actor(t, writer, BLOCKS);
	must(t, close(c.p.rd));
	expect_actor(t, writer, FAILS(EPIPE));
}

// --- cancelling ---------------------------------------------------------------------

CASE(cancelled_read_takes_nothing,
     .claim = { OBSERVED,
		"a read that waits in io_uring and is cancelled gives ECANCELED; later data stays",
		"io_uring/poll.c; io_uring_cancelation(7) permits EINTR as well" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, LINE);
	char line[LINE];

	expect(t, cancelled_in_ring(t, &c.read), FAILS(ECANCELED));
	must_write(t, c.p.wr, "line", 4);
	expect(t, read(c.p.rd, line, sizeof line), RETURNS(4));
}

CASE(cancelled_write_writes_nothing,
     .claim = { OBSERVED,
		"a write that waits in io_uring and is cancelled gives ECANCELED; nothing of it "
		"comes into the pipe",
		"io_uring/poll.c; io_uring_cancelation(7) permits EINTR as well" },
     .covers = { "INT-14" }, .needs = { need_io_uring })
{
	struct call c = must_prepare(t, 0, PIPE_BUF);

	must_fill(t, &c.p, PIPE_BUF - 1);
	size_t unread = must_unread(t, c.p.rd);
	expect(t, cancelled_in_ring(t, &c.write), FAILS(ECANCELED));
	must_read(t, c.p.rd, must_share(t, unread), unread);
	expect_equal(t, must_unread(t, c.p.rd), 0);
}

const struct family ring_family = {
	.name = "ring",
	.about = "Reads and writes through io_uring",
	.cases = {
		&reads_to_the_end,
		&waits_for_data,
		&waiting_read_sees_end_of_file,
		&waits_for_room,
		&impatient_read_is_complete_at_once,
		&impatient_write_is_complete_at_once,
		&o_nonblock_read_waits,
		&o_nonblock_write_waits,
		&write_without_a_reader_is_refused,
		&waiting_write_is_refused_when_the_last_reader_closes,
		&cancelled_read_takes_nothing,
		&cancelled_write_writes_nothing,
	},
};
