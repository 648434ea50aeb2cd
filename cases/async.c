// SPDX-License-Identifier: ISC
// What raises a signal at who has set O_ASYNC on an end: F_SETOWN(2const), pipe(7).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

// The signal is blocked, so that each one waits to be taken; of a real-time one, each.
static void must_own(struct trial *t, int fd, int signal)
{
	must_mask(t, signal, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	if (signal != SIGIO)
		must(t, fcntl(fd, F_SETSIG, signal));
}

static void expect_signals(struct trial *t, int signal, int count)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	for (int i = 0; i < count; i++)
		expect(t, sigtimedwait(&set, NULL, &at_once), RETURNS(signal));
	expect(t, sigtimedwait(&set, NULL, &at_once), FAILS(EAGAIN));
}

static void must_take_all(struct trial *t, int signal)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	while (must_or_fail(t, sigtimedwait(&set, NULL, &at_once), EAGAIN) != -1)
		;
}

CASE(data_raise_sigio,
     .claim = { DOCUMENTED,
		"data that come into an empty pipe raise SIGIO at the owner of the read end, "
		"once O_ASYNC is set there",
		"pipe(7), Open file status flags; F_SETOWN(2const)" },
     .covers = { "ASY-01", "ASY-17" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);

	must_own(t, p.rd, SIGIO);
	must_set_async(t, p.rd, true);
	expect_signals(t, SIGIO, 0);
	must_write(t, p.wr, "x", 1);
	expect_signals(t, SIGIO, 1);
}

CASE(room_raises_sigio,
     .claim = { DOCUMENTED,
		"a page read from a full pipe raises SIGIO at the owner of the write end, "
		"once O_ASYNC is set there",
		"F_SETOWN(2const): whenever input or output becomes possible" },
     .covers = { "ASY-10", "ASY-17" }, .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	char *page = must_share(t, page_size());

	must_fill(t, &p, 0);
	must_own(t, p.wr, SIGIO);
	must_set_async(t, p.wr, true);
	expect_signals(t, SIGIO, 0);
	must_read(t, p.rd, page, page_size());
	expect_signals(t, SIGIO, 1);
}

// --- every event ----------------------------------------------------------------

enum hold { EMPTY, BYTES, FULL, BYTES_HELD = 100 };
enum event {
	WRITE_BYTE,
	WRITE_PAGES,
	WRITE_NOTHING,
	WRITE_REFUSED,
	READ_BYTE,
	READ_NOTHING,
	READ_REFUSED,
	CLOSE_COPY, // of the other end
	CLOSE_OTHER,
};

struct event_row {
	const char *name;
	enum hold hold;
	enum event event;
	int times;
	int signals;
};

static void must_do(struct trial *t, const struct pipe *p, int other, enum event event)
{
	char *bytes = must_share(t, 2 * page_size());

	switch (event) {
	case WRITE_BYTE:
	case WRITE_NOTHING:
		must_write(t, p->wr, bytes, event == WRITE_BYTE);
		break;
	case WRITE_PAGES:
		must_write(t, p->wr, bytes, 2 * page_size());
		break;
	case WRITE_REFUSED:
		expect(t, write(p->wr, bytes, 1), FAILS(EAGAIN));
		break;
	case READ_BYTE:
		must_read(t, p->rd, bytes, 1);
		break;
	case READ_NOTHING:
		must(t, read(p->rd, bytes, 0));
		break;
	case READ_REFUSED:
		expect(t, read(p->rd, bytes, 1), FAILS(EAGAIN));
		break;
	case CLOSE_COPY:
		must(t, close((int)must(t, dup(other))));
		break;
	case CLOSE_OTHER:
		must(t, close(other));
		break;
	}
}

static void raise_by_row(struct trial *t, enum pipe_end end)
{
	const struct event_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	static const char some[BYTES_HELD];
	const int signal = SIGRTMIN;

	must_queue_signals(t);
	if (row->hold == FULL)
		must_fill(t, &p, 0);
	else if (row->hold == BYTES)
		must_write(t, p.wr, some, sizeof some);
	must_own(t, this_end(&p, end), signal);
	must_set_async(t, this_end(&p, end), true);
	must_take_all(t, signal); // of what was there before
	for (int i = 0; i < row->times; i++)
		must_do(t, &p, other_end(&p, end), row->event);
	expect_signals(t, signal, row->signals);
}

static const struct event_row reader_told[] = {
	{ "write/empty", EMPTY, WRITE_BYTE, 1, 1 },
	{ "write/data", BYTES, WRITE_BYTE, 1, 1 },
	{ "write/data/twice", BYTES, WRITE_BYTE, 2, 2 },
	{ "write/pages", EMPTY, WRITE_PAGES, 1, 1 },
};

CASE(every_write_signals_the_reader,
     .claim = { OBSERVED,
		"each write() raises one signal at the owner of the read end, though the pipe "
		"held data before",
		"fs/pipe.c, pipe_write(), for the sake of programs that rely on it" },
     .covers = { "ASY-09" },
     .against = "Linux 5.5 to 5.13: only what comes into an "
		"empty pipe signals",
     ROWS(reader_told))
{
	raise_by_row(t, READ_END);
}

static const struct event_row writer_told[] = {
	{ "read/full", FULL, READ_BYTE, 1, 1 },
	{ "read/full/twice", FULL, READ_BYTE, 2, 2 },
	{ "read/data", BYTES, READ_BYTE, 1, 1 },
};

CASE(every_read_signals_the_writer,
     .claim = { OBSERVED,
		"each read() of a byte raises one signal at the owner of the write end, whether "
		"it makes room for a page or not, and though there was room",
		"fs/pipe.c, pipe_read()" },
     .covers = { "ASY-10" }, .against = "output is announced when it becomes possible",
     ROWS(writer_told))
{
	raise_by_row(t, WRITE_END);
}

static const struct event_row ends_told[] = {
	{ "last/empty", EMPTY, CLOSE_OTHER, 1, 1 },
	{ "last/data", BYTES, CLOSE_OTHER, 1, 1 },
	{ "copy", EMPTY, CLOSE_COPY, 1, 0 },
};

CASE(last_writer_signals_the_reader,
     .claim = { OBSERVED,
		"the close() of the last write end raises one signal at the owner of the read "
		"end, and that of a copy none",
		"fs/pipe.c, pipe_release()" },
     .covers = { "ASY-11" }, ROWS(ends_told))
{
	raise_by_row(t, READ_END);
}

CASE(last_reader_signals_the_writer,
     .claim = { OBSERVED,
		"the close() of the last read end raises one signal at the owner of the write "
		"end, and that of a copy none",
		"fs/pipe.c, pipe_release()" },
     .covers = { "ASY-11" }, ROWS(ends_told))
{
	raise_by_row(t, WRITE_END);
}

static const struct event_row reader_left_alone[] = {
	{ "read", BYTES, READ_BYTE, 1, 0 },
	{ "write_nothing", BYTES, WRITE_NOTHING, 1, 0 },
};

CASE(what_brings_no_data_leaves_the_reader_alone,
     .claim = { OBSERVED,
		"neither a read() nor a write() of nothing raises a signal at the owner of the "
		"read end",
		"fs/pipe.c" },
     .covers = { "ASY-01" }, ROWS(reader_left_alone))
{
	raise_by_row(t, READ_END);
}

static const struct event_row writer_left_alone[] = {
	{ "write", BYTES, WRITE_BYTE, 1, 0 },
	{ "read_nothing", BYTES, READ_NOTHING, 1, 0 },
};

CASE(what_takes_no_data_leaves_the_writer_alone,
     .claim = { OBSERVED,
		"neither a write() nor a read() of nothing raises a signal at the owner of the "
		"write end",
		"fs/pipe.c" },
     .covers = { "ASY-10" }, ROWS(writer_left_alone))
{
	raise_by_row(t, WRITE_END);
}

CASE(refused_call_signals_all_the_same,
     .claim = { OBSERVED,
		"a write() or read() that fails with EAGAIN raises a signal at the owner of the "
		"other end, though nothing came or went",
		"fs/pipe.c, pipe_write(), pipe_read()" },
     .covers = { "ASY-09", "ASY-10" }, .against = "signals tell of data or room that came",
     ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const int fd = this_end(&p, row->end), other = other_end(&p, row->end);

	if (row->end == READ_END)
		must_fill(t, &p, 0);
	must_own(t, fd, SIGUSR1);
	must_set_async(t, fd, true);
	must_do(t, &p, other, row->end == READ_END ? WRITE_REFUSED : READ_REFUSED);
	expect_signals(t, SIGUSR1, 1);
}

const struct family async_family = {
	.name = "async",
	.about = "What raises a signal at who has set O_ASYNC on an end",
	.cases = {
		&data_raise_sigio,
		&room_raises_sigio,
		&every_write_signals_the_reader,
		&every_read_signals_the_writer,
		&last_writer_signals_the_reader,
		&last_reader_signals_the_writer,
		&what_brings_no_data_leaves_the_reader_alone,
		&what_takes_no_data_leaves_the_writer_alone,
		&refused_call_signals_all_the_same,
	},
};
