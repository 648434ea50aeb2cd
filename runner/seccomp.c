// SPDX-License-Identifier: ISC
// Calls that a seccomp filter refuses, which is not the kernel's fault, and calls that
// a kernel may lack.

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "trial.h"

// By the name that a case calls it by, which is not always the one that a reader knows.  Each
// fails without effect when all of its arguments are -1, and then never with EPERM or EACCES.
static const struct {
	const char *name, *known_as;
	long number;
	bool optional; // some kernels lack it
} calls[] = {
#ifdef SYS_pipe
	{ "pipe", "pipe", SYS_pipe, false },
#endif
	{ "pipe", "pipe2", SYS_pipe2, true }, // what some C libraries make of it
	{ "pipe2", "pipe2", SYS_pipe2, true },
	{ "mkfifo", "mkfifo", SYS_mknodat, false },
	{ "mkfifoat", "mkfifoat", SYS_mknodat, false },
	{ "mknod", "mknod", SYS_mknodat, false },
	{ "mknodat", "mknodat", SYS_mknodat, false },
	{ "fcntl", "fcntl", SYS_fcntl, false },
	{ "set_capacity", "fcntl", SYS_fcntl, false },
	{ "ioctl", "ioctl", SYS_ioctl, false },
	{ "read", "read", SYS_read, false },
	{ "readv", "readv", SYS_readv, false },
	{ "write", "write", SYS_write, false },
	{ "writev", "writev", SYS_writev, false },
	{ "splice", "splice", SYS_splice, true },
	{ "splice_bytes", "splice", SYS_splice, true },
	{ "tee", "tee", SYS_tee, true },
	{ "vmsplice", "vmsplice", SYS_vmsplice, true },
	{ "sendfile", "sendfile", SYS_sendfile, false },
	{ "io_uring_setup", "io_uring_setup", ABI_SYS_IO_URING_SETUP, true },
	{ "io_uring_enter", "io_uring_enter", ABI_SYS_IO_URING_ENTER, true },
#ifdef SYS_copy_file_range
	{ "copy_file_range", "copy_file_range", SYS_copy_file_range, true },
#endif
	{ "inotify_init1", "inotify_init1", SYS_inotify_init1, true },
#ifdef SYS_memfd_create
	{ "memfd_create", "memfd_create", SYS_memfd_create, true },
#endif
	{ "read_flagged", "preadv2", SYS_preadv2, true },
	{ "write_flagged", "pwritev2", SYS_pwritev2, true },
	{ "unshare", "unshare", SYS_unshare, true },
	{ "epoll_wait2", "epoll_pwait2", ABI_SYS_EPOLL_PWAIT2, true },
	{ "aio_setup", "io_setup", SYS_io_setup, true },
	{ "aio_submit", "io_submit", SYS_io_submit, true },
	{ "aio_collect", "io_getevents", SYS_io_getevents, true },
	{ "cache_stat", "cachestat", ABI_SYS_CACHESTAT, true },
	{ "landlock_ruleset", "landlock_create_ruleset", ABI_SYS_LANDLOCK_CREATE_RULESET, true },
	{ "open_process", "pidfd_open", ABI_SYS_PIDFD_OPEN, true },
	{ "take_descriptor", "pidfd_getfd", ABI_SYS_PIDFD_GETFD, true },
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
		if (!mentions(text, calls[i].name))
			continue;
		if (is_filtered(calls[i].number, err))
			snprintf(reason, sizeof reason, "seccomp: a filter refuses %s()",
				 calls[i].known_as);
		else if (err == ENOSYS && calls[i].optional)
			snprintf(reason, sizeof reason, "absent: the kernel has no %s()",
				 calls[i].known_as);
		else
			continue;
		skip(t, reason);
	}
	errno = err;
}
