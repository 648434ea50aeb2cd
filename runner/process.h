// SPDX-License-Identifier: ISC
// process.h - descriptors and signals of a process of ours.

#ifndef PROCESS_H
#define PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

// Opens /dev/null on those of 0-2 that are closed.  Says whether 1 was open.
bool process_open_standard(void);
// Puts 0-2 on /dev/null (on an empty memory file where there is none; else
// closes them) if `standard`, and closes all others but `keep` (-1: none).
void process_close_all(bool standard, int keep);
// What whoever started us ignored or blocked has survived exec.
void process_default_signals(void);
void process_unblock_all(void);
void process_ignore_termination(void);
// Its id, on a kernel that lacks getpid() too.
pid_t process_id(void);
// Is the parent another than `parent`?  False where that cannot be known.
bool process_is_orphan(pid_t parent);
// setresgid() and setresuid() to one id, on a kernel that lacks them too.
int process_set_gid(gid_t gid);
int process_set_uid(uid_t uid);
// waitpid(), on a kernel that lacks wait4() too, but for process groups.
pid_t process_wait(pid_t pid, int *status, int flags);
// The signals that end the run: those of them that whoever started us did not ignore.
void process_ending_signals(sigset_t *set);
// Is one of them blocked and pending?
bool process_is_to_end(void);
// Waits for one of them.
void process_stay(void);
// Waits up to a second for one of them, and sends it on to `pid`; SIGCHLD ends the wait too.
void process_hand_on(pid_t pid);
// For the runner and all that descend from it.  Where every descriptor has to be closed by
// itself, before Linux 5.9, a million of them would take long in each trial.
void process_set_limits(void);

#endif
