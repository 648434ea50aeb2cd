// SPDX-License-Identifier: ISC
// A pipe without a reader, met by other calls than write(): splice(2), tee(2), vmsplice(2),
// sendfile(2).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 };

static void expect_signals(struct trial *t, unsigned count)
{
	expect(t, caught(t, SIGPIPE).count, RETURNS((long)count));
}

// Where the bytes come from: a pipe, a file and memory, of FEW bytes each.
struct sources {
	struct pipe p;
	int file;
	struct iovec memory;
};

static struct sources must_have_sources(struct trial *t)
{
	struct sources s = { must_pipe_by(t, BY_PIPE2, 0),
			     (int)must(t, memfd_create("pipe7", MFD_CLOEXEC)),
			     { must_stream(t, 0, FEW), FEW } };

	must_write_stream(t, s.p.wr, 0, FEW);
	must_write_stream(t, s.file, 0, FEW);
	must(t, lseek(s.file, 0, SEEK_SET));
	return s;
}

enum call { SPLICE_OF_PIPE, SPLICE_OF_FILE, TEE, VMSPLICE, VMSPLICE_OF_NONE, SENDFILE };

static void expect_transfer(struct trial *t, enum call call, const struct sources *s, int to,
			    size_t size, const struct outcome *want)
{
	struct iovec memory = { s->memory.iov_base, size };

	switch (call) {
	case SPLICE_OF_PIPE:
		expect_as(t, splice(s->p.rd, NULL, to, NULL, size, 0), want);
		break;
	case SPLICE_OF_FILE:
		expect_as(t, splice(s->file, NULL, to, NULL, size, 0), want);
		break;
	case TEE:
		expect_as(t, tee(s->p.rd, to, size, 0), want);
		break;
	case VMSPLICE:
		expect_as(t, vmsplice(to, &memory, 1, 0), want);
		break;
	case VMSPLICE_OF_NONE:
		expect_as(t, vmsplice(to, &memory, 0, 0), want);
		break;
	case SENDFILE:
		expect_as(t, sendfile(to, s->file, NULL, size), want);
		break;
	}
}

static const struct outcome broken = FAILS(EPIPE), nothing = RETURNS(0);

struct call_row {
	const char *name;
	enum call call;
};

static const struct call_row calls[] = {
	{ "splice_from_pipe", SPLICE_OF_PIPE },
	{ "splice_from_file", SPLICE_OF_FILE },
	{ "tee", TEE },
	{ "vmsplice", VMSPLICE },
	{ "sendfile", SENDFILE },
};

static const struct call_row calls_of_descriptors[] = {
	{ "splice_from_pipe", SPLICE_OF_PIPE },
	{ "splice_from_file", SPLICE_OF_FILE },
	{ "tee", TEE },
	{ "sendfile", SENDFILE },
};

CASE(transfer_without_reader_fails_and_signals_once,
     .claim = { OBSERVED,
		"splice(), tee(), vmsplice() and sendfile() to a pipe without a reader fail with "
		"EPIPE and raise one SIGPIPE",
		"fs/splice.c; pipe(7), I/O on pipes and FIFOs, of write() alone" },
     .covers = { "SIG-16", "SIG-17", "SIG-18", "SIG-19", "SIG-20" }, .ways = BY_PIPE2 | BY_FIFO,
     ROWS(calls))
{
	const struct call_row *row = trial_row(t);
	struct sources s = must_have_sources(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect_transfer(t, row->call, &s, p.wr, FEW, &broken);
	expect_signals(t, 1);
}

CASE(refused_transfer_takes_nothing,
     .claim = { OBSERVED,
		"what splice(), tee() and sendfile() could not move for want of a reader stays "
		"where it was",
		"fs/splice.c" },
     .covers = { "SIG-16", "SIG-17", "SIG-18", "SIG-20" }, ROWS(calls_of_descriptors))
{
	const struct call_row *row = trial_row(t);
	struct sources s = must_have_sources(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect_transfer(t, row->call, &s, p.wr, FEW, &broken);
	expect(t, must_unread(t, s.p.rd), RETURNS(FEW));
	expect_stream(t, s.p.rd, 0, FEW);
	expect_stream(t, s.file, 0, FEW);
}

CASE(full_pipe_without_reader_is_a_broken_one,
     .claim = { OBSERVED,
		"splice(), tee(), vmsplice() and sendfile() to a full O_NONBLOCK pipe without a "
		"reader say EPIPE, not EAGAIN",
		"fs/splice.c, which looks for readers first" },
     .covers = { "SIG-16", "SIG-17", "SIG-18", "SIG-19", "SIG-20" }, ROWS(calls))
{
	const struct call_row *row = trial_row(t);
	struct sources s = must_have_sources(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &p, 0);
	must(t, close(p.rd));
	expect_transfer(t, row->call, &s, p.wr, FEW, &broken);
	expect_signals(t, 1);
}

static const struct call_row empty_calls[] = {
	{ "splice_from_pipe", SPLICE_OF_PIPE },
	{ "splice_from_file", SPLICE_OF_FILE },
	{ "tee", TEE },
	{ "vmsplice", VMSPLICE },
	{ "vmsplice_no_vectors", VMSPLICE_OF_NONE },
};

CASE(empty_transfer_without_reader_returns_0,
     .claim = { OBSERVED,
		"splice(), tee() and vmsplice() of no bytes without a reader return 0 and raise no "
		"signal",
		"fs/splice.c" },
     .covers = { "SIG-16", "SIG-17", "SIG-18", "SIG-19" }, ROWS(empty_calls))
{
	const struct call_row *row = trial_row(t);
	struct sources s = must_have_sources(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect_transfer(t, row->call, &s, p.wr, 0, &nothing);
	expect_signals(t, 0);
}

CASE(sendfile_of_nothing_without_reader_is_refused,
     .claim = { OBSERVED,
		"sendfile() of no bytes to a pipe without a reader fails with EPIPE and raises one "
		"SIGPIPE",
		"Linux, splice_file_to_pipe() since 5.12; sendfile(2) says nothing of it" },
     .covers = { "SIG-20" }, .since = "5.12")
{
	struct sources s = must_have_sources(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, close(p.rd));
	expect_transfer(t, SENDFILE, &s, p.wr, 0, &broken);
	expect_signals(t, 1);
}

struct sleeper {
	enum call call;
	struct sources sources;
	struct pipe p;
};

// A process inherits the read end as well, and would keep the pipe alive by it.
static void transfer_alone(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;
	const int from = s->sources.p.rd, file = s->sources.file, to = s->p.wr;

	must(t, close(s->p.rd));
	switch (s->call) {
	case SPLICE_OF_PIPE:
		attempt(t, splice(from, NULL, to, NULL, FEW, 0));
		break;
	case SPLICE_OF_FILE:
		attempt(t, splice(file, NULL, to, NULL, FEW, 0));
		break;
	case TEE:
		attempt(t, tee(from, to, FEW, 0));
		break;
	case VMSPLICE:
	case VMSPLICE_OF_NONE:
		attempt(t, vmsplice(to, &s->sources.memory, 1, 0));
		break;
	case SENDFILE:
		attempt(t, sendfile(to, file, NULL, FEW));
		break;
	}
}

CASE(sleeping_transfer_is_woken,
     .claim = { OBSERVED,
		"splice(), tee(), vmsplice() and sendfile() asleep on a full pipe get EPIPE and "
		"SIGPIPE when the last reader closes",
		"fs/splice.c; pipe(7), I/O on pipes and FIFOs, of write() alone" },
     .covers = { "SIG-26" }, ROWS(calls))
{
	const struct call_row *row = trial_row(t);
	struct sleeper s = { row->call, must_have_sources(t), must_pipe(t, 0) };

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &s.p, 0);
	struct actor *sleeper = start(t, transfer_alone, &s);

	expect_actor(t, sleeper, BLOCKS);
	must(t, close(s.p.rd));
	expect_actor(t, sleeper, FAILS(EPIPE));
	expect_signals(t, 1);
}

const struct family sigpipe_elsewhere_family = {
	.name = "sigpipe_elsewhere",
	.about = "What splice() and its like get when there is no reader",
	.cases = {
		&transfer_without_reader_fails_and_signals_once,
		&refused_transfer_takes_nothing,
		&full_pipe_without_reader_is_a_broken_one,
		&empty_transfer_without_reader_returns_0,
		&sendfile_of_nothing_without_reader_is_refused,
		&sleeping_transfer_is_woken,
	},
};
