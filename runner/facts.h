// SPDX-License-Identifier: ISC
// facts.h - what the program can tell of the place it runs in.

#ifndef FACTS_H
#define FACTS_H

#include "credentials.h"
#include "options.h"

enum { FACTS_TEXT_MAX = 8192 };

// Gathers the facts as comments of TAP, or with --limits the table of probes.h instead.  They are
// asked in a child that has the trials' credentials, so that they are theirs.
void facts_gather(struct text *text, const struct options *o, const struct credentials *c);

#endif
