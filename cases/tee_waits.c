// SPDX-License-Identifier: ISC
// When tee(2) waits, for bytes or for room, and what ends that.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 1 }; // byte: a call that duplicates any duplicates all it was asked for

struct pipes {
	struct pipe source, target;
};

// One of the two lets tee() do nothing: the source is empty or the target full.
enum lack { BYTES, ROOM };

struct lack_row {
	const char *name;
	enum lack lack;
};

static const struct lack_row lacks[] = {
	{ "empty_source", BYTES },
	{ "full_target", ROOM },
};

static struct pipes must_lack(struct trial *t, enum lack lack)
{
	struct pipes p = { must_pipe(t, 0), must_pipe(t, 0) };

	if (lack == ROOM) {
		must_write_stream(t, p.source.wr, 0, FEW);
		must_fill(t, &p.target, 0);
	}
	return p;
}

static void must_supply(struct trial *t, const struct pipes *p, enum lack lack)
{
	if (lack == BYTES)
		must_write_stream(t, p->source.wr, 0, FEW);
	else
		must_read(t, p->target.rd, must_share(t, page_size()), page_size());
}

struct nonblock_row {
	const char *name;
	enum lack lack;
	unsigned flag;
	bool source, target; // O_NONBLOCK
};

static const struct nonblock_row flags[] = {
	{ "empty_source", BYTES, SPLICE_F_NONBLOCK, false, false },
	{ "full_target", ROOM, SPLICE_F_NONBLOCK, false, false },
};

static void refuse_to_wait(struct trial *t)
{
	const struct nonblock_row *row = trial_row(t);
	struct pipes p = must_lack(t, row->lack);

	must_set_nonblocking(t, p.source.rd, row->source);
	must_set_nonblocking(t, p.target.wr, row->target);
	expect(t, tee(p.source.rd, p.target.wr, FEW, row->flag), FAILS(EAGAIN));
	must_supply(t, &p, row->lack);
	expect(t, tee(p.source.rd, p.target.wr, FEW, row->flag), RETURNS(FEW));
}

CASE(nonblock_flag_keeps_it_from_waiting,
     .claim = { DOCUMENTED,
		"tee() with SPLICE_F_NONBLOCK fails with EAGAIN where it had to wait, and only "
		"there",
		"tee(2), EAGAIN" },
     .covers = { "TEE-05", "TEE-09" }, .since = "2.6.17", ROWS(flags))
{
	refuse_to_wait(t);
}

static const struct nonblock_row modes[] = {
	{ "empty_source/source", BYTES, 0, true, false },
	{ "empty_source/target", BYTES, 0, false, true },
	{ "full_target/source", ROOM, 0, true, false },
	{ "full_target/target", ROOM, 0, false, true },
};

CASE(nonblock_mode_of_either_keeps_it_from_waiting,
     .claim = { DOCUMENTED,
		"tee() fails with EAGAIN where it had to wait, if either descriptor is O_NONBLOCK",
		"tee(2), EAGAIN" },
     .covers = { "TEE-06", "TEE-09" }, .since = "5.1", ROWS(modes))
{
	refuse_to_wait(t);
}

static void tee_once(struct trial *t, const void *arg)
{
	const struct pipes *p = arg;

	must(t, close(p->source.wr));
	must(t, close(p->target.rd));
	attempt(t, tee(p->source.rd, p->target.wr, FEW, 0));
}

CASE(it_waits_for_bytes_or_room,
     .claim = { DOCUMENTED,
		"tee() sleeps until the source has bytes and the target room, and then "
		"duplicates them",
		"tee(2), EAGAIN, of what would block" },
     .covers = { "TEE-07", "TEE-08" }, .since = "2.6.17", ROWS(lacks))
{
	const struct lack_row *row = trial_row(t);
	struct pipes p = must_lack(t, row->lack);
	struct actor *teer = start(t, tee_once, &p);
	size_t before = must_unread(t, p.target.rd);

	expect_actor(t, teer, BLOCKS);
	must_supply(t, &p, row->lack);
	expect_actor(t, teer, RETURNS(FEW));
	if (row->lack == ROOM)
		must_read(t, p.target.rd, must_share(t, before), before - page_size());
	expect_stream(t, p.target.rd, 0, FEW);
	expect_stream(t, p.source.rd, 0, FEW);
}

CASE(it_returns_0_without_writers,
     .claim = { DOCUMENTED,
		"tee() of an empty pipe without a writer returns 0, with SPLICE_F_NONBLOCK too",
		"tee(2), RETURN VALUE" },
     .covers = { "TEE-10" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe source = must_pipe(t, 0), target = must_pipe_by(t, BY_PIPE2, 0);

	must_write_stream(t, source.wr, 0, FEW);
	must(t, close(source.wr));
	expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS(FEW));
	expect_stream(t, source.rd, 0, FEW);
	expect(t, tee(source.rd, target.wr, FEW, 0), RETURNS(0));
	expect(t, tee(source.rd, target.wr, FEW, SPLICE_F_NONBLOCK), RETURNS(0));
	expect_stream(t, target.rd, 0, FEW);
}

CASE(end_of_file_is_told_when_there_is_room,
     .claim = { OBSERVED,
		"tee() of an empty pipe without a writer sleeps on a full target, and returns 0 "
		"once that has room",
		"fs/splice.c, do_tee(), which waits for room whatever the source has" },
     .covers = { "TEE-10" }, .against = "tee(2): without writers it would not make sense to block",
     .since = "2.6.17")
{
	struct pipes p = { must_pipe(t, 0), must_pipe(t, 0) };

	must_fill(t, &p.target, 0);
	struct actor *teer = start(t, tee_once, &p);
	must(t, close(p.source.wr));
	expect_actor(t, teer, BLOCKS);
	must_supply(t, &p, ROOM);
	expect_actor(t, teer, RETURNS(0));
}

CASE(sleeping_tee_sees_end_of_file,
     .claim = { DOCUMENTED, "tee() asleep on an empty pipe returns 0 when the last writer closes",
		"tee(2), RETURN VALUE" },
     .covers = { "TEE-19" }, .since = "2.6.17")
{
	struct pipes p = must_lack(t, BYTES);
	struct actor *teer = start(t, tee_once, &p);

	expect_actor(t, teer, BLOCKS);
	must(t, close(p.source.wr));
	expect_actor(t, teer, RETURNS(0));
}

CASE(sleeping_tee_fails_with_eintr,
     .claim = { OBSERVED,
		"a handler without SA_RESTART ends a sleeping tee() with EINTR, and it "
		"duplicates nothing",
		"fs/splice.c, ipipe_prep(), opipe_prep(); signal(7) does not list tee()" },
     .covers = { "TEE-17" }, .since = "2.6.17", ROWS(lacks))
{
	const struct lack_row *row = trial_row(t);
	struct pipes p = must_lack(t, row->lack);
	size_t before = must_unread(t, p.target.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *teer = start(t, tee_once, &p);
	expect_actor(t, teer, BLOCKS);
	must_signal(t, teer, SIGUSR1);
	expect_actor(t, teer, FAILS(EINTR));
	must_supply(t, &p, BYTES);
	expect_equal(t, must_unread(t, p.target.rd), before);
}

CASE(restarted_tee_duplicates_once,
     .claim = { OBSERVED,
		"a handler with SA_RESTART leaves a sleeping tee() asleep, which then duplicates, "
		"once",
		"fs/splice.c, ipipe_prep(), opipe_prep(); signal(7) does not list tee()" },
     .covers = { "TEE-20" }, .since = "2.6.17", ROWS(lacks))
{
	const struct lack_row *row = trial_row(t);
	struct pipes p = must_lack(t, row->lack);
	size_t before = must_unread(t, p.target.rd);
	const size_t taken = row->lack == ROOM ? page_size() : 0;

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *teer = start(t, tee_once, &p);
	expect_actor(t, teer, BLOCKS);
	must_interrupt(t, teer, SIGUSR1);
	expect_actor(t, teer, BLOCKS);
	must_supply(t, &p, row->lack);
	expect_actor(t, teer, RETURNS(FEW));
	expect_equal(t, must_unread(t, p.target.rd), before - taken + FEW);
}

static void read_few(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;
	char bytes[FEW];

	must(t, close(p->wr));
	attempt(t, read(p->rd, bytes, sizeof bytes));
}

CASE(tee_wakes_a_sleeping_reader,
     .claim = { DOCUMENTED, "a read() asleep on an empty pipe returns what tee() brings there",
		"pipe(7), I/O on pipes and FIFOs: until data is available" },
     .covers = { "TEE-21" }, .since = "2.6.17")
{
	struct pipes p = must_lack(t, BYTES);
	struct actor *reader = start(t, read_few, &p.target);

	expect_actor(t, reader, BLOCKS);
	must_supply(t, &p, BYTES);
	expect(t, tee(p.source.rd, p.target.wr, FEW, 0), RETURNS(FEW));
	expect_actor(t, reader, RETURNS(FEW));
}

const struct family tee_waits_family = {
	.name = "tee_waits",
	.about = "When tee() waits, for bytes or for room, and what ends that",
	.cases = {
		&nonblock_flag_keeps_it_from_waiting,
		&nonblock_mode_of_either_keeps_it_from_waiting,
		&it_waits_for_bytes_or_room,
		&it_returns_0_without_writers,
		&end_of_file_is_told_when_there_is_room,
		&sleeping_tee_sees_end_of_file,
		&sleeping_tee_fails_with_eintr,
		&restarted_tee_duplicates_once,
		&tee_wakes_a_sleeping_reader,
	},
};
