// SPDX-License-Identifier: ISC
// poll() itself: what is asked, what is written back, and how long it takes: poll(2).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum {
	GARBAGE = 0x5a5a, // what revents holds before the call
};

// One end of a pipe of which the other one may be gone.
struct end_state {
	enum pipe_end end;
	bool data, alone;
};

struct asked_row {
	const char *name;
	struct end_state state;
	short events, want;
};

static int must_have_end(struct trial *t, const struct end_state *state)
{
	struct pipe p = must_pipe(t, 0);

	if (state->data)
		must_write(t, p.wr, "x", 1);
	if (state->alone)
		must(t, close(other_end(&p, state->end)));
	return this_end(&p, state->end);
}

static void poll_by_row(struct trial *t)
{
	const struct asked_row *row = trial_row(t);
	const int fd = must_have_end(t, &row->state);
	struct pollfd asked = { fd, row->events, GARBAGE };

	expect(t, poll(&asked, 1, 0), RETURNS(row->want != 0));
	expect(t, asked.revents, RETURNS(row->want));
}

static const struct asked_row unasked_hangup[] = {
	{ "nothing/empty", { READ_END, false, true }, 0, POLLHUP },
	{ "nothing/data", { READ_END, true, true }, 0, POLLHUP },
	{ "pollout", { READ_END, true, true }, POLLOUT, POLLHUP },
	{ "read_end/alone/pollin", { READ_END, true, true }, POLLIN, POLLIN | POLLHUP },
};

CASE(hangup_is_told_unasked,
     .claim = { POSIX, "poll() tells POLLHUP of a pipe without a writer whatever was asked for",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP" },
     .covers = { "POL-09", "POL-11" }, ROWS(unasked_hangup))
{
	poll_by_row(t);
}

static const struct asked_row unasked_error[] = {
	{ "nothing", { WRITE_END, true, true }, 0, POLLERR },
	{ "pollin", { WRITE_END, true, true }, POLLIN, POLLERR },
};

CASE(error_is_told_unasked,
     .claim = { DOCUMENTED,
		"poll() tells POLLERR of a pipe without a reader whatever was asked for",
		"poll(2), DESCRIPTION, POLLERR" },
     .covers = { "POL-09", "POL-11" }, ROWS(unasked_error))
{
	poll_by_row(t);
}

static const struct asked_row some[] = {
	// clang-format off
	{ "read_end/pollin",         { READ_END, true, false },  POLLIN,     POLLIN },
	{ "read_end/pollrdnorm",     { READ_END, true, false },  POLLRDNORM, POLLRDNORM },
	{ "read_end/pollpri",        { READ_END, true, false },  POLLPRI,    0 },
	{ "write_end/pollout",       { WRITE_END, true, false }, POLLOUT,    POLLOUT },
	{ "write_end/pollwrnorm",    { WRITE_END, true, false }, POLLWRNORM, POLLWRNORM },
	// clang-format on
};

CASE(just_what_was_asked_is_told,
     .claim = { POSIX,
		"poll() tells of the events that were asked for alone, and sets revents whatever "
		"it held",
		"POSIX.1-2024 poll(), DESCRIPTION" },
     .covers = { "POL-10", "POL-11" }, ROWS(some))
{
	poll_by_row(t);
}

static const struct asked_row of_other_end[] = {
	{ "read_end/pollout", { READ_END, true, false }, POLLOUT, 0 },
	{ "write_end/pollin", { WRITE_END, true, false }, POLLIN, 0 },
};

CASE(what_the_other_end_is_for_is_not_told,
     .claim = { DOCUMENTED,
		"poll() tells neither POLLOUT of a read end nor POLLIN of a write end: the one "
		"takes no bytes, and there are none to read at the other",
		"poll(2), POLLIN, POLLOUT" },
     .covers = { "POL-10" }, ROWS(of_other_end))
{
	poll_by_row(t);
}

static const struct asked_row questions[] = {
	{ "quiet", { READ_END, false, false }, POLLIN | POLLPRI, 0 },
	{ "ready", { WRITE_END, true, false }, POLLOUT, POLLOUT },
	{ "hung_up", { READ_END, false, true }, POLLIN | POLLPRI, POLLHUP },
};

CASE(question_is_left_as_it_was,
     .claim = { POSIX, "poll() changes neither fd nor events",
		"POSIX.1-2024 poll(), DESCRIPTION; <poll.h>, DESCRIPTION, revents: the output" },
     .covers = { "POL-10" }, ROWS(questions))
{
	const struct asked_row *row = trial_row(t);
	const int fd = must_have_end(t, &row->state);
	struct pollfd asked = { fd, row->events, GARBAGE };

	expect(t, poll(&asked, 1, 0), RETURNS(row->want != 0));
	expect(t, asked.events, RETURNS(row->events));
	expect(t, asked.fd, RETURNS(fd));
}

struct position_row {
	const char *name;
	int at; // of the pipe, among three
};

static const struct position_row positions[] = { { "first", 0 }, { "last", 2 } };

CASE(closed_descriptor_is_told_as_such,
     .claim = { POSIX,
		"poll() tells POLLNVAL, and nothing else, of an end that was closed, returns at "
		"once, and tells of the others all the same",
		"POSIX.1-2024 poll(), DESCRIPTION" },
     .covers = { "POL-16" }, ROWS(positions))
{
	const struct position_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0), closed = must_pipe(t, 0);
	struct pollfd asked[] = { { p.rd, POLLIN, GARBAGE },
				  { p.rd, POLLIN, GARBAGE },
				  { p.rd, POLLIN, GARBAGE } };

	must(t, close(closed.rd));
	asked[row->at].fd = closed.rd;
	expect(t, poll(asked, 3, -1), RETURNS(1));
	for (int i = 0; i < 3; i++)
		expect(t, asked[i].revents, RETURNS(i == row->at ? POLLNVAL : 0));
}

CASE(descriptor_below_0_is_passed_over,
     .claim = { POSIX, "poll() clears revents of a descriptor below 0, and does not count it",
		"POSIX.1-2024 poll(), DESCRIPTION" },
     .covers = { "POL-16" })
{
	struct pipe p = must_pipe(t, 0);
	struct pollfd asked[] = { { -1, POLLIN, GARBAGE }, { p.wr, POLLOUT, GARBAGE } };

	expect(t, poll(asked, 2, -1), RETURNS(1));
	expect(t, asked[0].revents, RETURNS(0));
	expect(t, asked[1].revents, RETURNS(POLLOUT));
}

CASE(every_ready_entry_counts,
     .claim = { POSIX,
		"poll() counts the entries that have events, of the two ends and of the same one "
		"twice",
		"POSIX.1-2024 poll(), RETURN VALUE" },
     .covers = { "POL-02", "POL-03" })
{
	struct pipe p = must_pipe(t, 0);
	struct pollfd asked[] = { { p.rd, POLLIN, 0 }, { p.wr, POLLOUT, 0 }, { p.rd, POLLIN, 0 } };

	expect(t, poll(asked, 3, -1), RETURNS(1));
	must_write(t, p.wr, "x", 1);
	expect(t, poll(asked, 3, -1), RETURNS(3));
	expect(t, asked[0].revents, RETURNS(POLLIN));
	expect(t, asked[1].revents, RETURNS(POLLOUT));
	expect(t, asked[2].revents, RETURNS(POLLIN));
}

CASE(error_bits_ask_for_nothing,
     .claim = { OBSERVED,
		"POLLHUP, POLLERR and POLLNVAL in events ask for nothing, and are not told of a "
		"pipe that is whole",
		"fs/select.c; poll(2): meaningless in events" },
     .covers = { "POL-09" })
{
	struct pipe p = must_pipe(t, 0);
	struct pollfd asked[] = { { p.rd, POLLHUP | POLLERR | POLLNVAL, GARBAGE },
				  { p.wr, POLLHUP | POLLERR | POLLNVAL, GARBAGE } };

	must_write(t, p.wr, "x", 1);
	expect(t, poll(asked, 2, 0), RETURNS(0));
	expect(t, asked[0].revents | asked[1].revents, RETURNS(0));
}

// --- timeouts -------------------------------------------------------------------

enum wait_by { POLL, SELECT, EPOLL, EPOLL_FINE };

struct wait_row {
	const char *name;
	enum wait_by by;
};

static const struct wait_row waits[] = {
	{ "poll", POLL },
	{ "select", SELECT },
	{ "epoll_wait", EPOLL },
	{ "epoll_pwait2", EPOLL_FINE },
};

static void expect_idle(struct trial *t, int fd, int timeout_ms)
{
	const struct wait_row *row = trial_row(t);
	struct pollfd asked = { fd, POLLIN, GARBAGE };
	struct epoll_event event;
	struct timeval timeout = { 0, timeout_ms * 1000 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET((size_t)fd, &set);
	int epoll = must_epoll(t);
	must_watch_by(t, epoll, fd, EPOLLIN);
	switch (row->by) {
	case POLL:
		expect(t, poll(&asked, 1, timeout_ms), RETURNS(0));
		break;
	case SELECT:
		expect(t, select(fd + 1, &set, NULL, NULL, &timeout), RETURNS(0));
		expect_true(t, !FD_ISSET((size_t)fd, &set));
		break;
	case EPOLL:
		expect(t, epoll_wait(epoll, &event, 1, timeout_ms), RETURNS(0));
		break;
	case EPOLL_FINE:
		expect(t, epoll_wait2(epoll, &event, timeout_ms), RETURNS(0));
		break;
	}
}

// Of the monotonic clock, in microseconds.
static long must_tell_time(struct trial *t)
{
	struct timespec now;

	must(t, clock_gettime(CLOCK_MONOTONIC, &now));
	return (long)(now.tv_sec % 1000) * 1000000 + now.tv_nsec / 1000;
}

CASE(timeout_is_not_cut_short,
     .claim = { DOCUMENTED,
		"a wait for an idle pipe with a timeout returns 0, and not before that time",
		"poll(2), select(2), epoll_wait(2)" },
     .covers = { "POL-01", "POL-17", "POL-41" }, ROWS(waits))
{
	enum { TIMEOUT_MS = 3, LAP_US = 1000000000 };
	struct pipe p = must_pipe(t, 0);
	long before = must_tell_time(t);

	expect_idle(t, p.rd, TIMEOUT_MS);
	long passed_us = (must_tell_time(t) - before + LAP_US) % LAP_US;
	expect_true(t, passed_us >= TIMEOUT_MS * 1000 - 1);
	expect_idle(t, p.rd, 0);
}

const struct family poll_family = {
	.name = "poll",
	.about = "What poll() is asked, what it writes back, and how long it takes",
	.cases = {
		&hangup_is_told_unasked,
		&error_is_told_unasked,
		&just_what_was_asked_is_told,
		&what_the_other_end_is_for_is_not_told,
		&question_is_left_as_it_was,
		&closed_descriptor_is_told_as_such,
		&descriptor_below_0_is_passed_over,
		&every_ready_entry_counts,
		&error_bits_ask_for_nothing,
		&timeout_is_not_cut_short,
	},
};
