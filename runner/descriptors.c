// SPDX-License-Identifier: ISC
// Ground about descriptors: the ends of a pipe, how many there may be, execution.

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "outcome.h"
#include "trial.h"

const struct end_row either_end[2] = {
	{ "read_end", READ_END },
	{ "write_end", WRITE_END },
};

int this_end(const struct pipe *p, enum pipe_end end)
{
	return end == READ_END ? p->rd : p->wr;
}

int other_end(const struct pipe *p, enum pipe_end end)
{
	return end == READ_END ? p->wr : p->rd;
}

// Descriptors are given from the lowest free one up, so that one tells how many are
// in use.
static rlim_t must_count_descriptors(struct trial *t)
{
	struct rlimit limit;
	int lowest = dup(STDIN_FILENO);

	if (lowest != -1) {
		must(t, close(lowest));
		return (rlim_t)lowest;
	}
	must(t, getrlimit(RLIMIT_NOFILE, &limit));
	return limit.rlim_cur;
}

void must_have_descriptors(struct trial *t, size_t count)
{
	enum { SPARE = 16 };
	struct rlimit limit;

	must(t, getrlimit(RLIMIT_NOFILE, &limit));
	rlim_t want = must_count_descriptors(t) + count + SPARE;
	if (limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want; // takes CAP_SYS_RESOURCE
	if (must_or_fail(t, setrlimit(RLIMIT_NOFILE, &limit), EPERM) == -1)
		skip(t, "resource: RLIMIT_NOFILE is too small");
}

void must_leave_descriptors(struct trial *t, size_t count)
{
	struct rlimit limit;

	must_have_descriptors(t, count);
	must(t, getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = must_count_descriptors(t) + count;
	must(t, setrlimit(RLIMIT_NOFILE, &limit));
}

// Prints more than any pipe of one page takes, so that it never ends by itself.
_Noreturn void must_become_program(struct trial *t, int output)
{
	char name[] = "pipe7", command[] = "show", all[] = "*";
	char *const arguments[] = { name, command, all, NULL }, *const environment[] = { NULL };

	must(t, dup2(output, STDOUT_FILENO));
	execve("/proc/self/exe", arguments, environment);
	if (errno == EACCES)
		skip(t, "filesystem: this uid may not execute the program");
	decide(t, BROKEN, HERE("execve"), "success", "fails with %s", errno_name(errno));
}

static void execute_program(struct trial *t, const void *arg)
{
	must_become_program(t, *(const int *)arg);
}

struct actor *must_execute(struct trial *t)
{
	struct pipe output = must_pipe_by(t, BY_ONE_PAGE, 0);
	struct actor *program = start(t, execute_program, &output.wr);
	char byte;

	must(t, close(output.wr));
	must_read(t, output.rd, &byte, 1);
	return program;
}
