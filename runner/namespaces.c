// SPDX-License-Identifier: ISC
// Ground in other namespaces: namespaces(7), user_namespaces(7).

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd != -1 && write(fd, text, strlen(text)) != -1;
	int err = errno;

	if (fd != -1)
		close(fd);
	errno = err;
	return written;
}

static bool map_root(uid_t uid, gid_t gid)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)uid);
	snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)gid);
	if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT)
		return false;
	return write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

void must_enter_namespaces(struct trial *t, int kinds)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | kinds) == -1) {
		skip_if_filtered(t, "unshare()", errno);
		skip(t, "kernel-config: no user namespace can be made here");
	}
	if (!map_root(uid, gid))
		skip(t, "kernel-config: no uid can be mapped in a user namespace here");
}
