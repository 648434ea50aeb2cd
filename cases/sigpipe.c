// SPDX-License-Identifier: ISC
// Writing without a reader: pipe(7), "I/O on pipes and FIFOs"; write(2), EPIPE.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

enum { LARGE = PIPE_BUF + 1 };

static const char zeros[LARGE];

// Caught rather than fatal, so that a signal too many is a FAIL and no death.
static struct pipe must_pipe_without_reader(struct trial *t, int flags)
{
	struct pipe p = must_pipe(t, flags);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	return p;
}

static void expect_signals(struct trial *t, unsigned count)
{
	expect(t, caught(t, SIGPIPE).count, RETURNS((long)count));
}

struct refused_row {
	const char *name;
	int flags;
	size_t size;
};

static const struct refused_row refused[] = {
	{ "wait/byte", 0, 1 },
	{ "wait/large", 0, LARGE },
	{ "nowait/byte", O_NONBLOCK, 1 },
};

CASE(write_without_reader_fails_and_signals_once,
     .claim = { POSIX, "write() to a pipe without a reader fails with EPIPE and raises one SIGPIPE",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-01" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(refused))
{
	const struct refused_row *row = trial_row(t);
	struct pipe p = must_pipe_without_reader(t, row->flags);

	expect(t, write(p.wr, zeros, row->size), FAILS(EPIPE));
	expect_signals(t, 1);
}

static void write_byte(struct trial *t, const void *arg)
{
	attempt(t, write(*(const int *)arg, "", 1));
}

// A trial's RLIMIT_CORE is 0, so that "no core" is put to the test only where
// core_pattern names a program, which takes cores of any size: core(5).
CASE(default_action_kills_without_a_core,
     .claim = { DOCUMENTED, "a writer that left SIGPIPE alone is killed by it, dumping no core",
		"signal(7), Standard signals; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-02" }, .ways = BY_PIPE2)
{
	struct pipe p = must_pipe(t, 0);
	siginfo_t info = { 0 };

	must(t, close(p.rd));
	struct actor *writer = start(t, write_byte, &p.wr);

	must(t, waitid(P_PID, (id_t)actor_pid(writer), &info, WEXITED | WNOWAIT));
	expect_actor(t, writer, DIES(SIGPIPE));
	expect(t, info.si_code, RETURNS(CLD_KILLED));
}

CASE(ignoring_writer_gets_epipe_alone,
     .claim = { POSIX,
		"write() without a reader fails with EPIPE and nothing else while SIGPIPE is "
		"ignored",
		"POSIX.1-2024 write(), ERRORS, EPIPE; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "SIG-03" }, .ways = BY_PIPE2)
{
	struct pipe p = must_pipe(t, 0);

	must_ignore(t, SIGPIPE);
	must(t, close(p.rd));
	expect(t, write(p.wr, "", 1), FAILS(EPIPE));
	expect(t, write(p.wr, "", 1), FAILS(EPIPE));
}

static void expect_pending(struct trial *t, int want)
{
	sigset_t pending;

	must(t, sigpending(&pending));
	expect(t, sigismember(&pending, SIGPIPE), RETURNS(want));
}

static void write_byte_blocking_signal(struct trial *t, const void *arg)
{
	must_mask(t, SIGPIPE, true);
	write_byte(t, arg);
	expect_pending(t, 1);
}

struct mask_row {
	const char *name;
	bool other_blocks;
};

// sigpending() tells the calling thread's own signals and those of the process.
static const struct mask_row masks[] = {
	{ "other_thread_blocks", true },
	{ "other_thread_does_not", false },
};

CASE(blocked_signal_waits_in_the_writing_thread,
     .claim = { POSIX,
		"a blocked SIGPIPE stays pending for the thread that wrote, and for no other "
		"thread of its process",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-04" }, .ways = BY_PIPE2, ROWS(masks),
     .against = "signal(7), Signal mask and pending signals: what the kernel raises for another "
		"reason than a hardware exception is directed at the process")
{
	const struct mask_row *row = trial_row(t);
	struct pipe p = must_pipe_without_reader(t, 0);

	must_mask(t, SIGPIPE, row->other_blocks);
	struct actor *writer = start_thread(t, write_byte_blocking_signal, &p.wr);

	expect_actor(t, writer, FAILS(EPIPE));
	must_finish(t, writer);
	expect_pending(t, 0);
	expect_signals(t, 0);
}

CASE(handler_runs_in_the_writing_thread,
     .claim = { POSIX,
		"SIGPIPE is handled in the thread that wrote, and in no other of its process",
		"POSIX.1-2024 write(), ERRORS, EPIPE" },
     .covers = { "SIG-05" }, .ways = BY_PIPE2,
     .against = "write(2), EPIPE, and pipe(7): the writing process receives the signal")
{
	struct pipe p = must_pipe_without_reader(t, 0);
	struct actor *first = start_thread(t, write_byte, &p.wr);

	expect_actor(t, first, FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).receiver, RETURNS(actor_pid(first)));
	struct actor *second = start_thread(t, write_byte, &p.wr);

	expect_actor(t, second, FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).receiver, RETURNS(actor_pid(second)));
	expect_signals(t, 2);
}

CASE(signal_comes_from_the_writer_itself,
     .claim = { OBSERVED, "siginfo of SIGPIPE says SI_USER, sent by the writing process to itself",
		"Linux, pipe_write() and send_sig()" },
     .covers = { "SIG-06" })
{
	struct pipe p = must_pipe_without_reader(t, 0);
	struct actor *writer = start_thread(t, write_byte, &p.wr);

	expect_actor(t, writer, FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).code, RETURNS(SI_USER));
	expect(t, caught(t, SIGPIPE).sender, RETURNS(getpid()));
}

static const struct refused_row full[] = {
	{ "byte", O_NONBLOCK, 1 },
	{ "pipe_buf", O_NONBLOCK, PIPE_BUF },
	{ "large", O_NONBLOCK, LARGE },
};

CASE(epipe_comes_before_eagain,
     .claim = { OBSERVED,
		"write() to a full O_NONBLOCK pipe without a reader fails with EPIPE and raises "
		"SIGPIPE",
		"Linux, pipe_write(), which looks for readers first" },
     .covers = { "SIG-11" }, .ways = BY_PIPE2, ROWS(full))
{
	const struct refused_row *row = trial_row(t);
	struct pipe p = must_pipe(t, row->flags);

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &p, 0);
	must(t, close(p.rd));
	expect(t, write(p.wr, zeros, row->size), FAILS(EPIPE));
	expect_signals(t, 1);
}

CASE(epipe_comes_before_efault,
     .claim = { OBSERVED,
		"write() without a reader fails with EPIPE and raises SIGPIPE though its buffer "
		"cannot be read",
		"Linux, pipe_write(), which looks for readers first" },
     .covers = { "SIG-12" }, .ways = BY_PIPE2)
{
	struct pipe p = must_pipe_without_reader(t, 0);

	expect(t, write(p.wr, must_map_part(t, 0, 1), 1), FAILS(EPIPE));
	expect_signals(t, 1);
}

CASE(empty_write_without_reader_returns_0,
     .claim = { OBSERVED, "write() of no bytes without a reader returns 0 and raises no signal",
		"Linux, pipe_write(); write(2) leaves it unspecified" },
     .covers = { "SIG-13" }, .ways = BY_PIPE2)
{
	struct pipe p = must_pipe_without_reader(t, 0);

	expect(t, write(p.wr, "", 0), RETURNS(0));
	expect_signals(t, 0);
}

enum { VECTORS = 3 };

struct vectors_row {
	const char *name;
	int count;
	size_t sizes[VECTORS];
};

static struct iovec *set_vectors(struct iovec vectors[VECTORS], const struct vectors_row *row,
				 char bytes[LARGE])
{
	for (int i = 0; i < VECTORS; i++)
		vectors[i] = (struct iovec){ bytes, row->sizes[i] };
	return vectors;
}

static const struct vectors_row without_bytes[] = {
	{ "none", 0, { 0 } },
	{ "one_empty", 1, { 0 } },
	{ "three_empty", 3, { 0, 0, 0 } },
};

CASE(empty_writev_without_reader_returns_0,
     .claim = { OBSERVED, "writev() of no bytes without a reader returns 0 and raises no signal",
		"Linux, vfs_writev() and pipe_write()" },
     .covers = { "SIG-14" }, ROWS(without_bytes),
     .against = "POSIX.1-2024 writev(), EINVAL, for no vectors at all")
{
	const struct vectors_row *row = trial_row(t);
	struct pipe p = must_pipe_without_reader(t, 0);
	struct iovec vectors[VECTORS];
	char bytes[LARGE] = { 0 };

	expect(t, writev(p.wr, set_vectors(vectors, row, bytes), row->count), RETURNS(0));
	expect_signals(t, 0);
}

static const struct vectors_row with_bytes[] = {
	{ "one", 1, { 1 } },
	{ "empty_first", 2, { 0, 1 } },
	{ "three", 3, { 1, LARGE, 1 } },
};

CASE(writev_without_reader_fails_and_signals_once,
     .claim = { POSIX,
		"writev() to a pipe without a reader fails with EPIPE and raises one SIGPIPE",
		"POSIX.1-2024 writev(), ERRORS, and write(), EPIPE" },
     .covers = { "SIG-15" }, .ways = BY_PIPE2, ROWS(with_bytes))
{
	const struct vectors_row *row = trial_row(t);
	struct pipe p = must_pipe_without_reader(t, 0);
	struct iovec vectors[VECTORS];
	char bytes[LARGE] = { 0 };

	expect(t, writev(p.wr, set_vectors(vectors, row, bytes), row->count), FAILS(EPIPE));
	expect_signals(t, 1);
}

const struct family sigpipe_family = {
	.name = "sigpipe",
	.about = "What a writer gets when there is no reader",
	.cases = {
		&write_without_reader_fails_and_signals_once,
		&default_action_kills_without_a_core,
		&ignoring_writer_gets_epipe_alone,
		&blocked_signal_waits_in_the_writing_thread,
		&handler_runs_in_the_writing_thread,
		&signal_comes_from_the_writer_itself,
		&epipe_comes_before_eagain,
		&epipe_comes_before_efault,
		&empty_write_without_reader_returns_0,
		&empty_writev_without_reader_returns_0,
		&writev_without_reader_fails_and_signals_once,
	},
};
