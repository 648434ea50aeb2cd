// SPDX-License-Identifier: ISC
// without CALL PROGRAM ARGUMENT...: executes the program where the system call fails with
// ENOSYS, as on a kernel that lacks it; mmap-shared is mmap() with MAP_SHARED alone.

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	CALL(brk),
	CALL(capget),
	CALL(capset),
	CALL(chmod),
	CALL(clone),
	CALL(close),
	CALL(close_range),
	CALL(dup2),
	CALL(epoll_create1),
	CALL(fcntl),
	CALL(futex),
	CALL(getdents64),
	CALL(geteuid),
	CALL(getgroups),
	CALL(getpid),
	CALL(getpriority),
	CALL(getppid),
	CALL(getrandom),
	CALL(ioctl),
	CALL(kill),
	CALL(lseek),
	CALL(memfd_create),
	CALL(mkdir),
	CALL(mknodat),
	CALL(mprotect),
	CALL(munmap),
	CALL(openat),
	CALL(pipe2),
	CALL(poll),
	CALL(prctl),
	CALL(pread64),
	CALL(prlimit64),
	CALL(pselect6),
	CALL(read),
	CALL(readlink),
	CALL(rmdir),
	CALL(rseq),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigtimedwait),
	CALL(sched_getaffinity),
	CALL(set_robust_list),
	CALL(set_tid_address),
	CALL(setgroups),
	CALL(setresgid),
	CALL(setresuid),
	CALL(setsid),
	CALL(splice),
	CALL(sysinfo),
	CALL(umask),
	CALL(uname),
	CALL(unlink),
	CALL(unlinkat),
	CALL(wait4),
	CALL(write),
	CALL(writev),
	{ "mmap-shared", SYS_mmap },
};

static int confine(unsigned number, unsigned flag)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		// The low half of the fourth argument, where the machine is little-endian.
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flag, 0, flag != 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	// An ordinary user may do it after this, which only bars programs with another uid.
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	size_t i = 0;

	while (argc > 2 && i < sizeof calls / sizeof calls[0] && strcmp(argv[1], calls[i].name))
		i++;
	if (argc < 3 || i == sizeof calls / sizeof calls[0]) {
		fprintf(stderr, "without: expected a system call of its list and a program\n");
		return 2;
	}
	if (confine(calls[i].number, strcmp(argv[1], "mmap-shared") ? 0 : MAP_SHARED) == -1) {
		perror("without: no filter");
		return 1;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
