// SPDX-License-Identifier: ISC
// When epoll tells of a pipe again: level-triggered, edge-triggered, one-shot; epoll(7).

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "case.h"

enum { STEPS_MAX = 12 };

// What is done and seen in turn.  Reads and writes are of one byte unless they say more.
enum step {
	THE_END,
	WRITE,
	WRITE_TWO,
	WRITE_NOTHING,
	READ,
	FILL,
	READ_PAGE,
	READ_PAGE_BUT_A_BYTE,
	CLOSE, // the other end
	ADD,   // in a row without it, the first thing of all
	MODIFY,
	REMOVE,
	TOLD,  // epoll_wait() tells the row's events
	ENDED, // likewise with EPOLLHUP or EPOLLERR beside them, or alone
	ALONE,
	QUIET,
};

struct script {
	const char *name;
	uint32_t asked; // with flags
	enum step steps[STEPS_MAX];
};

struct watch {
	struct pipe p;
	int epoll, fd, other;
	uint32_t asked, gone; // `gone` is what epoll says when the other end is
};

static void must_control(struct trial *t, const struct watch *w, int operation)
{
	struct epoll_event event = { .events = w->asked, .data.fd = w->fd };

	must(t, epoll_ctl(w->epoll, operation, w->fd, &event));
}

static void expect_told(struct trial *t, const struct watch *w, uint32_t want)
{
	struct epoll_event event = { .events = 0 };

	expect(t, epoll_wait(w->epoll, &event, 1, 0), RETURNS(want != 0));
	expect(t, event.events, RETURNS((long)want));
	expect_true(t, want == 0 || event.data.fd == w->fd);
}

static void must_move(struct trial *t, const struct watch *w, enum step step)
{
	char *page = must_share(t, page_size());

	if (step == WRITE || step == WRITE_TWO)
		must_write(t, w->p.wr, page, step == WRITE ? 1 : 2);
	else if (step == WRITE_NOTHING)
		must_write(t, w->p.wr, page, 0);
	else if (step == FILL)
		must_fill(t, &w->p, 0);
	else if (step == READ)
		must_read(t, w->p.rd, page, 1);
	else
		must_read(t, w->p.rd, page, page_size() - (step == READ_PAGE ? 0 : 1));
}

static void take_step(struct trial *t, const struct watch *w, enum step step)
{
	const uint32_t told = w->asked & (EPOLLIN | EPOLLOUT);

	switch (step) {
	case THE_END:
		break;
	case WRITE:
	case WRITE_TWO:
	case WRITE_NOTHING:
	case READ:
	case FILL:
	case READ_PAGE:
	case READ_PAGE_BUT_A_BYTE:
		must_move(t, w, step);
		break;
	case CLOSE:
		must(t, close(w->other));
		break;
	case ADD:
		must_control(t, w, EPOLL_CTL_ADD);
		break;
	case MODIFY:
		must_control(t, w, EPOLL_CTL_MOD);
		break;
	case REMOVE:
		must_control(t, w, EPOLL_CTL_DEL);
		break;
	case TOLD:
		expect_told(t, w, told);
		break;
	case ENDED:
		expect_told(t, w, told | w->gone);
		break;
	case ALONE:
		expect_told(t, w, w->gone);
		break;
	case QUIET:
		expect_told(t, w, 0);
		break;
	}
}

static void play(struct trial *t, enum pipe_end end)
{
	const struct script *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct watch w = { .p = p, .fd = this_end(&p, end), .other = other_end(&p, end) };
	bool adds = false;

	w.asked = row->asked;
	w.gone = end == READ_END ? EPOLLHUP : EPOLLERR;
	w.epoll = must_epoll(t);
	for (int i = 0; i < STEPS_MAX; i++)
		adds = adds || row->steps[i] == ADD;
	if (!adds)
		take_step(t, &w, ADD);
	for (int i = 0; i < STEPS_MAX && row->steps[i] != THE_END; i++) {
		if (row->steps[i] >= TOLD)
			note(t, "step %d", i + 1);
		take_step(t, &w, row->steps[i]);
	}
}

static const struct script level_data[] = {
	{ "until_it_is_read", EPOLLIN, { QUIET, WRITE_TWO, TOLD, TOLD, READ, TOLD, READ, QUIET } },
	{ "added_late", EPOLLIN, { WRITE, ADD, TOLD, TOLD, REMOVE, QUIET, ADD, TOLD } },
	{ "end_of_file", EPOLLIN, { WRITE, CLOSE, ENDED, ENDED, READ, ALONE, ALONE } },
	{ "nothing_asked", 0, { WRITE, QUIET, CLOSE, ALONE, ALONE } },
};

CASE(level_is_told_as_long_as_it_lasts,
     .claim = { DOCUMENTED,
		"epoll tells of data, and of the last writer's end, at every epoll_wait() until "
		"they are read",
		"epoll(7), Level-triggered and edge-triggered; epoll_ctl(2), EPOLLHUP" },
     .covers = { "POL-29", "POL-34" }, ROWS(level_data))
{
	play(t, READ_END);
}

static const struct script level_room[] = {
	{ "until_it_is_full",
	  EPOLLOUT,
	  { TOLD, WRITE, TOLD, READ, FILL, QUIET, READ_PAGE, TOLD, TOLD } },
	{ "no_reader", EPOLLOUT, { CLOSE, ENDED, ENDED } },
	{ "nothing_asked", 0, { WRITE, QUIET, CLOSE, ALONE, ALONE } },
};

CASE(level_of_room_is_told_as_long_as_it_lasts,
     .claim = { DOCUMENTED,
		"epoll tells of room, and of the last reader's end, at every epoll_wait() until "
		"the pipe is full",
		"epoll(7), Level-triggered and edge-triggered; epoll_ctl(2), EPOLLERR" },
     .covers = { "POL-29", "POL-34" }, ROWS(level_room))
{
	play(t, WRITE_END);
}

// --- edges ----------------------------------------------------------------------

static const struct script edges_once[] = {
	{ "write", EPOLLIN | EPOLLET, { QUIET, WRITE, TOLD, QUIET, QUIET } },
	{ "part_read", EPOLLIN | EPOLLET, { WRITE_TWO, TOLD, READ, QUIET } },
	{ "all_read", EPOLLIN | EPOLLET, { WRITE, READ, QUIET, WRITE, TOLD, READ, QUIET } },
	{ "two_as_one", EPOLLIN | EPOLLET, { WRITE, WRITE, TOLD, QUIET } },
	{ "added_late", EPOLLIN | EPOLLET, { WRITE, ADD, TOLD, QUIET } },
	{ "end_of_file", EPOLLIN | EPOLLET, { CLOSE, ALONE, QUIET } },
	{ "end_with_data", EPOLLIN | EPOLLET, { WRITE, TOLD, CLOSE, ENDED, QUIET, READ, QUIET } },
};

CASE(edge_is_told_once,
     .claim = { DOCUMENTED,
		"with EPOLLET data are told once, the rest behind a read that took a part never, "
		"and the last writer's end once",
		"epoll(7), Level-triggered and edge-triggered" },
     .covers = { "POL-31", "POL-34" }, ROWS(edges_once))
{
	play(t, READ_END);
}

static const struct script edges_again[] = {
	{ "each_write", EPOLLIN | EPOLLET, { WRITE, TOLD, WRITE, TOLD, WRITE, TOLD, QUIET } },
	{ "after_a_part", EPOLLIN | EPOLLET, { WRITE_TWO, TOLD, READ, QUIET, WRITE, TOLD, QUIET } },
	{ "nothing", EPOLLIN | EPOLLET, { WRITE, TOLD, WRITE_NOTHING, QUIET } },
};

CASE(every_write_is_an_edge,
     .claim = { OBSERVED,
		"with EPOLLET every write of a byte is told, though the data before it were not "
		"read",
		"fs/pipe.c, pipe_write(), for the sake of programs that rely on it" },
     .covers = { "POL-30" }, .against = "EPOLLET tells of an empty pipe that comes to hold data",
     ROWS(edges_again))
{
	play(t, READ_END);
}

static const struct script edges_by_control[] = {
	{ "modified", EPOLLIN | EPOLLET, { WRITE, TOLD, QUIET, MODIFY, TOLD, QUIET } },
	{ "added_again", EPOLLIN | EPOLLET, { ADD, WRITE, TOLD, REMOVE, ADD, TOLD, QUIET } },
};

CASE(control_is_an_edge_too,
     .claim = { OBSERVED,
		"with EPOLLET data that were told are told again after EPOLL_CTL_MOD, or once the "
		"entry is added anew",
		"fs/eventpoll.c, ep_modify(), ep_insert()" },
     .covers = { "POL-31" }, ROWS(edges_by_control))
{
	play(t, READ_END);
}

static const struct script edges_of_room[] = {
	{ "empty", EPOLLOUT | EPOLLET, { TOLD, QUIET, WRITE, QUIET } },
	{ "page", EPOLLOUT | EPOLLET, { FILL, QUIET, READ_PAGE, TOLD, QUIET } },
	{ "part",
	  EPOLLOUT | EPOLLET,
	  { FILL, QUIET, READ_PAGE_BUT_A_BYTE, QUIET, READ, TOLD, QUIET } },
	{ "more",
	  EPOLLOUT | EPOLLET,
	  { FILL, QUIET, READ_PAGE, TOLD, READ_PAGE, QUIET, READ_PAGE, QUIET } },
	{ "no_reader", EPOLLOUT | EPOLLET, { FILL, QUIET, CLOSE, ALONE, QUIET } },
};

CASE(edge_of_room_is_the_first_page,
     .claim = { OBSERVED,
		"with EPOLLET room is told when the first page of a full pipe has been read, not "
		"before, and not for the pages behind it",
		"fs/pipe.c, pipe_read(), which wakes writers of a pipe that was full" },
     .covers = { "POL-32", "POL-34" }, ROWS(edges_of_room))
{
	play(t, WRITE_END);
}

// --- one-shot -------------------------------------------------------------------

static const struct script shots[] = {
	{ "level",
	  EPOLLIN | EPOLLONESHOT,
	  { WRITE, TOLD, QUIET, WRITE, QUIET, MODIFY, TOLD, QUIET } },
	{ "edge",
	  EPOLLIN | EPOLLONESHOT | EPOLLET,
	  { WRITE, TOLD, WRITE, QUIET, MODIFY, TOLD, QUIET } },
	{ "hung_up", EPOLLIN | EPOLLONESHOT, { WRITE, TOLD, CLOSE, QUIET, MODIFY, ENDED, QUIET } },
	{ "not_spent", EPOLLIN | EPOLLONESHOT, { QUIET, WRITE, READ, QUIET, WRITE, TOLD, QUIET } },
};

CASE(one_shot_is_spent_by_an_event,
     .claim = { DOCUMENTED,
		"with EPOLLONESHOT one event is told, then nothing, not even the last writer's "
		"end, until EPOLL_CTL_MOD",
		"epoll_ctl(2), EPOLLONESHOT" },
     .covers = { "POL-33" }, ROWS(shots))
{
	play(t, READ_END);
}

const struct family epoll_family = {
	.name = "epoll",
	.about = "When epoll tells of a pipe again: levels, edges, one-shot",
	.cases = {
		&level_is_told_as_long_as_it_lasts,
		&level_of_room_is_told_as_long_as_it_lasts,
		&edge_is_told_once,
		&every_write_is_an_edge,
		&control_is_an_edge_too,
		&edge_of_room_is_the_first_page,
		&one_shot_is_spent_by_an_event,
	},
};
