// SPDX-License-Identifier: ISC
// credentials.h - who a trial is: its profile, made anew before each.

#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile.h"

enum { REASON_MAX = 192 };

// How the trials of a run come by their profile.
struct credentials {
	enum profile profile;
	uint64_t caps;     // effective, permitted, ambient, and bounding where we may
	bool own_uids;     // each trial takes uids that no other process has
	bool uids_asked;   // and getpriority() can tell that none has
	uid_t first_uid;   // then these: two for each trial
	const char *plain; // NULL, or the call without which there are no capabilities here
	bool groups_stay;  // the kernel lacks setgroups()
	bool bounded;      // the bounding set of this process is the profile's already
};

// Works out how `trials` trials can have the profile, by trying in a child.
// Returns false with a reason where it cannot be had.
bool credentials_plan(enum profile profile, unsigned trials, struct credentials *c,
		      char reason[REASON_MAX]);
// In a process whose children alone take them: narrows the bounding set for good, which
// leaves its own capabilities, and them less to do.
void credentials_bound(struct credentials *c);
// In a new process: becomes the `nth` (0 or 1) user of trial `index`, for good.
bool credentials_take(const struct credentials *c, unsigned index, unsigned nth,
		      char reason[REASON_MAX]);
// Is the capability in force where the kernel asks the initial user namespace?
bool in_force(int capability);
// "initial", "child" or "unknown".
const char *user_namespace(void);

#endif
