// SPDX-License-Identifier: ISC
// where.h - where a known deviation is one: conditions on the facts of a run.  Pure.
//
// `-`, or words separated by blanks, all of which have to hold: FACT=GLOB, FACT!=GLOB, and
// `sometimes`, which is no condition but says that the deviation is not always seen.

#ifndef WHERE_H
#define WHERE_H

#include <stdbool.h>
#include <stddef.h>

// The first word that is none of these, and its length; NULL if there is no such word.
const char *where_fault(const char *where, size_t *length);
bool where_is_sometimes(const char *where);
// Whether every condition holds where these lines of tap_fact() are the facts.
bool where_holds(const char *where, const char *facts);

#endif
