// SPDX-License-Identifier: ISC
// Who is told of input, and whose name that is, across PID namespaces: F_SETSIG(2const);
// pid_namespaces(7).

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum stage { OWNED = 1, WRITTEN, SEEN };

static void run_inside(struct trial *t, actor_body *body, const void *arg)
{
	must_enter_namespaces(t, CLONE_NEWPID);
	must_finish(t, start_inside(t, body, arg));
}

// The signal is pending when the write() that raised it has returned.
static void be_told_of_input(struct trial *t, const void *arg)
{
	static const struct timespec at_once;
	const struct pipe *p = arg;
	siginfo_t info = { .si_signo = 0 };
	sigset_t told;

	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	must_mask(t, SIGUSR1, true);
	must(t, fcntl(p->rd, F_SETOWN, getpid()));
	must(t, fcntl(p->rd, F_SETSIG, SIGUSR1));
	must(t, fcntl(p->rd, F_SETFL, O_ASYNC));
	reach_stage(t, OWNED);
	await_stage(t, WRITTEN);
	expect(t, sigtimedwait(&told, &info, &at_once), RETURNS(SIGUSR1));
	expect(t, info.si_fd, RETURNS(p->rd));
	expect(t, info.si_code, RETURNS(POLL_IN));
}

static void wait_inside(struct trial *t, const void *arg)
{
	run_inside(t, be_told_of_input, arg);
}

static void cause_it(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;

	await_stage(t, OWNED);
	must_write(t, p->wr, "a", 1);
	reach_stage(t, WRITTEN);
}

static void write_inside(struct trial *t, const void *arg)
{
	run_inside(t, cause_it, arg);
}

CASE(input_from_a_sibling_namespace_is_told,
     .claim = { DOCUMENTED,
		"the owner of a read end in one PID namespace gets the signal, with si_fd and "
		"POLL_IN, for what a process in another wrote",
		"F_SETOWN(2const), F_SETSIG(2const)" },
     .covers = { "NSC-01" })
{
	struct pipe p = must_pipe(t, 0);
	struct actor *owner = start(t, wait_inside, &p), *writer = start(t, write_inside, &p);

	must_finish(t, owner);
	must_finish(t, writer);
}

static void look_at_owner(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;
	struct f_owner_ex owner = { .pid = -1 };

	expect(t, fcntl(p->rd, F_GETOWN), RETURNS(0));
	expect(t, fcntl(p->rd, F_GETOWN_EX, &owner), RETURNS(0));
	expect_equal(t, owner.type, F_OWNER_PID);
	expect_equal(t, owner.pid, 0);
	expect(t, fcntl(p->rd, F_SETOWN, getpid()), RETURNS(0));
	expect(t, fcntl(p->rd, F_GETOWN), RETURNS(1)); // the first of the namespace
	reach_stage(t, OWNED);
	await_stage(t, SEEN);
}

// Itself it is not in the namespace: only its child is.
static void look_inside(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;

	must_enter_namespaces(t, CLONE_NEWPID);
	struct actor *inside = start_inside(t, look_at_owner, p);
	await_stage(t, OWNED);
	expect(t, fcntl(p->rd, F_GETOWN), RETURNS(actor_pid(inside)));
	reach_stage(t, SEEN);
	must_finish(t, inside);
}

CASE(owner_out_of_sight_is_nobody,
     .claim = { OBSERVED,
		"F_GETOWN tells the owner's pid in the caller's PID namespace, and 0 where it has "
		"none there",
		"fs/fcntl.c, f_getown(); pid_namespaces(7), in general" },
     .covers = { "NSC-02" })
{
	struct pipe p = must_pipe(t, 0);

	must(t, fcntl(p.rd, F_SETOWN, getpid()));
	must_finish(t, start(t, look_inside, &p));
}

const struct family owners_elsewhere_family = {
	.name = "owners_elsewhere",
	.about = "Who is told of input across PID namespaces",
	.cases = {
		&input_from_a_sibling_namespace_is_told,
		&owner_out_of_sight_is_nobody,
	},
};
