// SPDX-License-Identifier: ISC
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "abi.h"
#include "init.h"

static void mount_if_missing(const char *type, const char *target, const char *witness)
{
	if (access(witness, F_OK) == 0)
		return;
	mkdir(target, 0755);
	mount(type, target, type, 0, NULL);
}

// The namespace file is younger than the oldest kernels we start on; there the
// kernel thread that only a whole machine has as process 2 must do.
bool init_namespace_is_initial(void)
{
	char target[64], initial[64], name[32] = "";
	ssize_t n = readlink("/proc/self/ns/pid", target, sizeof target - 1);

	if (n > 0) {
		target[n] = '\0';
		snprintf(initial, sizeof initial, "pid:[%u]", ABI_PROC_PID_INIT_INO);
		return strcmp(target, initial) == 0;
	}
	FILE *comm = fopen("/proc/2/comm", "re");
	bool read = comm && fgets(name, sizeof name, comm);
	if (comm)
		fclose(comm);
	return read && strcmp(name, "kthreadd\n") == 0;
}

bool init_boot_sets_sysctls(void)
{
	char line[4096] = "";
	FILE *file = fopen("/proc/cmdline", "re");
	bool read = file && fgets(line, sizeof line, file);

	if (file)
		fclose(file);
	return read && strstr(line, "sysctl.");
}

bool init_is_ours(void)
{
	if (getpid() != 1)
		return false;
	// In a PID namespace of somebody's our mounts must not stay behind.
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount_if_missing("proc", "/proc", "/proc/self");
	if (!init_namespace_is_initial())
		return false;
	mount_if_missing("sysfs", "/sys", "/sys/kernel");
	mount_if_missing("devtmpfs", "/dev", "/dev/null");
	mount_if_missing("tmpfs", "/run", "/run/.");
	mkdir("/tmp", 01777);
	chmod("/tmp", 01777);
	return true;
}

bool init_console(const char *device)
{
	int fd = open(device, O_RDWR | O_NOCTTY);
	struct termios termios;

	if (fd == -1)
		return false;
	if (tcgetattr(fd, &termios) == 0) {
		cfmakeraw(&termios); // no carriage returns in TAP
		tcsetattr(fd, TCSANOW, &termios);
	}
	for (int to = 0; to <= STDERR_FILENO; to++)
		dup2(fd, to);
	if (fd > STDERR_FILENO)
		close(fd);
	return true;
}

void init_tell(int status)
{
	dprintf(STDOUT_FILENO, "# pipe7: exit status %d\n", status);
}

_Noreturn void init_leave(int status)
{
	init_tell(status);
	tcdrain(STDOUT_FILENO); // or the last lines are lost with the machine
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT); // a machine without a power switch
	for (;;)
		pause();
}
