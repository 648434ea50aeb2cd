// SPDX-License-Identifier: ISC
// since.h - whether a kernel says that it is as new as a case's `.since`.  Pure.

#ifndef SINCE_H
#define SINCE_H

#include <stdbool.h>

// `since` begins with a version, "6.5" or "5.14; stable 5.10 has it", and `release` is what uname()
// says, "6.1.0-44-amd64".  False where one of the two, or NULL, begins with none.
bool since_is_reached(const char *since, const char *release);

#endif
