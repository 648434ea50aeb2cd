// SPDX-License-Identifier: ISC
// proc.h - what /proc tells of another process.

#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Is there a /proc, and is it that of this process's PID namespace?
bool proc_is_ours(void);

// UNINTERRUPTIBLE: what waits for a lock that another process holds, or for a page, looks like
// this for a moment; what does so for good is blocked as well.
enum sleep { AWAKE, ASLEEP, UNINTERRUPTIBLE, NOBODY_CAN_TELL };

// Is the process (or thread) asleep inside a system call?
enum sleep proc_sleep(pid_t pid);
// Where a process's (or thread's) time went since it began.
struct proc_times {
	char state;         // its letter: proc_pid_stat(5)
	uint64_t ran_ns;    // on a processor
	uint64_t waited_ns; // for one: /proc/PID/schedstat; 0 where there is no such file
	uint64_t switches;  // how often it was given one; likewise
	bool waits_told;    // there is such a file
};
// False where there is no such process, or no /proc of ours.
bool proc_read_times(pid_t pid, struct proc_times *times);
// Is it blocked, ended, or stopped where it `may_be_stopped`?  Adds to `done` a number that changes
// when it runs.  What cannot be looked up, 0 among it, has ended.
bool proc_is_blocked(pid_t pid, bool may_be_stopped, uint64_t *done);
// What tells whether a process is blocked here: "syscall", "state" or "quiet" (quiet.h).
const char *proc_evidence(void);
// The state letter and the parent; false where there is no such process, or no /proc
// of ours.
bool proc_look_up(pid_t pid, char *state, pid_t *parent);
// Children of this process, which has one thread, and how many; some may be missing, and where the
// kernel has no such file all are.
enum { PROC_CHILDREN_MAX = 64 };
int proc_children(pid_t children[PROC_CHILDREN_MAX]);

#endif
