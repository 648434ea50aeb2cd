// SPDX-License-Identifier: ISC
// System calls that C libraries lack, or not all of them have.

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

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

// The call takes a time of 64 bits on every machine.
long epoll_wait2(int fd, struct epoll_event *event, long timeout_ms)
{
	const int64_t timeout[] = { timeout_ms / 1000, timeout_ms % 1000 * 1000000 };

	return syscall(ABI_SYS_EPOLL_PWAIT2, fd, event, 1, timeout_ms < 0 ? NULL : timeout, NULL,
		       0L);
}

long cache_stat(int fd, const struct abi_cache_range *range, struct abi_cache_stat *stat)
{
	return syscall(ABI_SYS_CACHESTAT, fd, range, stat, 0L);
}

long landlock_ruleset(const struct abi_landlock_ruleset *guarded)
{
	return syscall(ABI_SYS_LANDLOCK_CREATE_RULESET, guarded, sizeof *guarded, 0L);
}

long landlock_self(int ruleset)
{
	return syscall(ABI_SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0L);
}

long open_process(pid_t pid)
{
	return syscall(ABI_SYS_PIDFD_OPEN, pid, 0L);
}

long take_descriptor(int process, int fd)
{
	return syscall(ABI_SYS_PIDFD_GETFD, process, fd, 0L);
}
