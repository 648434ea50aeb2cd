// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caps.h"
#include "container.h"
#include "outcome.h"
#include "process.h"

bool container_given(void)
{
	char target[64], initial[64];
	ssize_t n = readlink("/proc/self/ns/pid", target, sizeof target - 1);
	struct caps caps;

	if (n <= 0 || geteuid() != 0 || !caps_get(&caps))
		return false;
	target[n] = '\0';
	snprintf(initial, sizeof initial, "pid:[%u]", ABI_PROC_PID_INIT_INO);
	return strcmp(target, initial) != 0 && access("/proc/sys/fs/pipe-max-size", W_OK) != 0 &&
	       (caps.permitted & CAPS_OF_A_CONTAINER) == CAPS_OF_A_CONTAINER;
}

static bool refused(char reason[REASON_MAX], const char *what)
{
	snprintf(reason, REASON_MAX, "%s: %s", what, errno_name(errno));
	return false;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd != -1)
		close(fd);
	return ok;
}

// user_namespaces(7): one's own id may be mapped once setgroups() is given up.
static bool map_root(uid_t uid, gid_t gid)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)uid);
	snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)gid);
	if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT) // before 3.19
		return false;
	return write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

static bool make_private(const char *root)
{
	return mount(NULL, root, NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

// The root directory of a chroot is none of a mount.  The one that is can be gone
// up to from outside of a root below, and from there back to ours.
static bool make_mounts_private(void)
{
	enum { DEPTH_MAX = 64 };

	if (make_private("/"))
		return true;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = root != -1 && fchdir(root) == 0 && chroot("/proc") == 0;
	for (int depth = 0; ok && depth < DEPTH_MAX; depth++)
		ok = chdir("..") == 0;
	ok = ok && make_private(".");
	int err = errno;
	if (root != -1) {
		ok = fchdir(root) == 0 && chroot(".") == 0 && ok;
		close(root);
	}
	errno = err;
	return ok;
}

static bool furnish(char reason[REASON_MAX])
{
	unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (!make_mounts_private())
		return refused(reason, "making mounts private");
	if (mount("proc", "/proc", "proc", safe, NULL) == -1)
		return refused(reason, "mounting /proc");
	if (mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL) == -1 ||
	    mount(NULL, "/proc/sys", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | safe, NULL) == -1)
		return refused(reason, "making /proc/sys read-only");
	return true;
}

static bool unshare_all(char reason[REASON_MAX])
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
		    ABI_CLONE_NEWCGROUP;
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!caps_have(CAP_SYS_ADMIN)) {
		if (uid == 0) {
			errno = EPERM;
			return refused(reason, "uid 0 without CAP_SYS_ADMIN makes no namespaces");
		}
		if (unshare(CLONE_NEWUSER) == -1)
			return refused(reason, "making a user namespace");
		if (!map_root(uid, gid))
			return refused(reason, "mapping uid 0");
	}
	if (unshare(flags) == -1)
		return refused(reason, "making namespaces");
	return true;
}

// A PID namespace takes in children only, so the process that makes it stays
// outside and passes signals in, and the exit status out.
static _Noreturn void stay_outside(pid_t inner)
{
	int status;

	while (process_wait(inner, &status, WNOHANG) == 0)
		process_hand_on(inner);
	if (!WIFEXITED(status))
		kill(getpid(), SIGKILL); // as the run did
	_exit(WEXITSTATUS(status));
}

// In a PID namespace getppid() says nothing about who is outside; a socket does.
static bool is_alone(int socket)
{
	char byte;

	return recv(socket, &byte, 1, MSG_DONTWAIT) == 0;
}

static void fork_first(char reason[REASON_MAX])
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
		refused(reason, "socketpair()");
		return;
	}
	pid_t inner = fork();
	if (inner > 0)
		stay_outside(inner);
	if (inner == -1) {
		refused(reason, "fork()");
		return;
	}
	close(pair[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (is_alone(pair[1]))
		_exit(255);
	close(pair[1]);
	furnish(reason);
}

pid_t container_enter(char reason[REASON_MAX])
{
	pid_t parent = process_id(), pid = fork();

	reason[0] = '\0';
	if (pid == -1)
		refused(reason, "fork()");
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (process_is_orphan(parent))
		_exit(255);
	if (unshare_all(reason)) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); // changed credentials have cleared it
		fork_first(reason);
	}
	return 0;
}
