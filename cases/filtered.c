// SPDX-License-Identifier: ISC
// Pipes under no_new_privs and seccomp filters, as container runtimes set them: seccomp(2).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// From now on this process may not gain privileges, and a call by the number `refused` (-1: none)
// fails with EPERM.
static void must_filter(struct trial *t, long refused)
{
	const struct abi_filter_step steps[] = {
		{ ABI_FILTER_LOAD_WORD, 0, 0, 0 },
		{ ABI_FILTER_IF_EQUAL, 0, 1, (uint32_t)refused },
		{ ABI_FILTER_RETURN, 0, 0, ABI_FILTER_ERRNO | EPERM },
		{ ABI_FILTER_RETURN, 0, 0, ABI_FILTER_ALLOW },
	};
	const struct abi_filter filter = { sizeof steps / sizeof steps[0], steps };

	must(t, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (must_or_fail(t, prctl(PR_SET_SECCOMP, ABI_SECCOMP_MODE_FILTER, &filter), EINVAL) == -1)
		skip(t, "kernel-config: no filters (CONFIG_SECCOMP_FILTER)");
}

enum confinement { NO_NEW_PRIVILEGES, FILTER };

struct confined_row {
	const char *name;
	enum confinement by;
};

static const struct confined_row confined[] = {
	{ "no_new_privs", NO_NEW_PRIVILEGES },
	{ "filter", FILTER },
};

CASE(confined_process_has_the_same_pipes,
     .claim = { OBSERVED,
		"no_new_privs, and a filter that allows it, change nothing of a pipe: EAGAIN, "
		"capacity, end of file, EPIPE with SIGPIPE",
		"seccomp(2), SECCOMP_RET_ALLOW; prctl(2), PR_SET_NO_NEW_PRIVS" },
     .covers = { "NSC-14" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(confined))
{
	const struct confined_row *row = trial_row(t);
	char bytes[3];

	must_catch(t, SIGPIPE, 0);
	if (row->by == FILTER)
		must_filter(t, -1);
	must(t, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	struct pipe p = must_pipe(t, O_NONBLOCK), other = must_pipe(t, 0);
	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS_PAGES(DEFAULT_PAGES, 0));
	expect(t, read(p.rd, bytes, 1), FAILS(EAGAIN));
	expect(t, write(p.wr, "ab", 2), RETURNS(2));
	expect(t, set_capacity(t, p.wr, 2 * page_size()), RETURNS_PAGES(2, 0));
	must(t, close(p.wr));
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS(2));
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS(0));
	must(t, close(other.rd));
	expect(t, write(other.wr, "a", 1), FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).count, RETURNS(1));
}

CASE(filter_answers_whatever_the_descriptor,
     .claim = { DOCUMENTED,
		"a call that a filter refuses with EPERM fails so with a good descriptor and with "
		"none, and is not made; tee() here",
		"seccomp(2), SECCOMP_RET_ERRNO" },
     .covers = { "NSC-15" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK), other = must_pipe(t, O_NONBLOCK);
	int none = (int)must(t, dup(p.rd));
	char byte;

	must(t, close(none));
	must_write(t, p.wr, "a", 1);
	expect(t, tee(none, none, 1, 0), FAILS(EBADF));
	must_filter(t, SYS_tee);
	expect(t, tee(p.rd, other.wr, 1, 0), FAILS(EPERM));
	expect(t, tee(none, none, 1, 0), FAILS(EPERM));
	expect(t, read(other.rd, &byte, 1), FAILS(EAGAIN));
}

CASE(kernel_refuses_what_it_has_looked_at,
     .claim = { OBSERVED,
		"where F_SETPIPE_SZ fails with EPERM it fails with EBADF for no descriptor and for "
		"no pipe, which tells it from a filtered call",
		"fs/fcntl.c, SYSCALL_DEFINE3(fcntl); fs/pipe.c, pipe_fcntl()" },
     .covers = { "NSC-15" })
{
	struct pipe p = must_pipe(t, 0);
	long max = must_modest_max_size(t);

	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect(t, fcntl(p.wr, F_SETPIPE_SZ, 2 * max), FAILS(EPERM));
	expect(t, fcntl(-1, F_SETPIPE_SZ, 2 * max), FAILS(EBADF));
	expect(t, fcntl(STDIN_FILENO, F_SETPIPE_SZ, 2 * max), FAILS(EBADF));
}

const struct family filtered_family = {
	.name = "filtered",
	.about = "Pipes under no_new_privs and seccomp filters",
	.cases = {
		&confined_process_has_the_same_pipes,
		&filter_answers_whatever_the_descriptor,
		&kernel_refuses_what_it_has_looked_at,
	},
};
