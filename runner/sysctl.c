// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

static int open_sysctl(const char *name, int flags)
{
	char path[SYSCTL_NAME_MAX + 16];

	snprintf(path, sizeof path, "/proc/sys/%s", name);
	return open(path, flags | O_CLOEXEC);
}

int sysctl_read(const char *name, char value[SYSCTL_VALUE_MAX])
{
	int fd = open_sysctl(name, O_RDONLY);

	if (fd == -1)
		return errno;
	ssize_t n = read(fd, value, SYSCTL_VALUE_MAX - 1);
	int err = n == -1 ? errno : 0;
	close(fd);
	value[n > 0 ? n : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return err;
}

int sysctl_write(const char *name, const char *value)
{
	int fd = open_sysctl(name, O_WRONLY);

	if (fd == -1)
		return errno;
	int err = write(fd, value, strlen(value)) == -1 ? errno : 0;
	close(fd);
	return err;
}

// Neither end waits, so that a pipe that is out of order cannot hold up the caller.
int sysctl_splice(const char *name, const char *value)
{
	ssize_t length = (ssize_t)strlen(value), moved = -1;
	int fd = open_sysctl(name, O_WRONLY), err = errno, fds[2];

	if (fd == -1)
		return err;
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) == 0) {
		if (write(fds[1], value, (size_t)length) == length)
			moved = splice(fds[0], NULL, fd, NULL, (size_t)length, SPLICE_F_NONBLOCK);
		err = errno;
		close(fds[0]);
		close(fds[1]);
	} else {
		err = errno;
	}
	close(fd);
	if (moved == -1)
		return err;
	return moved == length ? 0 : EIO;
}

int sysctl_writable(const char *name)
{
	int fd = open_sysctl(name, O_WRONLY);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}
