// SPDX-License-Identifier: ISC
#include <string.h>

#include "caps.h"
#include "profile.h"

static const struct {
	const char *name;
	uint64_t caps;
} table[PROFILE_COUNT] = {
	[UNPRIVILEGED] = { "unprivileged", 0 },
	[SYS_RESOURCE] = { "sys-resource", CAP_BIT(CAP_SYS_RESOURCE) },
	[SYS_ADMIN] = { "sys-admin", CAP_BIT(CAP_SYS_ADMIN) },
	[CONTAINER] = { "container", CAPS_OF_A_CONTAINER },
	[AS_IS] = { "as-is", 0 },
};

static bool find(const char *name, size_t length, enum profile *profile)
{
	for (int i = 0; i < PROFILE_COUNT; i++)
		if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0) {
			*profile = (enum profile)i;
			return true;
		}
	return false;
}

bool profiles_parse(const char *names, struct profiles *profiles)
{
	profiles->names = names;
	profiles->count = 0;
	while (profiles->count < PROFILE_COUNT) {
		size_t length = strcspn(names, ",");

		if (!find(names, length, &profiles->each[profiles->count]))
			return false;
		profiles->count++;
		if (names[length] == '\0')
			return true;
		names += length + 1;
	}
	return false;
}

const char *profile_name(enum profile profile)
{
	return table[profile].name;
}

uint64_t profile_caps(enum profile profile)
{
	return table[profile].caps;
}
