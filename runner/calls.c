// SPDX-License-Identifier: ISC
// System calls that C libraries lack, or not all of them have.

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

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

long aio_submit(unsigned long context, struct iocb *request)
{
	return syscall(SYS_io_submit, context, 1L, &request);
}

long aio_collect(unsigned long context, struct io_event *event)
{
	return syscall(SYS_io_getevents, context, 1L, 1L, event, NULL);
}
