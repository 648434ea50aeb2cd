// SPDX-License-Identifier: ISC
#include <string.h>

#include "facts.h"

// What files of known deviations may name.
static const char *const names[] = { "pipe7",
				     "date",
				     "place",
				     "profile",
				     "tune_host",
				     "kernel",
				     "kernel_version",
				     "machine",
				     "page_size",
				     "processors",
				     "processors_allowed",
				     "word_bits",
				     "credentials",
				     "uid",
				     "groups",
				     "own_uid",
				     "cap_effective",
				     "cap_permitted",
				     "cap_inheritable",
				     "cap_ambient",
				     "cap_bounding",
				     "cap_sys_resource",
				     "cap_sys_admin",
				     "seccomp",
				     "no_new_privs",
				     "user_namespace",
				     "pipe-max-size",
				     "pipe-user-pages-soft",
				     "pipe-user-pages-hard",
				     "rlimit_nofile",
				     "rlimit_nproc",
				     "pipe2",
				     "blocked_by",
				     "fork_us",
				     "wakeup_us",
				     "load_average",
				     "cpu_pressure" };

bool fact_exists(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}
