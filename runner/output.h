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
// Writes "pipe7: ", the text as printable ASCII, and a newline to standard error.
void output_complain(const char *complaint);

#endif
