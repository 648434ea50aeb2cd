// SPDX-License-Identifier: ISC
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "process.h"

enum { PROC_TEXT_MAX = 512 };

static bool read_file(const char *path, char text[PROC_TEXT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return false;
	ssize_t n = read(fd, text, PROC_TEXT_MAX - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

// The /proc of another PID namespace tells of other processes by our numbers.
bool proc_is_ours(void)
{
	static _Thread_local pid_t known; // the process that has looked: a child may be elsewhere
	pid_t pid = process_id();
	char self[PROC_TEXT_MAX];

	if (known == pid)
		return true;
	// Its first field is the id, and no link has to be read.
	if (!read_file("/proc/self/stat", self) || strtol(self, NULL, 10) != pid)
		return false;
	known = pid;
	return true;
}

static bool read_proc(pid_t pid, const char *name, char text[PROC_TEXT_MAX])
{
	char path[80];

	if (!proc_is_ours())
		return false;
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return read_file(path, text);
}

// proc_pid_stat(5): the name in parentheses may hold anything, so what
// follows it is counted from the last one.
bool proc_look_up(pid_t pid, char *state, pid_t *parent)
{
	char text[PROC_TEXT_MAX];

	if (!read_proc(pid, "stat", text))
		return false;
	const char *after_name = strrchr(text, ')');
	if (after_name == NULL || strlen(after_name) < sizeof ") S 1" - 1)
		return false;
	*state = after_name[2];
	*parent = (pid_t)strtol(after_name + 4, NULL, 10);
	return true;
}

// Linux prints "running" or the number of the call, that of a process which is stopped in it too;
// where there is no such file, or it is refused, the state letter must do.
enum sleep proc_sleep(pid_t pid)
{
	char text[PROC_TEXT_MAX], state;
	pid_t parent;

	if (read_proc(pid, "syscall", text) && (text[0] < '0' || text[0] > '9'))
		return AWAKE;
	if (proc_look_up(pid, &state, &parent))
		return state == 'S' ? ASLEEP : state == 'D' ? UNINTERRUPTIBLE : AWAKE;
	return proc_is_ours() ? AWAKE : NOBODY_CAN_TELL;
}

// proc_pid_stat(5): utime and stime are the 14th and 15th field, the state is the third.
static bool read_stat(pid_t pid, struct proc_times *times)
{
	enum { UTIME = 14, STATE = 3 };
	char text[PROC_TEXT_MAX], *field;

	if (!read_proc(pid, "stat", text) || (field = strrchr(text, ')')) == NULL ||
	    field[1] == '\0')
		return false;
	field += 2;
	*times = (struct proc_times){ .state = *field };
	for (int i = STATE; i < UTIME && field != NULL; i++)
		field = (field = strchr(field, ' ')) ? field + 1 : NULL;
	if (field != NULL) {
		char *next;
		uint64_t user = strtoull(field, &next, 10), kernel = strtoull(next, NULL, 10);
		times->ran_ns = (user + kernel) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
	}
	return true;
}

bool proc_read_times(pid_t pid, struct proc_times *times)
{
	char text[PROC_TEXT_MAX], *next;

	if (!read_stat(pid, times))
		return false;
	if (read_proc(pid, "schedstat", text)) {
		times->ran_ns = strtoull(text, &next, 10);
		times->waited_ns = strtoull(next, &next, 10);
		times->switches = strtoull(next, NULL, 10);
		times->waits_told = true;
	}
	return true;
}

bool proc_is_blocked(pid_t pid, bool may_be_stopped, uint64_t *done)
{
	struct proc_times times;

	if (pid <= 0 || !proc_read_times(pid, &times))
		return true;
	*done += times.ran_ns + times.switches;
	return strchr(may_be_stopped ? "SDZXT" : "SDZX", times.state) != NULL;
}

const char *proc_evidence(void)
{
	char text[PROC_TEXT_MAX], state;
	pid_t parent;

	if (read_proc(process_id(), "syscall", text))
		return "syscall";
	return proc_look_up(process_id(), &state, &parent) ? "state" : "quiet";
}

// proc_tid_children(5): numbers, each with a blank after it.  A last one that was
// cut has none.
int proc_children(pid_t children[PROC_CHILDREN_MAX])
{
	char text[PROC_TEXT_MAX], name[32], *next = text, *end;
	int count = 0;

	snprintf(name, sizeof name, "task/%d/children", (int)process_id());
	if (!read_proc(process_id(), name, text))
		return 0;
	for (; count < PROC_CHILDREN_MAX && (end = strchr(next, ' ')) != NULL; next = end + 1)
		children[count++] = (pid_t)strtol(next, NULL, 10);
	return count;
}
