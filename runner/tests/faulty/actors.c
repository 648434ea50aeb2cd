// SPDX-License-Identifier: ISC
// Actors that do not do what is claimed, and some that do.

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

static void attempt_nothing(struct trial *t, const void *arg)
{
	(void)t;
	(void)arg;
}

static void read_one(struct trial *t, const void *arg)
{
	char byte;

	attempt(t, read(*(const int *)arg, &byte, 1));
}

static void read_twice(struct trial *t, const void *arg)
{
	read_one(t, arg);
	read_one(t, arg);
}

static void read_as_ground(struct trial *t, const void *arg)
{
	char byte;

	must(t, read(*(const int *)arg, &byte, 1));
}

static long spin(void)
{
	volatile long i = 0;

	while (i >= 0)
		i = i == 0;
	return i;
}

static void spin_in_the_attempt(struct trial *t, const void *arg)
{
	(void)arg;
	attempt(t, spin());
}

static void die_in_the_attempt(struct trial *t, const void *arg)
{
	attempt(t, raise(*(const int *)arg));
}

static void expect_what_is_not_so(struct trial *t, const void *arg)
{
	(void)arg;
	expect(t, close(-1), FAILS(EIO));
}

FAULTY(attempts_nothing, "an actor attempts a call")
{
	expect_actor(t, start(t, attempt_nothing, NULL), BLOCKS);
}

FAULTY(thread_attempts_nothing, "a thread attempts a call")
{
	expect_actor(t, start_thread(t, attempt_nothing, NULL), RETURNS(0));
}

FAULTY(attempts_twice, "an actor attempts one call")
{
	int none = -1;
	struct actor *reader = start(t, read_twice, &none);

	must_finish(t, reader);
	expect_actor(t, reader, FAILS(EBADF));
}

FAULTY(attempts_outside_an_actor, "the first process attempts nothing")
{
	int none = -1;

	read_one(t, &none);
}

FAULTY(blocks_as_claimed, "a reader of an empty pipe blocks")
{
	struct pipe p = must_pipe(t, 0);

	expect_actor(t, start(t, read_one, &p.rd), BLOCKS);
}

FAULTY(returns_as_claimed, "a blocked reader returns once there is a byte, thread or process")
{
	struct pipe p = must_pipe(t, 0), q = must_pipe(t, 0);
	struct actor *process = start(t, read_one, &p.rd),
		     *thread = start_thread(t, read_one, &q.rd);

	expect_actor(t, process, BLOCKS);
	expect_actor(t, thread, BLOCKS);
	must_write(t, p.wr, "x", 1);
	must_write(t, q.wr, "x", 1);
	expect_actor(t, process, RETURNS(1));
	expect_actor(t, thread, RETURNS(1));
	must_finish(t, process);
	must_finish(t, thread);
}

FAULTY(returns_though_it_should_block, "a reader of a pipe with a byte blocks")
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "x", 1);
	expect_actor(t, start(t, read_one, &p.rd), BLOCKS);
}

FAULTY(blocks_though_it_should_return, "a reader of an empty pipe returns")
{
	struct pipe p = must_pipe(t, 0);

	expect_actor(t, start(t, read_one, &p.rd), RETURNS(1));
}

FAULTY(thread_blocks_though_it_should_return, "a reader of an empty pipe returns")
{
	struct pipe p = must_pipe(t, 0);

	expect_actor(t, start_thread(t, read_one, &p.rd), RETURNS(1));
}

FAULTY(ground_should_block, "a reader of a pipe with a byte blocks")
{
	struct pipe p = must_pipe(t, 0);

	must_write(t, p.wr, "x", 1);
	must_block(t, start(t, read_one, &p.rd));
}

FAULTY(spins, "a call that computes for ever is not one that blocks")
{
	expect_actor(t, start(t, spin_in_the_attempt, NULL), BLOCKS);
}

FAULTY(blocks_before_its_attempt, "sleeping elsewhere is not blocking in the attempt")
{
	struct pipe p = must_pipe(t, 0);

	expect_actor(t, start(t, read_as_ground, &p.rd), BLOCKS);
}

FAULTY(dies_as_claimed, "SIGTERM ends a process")
{
	int sig = SIGTERM;

	expect_actor(t, start(t, die_in_the_attempt, &sig), DIES(SIGTERM));
}

FAULTY(dies_unexpectedly, "SIGSEGV does not end a process")
{
	int sig = SIGSEGV;

	expect_actor(t, start(t, die_in_the_attempt, &sig), RETURNS(0));
}

FAULTY(dies_before_its_end, "an actor that dies does not come to its end")
{
	int sig = SIGKILL;

	must_finish(t, start(t, die_in_the_attempt, &sig));
}

FAULTY(fails_in_an_actor, "what an actor expects is expected of the case")
{
	struct actor *actor = start(t, expect_what_is_not_so, NULL);

	must_finish(t, actor);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(ground_fails_in_an_actor, "what an actor must do is ground of the case")
{
	int none = -1;

	must_finish(t, start(t, read_as_ground, &none));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(too_many_actors, "a trial has as many actors as it likes")
{
	for (int i = 0; i <= TRIAL_ACTORS_MAX; i++)
		must_finish(t, start(t, attempt_nothing, NULL));
	expect(t, close(-1), FAILS(EBADF));
}

static void stay_beside(struct trial *t, const void *arg)
{
	(void)arg;
	await_stage(t, 1);
}

CASE(too_many_actors_beside_a_stranger,
     .claim = { POSIX, "the record that the stranger has is an actor's too", "nothing" },
     .covers = { "EOF-01" }, .stranger = stay_beside)
{
	for (int i = 0; i < TRIAL_ACTORS_MAX; i++)
		must_finish(t, start(t, attempt_nothing, NULL));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(stage_is_never_reached, "somebody reaches the second stage")
{
	reach_stage(t, 1);
	await_stage(t, 1);
	await_stage(t, 2);
	expect(t, close(-1), FAILS(EBADF));
}

const struct family actors_family = {
	.name = "actors",
	.about = "Actors that do not do what is claimed, and some that do",
	.cases = {
		&attempts_nothing,
		&thread_attempts_nothing,
		&attempts_twice,
		&attempts_outside_an_actor,
		&blocks_as_claimed,
		&returns_as_claimed,
		&returns_though_it_should_block,
		&blocks_though_it_should_return,
		&thread_blocks_though_it_should_return,
		&ground_should_block,
		&spins,
		&blocks_before_its_attempt,
		&dies_as_claimed,
		&dies_unexpectedly,
		&dies_before_its_end,
		&fails_in_an_actor,
		&ground_fails_in_an_actor,
		&too_many_actors,
		&too_many_actors_beside_a_stranger,
		&stage_is_never_reached,
	},
};
