// SPDX-License-Identifier: ISC
// What a newly executed program finds of a pipe: execve(2), F_SETFD(2const).

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "case.h"

// That the program dies of SIGKILL shows that it ran until then.
static void end_of_program(struct trial *t, struct actor *program)
{
	must(t, kill(actor_pid(program), SIGKILL));
	expect_actor(t, program, DIES(SIGKILL));
}

// Of a process whose program this uid may not read /proc tells nothing: ptrace(2).
static long told(struct trial *t, long n)
{
	if (n == -1 && (errno == EACCES || errno == EPERM))
		skip(t, "absent: /proc/PID/fd of a process of this uid");
	return n;
}

CASE(marked_end_is_no_descriptor_of_the_program,
     .claim = { POSIX,
		"of a pipe made with O_CLOEXEC and unmarked at one end, the program has just "
		"that end",
		"POSIX.1-2024 exec, DESCRIPTION; pipe2(), DESCRIPTION, O_CLOEXEC; fcntl(), "
		"DESCRIPTION, F_SETFD" },
     .covers = { "CRE-05" }, .needs = { need_proc }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	char open_end[48], marked[48], target[64];
	int fds[2];

	must(t, unless_limited(t, pipe2(fds, O_CLOEXEC)));
	struct pipe p = { fds[0], fds[1] };

	must(t, fcntl(other_end(&p, row->end), F_SETFD, 0));
	struct actor *program = must_execute(t);
	const int pid = (int)actor_pid(program);

	snprintf(open_end, sizeof open_end, "/proc/%d/fd/%d", pid, other_end(&p, row->end));
	snprintf(marked, sizeof marked, "/proc/%d/fd/%d", pid, this_end(&p, row->end));
	expect(t, told(t, readlink(open_end, target, sizeof target)), RETURNS_IN(1, sizeof target));
	expect(t, readlink(marked, target, sizeof target), FAILS(ENOENT));
	end_of_program(t, program);
}

CASE(exec_closes_the_marked_read_end,
     .claim = { POSIX,
		"write() fails with EPIPE once the last reader has executed a program with the "
		"read end marked FD_CLOEXEC, while that program runs",
		"POSIX.1-2024 exec, DESCRIPTION; write(), ERRORS, EPIPE" },
     .covers = { "CRE-06", "CRE-07" }, .needs = { need_proc })
{
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must(t, fcntl(p.rd, F_SETFD, FD_CLOEXEC));
	struct actor *program = must_execute(t);

	must(t, close(p.rd));
	expect(t, write(p.wr, "", 1), FAILS(EPIPE));
	end_of_program(t, program);
}

enum mark { NEVER, CLEARED, COPIED };

struct kept_row {
	const char *name;
	enum pipe_end end;
	enum mark mark;
};

static const struct kept_row kept[] = {
	{ "read_end/never_marked", READ_END, NEVER },
	{ "read_end/copy_of_marked", READ_END, COPIED },
	{ "write_end/never_marked", WRITE_END, NEVER },
	{ "write_end/mark_cleared", WRITE_END, CLEARED },
};

// The descriptor that is left to the program.
static int must_keep(struct trial *t, int fd)
{
	const struct kept_row *row = trial_row(t);

	must(t, fcntl(fd, F_SETFD, row->mark == NEVER ? 0 : FD_CLOEXEC));
	if (row->mark == CLEARED)
		must(t, fcntl(fd, F_SETFD, 0));
	return row->mark == COPIED ? (int)must(t, dup(fd)) : fd;
}

CASE(unmarked_end_stays_open,
     .claim = { POSIX,
		"an end that is not marked FD_CLOEXEC, or no longer, or a copy of a marked one, "
		"stays open in the program",
		"POSIX.1-2024 exec, DESCRIPTION; dup(), DESCRIPTION; fcntl(), DESCRIPTION, "
		"F_SETFD" },
     .covers = { "CRE-39" }, .needs = { need_proc }, ROWS(kept))
{
	const struct kept_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char byte;

	must_catch(t, SIGPIPE, 0);
	must(t, fcntl(other_end(&p, row->end), F_SETFD, FD_CLOEXEC));
	int left = must_keep(t, this_end(&p, row->end));
	struct actor *program = must_execute(t);

	must(t, close(left));
	if (row->mark == COPIED)
		must(t, close(this_end(&p, row->end)));
	if (row->end == READ_END)
		expect(t, write(p.wr, "", 1), RETURNS(1));
	else
		expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	end_of_program(t, program);
}

const struct family execution_family = {
	.name = "execution",
	.about = "What a newly executed program finds of a pipe",
	.cases = {
		&marked_end_is_no_descriptor_of_the_program,
		&exec_closes_the_marked_read_end,
		&unmarked_end_stays_open,
	},
};
