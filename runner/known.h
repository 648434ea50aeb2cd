// SPDX-License-Identifier: ISC
// known.h - deviations of a platform that its users know of and live with.

#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "registry.h"

enum { KNOWN_MAX = 512 };

// One line of the file: glob on a whole identity, where (where.h), reason, and optionally a link,
// separated by tabs; `#` begins a comment line.
struct known_entry {
	const char *pattern, *where, *reason, *link; // link is NULL or a text
	const char *file;                            // its name without a path
	unsigned line;
	bool sometimes; // not always seen
	bool holds;     // in this run, by its facts
	bool used;      // some trial of the suite is known by it
	bool built_in;  // of cases/known.tsv
};

struct known {
	char *text;                                // what the entries point into
	struct known_entry entries[2 * KNOWN_MAX]; // of a file, and built in
	unsigned count;
};

// Takes `text` of `file` apart, in place.  False with one line in `fault`.
bool known_parse(struct known *known, const char *file, char *text, char *fault, size_t size);
bool known_load(struct known *known, const char *path, char *fault, size_t size);
// Adds those of cases/known.tsv, which the program has in it, behind the others.
bool known_add_built_in(struct known *known, char *fault, size_t size);
// Tells which entries hold where these lines of tap_fact() are the facts.  None does before.
void known_hold(struct known *known, const char *facts);
// The first entry that holds and names the trial, or NULL.
struct known_entry *known_find(struct known *known, const struct identity *id);
// Tells which entries are used, by going through the whole suite whatever was selected of it.
void known_use(struct known *known);

#endif
