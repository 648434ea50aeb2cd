// SPDX-License-Identifier: ISC
// Calls that a seccomp filter refuses, which is not the kernel's fault, and what a kernel may
// lack.

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "abi.h"
#include "since.h"
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

// What filters look at beside the number of a call, by the name that a case gives it.  With these
// arguments, and -1 for the others, the call fails before anything is looked at that the kernel
// may refuse: for want of a descriptor, of memory to write to, or of such a type of socket.
static const struct {
	const char *name, *refused;
	long number, first, second;
	bool called; // the name is that of a function
} arguments[] = {
	{ "F_SETPIPE_SZ", "fcntl() with F_SETPIPE_SZ", SYS_fcntl, -1, F_SETPIPE_SZ, false },
	{ "set_capacity", "fcntl() with F_SETPIPE_SZ", SYS_fcntl, -1, F_SETPIPE_SZ, true },
	{ "F_GETPIPE_SZ", "fcntl() with F_GETPIPE_SZ", SYS_fcntl, -1, F_GETPIPE_SZ, false },
	{ "F_GETFD", "fcntl() with F_GETFD", SYS_fcntl, -1, F_GETFD, false },
	{ "F_SETFD", "fcntl() with F_SETFD", SYS_fcntl, -1, F_SETFD, false },
	{ "F_GETFL", "fcntl() with F_GETFL", SYS_fcntl, -1, F_GETFL, false },
	{ "F_SETFL", "fcntl() with F_SETFL", SYS_fcntl, -1, F_SETFL, false },
	{ "F_DUPFD_CLOEXEC", "fcntl() with F_DUPFD_CLOEXEC", SYS_fcntl, -1, F_DUPFD_CLOEXEC,
	  false },
	{ "F_SETOWN", "fcntl() with F_SETOWN", SYS_fcntl, -1, F_SETOWN, false },
	{ "F_SETOWN_EX", "fcntl() with F_SETOWN_EX", SYS_fcntl, -1, F_SETOWN_EX, false },
	{ "F_SETSIG", "fcntl() with F_SETSIG", SYS_fcntl, -1, F_SETSIG, false },
	{ "FIONREAD", "ioctl() with FIONREAD", SYS_ioctl, -1, FIONREAD, false },
	{ "PR_SET_SECCOMP", "prctl() with PR_SET_SECCOMP", SYS_prctl, PR_SET_SECCOMP, -1, false },
	{ "O_DIRECT", "pipe2() with O_DIRECT", SYS_pipe2, -1, O_DIRECT, false },
#ifdef SYS_socketpair
	{ "AF_UNIX", "socketpair() of AF_UNIX", SYS_socketpair, AF_UNIX, -1, false },
#endif
};

static bool is_filtered(long number, long first, long second, int err)
{
	if (err != EPERM && err != EACCES && err != ENOSYS)
		return false;
	if (err == ENOSYS && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) <= 0)
		return false; // this kernel lacks it
	errno = 0;
	return syscall(number, first, second, -1L, -1L, -1L, -1L) == -1 && errno == err;
}

static bool is_of_a_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool mentions(const char *text, const char *name, bool called)
{
	size_t length = strlen(name);

	for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
		if ((called ? at[length] == '(' : !is_of_a_word(at[length])) &&
		    (at == text || !is_of_a_word(at[-1])))
			return true;
	return false;
}

void skip_if_argument_filtered(struct trial *t, const char *text, int err)
{
	char reason[TEXT_MAX];

	for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
		if (!mentions(text, arguments[i].name, arguments[i].called) ||
		    !is_filtered(arguments[i].number, arguments[i].first, arguments[i].second, err))
			continue;
		snprintf(reason, sizeof reason, "seccomp: a filter refuses %s",
			 arguments[i].refused);
		skip(t, reason);
	}
	errno = err;
}

void skip_if_filtered(struct trial *t, const char *text, int err)
{
	char reason[TEXT_MAX];

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (!mentions(text, calls[i].name, true))
			continue;
		if (is_filtered(calls[i].number, -1, -1, err))
			snprintf(reason, sizeof reason, "seccomp: a filter refuses %s()",
				 calls[i].known_as);
		else if (err == ENOSYS && calls[i].optional)
			snprintf(reason, sizeof reason, "absent: the kernel has no %s()",
				 calls[i].known_as);
		else
			continue;
		skip(t, reason);
	}
	skip_if_argument_filtered(t, text, err);
}

_Noreturn void skip_absent(struct trial *t, const char *what)
{
	const struct here at = { t->decl->file, t->decl->line, t->decl->name };
	char text[TEXT_MAX];
	struct utsname uts;

	if (t->decl->claim.level == OBSERVED && uname(&uts) == 0 &&
	    strcmp(uts.sysname, "Linux") == 0 && since_is_reached(t->decl->since, uts.release)) {
		snprintf(text, sizeof text, "what Linux has since %s", t->decl->since);
		decide(t, FAIL, &at, text, "absent on Linux %s: %s", uts.release, what);
	}
	snprintf(text, sizeof text, "absent: %s", what);
	skip(t, text);
}
