// SPDX-License-Identifier: ISC
// outcome.h - outcomes as values: made, compared, put into words.  Pure.

#ifndef OUTCOME_H
#define OUTCOME_H

#include "case.h"

// The outcome of a call that returned `got` and left `err` in errno.
struct outcome outcome_of(long got, int err);
// Does `got` lie within `want`, whose pages have `page` bytes?
bool outcome_meets(const struct outcome *got, const struct outcome *want, size_t page);
// Writes the outcome as words, cut to `size`; returns `text`.
const char *outcome_text(const struct outcome *o, size_t page, char *text, size_t size);
// The flags of F_GETFL (of F_GETFD, if `mask` is FD_CLOEXEC) that `mask` has, by their names, "0"
// for none; the access mode only if `mask` has all of it.  Cut to `size`; returns `text`.
const char *flags_text(long flags, long mask, char *text, size_t size);
// "EAGAIN" and the like, "errno 1234" for an unknown one; valid until the next call.
const char *errno_name(int err);
const char *signal_name(int signal);

#endif
