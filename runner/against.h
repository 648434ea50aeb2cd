// SPDX-License-Identifier: ISC
// against.h - the table of corrections: what is often written, and what is true.

#ifndef AGAINST_H
#define AGAINST_H

#include <stdio.h>

#include "registry.h"

enum { COLUMNS_MIN = 60, COLUMNS_DEFAULT = 100, COLUMNS_MAX = 240 };

// As many columns as COLUMNS of the environment says, within limits.
unsigned against_columns(const char *columns);
// The next line of a text that is broken at blanks, or inside a word that is longer
// than `columns`: returns its length, and *text is behind it.
size_t against_line(const char **text, size_t columns);
void against_begin(FILE *to, unsigned columns);
// One correction: what is written and what is true side by side, identity, level, citation.
void against_row(FILE *to, unsigned columns, const struct identity *id);
// The same as one line of five fields between tabs: written, true, level, identity, citation.
void against_tsv(FILE *to, const struct identity *id);

#endif
