// SPDX-License-Identifier: ISC
// SIGPIPE that a call asks not to have, that another interface of write raises, and that a
// program inherits: readv(2), io_submit(2), execve(2).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { FEW = 100 };

static void expect_signals(struct trial *t, unsigned count)
{
	expect(t, caught(t, SIGPIPE).count, RETURNS((long)count));
}

static long unless_absent(struct trial *t, long n)
{
	if (n == -1 && errno == EOPNOTSUPP)
		skip_absent(t, "RWF_NOSIGNAL");
	return n;
}

CASE(nosignal_write_without_reader_fails_quietly,
     .claim = { OBSERVED,
		"pwritev2() with RWF_NOSIGNAL to a pipe without a reader fails with EPIPE and "
		"raises nothing",
		"Linux, pipe_write() since 6.18" },
     .covers = { "SIG-22" }, .since = "6.18")
{
	struct pipe p = must_pipe(t, 0);
	struct iovec bytes = { must_stream(t, 0, FEW), FEW };
	const int flags = ABI_RWF_NOSIGNAL;

	must_catch(t, SIGPIPE, 0);
	must(t, unless_absent(t, write_flagged(p.wr, &bytes, 1, flags)));
	expect_stream(t, p.rd, 0, FEW);
	must(t, close(p.rd));
	expect(t, write_flagged(p.wr, &bytes, 1, flags), FAILS(EPIPE));
	expect_signals(t, 0);
}

CASE(pwritev2_without_reader_fails_and_signals_once,
     .claim = { DOCUMENTED,
		"pwritev2() without flags to a pipe without a reader fails with EPIPE and raises "
		"one SIGPIPE",
		"readv(2), ERRORS; write(2), EPIPE" },
     .covers = { "SIG-22" })
{
	struct pipe p = must_pipe(t, 0);
	struct iovec bytes = { must_stream(t, 0, FEW), FEW };

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect(t, write_flagged(p.wr, &bytes, 1, 0), FAILS(EPIPE));
	expect_signals(t, 1);
}

static long unless_limited_aio(struct trial *t, long n)
{
	if (n == -1 && errno == EAGAIN)
		skip(t, "resource: no more asynchronous I/O (fs.aio-max-nr)");
	return n;
}

static int64_t must_write_by_aio(struct trial *t, unsigned long context, int fd, const void *bytes)
{
	int64_t result = 0;

	must(t, aio_submit(context, fd, bytes, FEW));
	must(t, aio_collect(context, &result));
	return result;
}

CASE(aio_write_without_reader_ends_in_epipe,
     .claim = { OBSERVED,
		"an asynchronous write to a pipe without a reader ends in -EPIPE, and raises one "
		"SIGPIPE",
		"Linux, aio_write() and pipe_write()" },
     .covers = { "SIG-21" })
{
	struct pipe p = must_pipe(t, 0);
	const char *bytes = must_stream(t, 0, FEW);
	unsigned long context = 0;

	must_catch(t, SIGPIPE, 0);
	must(t, unless_limited_aio(t, aio_setup(&context)));
	expect(t, must_write_by_aio(t, context, p.wr, bytes), RETURNS(FEW));
	expect_stream(t, p.rd, 0, FEW);
	expect_signals(t, 0);
	must(t, close(p.rd));
	expect(t, -must_write_by_aio(t, context, p.wr, bytes), RETURNS(EPIPE));
	expect_signals(t, 1);
}

enum disposition { LEFT_ALONE, IGNORED, BLOCKED_SIGNAL, CAUGHT };

struct program {
	enum disposition disposition;
	int output;
};

static void execute(struct trial *t, const void *arg)
{
	const struct program *program = arg;

	switch (program->disposition) {
	case LEFT_ALONE:
		break;
	case IGNORED:
		must_ignore(t, SIGPIPE);
		break;
	case BLOCKED_SIGNAL:
		must_mask(t, SIGPIPE, true);
		break;
	case CAUGHT:
		must_catch(t, SIGPIPE, 0);
		break;
	}
	must_become_program(t, program->output);
}

struct program_row {
	const char *name;
	enum disposition disposition;
	struct outcome code; // of waitid(2)
};

static const struct program_row programs[] = {
	{ "left_alone", LEFT_ALONE, RETURNS(CLD_KILLED) },
	{ "ignored", IGNORED, RETURNS(CLD_EXITED) },
	{ "blocked", BLOCKED_SIGNAL, RETURNS(CLD_EXITED) },
	{ "caught", CAUGHT, RETURNS(CLD_KILLED) },
};

CASE(program_inherits_what_becomes_of_sigpipe,
     .claim = { POSIX,
		"a program that writes without a reader lives on where SIGPIPE was ignored or "
		"blocked at its execve(), and is killed where not",
		"POSIX.1-2024 exec, DESCRIPTION; write(), ERRORS, EPIPE" },
     .covers = { "SIG-24" }, .needs = { need_proc }, ROWS(programs))
{
	const struct program_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct program program = { row->disposition, p.wr };
	siginfo_t info = { 0 };

	must(t, close(p.rd));
	struct actor *actor = start(t, execute, &program);

	must(t, waitid(P_PID, (id_t)actor_pid(actor), &info, WEXITED));
	expect_as(t, info.si_code, &row->code);
	if (info.si_code == CLD_KILLED)
		expect(t, info.si_status, RETURNS(SIGPIPE));
}

const struct family sigpipe_per_call_family = {
	.name = "sigpipe_per_call",
	.about = "Which writes and which programs SIGPIPE spares",
	.cases = {
		&nosignal_write_without_reader_fails_quietly,
		&pwritev2_without_reader_fails_and_signals_once,
		&aio_write_without_reader_ends_in_epipe,
		&program_inherits_what_becomes_of_sigpipe,
	},
};
