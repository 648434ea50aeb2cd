// SPDX-License-Identifier: ISC
// facts.h - what the program can tell of the place it runs in.

#ifndef FACTS_H
#define FACTS_H

#include "credentials.h"
#include "options.h"
#include "text.h"

enum { FACTS_TEXT_MAX = 8192, FACT_VALUE_MAX = 192 };

// Gathers the facts as comments of TAP.  They are asked in a child that has the trials'
// credentials, so that they are theirs.
void facts_gather(struct text *text, const struct options *o, const struct credentials *c);
// Likewise the limits of probes.h, which takes longer; as a table after the command facts.
void facts_gather_limits(struct text *text, const struct options *o, const struct credentials *c);
// Is it the name of a fact that may be told?
bool fact_exists(const char *name);
// Its value in lines of tap_fact(), copied to `value`; empty where it is not told.
const char *fact_value(const char *lines, const char *name, char value[FACT_VALUE_MAX]);

#endif
