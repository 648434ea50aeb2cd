// SPDX-License-Identifier: ISC
// proc.h - what /proc tells of another process.

#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <sys/types.h>

// Is there a /proc, and is it that of this process's PID namespace?
bool proc_is_ours(void);

enum sleep { AWAKE, ASLEEP, NOBODY_CAN_TELL };

// Is the process (or thread) asleep inside a system call?
enum sleep proc_sleep(pid_t pid);
// How that is told of this process's kind: "syscall", "state" or "quiet" (quiet.h).
const char *proc_evidence(void);
// The state letter and the parent; false where there is no such process, or no /proc
// of ours.
bool proc_look_up(pid_t pid, char *state, pid_t *parent);
// Children of this process, which has one thread, and how many; some may be missing, and where the
// kernel has no such file all are.
enum { PROC_CHILDREN_MAX = 64 };
int proc_children(pid_t children[PROC_CHILDREN_MAX]);

#endif
