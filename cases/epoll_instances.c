// SPDX-License-Identifier: ISC
// Several epoll instances on a pipe, and several asleep in one: epoll_ctl(2), epoll(7).

#include <stdatomic.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "case.h"

enum { INSTANCES = 4 };

static void wait_for_event(struct trial *t, const void *arg)
{
	struct epoll_event event;

	attempt(t, epoll_wait(*(const int *)arg, &event, 1, -1));
}

CASE(each_instance_tells_for_itself,
     .claim = { DOCUMENTED,
		"two epoll instances on one pipe both tell of it, an edge in the one being told "
		"no less after it was told in the other",
		"epoll(7), Questions and answers, on two epoll instances" },
     .covers = { "POL-31", "POL-35" })
{
	struct pipe p = must_pipe(t, 0);
	int first = must_epoll(t), second = must_epoll(t);

	must_watch_by(t, first, p.rd, EPOLLIN | EPOLLET);
	must_watch_by(t, second, p.rd, EPOLLIN | EPOLLET);
	must_write(t, p.wr, "x", 1);
	expect_epoll_tells(t, first, p.rd, EPOLLIN);
	expect_epoll_quiet(t, first);
	expect_epoll_tells(t, second, p.rd, EPOLLIN);
	expect_epoll_quiet(t, second);
}

struct herd {
	int epolls[INSTANCES];
	struct actor *sleepers[INSTANCES];
	_Atomic int *woken;
};

struct sleeper {
	int epoll;
	_Atomic int *woken;
};

static void wait_in_herd(struct trial *t, const void *arg)
{
	const struct sleeper *s = arg;

	wait_for_event(t, &s->epoll);
	atomic_store(s->woken, 1);
	reach_stage(t, 1);
}

// In the order of the array, one asleep after the other; the first `shared` without the flag.
static void must_start_herd(struct trial *t, struct herd *h, const struct pipe *p, int shared)
{
	h->woken = must_share(t, INSTANCES * sizeof *h->woken);
	for (int i = 0; i < INSTANCES; i++) {
		h->epolls[i] = must_epoll(t);
		must_watch_by(t, h->epolls[i], p->rd,
			      i < shared ? EPOLLIN : EPOLLIN | EPOLLEXCLUSIVE);
		struct sleeper sleeper = { h->epolls[i], &h->woken[i] };
		h->sleepers[i] = start(t, wait_in_herd, &sleeper);
		must_block(t, h->sleepers[i]);
	}
}

CASE(just_one_exclusive_instance_is_woken,
     .claim = { OBSERVED,
		"of four epoll instances on one pipe with EPOLLEXCLUSIVE, each with a sleeper, one "
		"byte wakes one",
		"fs/eventpoll.c, ep_poll_callback(); epoll_ctl(2): one or more" },
     .covers = { "POL-35" }, .since = "4.5")
{
	struct pipe p = must_pipe(t, 0);
	struct herd h;
	int woken = 0;

	must_start_herd(t, &h, &p, 0);
	must_write(t, p.wr, "x", 1);
	await_stage(t, 1);
	for (int i = 0; i < INSTANCES; i++) {
		if (atomic_load(&h.woken[i]) != 0)
			woken++;
		else
			expect_actor(t, h.sleepers[i], BLOCKS);
	}
	expect(t, woken, RETURNS(1));
}

CASE(shared_instances_are_woken_beside_an_exclusive_one,
     .claim = { DOCUMENTED,
		"one byte wakes the sleepers of all epoll instances on the pipe without "
		"EPOLLEXCLUSIVE, and at least one with it",
		"epoll_ctl(2), EPOLLEXCLUSIVE" },
     .covers = { "POL-35" }, .since = "4.5")
{
	struct pipe p = must_pipe(t, 0);
	struct herd h;

	must_start_herd(t, &h, &p, INSTANCES - 1);
	must_write(t, p.wr, "x", 1);
	for (int i = 0; i < INSTANCES; i++)
		expect_actor(t, h.sleepers[i], RETURNS(1));
}

CASE(level_wakes_every_sleeper_of_one_instance,
     .claim = { OBSERVED,
		"all who wait in epoll_wait() of one instance are woken by one byte that nobody "
		"reads, level-triggered",
		"fs/eventpoll.c, ep_poll(): who is woken wakes the next" },
     .covers = { "POL-12", "POL-35" })
{
	struct pipe p = must_pipe(t, 0);
	struct actor *woken[INSTANCES];
	int epoll = must_epoll(t);

	must_watch_by(t, epoll, p.rd, EPOLLIN);
	for (int i = 0; i < INSTANCES; i++) {
		woken[i] = start(t, wait_for_event, &epoll);
		must_block(t, woken[i]);
	}
	must_write(t, p.wr, "x", 1);
	for (int i = 0; i < INSTANCES; i++)
		expect_actor(t, woken[i], RETURNS(1));
}

struct pair {
	int epoll;
	_Atomic int *woken; // thread id of the first one that was
};

static void wait_and_tell(struct trial *t, const void *arg)
{
	const struct pair *pair = arg;
	int nobody = 0;

	wait_for_event(t, &pair->epoll);
	atomic_compare_exchange_strong(pair->woken, &nobody, (int)thread_id());
	reach_stage(t, 1);
}

CASE(edge_wakes_one_sleeper_of_an_instance,
     .claim = { DOCUMENTED,
		"of two asleep in epoll_wait() of one instance a byte wakes one, edge-triggered, "
		"and the next byte the other",
		"epoll(7), Level-triggered and edge-triggered, on multiple threads" },
     .covers = { "POL-31", "POL-35" })
{
	struct pipe p = must_pipe(t, 0);
	struct pair pair = { must_epoll(t), must_share(t, sizeof *pair.woken) };
	struct actor *first, *second;

	must_watch_by(t, pair.epoll, p.rd, EPOLLIN | EPOLLET);
	first = start(t, wait_and_tell, &pair);
	must_block(t, first);
	second = start(t, wait_and_tell, &pair);
	must_block(t, second);
	must_write(t, p.wr, "x", 1);
	await_stage(t, 1);
	bool was_first = atomic_load(pair.woken) == actor_pid(first);
	expect_actor(t, was_first ? first : second, RETURNS(1));
	expect_actor(t, was_first ? second : first, BLOCKS);
	must_read(t, p.rd, &(char){ 0 }, 1);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, was_first ? second : first, RETURNS(1));
}

const struct family epoll_instances_family = {
	.name = "epoll_instances",
	.about = "Several epoll instances on a pipe, and several asleep in one",
	.cases = {
		&each_instance_tells_for_itself,
		&just_one_exclusive_instance_is_woken,
		&shared_instances_are_woken_beside_an_exclusive_one,
		&level_wakes_every_sleeper_of_one_instance,
		&edge_wakes_one_sleeper_of_an_instance,
	},
};
