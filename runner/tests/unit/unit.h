// SPDX-License-Identifier: ISC
// unit.h - the parts of the unit tests; each tests the pure functions of one file.

#ifndef UNIT_H
#define UNIT_H

#include <check.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

TCase *outcome_tests(void);
TCase *tap_tests(void);
TCase *standing_tests(void);
TCase *known_tests(void);
TCase *registry_tests(void);
TCase *options_tests(void);

#endif
