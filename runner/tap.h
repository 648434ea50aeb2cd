// SPDX-License-Identifier: ISC
// tap.h - results as text: TAP 13, TAP 14, KTAP.  Pure: writes to a buffer.

#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

#include "known.h"
#include "text.h"
#include "trial.h"

enum tap_format { TAP13, TAP14, KTAP };

enum { TAP_POINT_MAX = 8192 };

#define TAP_FACT "# fact: " // what a fact begins with

struct point {
	enum tap_format format;
	unsigned number;
	const struct identity *id;
	const struct record *record;     // read as untrusted: a trial may have written to it
	const struct known_entry *known; // NULL: not a known deviation
	bool strict_known, fail_on_skip;
	const char *fail_on_class; // NULL: any
};

// What a point comes to for the exit status.
enum standing { EXPECTED, UNEXPECTED, SKIPPED, SKIPPED_UNEXPECTED };

enum standing point_standing(const struct point *p);
void tap_point(struct text *text, const struct point *p);
void tap_begin(struct text *text, enum tap_format format, unsigned count);
void tap_fact(struct text *text, const char *key, const char *value);
void tap_limit(struct text *text, const char *name, const char *value, const char *how);
// A whole file that is skipped.
void tap_skip_all(struct text *text, enum tap_format format, const char *reason);
void tap_bail_out(struct text *text, enum tap_format format, const char *reason);

#endif
