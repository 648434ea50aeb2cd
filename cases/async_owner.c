// SPDX-License-Identifier: ISC
// Who gets the signals of O_ASYNC: processes, groups, threads, and who may: F_SETOWN(2const).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum { MEMBERS = 2 };

static const struct timespec at_once = { 0, 0 };

static sigset_t only(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return set;
}

static void expect_taken(struct trial *t, int signal, bool pending)
{
	const sigset_t set = only(signal);

	if (pending)
		expect(t, sigtimedwait(&set, NULL, &at_once), RETURNS(signal));
	expect(t, sigtimedwait(&set, NULL, &at_once), FAILS(EAGAIN));
}

// Blocked here, SIGIO is for those who wait for it.
static struct pipe must_prepare(struct trial *t)
{
	struct pipe p = must_pipe(t, 0);

	must_mask(t, SIGIO, true);
	must_set_async(t, p.rd, true);
	return p;
}

static void wait_for_sigio(struct trial *t, const void *arg)
{
	const sigset_t set = only(SIGIO);

	(void)arg;
	attempt(t, sigwaitinfo(&set, NULL));
}

static void wait_in_group(struct trial *t, const void *arg)
{
	const sigset_t set = only(SIGIO);

	must(t, setpgid(0, *(const pid_t *)arg));
	attempt(t, sigwaitinfo(&set, NULL));
}

struct owner_row {
	const char *name;
	bool extended;
};

static const struct owner_row commands[] = { { "f_setown", false }, { "f_setown_ex", true } };

// Of a group the number is below 0, but for F_SETOWN_EX.
static void must_set_owner(struct trial *t, int fd, pid_t owner, int kind)
{
	const struct owner_row *row = trial_row(t);
	struct f_owner_ex extended = { .pid = owner }, got = { .pid = -1 };
	const int number = kind == F_OWNER_PGRP ? -owner : owner;

	extended.type = (__typeof__(extended.type))kind; // C libraries differ in its sign
	if (row->extended)
		must(t, fcntl(fd, F_SETOWN_EX, &extended));
	else
		must(t, fcntl(fd, F_SETOWN, number));
	expect(t, fcntl(fd, F_GETOWN), RETURNS(number));
	expect(t, fcntl(fd, F_GETOWN_EX, &got), RETURNS(0));
	expect_equal(t, (int)got.type, kind);
	expect_equal(t, got.pid, owner);
}

CASE(process_that_owns_gets_the_signal,
     .claim = { DOCUMENTED,
		"SIGIO goes to the process that F_SETOWN or F_SETOWN_EX named, and to nobody "
		"else; F_GETOWN and F_GETOWN_EX tell it",
		"F_SETOWN(2const), F_SETOWN_EX(2const)" },
     .covers = { "ASY-01", "ASY-03" }, ROWS(commands))
{
	struct pipe p = must_prepare(t);
	struct actor *owner = start(t, wait_for_sigio, NULL),
		     *other = start(t, wait_for_sigio, NULL);

	must_set_owner(t, p.rd, actor_pid(owner), F_OWNER_PID);
	expect_actor(t, owner, BLOCKS);
	expect_actor(t, other, BLOCKS);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, owner, RETURNS(SIGIO));
	expect_actor(t, other, BLOCKS);
	expect_taken(t, SIGIO, false);
}

CASE(group_that_owns_gets_the_signal,
     .claim = { DOCUMENTED,
		"SIGIO goes to every process of the group that F_SETOWN, below 0, or F_SETOWN_EX "
		"named, and to nobody else",
		"F_SETOWN(2const), F_SETOWN_EX(2const)" },
     .covers = { "ASY-03" }, ROWS(commands))
{
	struct pipe p = must_prepare(t);
	struct actor *members[MEMBERS], *other = start(t, wait_for_sigio, NULL);
	pid_t group = 0;

	for (int i = 0; i < MEMBERS; i++) {
		members[i] = start(t, wait_in_group, &group);
		must_block(t, members[i]);
		group = actor_pid(members[0]);
	}
	must_set_owner(t, p.rd, group, F_OWNER_PGRP);
	expect_actor(t, other, BLOCKS);
	must_write(t, p.wr, "x", 1);
	for (int i = 0; i < MEMBERS; i++)
		expect_actor(t, members[i], RETURNS(SIGIO));
	expect_actor(t, other, BLOCKS);
	expect_taken(t, SIGIO, false);
}

// --- threads --------------------------------------------------------------------

static const struct owner_row extended_only[] = { { "f_setown_ex", true } };

CASE(thread_that_owns_gets_the_signal,
     .claim = { DOCUMENTED,
		"SIGIO goes to the thread that F_SETOWN_EX named as F_OWNER_TID, though another "
		"one waits for it",
		"F_SETOWN_EX(2const)" },
     .covers = { "ASY-04" }, ROWS(extended_only))
{
	struct pipe p = must_prepare(t);
	struct actor *other = start_thread(t, wait_for_sigio, NULL);

	must_block(t, other);
	must_set_owner(t, p.rd, thread_id(), F_OWNER_TID);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, other, BLOCKS);
	expect_taken(t, SIGIO, true);
	expect_actor(t, other, BLOCKS);
}

CASE(first_thread_does_not_get_anothers_signal,
     .claim = { DOCUMENTED, "the first thread finds no SIGIO that is for another one, which does",
		"F_SETOWN_EX(2const)" },
     .covers = { "ASY-04" }, ROWS(extended_only))
{
	struct pipe p = must_prepare(t);
	struct actor *owner = start_thread(t, wait_for_sigio, NULL);

	must_block(t, owner);
	must_set_owner(t, p.rd, actor_pid(owner), F_OWNER_TID);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, owner, RETURNS(SIGIO));
	expect_taken(t, SIGIO, false);
}

CASE(process_signal_is_for_any_thread,
     .claim = { DOCUMENTED, "SIGIO for a process as F_OWNER_PID wakes the thread of it that waits",
		"F_SETOWN_EX(2const); signal(7)" },
     .covers = { "ASY-03" }, ROWS(extended_only))
{
	struct pipe p = must_prepare(t);
	struct actor *waits = start_thread(t, wait_for_sigio, NULL);

	must_block(t, waits);
	must_set_owner(t, p.rd, getpid(), F_OWNER_PID);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, waits, RETURNS(SIGIO));
	expect_taken(t, SIGIO, false);
}

CASE(fallback_is_for_the_thread_too,
     .claim = { OBSERVED,
		"SIGIO in place of a real-time signal that cannot be queued goes to the thread "
		"that owns, not to another one of its process that waits for it",
		"fs/fcntl.c, send_sigio_to_task()" },
     .covers = { "ASY-18" }, .against = "F_SETSIG(2const): it is delivered to the entire process",
     ROWS(extended_only))
{
	struct pipe p = must_prepare(t);

	must_close_queue(t); // before there is a thread that its signal could reach
	struct actor *other = start_thread(t, wait_for_sigio, NULL);
	must_block(t, other);
	must_mask(t, SIGRTMIN, true);
	must(t, fcntl(p.rd, F_SETSIG, SIGRTMIN));
	must_set_owner(t, p.rd, thread_id(), F_OWNER_TID);
	must_write(t, p.wr, "x", 1);
	expect_taken(t, SIGRTMIN, false);
	expect_actor(t, other, BLOCKS);
	expect_taken(t, SIGIO, true);
}

// --- who may --------------------------------------------------------------------

// Another user names the case's process, of which it is told, the owner.
static void name_the_owner(struct trial *t, const void *arg)
{
	int fd = must_receive_descriptor(t);
	struct f_owner_ex owner;

	(void)arg;
	must(t, fcntl(fd, F_GETOWN_EX, &owner));
	must(t, fcntl(fd, F_SETOWN, 0));
	must(t, fcntl(fd, F_SETOWN, owner.pid));
	reach_stage(t, 1);
}

CASE(signal_of_an_owner_set_by_another_user_is_dropped,
     .claim = { DOCUMENTED,
		"no signal comes to a process that another user, without privilege, made the "
		"owner, though it writes to the pipe itself",
		"F_SETOWN(2const), on permission and saved credentials" },
     .covers = { "ASY-19" }, .stranger = name_the_owner)
{
	struct pipe p = must_prepare(t);

	must(t, fcntl(p.rd, F_SETOWN, getpid()));
	must_write(t, p.wr, "x", 1);
	must_empty(t, p.rd);
	expect_taken(t, SIGIO, true);
	must_send_descriptor(t, p.rd);
	await_stage(t, 1);
	expect(t, fcntl(p.rd, F_GETOWN), RETURNS(getpid()));
	expect(t, write(p.wr, "x", 1), RETURNS(1));
	must_empty(t, p.rd);
	expect_taken(t, SIGIO, false);
	must(t, fcntl(p.rd, F_SETOWN, getpid()));
	must_write(t, p.wr, "x", 1);
	expect_taken(t, SIGIO, true);
}

static void write_what_is_sent(struct trial *t, const void *arg)
{
	(void)arg;
	must_write(t, must_receive_descriptor(t), "x", 1);
	reach_stage(t, 1);
}

CASE(who_writes_needs_no_permission,
     .claim = { DOCUMENTED,
		"a write by another user signals the process that named itself the owner",
		"F_SETOWN(2const), on permission and saved credentials" },
     .covers = { "ASY-19" }, .stranger = write_what_is_sent)
{
	struct pipe p = must_prepare(t);

	must(t, fcntl(p.rd, F_SETOWN, getpid()));
	must_send_descriptor(t, p.wr);
	await_stage(t, 1);
	expect_taken(t, SIGIO, true);
}

const struct family async_owner_family = {
	.name = "async_owner",
	.about = "Who gets the signals of O_ASYNC: processes, groups, threads, and who may",
	.cases = {
		&process_that_owns_gets_the_signal,
		&group_that_owns_gets_the_signal,
		&thread_that_owns_gets_the_signal,
		&first_thread_does_not_get_anothers_signal,
		&process_signal_is_for_any_thread,
		&fallback_is_for_the_thread_too,
		&signal_of_an_owner_set_by_another_user_is_dropped,
		&who_writes_needs_no_permission,
	},
};
