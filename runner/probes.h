// SPDX-License-Identifier: ISC
// probes.h - the limits of this system's pipes, as one finds them out by trying.

#ifndef PROBES_H
#define PROBES_H

#include <stdbool.h>

#include "text.h"

// How a limit is printed: its name, its value (an errno name where it could not be had), and how
// it was found.  Bytes, unless that says otherwise.
typedef void probe_printer(struct text *text, const char *name, const char *value, const char *how);

struct probes {
	struct text *text;
	probe_printer *add; // probes_row() for a table, tap_limit() for comments of TAP
	bool own_uid;       // no other process has this one's
};

probe_printer probes_row;
void probes_add(const struct probes *p);

#endif
