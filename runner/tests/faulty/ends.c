// SPDX-License-Identifier: ISC
// Trials that end before they decided, and what they start as.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

FAULTY(exits_early, "the case is carried out to its end")
{
	expect(t, close(-1), FAILS(EBADF));
	_exit(0);
}

FAULTY(exits_with_a_status, "the case is carried out to its end")
{
	expect(t, close(-1), FAILS(EBADF));
	_exit(3);
}

FAULTY(dies_of_a_bad_address, "the case does not crash")
{
	(void)t;
	raise(SIGSEGV); // a sanitizer would catch the real thing
}

FAULTY(dies_in_an_expectation, "the case does not crash")
{
	expect(t, raise(SIGBUS), RETURNS(0));
}

FAULTY(aborts, "the case does not crash")
{
	(void)t;
	abort();
}

FAULTY(is_killed, "the case is not killed")
{
	expect(t, kill(getpid(), SIGKILL), RETURNS(0));
}

FAULTY(signals_end_it, "SIGPIPE has its default action, whatever the caller ignored")
{
	struct pipe p = must_pipe(t, 0);

	must(t, close(p.rd));
	expect(t, write(p.wr, "x", 1), FAILS(EPIPE));
}

FAULTY(starts_clean, "dispositions, mask, descriptors, umask and limits are those of case.h")
{
	struct sigaction action;
	struct rlimit limit;
	sigset_t mask;

	for (int sig = 1; sig < 32; sig++) {
		must(t, sigaction(sig, NULL, &action));
		expect_true(t, action.sa_handler == SIG_DFL);
	}
	must(t, sigprocmask(SIG_BLOCK, NULL, &mask));
	for (int sig = 1; sig < 32; sig++)
		expect_true(t, !sigismember(&mask, sig));
	for (int fd = 0; fd < 3; fd++)
		expect(t, fcntl(fd, F_GETFD), RETURNS(0));
	for (int fd = 3; fd < 20000; fd++)
		expect(t, fcntl(fd, F_GETFD), FAILS(EBADF));
	expect(t, umask(0), RETURNS(022));
	expect(t, getsid(0) == getpid() ? 0 : 1, RETURNS(0));
	must(t, getrlimit(RLIMIT_CORE, &limit));
	expect_true(t, limit.rlim_cur == 0);
}

FAULTY(closes_everything, "a verdict takes no descriptor")
{
	for (int fd = 0; fd < 256; fd++)
		close(fd);
	expect(t, close(0), FAILS(EBADF));
}

FAULTY(leaks_descriptors, "what one trial leaks is not missing in the next")
{
	for (int i = 0; i < 100; i++)
		must_pipe_by(t, BY_ONE_PAGE, 0);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(changes_what_is_inherited, "one trial's limits and mask are not those of the next")
{
	struct rlimit none = { 3, 3 };
	sigset_t all;

	sigfillset(&all);
	must(t, sigprocmask(SIG_SETMASK, &all, NULL));
	must(t, chdir("/"));
	umask(0777);
	must(t, setrlimit(RLIMIT_NOFILE, &none));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(starts_clean_after_that, "a pipe can be made")
{
	struct pipe p = must_pipe(t, 0);

	expect(t, write(p.wr, "x", 1), RETURNS(1));
}

const struct family ends_family = {
	.name = "ends",
	.about = "Trials that end before they decided, and what each starts as",
	.cases = {
		&exits_early,
		&exits_with_a_status,
		&dies_of_a_bad_address,
		&dies_in_an_expectation,
		&aborts,
		&is_killed,
		&signals_end_it,
		&starts_clean,
		&closes_everything,
		&leaks_descriptors,
		&changes_what_is_inherited,
		&starts_clean_after_that,
	},
};
