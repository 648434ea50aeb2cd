// SPDX-License-Identifier: ISC
// What one call alone says: the offset and the flags of preadv2(2) and pwritev2(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { FEW = 100, PARTS = 3 };

static long unless_absent(struct trial *t, long n)
{
	if (n == -1 && errno == EOPNOTSUPP)
		skip_absent(t, "this flag of preadv2() and pwritev2() on pipes");
	return n;
}

CASE(offset_minus_one_moves_the_stream,
     .claim = { DOCUMENTED,
		"pwritev2() and preadv2() at offset -1 gather and scatter like writev() and "
		"readv()",
		"readv(2), preadv2() and pwritev2()" },
     .covers = { "WRM-33" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char *out = must_stream(t, 0, PARTS * FEW), *in = must_share(t, PARTS * FEW);
	struct iovec from[PARTS], to[PARTS];

	for (size_t i = 0; i < PARTS; i++) {
		from[i] = (struct iovec){ out + i * FEW, FEW };
		to[i] = (struct iovec){ in + i * FEW, FEW };
	}
	expect(t, write_flagged(p.wr, from, PARTS, 0), RETURNS(PARTS * FEW));
	expect(t, must_unread(t, p.rd), RETURNS(PARTS * FEW));
	expect(t, read_flagged(p.rd, to, 2, 0), RETURNS(2 * FEW));
	expect(t, read_flagged(p.rd, to + 2, 1, 0), RETURNS(FEW));
	expect_streamed(t, in, 0, PARTS * FEW);
}

static struct iovec must_bytes(struct trial *t, size_t size)
{
	return (struct iovec){ must_stream(t, 0, size), size };
}

CASE(offset_minus_one_obeys_o_nonblock,
     .claim = { DOCUMENTED,
		"on an O_NONBLOCK pipe preadv2() and pwritev2() at offset -1 fail with EAGAIN "
		"where readv() and writev() do",
		"readv(2), preadv2() and pwritev2()" },
     .covers = { "WRM-33" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct iovec bytes = must_bytes(t, FEW);

	expect(t, read_flagged(p.rd, &bytes, 1, 0), FAILS(EAGAIN));
	must_fill(t, &p, FEW - 1);
	expect(t, write_flagged(p.wr, &bytes, 1, 0), FAILS(EAGAIN));
}

struct call {
	int fd;
	struct iovec bytes;
};

static void read_by_preadv2(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, read_flagged(c->fd, &c->bytes, 1, 0));
}

static void write_by_pwritev2(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, write_flagged(c->fd, &c->bytes, 1, 0));
}

CASE(offset_minus_one_waits_for_bytes,
     .claim = { DOCUMENTED,
		"preadv2() at offset -1 sleeps on an empty pipe, and returns 0 at its end",
		"readv(2), preadv2() and pwritev2(); pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-33" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct call call = { p.rd, must_bytes(t, FEW) };
	struct actor *reader = start(t, read_by_preadv2, &call);

	expect_actor(t, reader, BLOCKS);
	must_write_stream(t, p.wr, 0, 1);
	expect_actor(t, reader, RETURNS(1));
	must_finish(t, reader);
	must(t, close(p.wr));
	expect(t, read_flagged(p.rd, &call.bytes, 1, 0), RETURNS(0));
}

CASE(offset_minus_one_waits_for_room,
     .claim = { DOCUMENTED, "pwritev2() at offset -1 sleeps on a full pipe, with nothing written",
		"readv(2), preadv2() and pwritev2(); pipe(7), I/O on pipes and FIFOs" },
     .covers = { "WRM-33" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct call call = { p.wr, must_bytes(t, FEW) };
	const size_t all = must_capacity(t, p.rd), held = all - FEW + 1;

	must_fill(t, &p, FEW - 1);
	struct actor *writer = start(t, write_by_pwritev2, &call);

	expect_actor(t, writer, BLOCKS);
	expect_equal(t, must_unread(t, p.rd), held);
	must_read(t, p.rd, must_share(t, all), held);
	expect_actor(t, writer, RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
}

CASE(nowait_read_of_a_blocking_pipe_does_not_wait,
     .claim = { OBSERVED,
		"preadv2() with RWF_NOWAIT of an empty pipe without O_NONBLOCK fails with EAGAIN; "
		"else it reads, or returns 0 at the end",
		"fs/pipe.c, pipe_read(); readv(2), RWF_NOWAIT, in general" },
     .covers = { "WRM-34" }, .since = "6.5")
{
	struct pipe p = must_pipe(t, 0);
	struct iovec bytes = must_bytes(t, FEW);

	expect(t, unless_absent(t, read_flagged(p.rd, &bytes, 1, ABI_RWF_NOWAIT)), FAILS(EAGAIN));
	must_write_stream(t, p.wr, 7, FEW / 2);
	expect(t, read_flagged(p.rd, &bytes, 1, ABI_RWF_NOWAIT), RETURNS(FEW / 2));
	expect_streamed(t, bytes.iov_base, 7, FEW / 2);
	expect(t, read_flagged(p.rd, &bytes, 1, ABI_RWF_NOWAIT), FAILS(EAGAIN));
	must(t, close(p.wr));
	expect(t, read_flagged(p.rd, &bytes, 1, ABI_RWF_NOWAIT), RETURNS(0));
}

struct nowait_row {
	const char *name;
	struct extent size, room;
	struct outcome want;
};

// clang-format off
static const struct nowait_row nowaits[] = {
	{ "byte/full",         { 0, 1 },             { 0, 0 },             FAILS(EAGAIN) },
	{ "pipe_buf/tight",    { 0, PIPE_BUF },      { 0, PIPE_BUF - 1 },  FAILS(EAGAIN) },
	{ "pipe_buf/room",     { 0, PIPE_BUF },      { 1, 0 },             RETURNS(PIPE_BUF) },
	{ "large/full",        { DEFAULT_PAGES, 1 }, { 0, 0 },             FAILS(EAGAIN) },
	{ "large/page",        { DEFAULT_PAGES, 1 }, { 1, 0 },             RETURNS_PAGES(1, 0) },
	{ "large/empty",       { DEFAULT_PAGES, 1 }, { DEFAULT_PAGES, 0 },
	  RETURNS_PAGES(DEFAULT_PAGES, 0) },
};
// clang-format on

CASE(nowait_write_to_a_blocking_pipe_does_not_wait,
     .claim = { OBSERVED,
		"pwritev2() with RWF_NOWAIT does what O_NONBLOCK would: all, the part that fits "
		"above PIPE_BUF, or EAGAIN",
		"fs/pipe.c, pipe_write()" },
     .covers = { "WRM-34" }, .since = "6.5", ROWS(nowaits),
     .against = "readv(2), RWF_NOWAIT: meaningful for preadv2() alone")
{
	const struct nowait_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct iovec bytes = must_bytes(t, bytes_in(row->size));
	size_t before;
	long n;

	must_fill(t, &p, bytes_in(row->room));
	before = must_unread(t, p.rd);
	n = expect_as(t, unless_absent(t, write_flagged(p.wr, &bytes, 1, ABI_RWF_NOWAIT)),
		      &row->want);
	expect_equal(t, must_unread(t, p.rd), before + (n > 0 ? (size_t)n : 0));
	if (before > 0)
		must_read(t, p.rd, must_share(t, before), before);
	if (n > 0)
		expect_stream(t, p.rd, 0, (size_t)n);
}

CASE(nowait_is_for_one_call,
     .claim = { OBSERVED,
		"after a call with RWF_NOWAIT the pipe blocks as before, until there is something",
		"Linux, kiocb_set_rw_flags()" },
     .covers = { "WRM-34" }, .since = "6.5")
{
	struct pipe p = must_pipe(t, 0);
	struct call call = { p.rd, must_bytes(t, FEW) };

	expect(t, unless_absent(t, read_flagged(p.rd, &call.bytes, 1, ABI_RWF_NOWAIT)),
	       FAILS(EAGAIN));
	expect_flags(t, fcntl(p.rd, F_GETFL), O_NONBLOCK, 0);
	struct actor *reader = start(t, read_by_preadv2, &call);

	expect_actor(t, reader, BLOCKS);
	must_write(t, p.wr, "", 1);
	expect_actor(t, reader, RETURNS(1));
}

CASE(nowait_is_not_for_fifos,
     .claim = { OBSERVED, "preadv2() and pwritev2() with RWF_NOWAIT fail with EOPNOTSUPP on a FIFO",
		"Linux, fifo_open(), which does not set FMODE_NOWAIT as create_pipe_files() does" },
     .covers = { "WRM-34" }, .ways = BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	struct iovec bytes = must_bytes(t, FEW);

	must_write(t, p.wr, "", 1);
	expect(t, read_flagged(p.rd, &bytes, 1, ABI_RWF_NOWAIT), FAILS(EOPNOTSUPP));
	expect(t, write_flagged(p.wr, &bytes, 1, ABI_RWF_NOWAIT), FAILS(EOPNOTSUPP));
	expect(t, must_unread(t, p.rd), RETURNS(1));
}

const struct family per_call_family = {
	.name = "per_call",
	.about = "The offset and the flags of preadv2() and pwritev2() on a pipe",
	.cases = {
		&offset_minus_one_moves_the_stream,
		&offset_minus_one_obeys_o_nonblock,
		&offset_minus_one_waits_for_bytes,
		&offset_minus_one_waits_for_room,
		&nowait_read_of_a_blocking_pipe_does_not_wait,
		&nowait_write_to_a_blocking_pipe_does_not_wait,
		&nowait_is_for_one_call,
		&nowait_is_not_for_fifos,
	},
};
