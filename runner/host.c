// SPDX-License-Identifier: ISC
// Ground outside pipes: sysctls, capabilities, the second user, what is needed.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "caps.h"
#include "credentials.h"
#include "guardian.h"
#include "init.h"
#include "outcome.h"
#include "proc.h"
#include "trial.h"

long must_sysctl(struct trial *t, const char *name)
{
	char value[SYSCTL_VALUE_MAX], reason[TEXT_MAX];
	int err = sysctl_read(name, value);

	if (err == 0)
		return (long)strtoul(value, NULL, 10); // 2^31, on 32 bits too
	snprintf(reason, sizeof reason, "absent: /proc/sys/%s: %s", name, errno_name(err));
	skip(t, reason);
}

static bool is_declared(const struct trial *t, const char *name)
{
	for (int i = 0; i < CASE_TUNABLES_MAX && t->decl->tunes[i]; i++)
		if (strcmp(t->decl->tunes[i], name) == 0)
			return true;
	return false;
}

// 0 or an errno value.
static int ask_guardian(struct trial *t, enum request how, const char *name, const char *text)
{
	if (!is_declared(t, name) || t->tune == NULL)
		decide(t, BROKEN, HERE("must_tune"), "a sysctl listed in .tunes", "%s", name);
	return guardian_tune(t->tune, how, name, text);
}

long tune(struct trial *t, const char *name, const char *text)
{
	errno = ask_guardian(t, WRITE, name, text);
	return errno == 0 ? 0 : -1;
}

long tune_by_splice(struct trial *t, const char *name, const char *text)
{
	errno = ask_guardian(t, SPLICE, name, text);
	return errno == 0 ? 0 : -1;
}

void must_tune(struct trial *t, const char *name, long value)
{
	char text[SYSCTL_VALUE_MAX];

	snprintf(text, sizeof text, "%ld", value);
	int err = ask_guardian(t, WRITE, name, text);
	if (err != 0)
		decide(t, BROKEN, HERE("must_tune"), "success", "%s = %ld fails with %s", name,
		       value, errno_name(err));
}

bool trial_has_capability(int capability)
{
	return caps_have(capability);
}

void must_drop_capability(struct trial *t, int capability)
{
	must(t, caps_lower(capability) ? 0 : -1);
}

// --- the stranger -----------------------------------------------------------

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

void must_send_over(struct trial *t, int socket, int fd)
{
	union control control = { { 0 } };
	char byte = 0;
	struct iovec vec = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vec,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	must(t, sendmsg(socket, &message, 0));
}

void must_send_descriptor(struct trial *t, int fd)
{
	must_send_over(t, t->socket, fd);
}

int must_receive_over(struct trial *t, int socket)
{
	union control control = { { 0 } };
	char byte;
	struct iovec vec = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vec,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	int fd = -1;

	must(t, recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
	const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header == NULL || header->cmsg_type != SCM_RIGHTS)
		decide(t, BROKEN, HERE("recvmsg"), "a descriptor", "none");
	memcpy(&fd, CMSG_DATA(header), sizeof fd);
	return fd;
}

int must_receive_descriptor(struct trial *t)
{
	return must_receive_over(t, t->socket);
}

// --- needs ------------------------------------------------------------------

const char *need_cap_sys_resource(struct trial *t)
{
	(void)t;
	return in_force(CAP_SYS_RESOURCE) ? NULL : "capability: takes CAP_SYS_RESOURCE";
}

const char *need_cap_sys_admin(struct trial *t)
{
	(void)t;
	return in_force(CAP_SYS_ADMIN) ? NULL : "capability: takes CAP_SYS_ADMIN";
}

const char *need_uid_0(struct trial *t)
{
	(void)t;
	return geteuid() == 0 ? NULL : "profile: takes uid 0";
}

const char *need_other_than_uid_0(struct trial *t)
{
	(void)t;
	return geteuid() != 0 ? NULL : "profile: takes another uid than 0";
}

const char *need_no_exemption(struct trial *t)
{
	(void)t;
	if (in_force(CAP_SYS_RESOURCE) || in_force(CAP_SYS_ADMIN))
		return "capability: page limits do not apply to this profile";
	return NULL;
}

const char *need_own_page_budget(struct trial *t)
{
	return t->own_uid ? NULL : "resource: other processes share this uid's page budget";
}

const char *need_room_in_limits(struct trial *t)
{
	enum { A_FEW = 16 * DEFAULT_PAGES };
	long soft = must_sysctl(t, "fs/pipe-user-pages-soft");
	long hard = must_sysctl(t, "fs/pipe-user-pages-hard");

	if (must_largest_pages(t) < DEFAULT_PAGES)
		return "sysctl: fs/pipe-max-size is below the default capacity";
	if ((soft != 0 && soft < A_FEW) || (hard != 0 && hard < A_FEW))
		return "sysctl: fs/pipe-user-pages-* leave room for few pipes or none";
	return NULL;
}

const char *need_default_limits(struct trial *t)
{
	if (must_sysctl(t, "fs/pipe-user-pages-soft") != 1024 * DEFAULT_PAGES ||
	    must_sysctl(t, "fs/pipe-user-pages-hard") != 0 ||
	    must_sysctl(t, "fs/pipe-max-size") != 1 << 20)
		return "sysctl: fs/pipe-* are not at their defaults";
	return NULL;
}

// The trial's parent is its supervisor; that one's is the program itself.
const char *need_own_kernel(struct trial *t)
{
	char state;
	pid_t program;

	(void)t;
	if (proc_look_up(getppid(), &state, &program) && program == 1 &&
	    init_namespace_is_initial() && !init_boot_sets_sysctls())
		return NULL;
	return "sysctl: may have been changed since boot; takes a kernel booted into pipe7";
}

const char *need_proc(struct trial *t)
{
	(void)t;
	return proc_is_ours() ? NULL : "absent: /proc, or not of this PID namespace";
}

const char *need_io_uring(struct trial *t)
{
	struct abi_uring_params params = { 0 };
	char disabled[SYSCTL_VALUE_MAX];
	int fd = (int)syscall(ABI_SYS_IO_URING_SETUP, 1, &params);

	if (fd != -1) {
		close(fd);
		return NULL;
	}
	int err = errno;
	if (sysctl_read("kernel/io_uring_disabled", disabled) == 0 && disabled[0] != '0')
		return "sysctl: kernel/io_uring_disabled";
	skip_if_filtered(t, "io_uring_setup()", err);
	return err == ENOMEM ? "resource: no memory for a ring (RLIMIT_MEMLOCK)" : NULL;
}

const char *need_page_4k(struct trial *t)
{
	(void)t;
	return page_size() == 4096 ? NULL : "kernel-config: takes pages of 4096 bytes";
}

const char *need_page_above_4k(struct trial *t)
{
	(void)t;
	return page_size() > 4096 ? NULL : "kernel-config: takes pages of more than 4096 bytes";
}
