// SPDX-License-Identifier: ISC
// Verdicts: the two verbs, and the one place where a trial ends.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "outcome.h"
#include "trial.h"

long us_since(const struct timespec *begun)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - begun->tv_sec) * 1000000 + (now.tv_nsec - begun->tv_nsec) / 1000;
}

bool time_is_short(const struct trial *t)
{
	return us_since(&t->begun) / 1000 > t->time_limit_ms / 2;
}

bool time_is_up(const struct trial *t)
{
	return atomic_load(&t->record->counted_ms) >= t->time_limit_ms / 10 * 9;
}

// The kernel's own layout, which a 32-bit C library with 64-bit times lacks.
struct kernel_timespec {
	long sec, nsec;
};

void futex_wait(_Atomic uint32_t *word, uint32_t seen, long us)
{
	struct kernel_timespec timeout = { us / 1000000, us % 1000000 * 1000 };

	syscall(SYS_futex, word, ABI_FUTEX_WAIT, seen, us < 0 ? NULL : &timeout, NULL, 0);
}

void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, ABI_FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static void copy_text(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

void spot_set(struct spot *spot, const struct here *at)
{
	copy_text(spot->file, at->file, sizeof spot->file);
	copy_text(spot->text, at->text, sizeof spot->text);
	spot->line = at->line;
}

void spot_as_here(const struct spot *spot, struct here *at)
{
	*at = (struct here){ spot->file, spot->line, spot->text };
}

// While another process decides, nobody may take the trial for ended.
static void await_decision(const struct trial *t)
{
	struct record *record = t->record;
	enum { TRY_US = 1000 };

	while (atomic_load(&record->verdict) == DECIDING && !time_is_up(t))
		futex_wait(&record->stage, atomic_load(&record->stage), TRY_US);
}

_Noreturn void decide(struct trial *t, enum verdict verdict, const struct here *at,
		      const char *want, const char *format, ...)
{
	struct record *record = t->record;
	int undecided = UNDECIDED;

	if (verdict == FAIL && atomic_load(&record->quiet)) {
		note(t, "without /proc an actor was taken for blocked that may not have been");
		verdict = BROKEN;
	}
	if (atomic_compare_exchange_strong(&record->verdict, &undecided, DECIDING)) {
		// Nobody reads more of a pass, and what is not touched need not be mapped.
		if (verdict != PASS) {
			va_list args;

			va_start(args, format);
			vsnprintf(record->got, sizeof record->got, format, args);
			va_end(args);
			copy_text(record->want, want, sizeof record->want);
			spot_set(&record->decided_at, at);
		}
		atomic_store(&record->verdict, verdict);
		futex_wake(&record->stage); // nobody will reach it any more
	}
	await_decision(t);
	_exit(0);
}

_Noreturn void decide_late(struct trial *t, enum verdict verdict, const struct here *at,
			   const char *want, const char *got)
{
	atomic_store(&t->record->late, TOO_SLOW);
	decide(t, verdict, at, want, "%s", got);
}

_Noreturn void skip(struct trial *t, const char *reason)
{
	const struct here at = { t->decl->file, t->decl->line, t->decl->name };

	decide(t, SKIP, &at, "what the case stands on", "%s", reason);
}

_Noreturn void skip_late(struct trial *t, const char *reason)
{
	atomic_store(&t->record->late, TOO_SLOW);
	skip(t, reason);
}

void note(struct trial *t, const char *format, ...)
{
	uint32_t n = atomic_fetch_add(&t->record->note_count, 1);
	va_list args;

	if (n >= NOTES_MAX)
		return;
	va_start(args, format);
	vsnprintf(t->record->notes[n], sizeof t->record->notes[n], format, args);
	va_end(args);
}

static void call_begins(struct trial *t, const struct here *at, bool expecting)
{
	if (t->self != NULL)
		return;
	spot_set(&t->record->at, at);
	atomic_store(&t->record->expecting, expecting);
}

void must_begin(struct trial *t, const struct here *at)
{
	call_begins(t, at, false);
}

long must_end(struct trial *t, const struct here *at, long got)
{
	if (got == -1) {
		skip_if_filtered(t, at->text, errno);
		decide(t, BROKEN, at, "success", "fails with %s", errno_name(errno));
	}
	return got;
}

long must_or_fail_end(struct trial *t, const struct here *at, long got, int err)
{
	return got == -1 && errno == err ? -1 : must_end(t, at, got);
}

void expect_begin(struct trial *t, const struct here *at, const struct outcome *want)
{
	if (t->self == NULL && want != NULL)
		t->record->expected = *want;
	call_begins(t, at, true);
}

static void judge(struct trial *t, const struct here *at, const struct outcome *got,
		  const struct outcome *want)
{
	char want_text[TEXT_MAX], got_text[TEXT_MAX];

	atomic_fetch_add(&t->record->expectations, 1);
	if (outcome_meets(got, want, page_size())) {
		if (got->kind == FAILED) // which the kernel was perhaps not asked for
			skip_if_argument_filtered(t, at->text, got->code);
		return;
	}
	if (got->kind == FAILED)
		skip_if_filtered(t, at->text, got->code);
	decide(t, FAIL, at, outcome_text(want, page_size(), want_text, sizeof want_text), "%s",
	       outcome_text(got, page_size(), got_text, sizeof got_text));
}

long expect_end(struct trial *t, const struct here *at, long got, const struct outcome *want)
{
	struct outcome seen = outcome_of(got, errno);

	// What hangs from here on is not the claim's call any more.
	if (t->self == NULL)
		atomic_store(&t->record->expecting, 0);
	judge(t, at, &seen, want);
	return got;
}

long expect_or_fail_end(struct trial *t, const struct here *at, long got, int err,
			const struct outcome *want)
{
	const int code = errno;
	char text[TEXT_MAX], whole[TEXT_MAX];

	if (t->self == NULL)
		atomic_store(&t->record->expecting, 0);
	atomic_fetch_add(&t->record->expectations, 1);
	const struct outcome seen = outcome_of(got, code);
	errno = code;
	if (outcome_meets(&seen, want, page_size()) || (got == -1 && err != 0 && code == err))
		return got;
	if (err == 0)
		judge(t, at, &seen, want);
	if (got == -1)
		skip_if_filtered(t, at->text, code);
	snprintf(whole, sizeof whole, "%.128s, or fails with %s",
		 outcome_text(want, page_size(), text, sizeof text), errno_name(err));
	decide(t, FAIL, at, whole, "%s", outcome_text(&seen, page_size(), text, sizeof text));
}

long expect_flags_end(struct trial *t, const struct here *at, long got, int mask, long want)
{
	const int code = errno;
	char want_text[TEXT_MAX], got_text[TEXT_MAX];

	if (t->self == NULL)
		atomic_store(&t->record->expecting, 0);
	atomic_fetch_add(&t->record->expectations, 1);
	if (got == -1)
		skip_if_filtered(t, at->text, code);
	else if ((got & mask) == want)
		return got;
	decide(t, FAIL, at, flags_text(want, mask, want_text, sizeof want_text), "%s%s",
	       got == -1 ? "fails with " : "",
	       got == -1 ? errno_name(code) : flags_text(got, mask, got_text, sizeof got_text));
}

void expect_equal_(struct trial *t, const struct here *at, long long got, long long want)
{
	char text[24];

	atomic_fetch_add(&t->record->expectations, 1);
	snprintf(text, sizeof text, "%lld", want);
	if (got != want)
		decide(t, FAIL, at, text, "%lld", got);
}

void expect_bytes_(struct trial *t, const struct here *at, const void *got, const void *want,
		   size_t size)
{
	const unsigned char *theirs = got, *ours = want;
	char text[96];
	size_t i = 0;

	atomic_fetch_add(&t->record->expectations, 1);
	while (i < size && theirs[i] == ours[i])
		i++;
	if (i == size)
		return;
	snprintf(text, sizeof text, "byte %zu of %zu is 0x%02x", i, size, ours[i]);
	decide(t, FAIL, at, text, "it is 0x%02x", theirs[i]);
}

void expect_true_(struct trial *t, const struct here *at, bool holds)
{
	atomic_fetch_add(&t->record->expectations, 1);
	if (holds)
		return;
	skip_if_filtered(t, at->text, errno);
	decide(t, FAIL, at, "true", "false");
}

void expect_outcome(struct trial *t, struct actor *actor, const struct outcome *want)
{
	struct outcome seen = actor_outcome(t, actor, want->kind == BLOCKED);
	struct here at;

	spot_as_here(&actor->at, &at);
	judge(t, &at, &seen, want);
}

void must_block(struct trial *t, struct actor *actor)
{
	struct outcome seen = actor_outcome(t, actor, true);
	char got[TEXT_MAX];
	struct here at;

	spot_as_here(&actor->at, &at);
	if (seen.kind == FAILED)
		skip_if_filtered(t, at.text, seen.code);
	if (seen.kind != BLOCKED)
		decide(t, BROKEN, &at, "blocks", "%s",
		       outcome_text(&seen, page_size(), got, sizeof got));
}

const void *trial_row(const struct trial *t)
{
	return t->row;
}

enum way trial_way(const struct trial *t)
{
	return t->way;
}

_Noreturn void trial_main(struct trial *t)
{
	for (int i = 0; i < CASE_NEEDS_MAX && t->decl->needs[i]; i++) {
		const char *lacking = t->decl->needs[i](t);
		if (lacking)
			skip(t, lacking);
	}
	t->decl->run(t);
	if (atomic_load(&t->record->expectations) == 0)
		decide(t, BROKEN, HERE("end of the case"), "an expectation", "none");
	decide(t, PASS, HERE("end of the case"), "", "%s", "");
}
