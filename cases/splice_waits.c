// SPDX-License-Identifier: ISC
// When splice(2) waits, when it says EAGAIN instead, and what ends the waiting.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum {
	QUEUED = 100, // bytes
	BEGIN = 10,   // the offset of a file
	FEW = 1,      // byte: a call that moves any moves all it was asked for
};

enum kind { A_FILE, EMPTY, READY, FULL };

// From what to what, which pipe has O_NONBLOCK, and the flags.
struct wait_row {
	const char *name;
	enum kind source, target;
	enum { NEITHER, SOURCE, TARGET } nonblocking;
	unsigned flags;
};

struct ends {
	struct pipe source, target;
	int file, from, to;
};

static struct ends must_prepare(struct trial *t)
{
	const struct wait_row *row = trial_row(t);
	struct ends s = { must_pipe(t, 0), must_pipe(t, 0), must_stream_file(t, QUEUED), 0, 0 };

	must(t, lseek(s.file, BEGIN, SEEK_SET));
	s.from = row->source == A_FILE ? s.file : s.source.rd;
	s.to = row->target == A_FILE ? s.file : s.target.wr;
	if (row->source == READY)
		must_write_stream(t, s.source.wr, 0, QUEUED);
	if (row->target == FULL)
		must_fill(t, &s.target, 0);
	if (row->nonblocking != NEITHER)
		must_set_nonblocking(t, row->nonblocking == SOURCE ? s.from : s.to, true);
	return s;
}

static const struct wait_row told_not_to[] = {
	// clang-format off
	// name                    source  target  O_NONBLOCK  flags
	{ "flag/empty_to_file",    EMPTY,  A_FILE, NEITHER,    SPLICE_F_NONBLOCK },
	{ "flag/empty_to_pipe",    EMPTY,  EMPTY,  NEITHER,    SPLICE_F_NONBLOCK },
	{ "flag/file_to_full",     A_FILE, FULL,   NEITHER,    SPLICE_F_NONBLOCK },
	{ "flag/pipe_to_full",     READY,  FULL,   NEITHER,    SPLICE_F_NONBLOCK },
	{ "source/empty_to_file",  EMPTY,  A_FILE, SOURCE,     0 },
	{ "source/empty_to_pipe",  EMPTY,  EMPTY,  SOURCE,     0 },
	{ "source/pipe_to_full",   READY,  FULL,   SOURCE,     0 },
	{ "target/empty_to_pipe",  EMPTY,  EMPTY,  TARGET,     0 },
	{ "target/file_to_full",   A_FILE, FULL,   TARGET,     0 },
	{ "target/pipe_to_full",   READY,  FULL,   TARGET,     0 },
	// clang-format on
};

CASE(splice_that_may_not_wait_says_eagain,
     .claim = { DOCUMENTED,
		"where it would wait splice() fails with EAGAIN if it has SPLICE_F_NONBLOCK, or "
		"one of its pipes O_NONBLOCK",
		"splice(2), ERRORS, EAGAIN" },
     .covers = { "SPL-09", "SPL-10", "SPL-12" }, ROWS(told_not_to))
{
	const struct wait_row *row = trial_row(t);
	struct ends s = must_prepare(t);

	expect(t, splice(s.from, NULL, s.to, NULL, QUEUED, row->flags), FAILS(EAGAIN));
}

static const struct wait_row refused[] = {
	// clang-format off
	{ "empty_to_file", EMPTY,  A_FILE, NEITHER, SPLICE_F_NONBLOCK },
	{ "file_to_full",  A_FILE, FULL,   NEITHER, SPLICE_F_NONBLOCK },
	{ "pipe_to_full",  READY,  FULL,   NEITHER, SPLICE_F_NONBLOCK },
	// clang-format on
};

CASE(refused_splice_leaves_bytes_and_offsets,
     .claim = { OBSERVED,
		"a splice() that fails with EAGAIN leaves the pipes, the file, its offset and the "
		"offset given as they were",
		"fs/splice.c" },
     .covers = { "SPL-12" }, ROWS(refused))
{
	const struct wait_row *row = trial_row(t);
	struct ends s = must_prepare(t);
	const size_t in_source = must_unread(t, s.source.rd),
		     in_target = must_unread(t, s.target.rd);
	loff_t given = FEW, *in = row->source == A_FILE ? &given : NULL;
	loff_t *out = row->target == A_FILE ? &given : NULL;

	expect(t, splice(s.from, in, s.to, out, QUEUED, row->flags), FAILS(EAGAIN));
	expect_equal(t, given, FEW);
	expect(t, splice(s.from, NULL, s.to, NULL, QUEUED, row->flags), FAILS(EAGAIN));
	expect(t, lseek(s.file, 0, SEEK_CUR), RETURNS(BEGIN));
	expect_equal(t, must_unread(t, s.source.rd), in_source);
	expect_equal(t, must_unread(t, s.target.rd), in_target);
	expect_stream(t, row->source == READY ? s.source.rd : s.file,
		      row->source == READY ? 0 : BEGIN,
		      row->source == READY ? QUEUED : QUEUED - BEGIN);
}

// A process inherits the other ends as well, and would keep the pipes alive by them.
static void splice_once(struct trial *t, const void *arg)
{
	const struct ends *s = arg;

	must(t, close(s->source.wr));
	must(t, close(s->target.rd));
	attempt(t, splice(s->from, NULL, s->to, NULL, FEW, 0));
}

static struct actor *start_sleeper(struct trial *t, const struct ends *s)
{
	struct actor *sleeper = start(t, splice_once, s);

	expect_actor(t, sleeper, BLOCKS);
	return sleeper;
}

static const struct wait_row empty_sources[] = {
	{ "to_file", EMPTY, A_FILE, NEITHER, 0 },
	{ "to_pipe", EMPTY, EMPTY, NEITHER, 0 },
};

CASE(splice_waits_for_data,
     .claim = { DOCUMENTED,
		"splice() from an empty pipe with a writer waits, and moves what is written then",
		"splice(2), SPLICE_F_NONBLOCK, RETURN VALUE" },
     .covers = { "SPL-11" }, ROWS(empty_sources))
{
	const struct wait_row *row = trial_row(t);
	struct ends s = must_prepare(t);
	struct actor *sleeper = start_sleeper(t, &s);

	must_write_stream(t, s.source.wr, 0, FEW);
	expect_actor(t, sleeper, RETURNS(FEW));
	must_finish(t, sleeper);
	must(t, lseek(s.file, BEGIN, SEEK_SET));
	expect_stream(t, row->target == A_FILE ? s.file : s.target.rd, 0, FEW);
	expect(t, must_unread(t, s.source.rd), RETURNS(0));
}

CASE(waiting_splice_sees_the_end_of_input,
     .claim = { DOCUMENTED,
		"splice() asleep on an empty pipe returns 0 when its last writer closes",
		"splice(2), RETURN VALUE" },
     .covers = { "SPL-08", "SPL-11" }, ROWS(empty_sources))
{
	struct ends s = must_prepare(t);
	struct actor *sleeper = start_sleeper(t, &s);

	must(t, close(s.source.wr));
	expect_actor(t, sleeper, RETURNS(0));
}

static const struct wait_row full_targets[] = {
	{ "from_file", A_FILE, FULL, NEITHER, 0 },
	{ "from_pipe", READY, FULL, NEITHER, 0 },
};

CASE(splice_waits_for_a_page,
     .claim = { OBSERVED,
		"splice() into a pipe without a free page waits until all of one is read, whatever "
		"room its last page has",
		"fs/splice.c, wait_for_space(), opipe_prep()" },
     .covers = { "SPL-13", "SPL-35" }, ROWS(full_targets))
{
	const struct wait_row *row = trial_row(t);
	struct ends s = must_prepare(t);
	const size_t capacity = must_capacity(t, s.target.rd), page = page_size();
	char *bytes = must_share(t, capacity);

	must_read(t, s.target.rd, bytes, capacity);
	must_fill(t, &s.target, FEW); // bytes that another write() would have room for
	struct actor *sleeper = start_sleeper(t, &s);
	must_read(t, s.target.rd, bytes, page - 1);
	expect_actor(t, sleeper, BLOCKS);
	must_read(t, s.target.rd, bytes, 1);
	expect_actor(t, sleeper, RETURNS(FEW));
	must_read(t, s.target.rd, bytes, must_unread(t, s.target.rd) - FEW);
	expect_stream(t, s.target.rd, row->source == A_FILE ? BEGIN : 0, FEW);
}

static const struct wait_row sleepers[] = {
	{ "empty_to_file", EMPTY, A_FILE, NEITHER, 0 },
	{ "empty_to_pipe", EMPTY, EMPTY, NEITHER, 0 },
	{ "file_to_full", A_FILE, FULL, NEITHER, 0 },
	{ "pipe_to_full", READY, FULL, NEITHER, 0 },
};

CASE(waiting_splice_is_interrupted,
     .claim = { OBSERVED,
		"a handler without SA_RESTART ends a sleeping splice() with EINTR, and nothing is "
		"moved",
		"fs/splice.c; signal(7) does not name splice()" },
     .covers = { "SPL-35", "SPL-36" }, ROWS(sleepers))
{
	struct ends s = must_prepare(t);
	const size_t in_source = must_unread(t, s.source.rd),
		     in_target = must_unread(t, s.target.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *sleeper = start_sleeper(t, &s);
	must_signal(t, sleeper, SIGUSR1);
	expect_actor(t, sleeper, FAILS(EINTR));
	expect(t, lseek(s.file, 0, SEEK_CUR), RETURNS(BEGIN));
	expect_equal(t, must_unread(t, s.source.rd), in_source);
	expect_equal(t, must_unread(t, s.target.rd), in_target);
}

CASE(restarted_splice_waits_on,
     .claim = { OBSERVED,
		"a handler with SA_RESTART leaves a sleeping splice() asleep, which then moves its "
		"bytes",
		"fs/splice.c; signal(7) does not name splice()" },
     .covers = { "SPL-35", "SPL-36" }, ROWS(sleepers))
{
	const struct wait_row *row = trial_row(t);
	struct ends s = must_prepare(t);

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *sleeper = start_sleeper(t, &s);
	must_signal(t, sleeper, SIGUSR1);
	expect_actor(t, sleeper, BLOCKS);
	if (row->source == EMPTY)
		must_write_stream(t, s.source.wr, 0, FEW);
	else
		must_read(t, s.target.rd, must_share(t, page_size()), page_size());
	expect_actor(t, sleeper, RETURNS(FEW));
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

enum {
	LOAD = 8,       // bytes in each pipe
	ROUNDS = 20008, // an odd number of times LOAD: each pipe ends with what the other had
};

struct shuttle {
	int from, to;
};

static void move_again_and_again(struct trial *t, const void *arg)
{
	const struct shuttle *s = arg;

	attempt(t, splice_bytes(s->from, s->to, ROUNDS));
}

CASE(opposite_splices_both_end,
     .claim = { OBSERVED,
		"two processes that splice() bytes from pipe to pipe and back, again and again, "
		"both come to an end, and every byte has gone round in order",
		"fs/splice.c, pipe_double_lock()" },
     .covers = { "SPL-34" })
{
	struct pipe p = must_pipe(t, 0), q = must_pipe(t, 0);

	must_write_stream(t, p.wr, 0, 2 * LOAD);
	must(t, splice_bytes(p.rd, q.wr, LOAD)); // or SKIP: there is none
	struct actor *there = start(t, move_again_and_again, &(struct shuttle){ p.rd, q.wr });
	struct actor *back = start(t, move_again_and_again, &(struct shuttle){ q.rd, p.wr });

	expect_actor(t, there, RETURNS(ROUNDS));
	expect_actor(t, back, RETURNS(ROUNDS));
	expect_stream(t, p.rd, 0, LOAD);
	expect_stream(t, q.rd, LOAD, LOAD);
	expect(t, must_unread(t, p.rd) + must_unread(t, q.rd), RETURNS(0));
}

const struct family splice_waits_family = {
	.name = "splice_waits",
	.about = "When splice() waits, and what ends that",
	.cases = {
		&splice_that_may_not_wait_says_eagain,
		&refused_splice_leaves_bytes_and_offsets,
		&splice_waits_for_data,
		&waiting_splice_sees_the_end_of_input,
		&splice_waits_for_a_page,
		&waiting_splice_is_interrupted,
		&restarted_splice_waits_on,
		&opposite_splices_both_end,
	},
};
