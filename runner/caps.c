// SPDX-License-Identifier: ISC
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"

static long sets(long call, struct abi_cap_data data[2])
{
	struct abi_cap_header header = { ABI_CAPABILITY_VERSION_3, 0 };

	return syscall(call, &header, data);
}

static uint64_t whole(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

bool caps_get(struct caps *caps)
{
	struct abi_cap_data data[2] = { 0 };

	if (sets(SYS_capget, data) == -1)
		return false;
	*caps = (struct caps){
		.effective = whole(data[1].effective, data[0].effective),
		.permitted = whole(data[1].permitted, data[0].permitted),
		.inheritable = whole(data[1].inheritable, data[0].inheritable),
	};
	for (int cap = 0; cap <= ABI_CAP_LAST; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			caps->bounding |= CAP_BIT(cap);
		if (prctl(ABI_PR_CAP_AMBIENT, ABI_PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1)
			caps->ambient |= CAP_BIT(cap);
	}
	return true;
}

static bool is_lacking(void)
{
	return errno == ENOSYS || errno == EINVAL;
}

const char *caps_lack(void)
{
	struct abi_cap_data data[2] = { 0 };

	if (sets(SYS_capget, data) == -1)
		return is_lacking() ? "capget()" : NULL;
	return sets(SYS_capset, data) == -1 && is_lacking() ? "capset()" : NULL;
}

bool caps_have(int capability)
{
	struct abi_cap_data data[2] = { 0 };

	return sets(SYS_capget, data) == 0 &&
	       (data[capability / 32].effective & 1u << capability % 32) != 0;
}

bool caps_bound(uint64_t keep)
{
	for (int cap = 0; cap <= ABI_CAP_LAST; cap++)
		if (!(keep & CAP_BIT(cap)) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
			return false;
	return true;
}

bool caps_set(uint64_t set)
{
	uint32_t low = (uint32_t)set, high = (uint32_t)(set >> 32);
	struct abi_cap_data data[2] = { { low, low, low }, { high, high, high } };

	prctl(ABI_PR_CAP_AMBIENT, ABI_PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (sets(SYS_capset, data) == -1)
		return false;
	for (int cap = 0; cap <= ABI_CAP_LAST; cap++)
		if (set & CAP_BIT(cap) &&
		    prctl(ABI_PR_CAP_AMBIENT, ABI_PR_CAP_AMBIENT_RAISE, cap, 0, 0) == -1 &&
		    errno != EINVAL) // before 4.3
			return false;
	return true;
}

bool caps_lower(int capability)
{
	struct abi_cap_data data[2] = { 0 };

	if (sets(SYS_capget, data) == -1)
		return false;
	data[capability / 32].effective &= ~(1u << capability % 32);
	return sets(SYS_capset, data) == 0;
}
