// SPDX-License-Identifier: ISC
// unit.h - the parts of the unit tests; each tests the pure functions of one file.

#ifndef UNIT_H
#define UNIT_H

#include <check.h>

#include "options.h"
#include "quiet.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

TCase *outcome_tests(void);
TCase *text_tests(void);
TCase *tap_tests(void);
TCase *standing_tests(void);
TCase *known_tests(void);
TCase *where_tests(void);
TCase *registry_tests(void);
TCase *profile_tests(void);
TCase *quiet_tests(void);
TCase *options_tests(void);
TCase *fault_tests(void);
TCase *record_tests(void);
TCase *against_tests(void);
TCase *pace_tests(void);
TCase *since_tests(void);

enum { WORDS_MAX = 8 };

// Parses up to WORDS_MAX words, in options.c.
bool parse_words(struct options *o, const char *const *words, char *fault, size_t size);

#endif
