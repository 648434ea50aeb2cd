// SPDX-License-Identifier: ISC
// output.h - standard output, written to by one process alone.

#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

#include "tap.h"

// Writes and empties the text; false if that cannot be done, errno being why.
bool output_write(struct text *text);
// From now on output goes nowhere and that is no error: 1 was closed from the start.
void output_discard(void);
// From now on standard output is this file, made anew; false if it cannot be, errno being why.
bool output_to(const char *path);
// Writes the text to the file, which appears as a whole or not at all; complains and is false if
// that cannot be done.
bool output_announce(const char *path, const char *text);
// Writes "pipe7: ", the text as printable ASCII, and a newline to standard error.
void output_complain(const char *complaint);

#endif
