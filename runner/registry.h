// SPDX-License-Identifier: ISC
// registry.h - families, cases and trials by name; the list of requirements.

#ifndef REGISTRY_H
#define REGISTRY_H

#include "case.h"

enum { IDENTITY_MAX = 192, TRIALS_MAX = 8192, REQUIREMENT_TEXT_MAX = 512 };

// family/case[/way][/row]: a trial by name.
struct identity {
	const struct family *family;
	const struct case_decl *decl;
	const void *row; // NULL without rows
	enum way way;
};

struct requirement {
	char id[16];
	char says[REQUIREMENT_TEXT_MAX], promised_by[128];
	char excluded[REQUIREMENT_TEXT_MAX]; // why no case covers it; or empty
};

extern const struct family *const families[];
extern const size_t family_count;
extern const size_t requirement_count;

const char *identity_text(const struct identity *id, char text[IDENTITY_MAX]);
// Does the glob (fnmatch(3); `*` matches `/` too) name the trial, or a family or
// case that it belongs to?
bool identity_matches(const struct identity *id, const char *pattern);
// The trials that match one of `count` patterns (all if there is none), in
// order, from malloc(); *selected says how many.  NULL when memory is out.
struct identity *registry_select(const char *const *patterns, unsigned count, unsigned *selected);
// The n-th requirement.
struct requirement requirement(size_t n);
bool case_covers(const struct case_decl *decl, const char *id);
// Everything that must hold before anything is run: complete claims, unique
// identities, known requirements.  False with one line in `fault`.
bool registry_check(char *fault, size_t size);

#endif
