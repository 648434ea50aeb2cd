// SPDX-License-Identifier: ISC
// trial.h - what the runner and a trial's processes share.  Not for cases.

#ifndef TRIAL_H
#define TRIAL_H

#include <stdatomic.h>
#include <time.h>

#include "case.h"

struct guardian;

enum verdict { UNDECIDED, DECIDING, PASS, FAIL, SKIP, BROKEN };
// Why a verdict is that of a limit: nothing is known of the kernel, or the trial hangs outside of
// what it expects.
enum lateness { IN_TIME, TOO_SLOW, HUNG };
enum phase { STARTING, CALLING, CALLED, ENDED };

enum {
	SIGNALS_MAX = 65,
	NOTES_MAX = 8,
	TEXT_MAX = 192, // of a call, an outcome, a reason
};

// A `struct here` as values.
struct spot {
	char file[64];
	int line;
	char text[TEXT_MAX];
};

// Shared memory holds plain values only: a pointer to the writer's stack or
// heap means nothing to the reader.
struct actor {
	_Atomic uint32_t phase; // futex
	_Atomic int pid;        // thread id of a thread
	_Atomic int ended;      // the body returned
	_Atomic int stopped;    // by must_stop(), and not yet continued
	bool thread;
	struct spot at;
	long got;
	int code;
};

struct signal_record {
	_Atomic uint32_t count; // futex
	_Atomic int code, sender, receiver;
};

struct record {
	_Atomic int verdict;     // the first process to decide, decides
	_Atomic int done;        // written by the supervisor, last
	_Atomic int late;        // enum lateness
	_Atomic int again;       // to be run again, alone; or was, if it is done
	_Atomic long counted_ms; // time in which the trial could run: time_limit.h
	_Atomic uint32_t expectations;
	_Atomic int quiet;      // that an actor blocks was told by quiet.h
	_Atomic int expecting;  // the call at `at` is the claim's, not the ground's
	_Atomic uint32_t stage; // futex
	_Atomic uint32_t actor_count;
	_Atomic uint32_t note_count;
	_Atomic int stranger;    // pid of the process with the other uid
	struct spot at;          // the call in progress in the first process
	struct outcome expected; // of it, when it is the claim's
	struct spot decided_at;
	char want[TEXT_MAX], got[TEXT_MAX];
	char notes[NOTES_MAX][TEXT_MAX];
	long duration_us;
	struct signal_record signals[SIGNALS_MAX];
	struct actor actors[TRIAL_ACTORS_MAX];
};

// One per process: fork copies it, and only `record` stays common.
struct trial {
	const struct case_decl *decl;
	const void *row;
	enum way way;
	struct record *record;
	unsigned index;     // in the run
	long time_limit_ms; // in time that counts; actors get nine tenths
	long hang_limit_ms; // the same of a trial that is run for the first time
	struct timespec begun;
	long wakeup_us;        // what waking a process costs here
	bool own_uid;          // no other process is charged to this uid
	struct guardian *tune; // writes sysctls; NULL without leave
	const char *scratch;   // directory for FIFOs; NULL if there is none
	struct actor *self;    // NULL in the trial's first process
	int socket;            // to or from the stranger; -1 without one
	char path[192];        // of the last must_fifo()
	char directory[192];   // the last must_directory()
	struct {
		bool reaped;
		int status;
	} children[TRIAL_ACTORS_MAX];
};

// Ends the trial and this process.  Only the first decision of a trial counts.
_Noreturn void decide(struct trial *t, enum verdict verdict, const struct here *at,
		      const char *want, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
// The same for want of time: the trial is run again, alone and with more of it, and what is
// decided here, BROKEN or SKIP, counts only if that does not help.
_Noreturn void decide_late(struct trial *t, enum verdict verdict, const struct here *at,
			   const char *want, const char *got);
_Noreturn void skip_late(struct trial *t, const char *reason);
// Has the trial used up the time that its own processes are given?
bool time_is_up(const struct trial *t);
// SKIP if a seccomp filter is why a call, `text` as it is written, failed with `err`, or
// ENOSYS says that the kernel lacks it and a kernel may; errno is then `err` again.
void skip_if_filtered(struct trial *t, const char *text, int err);
// The same of filters that look at an argument of it, alone.
void skip_if_argument_filtered(struct trial *t, const char *text, int err);
// pipe() or pipe2(), as the way says, and on a kernel without pipe2() what does the same.
int any_pipe(int fds[2], enum way way, int flags);
void spot_set(struct spot *spot, const struct here *at);
void spot_as_here(const struct spot *spot, struct here *at);
// Microseconds on CLOCK_MONOTONIC since `begun`.
long us_since(const struct timespec *begun);
// Waits until *word differs from `seen`, a signal, or `us` microseconds (-1: for ever).
void futex_wait(_Atomic uint32_t *word, uint32_t seen, long us);
void futex_wake(_Atomic uint32_t *word);
// Does the actor sleep in its attempt?  SKIP where nobody can tell.
bool asleep(struct trial *t, const struct actor *a);
// What the actor's attempt has come to; BLOCKED only if `may_block` or time is up.
struct outcome actor_outcome(struct trial *t, struct actor *a, bool may_block);
// Runs the case in this process, which is the trial's first.  Does not return.
_Noreturn void trial_main(struct trial *t);

#endif
