// SPDX-License-Identifier: ISC
// Calls that a seccomp filter refuses, which is not the kernel's fault.

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "trial.h"

// By the name that a case calls it by.  Each fails without effect when all of its
// arguments are -1, and then never with EPERM or EACCES.
static const struct {
	const char *name;
	long number;
} calls[] = {
#ifdef SYS_pipe
	{ "pipe", SYS_pipe },
#endif
	{ "pipe", SYS_pipe2 }, // what some C libraries make of it
	{ "pipe2", SYS_pipe2 },
	{ "mkfifo", SYS_mknodat },
	{ "fcntl", SYS_fcntl },
	{ "set_capacity", SYS_fcntl },
	{ "ioctl", SYS_ioctl },
	{ "read", SYS_read },
	{ "readv", SYS_readv },
	{ "write", SYS_write },
	{ "writev", SYS_writev },
	{ "splice", SYS_splice },
	{ "tee", SYS_tee },
	{ "vmsplice", SYS_vmsplice },
	{ "sendfile", SYS_sendfile },
	{ "io_uring_setup", ABI_SYS_IO_URING_SETUP },
	{ "io_uring_enter", ABI_SYS_IO_URING_ENTER },
#ifdef SYS_memfd_create
	{ "memfd_create", SYS_memfd_create },
#endif
};

static bool is_filtered(long number, int err)
{
	if (err != EPERM && err != EACCES && err != ENOSYS)
		return false;
	if (err == ENOSYS && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) <= 0)
		return false; // this kernel lacks it
	errno = 0;
	return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) == -1 && errno == err;
}

static bool mentions(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
		if (at[length] == '(' &&
		    (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')))
			return true;
	return false;
}

void skip_if_filtered(struct trial *t, const char *text, int err)
{
	char reason[TEXT_MAX];

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (!mentions(text, calls[i].name) || !is_filtered(calls[i].number, err))
			continue;
		snprintf(reason, sizeof reason, "seccomp: a filter refuses %s()", calls[i].name);
		skip(t, reason);
	}
	errno = err;
}
