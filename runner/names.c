// SPDX-License-Identifier: ISC
// Names of errno values and signals: strerror() differs between C libraries.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "outcome.h"

struct name {
	int value;
	const char *text;
};

#define N(value)                                                                                   \
	{                                                                                          \
		value, #value                                                                      \
	}
static const struct name errors[] = {
	N(E2BIG),      N(EACCES),   N(EADDRINUSE),   N(EAFNOSUPPORT), N(EAGAIN),
	N(EBADF),      N(EBADMSG),  N(EBUSY),        N(ECANCELED),    N(ECHILD),
	N(ECONNRESET), N(EDEADLK),  N(EDESTADDRREQ), N(EDOM),         N(EDQUOT),
	N(EEXIST),     N(EFAULT),   N(EFBIG),        N(EILSEQ),       N(EINPROGRESS),
	N(EINTR),      N(EINVAL),   N(EIO),          N(EISCONN),      N(EISDIR),
	N(ELOOP),      N(EMFILE),   N(EMLINK),       N(EMSGSIZE),     N(ENAMETOOLONG),
	N(ENFILE),     N(ENOBUFS),  N(ENODATA),      N(ENODEV),       N(ENOENT),
	N(ENOEXEC),    N(ENOLCK),   N(ENOMEM),       N(ENOPKG),       N(ENOSPC),
	N(ENOSYS),     N(ENOTCONN), N(ENOTDIR),      N(ENOTEMPTY),    N(ENOTSOCK),
	N(EOPNOTSUPP), N(ENOTTY),   N(ENXIO),        N(EOVERFLOW),    N(EPERM),
	N(EPIPE),      N(EPROTO),   N(ERANGE),       N(EROFS),        N(ESPIPE),
	N(ESRCH),      N(ETIME),    N(ETIMEDOUT),    N(ETXTBSY),      N(EUSERS),
	N(EXDEV),
};

static const struct name signals[] = {
	N(SIGABRT), N(SIGALRM), N(SIGBUS),  N(SIGCHLD), N(SIGCONT), N(SIGFPE),  N(SIGHUP),
	N(SIGILL),  N(SIGINT),  N(SIGIO),   N(SIGKILL), N(SIGPIPE), N(SIGPROF), N(SIGPWR),
	N(SIGQUIT), N(SIGSEGV), N(SIGSTOP), N(SIGSYS),  N(SIGTERM), N(SIGTRAP), N(SIGTSTP),
	N(SIGTTIN), N(SIGTTOU), N(SIGURG),  N(SIGUSR1), N(SIGUSR2), N(SIGXCPU), N(SIGXFSZ),
};
static const struct name status_flags[] = {
	N(O_APPEND), N(O_ASYNC), N(O_DIRECT), N(O_NOATIME), N(O_NONBLOCK), N(O_DSYNC), N(O_PATH),
};

static const struct name access_modes[] = { N(O_RDONLY), N(O_WRONLY), N(O_RDWR) };
#undef N

static const char *name_of(const struct name *names, size_t count, int value, const char *kind)
{
	static _Thread_local char unknown[32];

	for (size_t i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].text;
	snprintf(unknown, sizeof unknown, "%s %d", kind, value);
	return unknown;
}

const char *errno_name(int err)
{
	return name_of(errors, sizeof errors / sizeof errors[0], err, "errno");
}

const char *signal_name(int signal)
{
	return name_of(signals, sizeof signals / sizeof signals[0], signal, "signal");
}

static void add_name(char *text, size_t size, const char *name)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s", length ? "|" : "", name);
}

const char *flags_text(long flags, long mask, char *text, size_t size)
{
	long left = flags & mask;
	char number[24];

	text[0] = '\0';
	if (mask == FD_CLOEXEC) {
		add_name(text, size, left ? "FD_CLOEXEC" : "0");
		return text;
	}
	if ((mask & O_ACCMODE) == O_ACCMODE && (left & O_ACCMODE) <= O_RDWR) {
		add_name(text, size, access_modes[left & O_ACCMODE].text);
		left &= ~O_ACCMODE;
	}
	for (size_t i = 0; i < sizeof status_flags / sizeof status_flags[0]; i++)
		if (left & status_flags[i].value) {
			add_name(text, size, status_flags[i].text);
			left &= ~status_flags[i].value;
		}
	snprintf(number, sizeof number, "0%lo", left);
	if (left)
		add_name(text, size, number);
	if (text[0] == '\0')
		add_name(text, size, "0");
	return text;
}
