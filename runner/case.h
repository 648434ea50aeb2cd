// SPDX-License-Identifier: ISC
//
// case.h - everything a case may use, with ground.h that it brings, and nothing else.
//
// A case makes one claim about pipes and tries to refute it.  Each trial of it
// (each row and each way of making a pipe) runs in a process of its own, with
// default signal dispositions, descriptors 0-2 on /dev/null and no others, and
// `t` in scope.
//
//	must(t, call)            prepares the ground; failing is BROKEN, which
//	                         says nothing about the kernel
//	expect(t, call, OUTCOME) tests the claim; failing is FAIL
//
// Either one ends the trial when it does not hold.  Reaching the end passes,
// provided something was expected.

#ifndef CASE_H
#define CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "records.h"

enum {
	FAMILY_CASES_MAX = 48,
	CASE_COVERS_MAX = 16,
	CASE_NEEDS_MAX = 4,
	CASE_TUNABLES_MAX = 3,
	TRIAL_ACTORS_MAX = 128,
	DEFAULT_PAGES = 16, // of a new pipe; pipe(7), "Pipe capacity"
};

// Who says so, strongest first.
enum level {
	LEVEL_UNSET,
	POSIX,      // POSIX.1-2024 requires it
	DOCUMENTED, // a Linux manual page promises it
	OBSERVED,   // Linux does it; nobody promised
};

struct claim {
	enum level level;
	const char *says;  // one sentence that a kernel can make false
	const char *cites; // document and section, or kernel function
};

// The ways to come by a pipe; a set of them in `.ways` runs the case over each,
// and must_pipe() makes the pipe in the way of the trial.
enum way {
	BY_PIPE = 1 << 0,     // pipe()
	BY_PIPE2 = 1 << 1,    // pipe2(); what a case without .ways gets
	BY_FIFO = 1 << 2,     // two open()s of a FIFO, unlinked at once
	BY_ONE_PAGE = 1 << 3, // pipe2(), shrunk to the smallest capacity
	FULL_SIZE_WAYS = BY_PIPE | BY_PIPE2 | BY_FIFO,
	EVERY_WAY = FULL_SIZE_WAYS | BY_ONE_PAGE,
	WAY_COUNT = 4,
};

struct trial; // one run of one case, in one way, with one row
struct actor; // another process or thread in the trial
typedef void actor_body(struct trial *t, const void *arg);

// Something a case cannot run without: NULL if present, else "class: why not",
// the class being one of those that README.md lists for SKIP.
typedef const char *need(struct trial *t);
need need_cap_sys_resource; // in force in the initial user namespace
need need_cap_sys_admin;    // likewise
need need_uid_0;            // of the user namespace that the trial is in
need need_other_than_uid_0;
need need_no_exemption;    // neither of the two, so that page limits apply
need need_own_page_budget; // no other process is charged to the trial's uid
need need_room_in_limits;  // for pipes of 16 pages, a few at least
need need_default_limits;  // pipe-user-pages-* and pipe-max-size as Linux ships them
need need_own_kernel;      // booted into this program, so nobody has set a sysctl
need need_proc;            // /proc is mounted
need need_io_uring;        // in the kernel, and allowed
need need_page_4k, need_page_above_4k;

struct case_decl {
	const char *name, *file;
	int line;
	void (*run)(struct trial *t);
	struct claim claim;
	const char *covers[CASE_COVERS_MAX];  // ids of catalogue.tsv
	const char *since;                    // "4.9"; information, see skip_absent()
	const char *against;                  // a document or common saying that differs
	need *needs[CASE_NEEDS_MAX];          // asked in the trial's process, in order
	const char *tunes[CASE_TUNABLES_MAX]; // below /proc/sys; takes --tune-host; restored
	actor_body *stranger;                 // see must_send_descriptor()
	bool alone;                           // no other trial of this run beside it
	int ways;                             // set of enum way; 0: BY_PIPE2, unnamed
	const char *const *rows;              // see ROWS
	size_t row_count, row_size;
};

struct family {
	const char *name, *about;
	const struct case_decl *cases[FAMILY_CASES_MAX]; // in reading order
};

// A table of rows.  The first member of a row is `const char *name`, the last
// part of the trial's identity; reports are compared by it, so it never changes.
#define ROWS(table)                                                                                \
	.rows = &(table)[0].name, .row_count = sizeof(table) / sizeof((table)[0]),                 \
	.row_size = sizeof((table)[0])

#define CASE(id, ...)                                                                              \
	static void id##_run(struct trial *t);                                                     \
	static const struct case_decl id = {                                                       \
		.name = #id, .file = __FILE__, .line = __LINE__, .run = id##_run, __VA_ARGS__      \
	};                                                                                         \
	static void id##_run(struct trial *t)

#define FAMILY(id) extern const struct family id##_family;
#include "families.def"
#undef FAMILY

// --- outcomes ---------------------------------------------------------------

// What a call came to.  BLOCKS and DIES are for actors.
enum { ANY_ERRNO = -1 };
struct outcome {
	enum { OUTCOME_UNSET, RETURNED, FAILED, BLOCKED, DIED } kind;
	long low, high;             // bytes, or whatever the call returns
	long low_pages, high_pages; // pages to be added to them
	int code;                   // errno or signal
};

// clang-format off
#define RETURNS(n) { .kind = RETURNED, .low = (n), .high = (n) }
#define RETURNS_IN(lo, hi) { .kind = RETURNED, .low = (lo), .high = (hi) }
// A size in pages and bytes: what a table can say for every page size.
#define RETURNS_PAGES(pages, n) \
	{ .kind = RETURNED, .low = (n), .high = (n), .low_pages = (pages), .high_pages = (pages) }
#define RETURNS_PAGES_IN(low_p, low_b, high_p, high_b)                                             \
	{ .kind = RETURNED, .low = (low_b), .high = (high_b), .low_pages = (low_p),                \
	  .high_pages = (high_p) }
#define FAILS(err) { .kind = FAILED, .code = (err) }
#define FAILS_ANYHOW { .kind = FAILED, .code = ANY_ERRNO } // for a claim that names no errno
#define BLOCKS { .kind = BLOCKED }
#define DIES(sig) { .kind = DIED, .code = (sig) }
// clang-format on

struct here {
	const char *file;
	int line;
	const char *text;
};
#define HERE(text) (&(const struct here){ __FILE__, __LINE__, (text) })

// The call is noted before it is made, so that one that never returns is
// reported by name.
#define must(t, call) must_end((t), HERE(#call), (must_begin((t), HERE(#call)), (long)(call)))
// The same where another process may be quicker: the call may fail with `err`,
// and then this is -1.
#define must_or_fail(t, call, err)                                                                 \
	must_or_fail_end((t), HERE(#call), (must_begin((t), HERE(#call)), (long)(call)), (err))
#define expect(t, call, ...)                                                                       \
	expect_end((t), HERE(#call),                                                               \
		   (expect_begin((t), HERE(#call), &(const struct outcome)__VA_ARGS__),            \
		    (long)(call)),                                                                 \
		   &(const struct outcome)__VA_ARGS__)
// The same for a wanted outcome that stands in a row.
#define expect_as(t, call, want)                                                                   \
	expect_end((t), HERE(#call), (expect_begin((t), HERE(#call), (want)), (long)(call)), (want))
// The same of a call that is made again when it fails with `err` (0: with none), as one with
// O_NONBLOCK that finds no room.  Returns what the call did, with errno.
#define expect_or_fail(t, call, err, ...)                                                          \
	expect_or_fail_end((t), HERE(#call),                                                       \
			   (expect_begin((t), HERE(#call), &(const struct outcome)__VA_ARGS__),    \
			    (long)(call)),                                                         \
			   (err), &(const struct outcome)__VA_ARGS__)
// The call returns flags, of F_GETFL or F_GETFD, of which those in `mask` are just `want`.  A call
// that fails returns no flags, though -1 has every bit.
#define expect_flags(t, call, mask, want)                                                          \
	expect_flags_end((t), HERE(#call), (expect_begin((t), HERE(#call), NULL), (long)(call)),   \
			 (mask), (want))
// Two values that are there already, of any integer types.
#define expect_equal(t, got, want)                                                                 \
	expect_equal_((t), HERE(#got " is " #want), (long long)(got), (long long)(want))
// The same of `size` bytes in memory.
#define expect_bytes(t, got, want, size)                                                           \
	expect_bytes_((t), HERE(#got " holds " #want), (got), (want), (size))
// What is neither: an order, a difference, a condition of the case's own.
#define expect_true(t, condition) expect_true_((t), HERE(#condition), (condition))

void must_begin(struct trial *t, const struct here *at);
long must_end(struct trial *t, const struct here *at, long got);
long must_or_fail_end(struct trial *t, const struct here *at, long got, int err);
void expect_begin(struct trial *t, const struct here *at, const struct outcome *want);
long expect_end(struct trial *t, const struct here *at, long got, const struct outcome *want);
long expect_or_fail_end(struct trial *t, const struct here *at, long got, int err,
			const struct outcome *want);
long expect_flags_end(struct trial *t, const struct here *at, long got, int mask, long want);
void expect_equal_(struct trial *t, const struct here *at, long long got, long long want);
void expect_bytes_(struct trial *t, const struct here *at, const void *got, const void *want,
		   size_t size);
void expect_true_(struct trial *t, const struct here *at, bool holds);

// Ends the trial as SKIP.  `reason` is "class: detail".
_Noreturn void skip(struct trial *t, const char *reason);

// Ends the trial where the kernel lacks `what`, the very thing that the case is about: SKIP absent.
// An OBSERVED case is FAIL instead where a Linux says that it is as new as the case's `.since`; no
// other is, because emulators invent versions, and this is the only effect that `.since` has.  What
// a configuration may leave out is no matter of the version: skip(t, "kernel-config: ...").
_Noreturn void skip_absent(struct trial *t, const char *what);

// Adds a line to the trial's YAML block, whatever the verdict; at most eight.
void note(struct trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- actors -----------------------------------------------------------------

// Starts a process (a thread) that runs body(t, arg).  The one call it makes
// through attempt() is the call it is judged by; before and after it the body
// may use must() and expect() as usual.  A process gets a copy of what `arg`
// points to; a thread does not.
struct actor *start(struct trial *t, actor_body *body, const void *arg);
struct actor *start_thread(struct trial *t, actor_body *body, const void *arg);
// A process in the PID namespace that the caller has made, which it is not in itself.
struct actor *start_inside(struct trial *t, actor_body *body, const void *arg);

#define attempt(t, call) attempt_end((t), (attempt_begin((t), HERE(#call)), (long)(call)))
void attempt_begin(struct trial *t, const struct here *at);
long attempt_end(struct trial *t, long got);

// Waits for what the actor's attempt comes to.  BLOCKS holds once the actor is
// seen asleep in the call; it may be asked again later for RETURNS and so on.
#define expect_actor(t, actor, ...) expect_outcome((t), (actor), &(const struct outcome)__VA_ARGS__)
void expect_outcome(struct trial *t, struct actor *actor, const struct outcome *want);
// The same as ground: BROKEN unless the actor falls asleep in its attempt.
void must_block(struct trial *t, struct actor *actor);
// Waits until the actor's body has ended (a process also: has been reaped).
void must_finish(struct trial *t, struct actor *actor);
pid_t actor_pid(const struct actor *actor); // thread id of a thread

// A counter that all the trial's processes see: await_stage() returns once
// reach_stage() was called with at least `stage`.
void reach_stage(struct trial *t, uint32_t stage);
void await_stage(struct trial *t, uint32_t stage);

// Half of the trial's time is gone: what is repeated for luck may stop.
bool time_is_short(const struct trial *t);

#include "ground.h"

#endif
