// SPDX-License-Identifier: ISC
#include <ctype.h>
#include <stdlib.h>

#include "since.h"

enum { PARTS = 3, PARTS_LEAST = 2 }; // numbers of a version

static bool read_version(const char *text, unsigned long parts[PARTS])
{
	for (int i = 0; i < PARTS; i++) {
		char *end;

		parts[i] = 0;
		if (!isdigit((unsigned char)*text))
			return i >= PARTS_LEAST;
		parts[i] = strtoul(text, &end, 10);
		text = *end == '.' ? end + 1 : "";
	}
	return true;
}

bool since_is_reached(const char *since, const char *release)
{
	unsigned long wanted[PARTS], has[PARTS];

	if (since == NULL || release == NULL || !read_version(since, wanted) ||
	    !read_version(release, has))
		return false;
	for (int i = 0; i < PARTS; i++)
		if (has[i] != wanted[i])
			return has[i] > wanted[i];
	return true;
}
