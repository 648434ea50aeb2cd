// SPDX-License-Identifier: ISC
// System calls that C libraries lack, or not all of them have, and execve() of ourselves.

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "outcome.h"
#include "trial.h"

// The offset is in two halves, of which a kernel of 64 bits takes the first.
long read_flagged(int fd, const struct iovec *vectors, int count, int flags)
{
	return syscall(SYS_preadv2, fd, vectors, count, -1L, -1L, flags);
}

long write_flagged(int fd, const struct iovec *vectors, int count, int flags)
{
	return syscall(SYS_pwritev2, fd, vectors, count, -1L, -1L, flags);
}

long aio_setup(unsigned long *context)
{
	return syscall(SYS_io_setup, 1, context);
}

long aio_submit(unsigned long context, int fd, const void *bytes, size_t size)
{
	struct abi_iocb request = {
		.opcode = ABI_IOCB_CMD_PWRITE,
		.fd = (uint32_t)fd,
		.bytes = (uint64_t)(uintptr_t)bytes,
		.size = size,
	}, *requests[] = { &request };

	return syscall(SYS_io_submit, context, 1L, requests);
}

long aio_collect(unsigned long context, int64_t *result)
{
	struct abi_io_event event = { .result = 0 };
	long n = syscall(SYS_io_getevents, context, 1L, 1L, &event, NULL);

	*result = event.result;
	return n;
}

_Noreturn void must_execute(struct trial *t, int output)
{
	char name[] = "pipe7", option[] = "--version";
	char *const arguments[] = { name, option, NULL }, *const environment[] = { NULL };

	must(t, dup2(output, STDOUT_FILENO));
	execve("/proc/self/exe", arguments, environment);
	if (errno == EACCES)
		skip(t, "filesystem: this uid may not execute the program");
	decide(t, BROKEN, HERE("execve"), "success", "fails with %s", errno_name(errno));
}
