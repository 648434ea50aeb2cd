// SPDX-License-Identifier: ISC
// When vmsplice(2) waits, at either end, and what ends that.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 }; // bytes

struct call {
	struct pipe p;
	enum pipe_end end;
	struct iovec memory;
};

// A full pipe to put into, an empty one to take from.
static struct call must_lack(struct trial *t)
{
	const struct end_row *row = trial_row(t);
	struct call c = { must_pipe(t, 0), row->end, { must_stream(t, 0, FEW), FEW } };

	if (c.end == WRITE_END)
		must_fill(t, &c.p, 0);
	return c;
}

static void must_supply(struct trial *t, const struct call *c)
{
	if (c->end == READ_END)
		must_write_stream(t, c->p.wr, FEW, FEW);
	else
		must_read(t, c->p.rd, must_share(t, page_size()), page_size());
}

// The bytes of one vmsplice() have come through, in memory or in the pipe.
static void expect_done(struct trial *t, const struct call *c, size_t before)
{
	if (c->end == READ_END) {
		expect_streamed(t, c->memory.iov_base, FEW, FEW);
		expect(t, must_unread(t, c->p.rd), RETURNS(0));
	} else {
		expect_equal(t, must_unread(t, c->p.rd), before - page_size() + FEW);
	}
}

CASE(nonblock_flag_keeps_it_from_waiting,
     .claim = { DOCUMENTED,
		"vmsplice() with SPLICE_F_NONBLOCK to a full pipe, or from an empty one that has a "
		"writer, fails with EAGAIN",
		"vmsplice(2), EAGAIN" },
     .covers = { "VMS-03", "VMS-15" }, .since = "2.6.17", ROWS(either_end))
{
	struct call c = must_lack(t);
	const int fd = this_end(&c.p, c.end);
	const size_t before = must_unread(t, c.p.rd);

	expect(t, vmsplice(fd, &c.memory, 1, SPLICE_F_NONBLOCK), FAILS(EAGAIN));
	must_supply(t, &c);
	expect(t, vmsplice(fd, &c.memory, 1, SPLICE_F_NONBLOCK), RETURNS(FEW));
	expect_done(t, &c, before);
}

static void vmsplice_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	must(t, close(other_end(&c->p, c->end)));
	attempt(t, vmsplice(this_end(&c->p, c->end), &c->memory, 1, 0));
}

CASE(it_waits_for_room_or_bytes,
     .claim = { DOCUMENTED,
		"vmsplice() sleeps until there is room in the pipe, or at the read end until there "
		"are bytes",
		"vmsplice(2), EAGAIN, of what would block" },
     .covers = { "VMS-04" }, .since = "2.6.17", ROWS(either_end))
{
	struct call c = must_lack(t);
	const size_t before = must_unread(t, c.p.rd);
	struct actor *splicer = start(t, vmsplice_once, &c);

	expect_actor(t, splicer, BLOCKS);
	must_supply(t, &c);
	expect_actor(t, splicer, RETURNS(FEW));
	expect_done(t, &c, before);
}

CASE(nonblock_mode_does_not_keep_it_from_waiting,
     .claim = { OBSERVED, "vmsplice() without the flag sleeps though its descriptor is O_NONBLOCK",
		"fs/splice.c, which asks for the flag alone; vmsplice(2) names the flag alone" },
     .covers = { "VMS-05" }, .against = "open(2), O_NONBLOCK: no operation on the descriptor waits",
     .since = "2.6.17", ROWS(either_end))
{
	struct call c = must_lack(t);
	const size_t before = must_unread(t, c.p.rd);

	must_set_nonblocking(t, this_end(&c.p, c.end), true);
	struct actor *splicer = start(t, vmsplice_once, &c);
	expect_actor(t, splicer, BLOCKS);
	must_supply(t, &c);
	expect_actor(t, splicer, RETURNS(FEW));
	expect_done(t, &c, before);
}

CASE(sleeping_vmsplice_fails_with_eintr,
     .claim = { OBSERVED,
		"a handler without SA_RESTART ends a sleeping vmsplice() with EINTR, and it moves "
		"nothing",
		"fs/splice.c; signal(7) does not list vmsplice()" },
     .covers = { "VMS-05" }, .since = "2.6.17", ROWS(either_end))
{
	struct call c = must_lack(t);
	const size_t before = must_unread(t, c.p.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *splicer = start(t, vmsplice_once, &c);
	expect_actor(t, splicer, BLOCKS);
	must_signal(t, splicer, SIGUSR1);
	expect_actor(t, splicer, FAILS(EINTR));
	expect_equal(t, must_unread(t, c.p.rd), before);
	expect_streamed(t, c.memory.iov_base, 0, FEW);
}

CASE(restarted_vmsplice_goes_on,
     .claim = { OBSERVED,
		"a handler with SA_RESTART leaves a sleeping vmsplice() asleep, which then moves "
		"the bytes once",
		"fs/splice.c; signal(7) does not list vmsplice()" },
     .covers = { "VMS-19" }, .since = "2.6.17", ROWS(either_end))
{
	struct call c = must_lack(t);
	const size_t before = must_unread(t, c.p.rd);

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *splicer = start(t, vmsplice_once, &c);
	expect_actor(t, splicer, BLOCKS);
	must_interrupt(t, splicer, SIGUSR1);
	expect_actor(t, splicer, BLOCKS);
	must_supply(t, &c);
	expect_actor(t, splicer, RETURNS(FEW));
	expect_done(t, &c, before);
}

CASE(vmsplice_sees_end_of_file,
     .claim = { OBSERVED,
		"vmsplice() from an empty pipe without a writer returns 0, with the flag too, "
		"after what was in it",
		"fs/splice.c, splice_from_pipe_next(); vmsplice(2) does not tell" },
     .covers = { "VMS-15" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	const struct iovec memory = { must_stream(t, 0, FEW), FEW };

	must_write_stream(t, p.wr, FEW, 1);
	must(t, close(p.wr));
	expect(t, vmsplice(p.rd, &memory, 1, 0), RETURNS(1));
	expect(t, vmsplice(p.rd, &memory, 1, 0), RETURNS(0));
	expect(t, vmsplice(p.rd, &memory, 1, SPLICE_F_NONBLOCK), RETURNS(0));
	expect_streamed(t, memory.iov_base, FEW, 1);
}

CASE(sleeping_vmsplice_sees_end_of_file,
     .claim = { OBSERVED,
		"vmsplice() asleep on an empty pipe returns 0 when the last writer closes",
		"fs/splice.c, splice_from_pipe_next(); vmsplice(2) does not tell" },
     .covers = { "VMS-15" }, .since = "2.6.17")
{
	struct call c = { must_pipe(t, 0), READ_END, { must_stream(t, 0, FEW), FEW } };
	struct actor *splicer = start(t, vmsplice_once, &c);

	expect_actor(t, splicer, BLOCKS);
	must(t, close(c.p.wr));
	expect_actor(t, splicer, RETURNS(0));
}

static void write_few(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, write(c->p.wr, c->memory.iov_base, FEW));
}

static void read_few(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, read(c->p.rd, c->memory.iov_base, FEW));
}

CASE(putting_wakes_a_reader,
     .claim = { DOCUMENTED, "a read() asleep on an empty pipe returns what vmsplice() puts there",
		"pipe(7), I/O on pipes and FIFOs: until data is available" },
     .covers = { "VMS-20" }, .since = "2.6.17")
{
	struct call c = { must_pipe(t, 0), READ_END, { must_share(t, FEW), FEW } };
	const struct iovec memory = { must_stream(t, 0, FEW), FEW };
	struct actor *reader = start(t, read_few, &c);

	expect_actor(t, reader, BLOCKS);
	expect(t, vmsplice(c.p.wr, &memory, 1, 0), RETURNS(FEW));
	expect_actor(t, reader, RETURNS(FEW));
	expect_streamed(t, c.memory.iov_base, 0, FEW);
}

CASE(taking_wakes_a_writer,
     .claim = { DOCUMENTED,
		"a write() asleep on a full pipe goes on once vmsplice() took enough from it",
		"pipe(7), I/O on pipes and FIFOs: until sufficient data has been read" },
     .covers = { "VMS-20" }, .since = "2.6.17")
{
	struct call c = { must_pipe(t, 0), WRITE_END, { must_stream(t, 0, FEW), FEW } };
	const size_t page = page_size();
	const struct iovec memory = { must_share(t, page), page };

	must_fill(t, &c.p, 0);
	struct actor *writer = start(t, write_few, &c);
	expect_actor(t, writer, BLOCKS);
	expect(t, vmsplice(c.p.rd, &memory, 1, 0), RETURNS_PAGES(1, 0));
	expect_actor(t, writer, RETURNS(FEW));
}

const struct family vmsplice_waits_family = {
	.name = "vmsplice_waits",
	.about = "When vmsplice() waits, at either end, and what ends that",
	.cases = {
		&nonblock_flag_keeps_it_from_waiting,
		&it_waits_for_room_or_bytes,
		&nonblock_mode_does_not_keep_it_from_waiting,
		&sleeping_vmsplice_fails_with_eintr,
		&restarted_vmsplice_goes_on,
		&vmsplice_sees_end_of_file,
		&sleeping_vmsplice_sees_end_of_file,
		&putting_wakes_a_reader,
		&taking_wakes_a_writer,
	},
};
