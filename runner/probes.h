// SPDX-License-Identifier: ISC
// probes.h - the limits of this system's pipes, as one finds them out by trying.

#ifndef PROBES_H
#define PROBES_H

#include "tap.h"

// Adds a table: a line for each limit with its name, its value without blanks (an errno name
// where it could not be had), and how it was found.  Bytes, unless the line says otherwise.
void probes_add(struct text *text);

#endif
