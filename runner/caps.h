// SPDX-License-Identifier: ISC
// caps.h - capability sets of the calling process, through the system calls alone.

#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

// One bit per capability, bit n for number n: capabilities(7).
struct caps {
	uint64_t effective, permitted, inheritable, bounding, ambient;
};

#define CAP_BIT(capability) ((uint64_t)1 << (capability))

// The 14 that container engines leave to a container's root by default.
#define CAPS_OF_A_CONTAINER                                                                        \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER) |                    \
	 CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETUID) |     \
	 CAP_BIT(CAP_SETPCAP) | CAP_BIT(CAP_NET_BIND_SERVICE) | CAP_BIT(CAP_NET_RAW) |             \
	 CAP_BIT(CAP_SYS_CHROOT) | CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_AUDIT_WRITE) |                 \
	 CAP_BIT(CAP_SETFCAP))

// All five sets; false with errno set.  A kernel without ambient sets has none.
bool caps_get(struct caps *caps);
// The call that this kernel lacks, without which there are no capabilities; or NULL.
const char *caps_lack(void);
bool caps_have(int capability); // effective
// Drops from the bounding set what is not in `keep`; false if it may not.
bool caps_bound(uint64_t keep);
// Makes effective = permitted = inheritable = ambient = `set`.
bool caps_set(uint64_t set);
// Takes one capability out of the effective set.
bool caps_lower(int capability);

#endif
