// SPDX-License-Identifier: ISC
// container.h - namespaces for the container profile, where no runtime made them.

#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

#include "credentials.h"

// Are we in a container already, as its root?  Then nothing is to be built.
bool container_given(void);
// Forks into new user (unless root), PID, mount, UTS, IPC, network and cgroup
// namespaces with a /proc of their own and a read-only /proc/sys.  Returns 0 in
// the new PID 1, and in the caller the pid to wait for, or -1 with a reason; in
// PID 1 a reason that is not empty says that it could not be completed.
pid_t container_enter(char reason[REASON_MAX]);

#endif
