// SPDX-License-Identifier: ISC
// What is left when the verdict is there: processes, threads, files.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

enum { STORM = 50 };

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

static void stay_as_actor(struct trial *t, const void *arg)
{
	(void)t;
	(void)arg;
	stay();
}

static void *stay_as_thread(void *arg)
{
	(void)arg;
	stay();
}

FAULTY(an_orphan, "the case leaves a process in its session")
{
	if (must(t, fork()) == 0)
		stay();
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(a_zombie, "the case leaves a process that has ended")
{
	siginfo_t info;
	long child = must(t, fork());

	if (child == 0)
		_exit(0);
	must(t, waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(an_orphan_and_a_failure, "a failure beside a process that is left behind")
{
	if (must(t, fork()) == 0)
		stay();
	expect(t, close(-1), FAILS(EIO));
}

// Both forks away, in a session of its own, before the case ends.
static void escape(struct trial *t)
{
	struct pipe p = must_pipe(t, 0);
	long child = must(t, fork());
	char byte;

	if (child == 0) {
		if (fork() != 0)
			_exit(0);
		setsid();
		if (write(p.wr, "x", 1) == 1)
			stay();
		_exit(1);
	}
	must_read(t, p.rd, &byte, 1);
	must(t, waitpid((pid_t)child, NULL, 0));
}

FAULTY(an_escape_from_the_session, "the case leaves a daemon")
{
	escape(t);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(an_escape_that_ignores_signals, "the case leaves a daemon that no signal ends but one")
{
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD)
			must_ignore(t, sig);
	escape(t);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(an_escape_and_a_hang, "the case leaves a daemon and hangs")
{
	escape(t);
	must(t, pause());
}

FAULTY(a_stopped_orphan, "the case leaves a stopped process")
{
	long child = must(t, fork());

	if (child == 0)
		stay();
	must(t, kill((pid_t)child, SIGSTOP));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(a_storm, "the case leaves many processes")
{
	for (int i = 0; i < STORM; i++)
		if (must(t, fork()) == 0)
			stay();
	expect(t, close(-1), FAILS(EBADF));
}

static void leave_a_process(struct trial *t, const void *arg)
{
	(void)arg;
	if (must(t, fork()) == 0)
		stay();
	reach_stage(t, 1);
	stay();
}

FAULTY(a_child_of_an_actor, "an actor leaves a process")
{
	start(t, leave_a_process, NULL);
	await_stage(t, 1);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(an_actor, "an actor may be left running")
{
	start(t, stay_as_actor, NULL);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(threads, "a thread may be left running, declared or not")
{
	pthread_t thread;

	start_thread(t, stay_as_actor, NULL);
	must(t, -(pthread_create(&thread, NULL, stay_as_thread, NULL) != 0));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(a_file, "what is made in the scratch directory goes with it")
{
	must_fifo(t, 0600);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(nothing_of_the_others, "the next trial does not see what others left")
{
	expect(t, waitpid(-1, NULL, WNOHANG), FAILS(ECHILD));
}

const struct family leavings_family = {
	.name = "leavings",
	.about = "What is left when the verdict is there: processes, threads, files",
	.cases = {
		&an_orphan,
		&a_zombie,
		&an_orphan_and_a_failure,
		&an_escape_from_the_session,
		&an_escape_that_ignores_signals,
		&an_escape_and_a_hang,
		&a_stopped_orphan,
		&a_storm,
		&a_child_of_an_actor,
		&an_actor,
		&threads,
		&a_file,
		&nothing_of_the_others,
	},
};
