// SPDX-License-Identifier: ISC
// known.h - deviations of a platform that its users know of and live with.

#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "registry.h"

enum { KNOWN_MAX = 512 };

// One line of the file: glob on a whole identity, reason, and optionally a link, separated
// by tabs; `#` begins a comment line.
struct known_entry {
	const char *pattern, *reason, *link; // link is NULL or a text
};

struct known {
	char *text; // what the entries point into
	struct known_entry entries[KNOWN_MAX];
	unsigned count;
};

// Takes `text` apart, in place.  False with one line in `fault`.
bool known_parse(struct known *known, char *text, char *fault, size_t size);
bool known_load(struct known *known, const char *path, char *fault, size_t size);
// The first entry that names the trial, or NULL.
const struct known_entry *known_find(const struct known *known, const struct identity *id);

#endif
