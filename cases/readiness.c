// SPDX-License-Identifier: ISC
// What poll(), select() and epoll tell of a pipe in every state: poll(2), select(2), epoll_ctl(2).

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "case.h"

enum state {
	EMPTY,
	BYTE,
	FULL,
	DRAINED,      // of what was written
	PAGE_OF_ROOM, // and no more
	ENDED,        // the last writer is gone
	ENDED_BYTE,
	ENDED_DRAINED,
	BROKEN_EMPTY, // the last reader is gone
	BROKEN_FULL,
};

enum {
	READABLE = POLLIN | POLLRDNORM,
	WRITABLE = POLLOUT | POLLWRNORM,
	IN_READ = 1, // of select()
	IN_WRITE = 2,
	IN_EXCEPT = 4,
	EVERY_EVENT = 0x3fff, // and no flag of epoll
};

struct state_row {
	const char *name;
	enum pipe_end end;
	enum state state;
	short events; // of poll() and epoll
	int sets;     // of select()
};

static void must_hold(struct trial *t, const struct pipe *p, enum state state)
{
	char byte;

	switch (state) {
	case EMPTY:
	case ENDED:
	case BROKEN_EMPTY:
		break;
	case BYTE:
	case DRAINED:
	case ENDED_BYTE:
	case ENDED_DRAINED:
		must_write(t, p->wr, "x", 1);
		break;
	case FULL:
	case BROKEN_FULL:
		must_fill(t, p, 0);
		break;
	case PAGE_OF_ROOM:
		must_fill(t, p, page_size());
		break;
	}
	if (state == DRAINED || state == ENDED_DRAINED)
		must_read(t, p->rd, &byte, 1);
}

// The end that the row is about, of a pipe in its state.
static int must_have_end(struct trial *t)
{
	const struct state_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_hold(t, &p, row->state);
	if (row->state >= BROKEN_EMPTY)
		must(t, close(p.rd));
	else if (row->state >= ENDED)
		must(t, close(p.wr));
	return this_end(&p, row->end);
}

static const struct state_row both_open[] = {
	// clang-format off
	// name                      end        state         events    sets
	{ "read_end/empty",          READ_END,  EMPTY,        0,        0 },
	{ "read_end/byte",           READ_END,  BYTE,         READABLE, IN_READ },
	{ "read_end/full",           READ_END,  FULL,         READABLE, IN_READ },
	{ "read_end/drained",        READ_END,  DRAINED,      0,        0 },
	{ "write_end/empty",         WRITE_END, EMPTY,        WRITABLE, IN_WRITE },
	{ "write_end/byte",          WRITE_END, BYTE,         WRITABLE, IN_WRITE },
	{ "write_end/page_of_room",  WRITE_END, PAGE_OF_ROOM, WRITABLE, IN_WRITE },
	{ "write_end/full",          WRITE_END, FULL,         0,        0 },
	// clang-format on
};

static const struct state_row one_left[] = {
	// clang-format off
	// name                      end        state          events              sets
	{ "read_end/empty",          READ_END,  ENDED,         POLLHUP,            IN_READ },
	{ "read_end/byte",           READ_END,  ENDED_BYTE,    READABLE | POLLHUP, IN_READ },
	{ "read_end/drained",        READ_END,  ENDED_DRAINED, POLLHUP,            IN_READ },
	{ "write_end/empty",         WRITE_END, BROKEN_EMPTY,  WRITABLE | POLLERR,
	  IN_READ | IN_WRITE },
	{ "write_end/full",          WRITE_END, BROKEN_FULL,   POLLERR,
	  IN_READ | IN_WRITE },
	// clang-format on
};

static const struct state_row gone[] = {
	// clang-format off
	{ "ended/empty",  READ_END,  ENDED,        POLLHUP,            IN_READ },
	{ "ended/byte",   READ_END,  ENDED_BYTE,   READABLE | POLLHUP, IN_READ },
	{ "broken/empty", WRITE_END, BROKEN_EMPTY, WRITABLE | POLLERR, IN_WRITE },
	{ "broken/full",  WRITE_END, BROKEN_FULL,  POLLERR,            IN_WRITE },
	// clang-format on
};

// --- poll() ---------------------------------------------------------------------

static void expect_polled(struct trial *t)
{
	const struct state_row *row = trial_row(t);
	int fd = must_have_end(t);

	expect_events(t, fd, row->events);
}

CASE(poll_tells_what_can_be_done,
     .claim = { DOCUMENTED,
		"of a pipe with both ends poll() tells POLLIN and POLLRDNORM when there are data, "
		"POLLOUT and POLLWRNORM when there is room, and nothing else",
		"poll(2), DESCRIPTION" },
     .covers = { "POL-01", "POL-02", "POL-03", "POL-04", "POL-40" }, ROWS(both_open))
{
	expect_polled(t);
}

CASE(poll_tells_who_is_gone,
     .claim = { OBSERVED,
		"poll() adds POLLHUP to what it tells of a read end without a writer, and POLLERR "
		"to that of a write end without a reader; end of file alone is no POLLIN",
		"fs/pipe.c, pipe_poll(); poll(2) names the two events" },
     .covers = { "POL-05", "POL-06", "POL-07", "POL-08", "POL-40" },
     .against = "end of file makes a pipe readable, so poll() says POLLIN", ROWS(one_left))
{
	expect_polled(t);
}

static const struct state_row ended[] = {
	{ "empty", READ_END, ENDED, POLLHUP, 0 },
	{ "byte", READ_END, ENDED_BYTE, POLLHUP, 0 },
	{ "drained", READ_END, ENDED_DRAINED, POLLHUP, 0 },
};

CASE(poll_tells_that_the_last_writer_closed,
     .claim = { POSIX, "poll() tells POLLHUP of a pipe that its last writer has closed",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP" },
     .covers = { "POL-05", "POL-06" }, ROWS(ended))
{
	expect_hangup(t, must_have_end(t), true);
}

// --- epoll ----------------------------------------------------------------------

static void expect_waited(struct trial *t, uint32_t asked)
{
	const struct state_row *row = trial_row(t);
	int fd = must_have_end(t), epoll = must_epoll(t);
	struct epoll_event event = { .events = asked, .data.u64 = 0x0123456789abcdef };

	must(t, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	event = (struct epoll_event){ .events = 0 };
	const uint32_t want = (uint32_t)row->events & asked;

	expect(t, epoll_wait(epoll, &event, 1, 0), RETURNS(want != 0));
	expect_equal(t, event.events, want);
	expect_true(t, want == 0 || event.data.u64 == 0x0123456789abcdef);
}

static const struct state_row open_for_epoll[] = {
	{ "read_end/empty", READ_END, EMPTY, 0, 0 },
	{ "read_end/byte", READ_END, BYTE, READABLE, 0 },
	{ "write_end/byte", WRITE_END, BYTE, WRITABLE, 0 },
	{ "write_end/full", WRITE_END, FULL, 0, 0 },
};

CASE(epoll_tells_what_can_be_done,
     .claim = { DOCUMENTED,
		"of a pipe with both ends epoll_wait() tells EPOLLIN or EPOLLOUT, with the data "
		"that epoll_ctl() was given",
		"epoll_ctl(2), DESCRIPTION" },
     .covers = { "POL-01", "POL-29" }, ROWS(open_for_epoll))
{
	expect_waited(t, EPOLLIN | EPOLLOUT);
}

CASE(epoll_tells_normal_data_and_room,
     .claim = { OBSERVED,
		"epoll_wait() tells EPOLLRDNORM with EPOLLIN and EPOLLWRNORM with EPOLLOUT, and "
		"no other event of a pipe with both ends",
		"fs/pipe.c, pipe_poll(); epoll_ctl(2) has no such events" },
     .covers = { "POL-29", "POL-40" }, ROWS(open_for_epoll))
{
	expect_waited(t, EVERY_EVENT);
}

CASE(epoll_tells_who_is_gone,
     .claim = { OBSERVED, "epoll_wait() tells of a pipe that lost an end the same events as poll()",
		"fs/pipe.c, pipe_poll(); epoll_ctl(2) names the events" },
     .covers = { "POL-29", "POL-34", "POL-40" }, ROWS(gone))
{
	expect_waited(t, EVERY_EVENT);
}

// --- select() -------------------------------------------------------------------

static void expect_selected(struct trial *t, int asked)
{
	const struct state_row *row = trial_row(t);
	const int fd = must_have_end(t);
	fd_set sets[3];
	int want = row->sets & asked;

	for (int i = 0; i < 3; i++) {
		FD_ZERO(&sets[i]);
		if (asked & 1 << i)
			FD_SET((size_t)fd, &sets[i]);
	}
	expect(t, select(fd + 1, &sets[0], &sets[1], &sets[2], &(struct timeval){ 0, 0 }),
	       RETURNS(__builtin_popcount((unsigned)want)));
	for (int i = 0; i < 3; i++)
		expect(t, FD_ISSET((size_t)fd, &sets[i]) != 0, RETURNS((want & 1 << i) != 0));
}

CASE(select_tells_what_can_be_done,
     .claim = { POSIX,
		"select() finds a pipe readable when it holds data and writable when it has room, "
		"clears the other bits and counts those left",
		"POSIX.1-2024 select(), DESCRIPTION" },
     .covers = { "POL-01", "POL-04", "POL-26", "POL-27" }, ROWS(both_open))
{
	const struct state_row *row = trial_row(t);

	expect_selected(t, row->end == READ_END ? IN_READ : IN_WRITE);
}

CASE(select_takes_what_would_not_wait_for_ready,
     .claim = { POSIX,
		"select() finds end of file readable, and a pipe without a reader writable even "
		"when it is full: neither read() nor write() would wait",
		"POSIX.1-2024 select(), DESCRIPTION: \"whether or not the function would "
		"transfer data\"" },
     .covers = { "POL-25" }, ROWS(gone))
{
	const struct state_row *row = trial_row(t);

	expect_selected(t, row->end == READ_END ? IN_READ : IN_WRITE);
}

CASE(select_of_all_sets_tells_no_exception,
     .claim = { OBSERVED,
		"of three sets asked, a pipe that lost an end is in the read set, a broken one in "
		"the write set too, and none in the set of exceptions",
		"fs/select.c; select(2), Correspondence ... poll() notifications" },
     .covers = { "POL-25" }, ROWS(one_left))
{
	expect_selected(t, IN_READ | IN_WRITE | IN_EXCEPT);
}

const struct family readiness_family = {
	.name = "readiness",
	.about = "What poll(), select() and epoll tell of a pipe in every state",
	.cases = {
		&poll_tells_what_can_be_done,
		&poll_tells_who_is_gone,
		&poll_tells_that_the_last_writer_closed,
		&epoll_tells_what_can_be_done,
		&epoll_tells_normal_data_and_room,
		&epoll_tells_who_is_gone,
		&select_tells_what_can_be_done,
		&select_takes_what_would_not_wait_for_ready,
		&select_of_all_sets_tells_no_exception,
	},
};
