// SPDX-License-Identifier: ISC
// Trials that end the runner's own processes, where they may: as root, as it is.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

enum { CAP_TO_KILL = 5 };

static const char *need_to_be_able(struct trial *t)
{
	(void)t;
	return trial_has_capability(CAP_TO_KILL) ? NULL : "capability: takes CAP_KILL";
}

#define FAULTY(id, says_)                                                                          \
	CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" },                     \
	     .needs = { need_to_be_able })

static pid_t parent_of(pid_t pid)
{
	char path[64], text[512] = "";
	int parent = -1;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *stat = fopen(path, "r");
	if (stat && fgets(text, sizeof text, stat) && strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %*c %d", &parent);
	if (stat)
		fclose(stat);
	return parent;
}

FAULTY(of_the_supervisor, "a trial ends its supervisor and goes on")
{
	must(t, kill(getppid(), SIGKILL));
	must(t, pause());
}

FAULTY(next_after_that, "the next trial has another supervisor")
{
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(of_the_runner, "a trial ends the runner")
{
	must(t, kill(parent_of(getppid()), SIGKILL));
	must(t, pause());
}

const struct family killers_family = {
	.name = "killers",
	.about = "Trials that end the runner's own processes, where they may",
	.cases = {
		&of_the_supervisor,
		&next_after_that,
		&of_the_runner,
	},
};
