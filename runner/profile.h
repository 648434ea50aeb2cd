// SPDX-License-Identifier: ISC
// profile.h - the profiles by name.  Pure.

#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stdint.h>

enum profile { UNPRIVILEGED, SYS_RESOURCE, SYS_ADMIN, CONTAINER, AS_IS, PROFILE_COUNT };

// One after the other.
struct profiles {
	const char *names; // as they were given
	enum profile each[PROFILE_COUNT];
	unsigned count;
};

// Reads names between commas; false if one is no profile's, or they are too many.
bool profiles_parse(const char *names, struct profiles *profiles);
const char *profile_name(enum profile profile);
// What the profile has in its permitted, effective and ambient sets.
uint64_t profile_caps(enum profile profile);

#endif
