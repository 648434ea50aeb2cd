// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

// A filter may refuse fcntl(), which says nothing about the descriptor.
static bool is_closed(int fd)
{
	return fcntl(fd, F_GETFD) == -1 && errno == EBADF;
}

bool process_open_standard(void)
{
	bool output = !is_closed(STDOUT_FILENO);

	// open() returns the lowest free number, so a hole is filled in its turn.
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (is_closed(fd) && open("/dev/null", O_RDWR) == -1)
			break;
	return output;
}

static void close_range_from(int first, int last)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0) == 0)
		return;
#endif
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)last >= limit.rlim_cur)
		last = (int)limit.rlim_cur - 1;
	for (int fd = first; fd <= last; fd++)
		close(fd);
}

static int empty_file(void)
{
	int fd = open("/dev/null", O_RDWR);

#ifdef SYS_memfd_create
	if (fd == -1)
		fd = (int)syscall(SYS_memfd_create, "null", 0);
#endif
	return fd;
}

void process_close_all(bool standard, int keep)
{
	enum { FIRST = STDERR_FILENO + 1, LAST = 0x7fffffff };

	if (standard) {
		int null = empty_file();

		for (int fd = 0; fd < FIRST; fd++)
			if (null == -1)
				close(fd);
			else
				dup2(null, fd);
		if (null >= FIRST && null != keep)
			close(null);
	}
	if (keep < FIRST) {
		close_range_from(FIRST, LAST);
		return;
	}
	if (keep > FIRST)
		close_range_from(FIRST, keep - 1);
	close_range_from(keep + 1, LAST);
}

void process_default_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
}

void process_unblock_all(void)
{
	static const sigset_t none; // all zeros is empty in the C libraries of Linux

	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_ignore_termination(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
}

pid_t process_id(void)
{
	pid_t pid = getpid();

	// That of the one thread of all processes that ask.
	return pid > 0 ? pid : (pid_t)syscall(SYS_gettid);
}

bool process_is_orphan(pid_t parent)
{
	pid_t now = getppid();

	// C libraries that take it for a call that cannot fail return the kernel's own -ENOSYS.
	return parent > 0 && now >= 0 && now != parent;
}

// Real, effective and saved, by the calls that a kernel may have instead too.
int process_set_gid(gid_t gid)
{
	int got = setresgid(gid, gid, gid);

	if (got == -1 && errno == ENOSYS)
		got = setregid(gid, gid);
	return got == -1 && errno == ENOSYS ? setgid(gid) : got;
}

int process_set_uid(uid_t uid)
{
	int got = setresuid(uid, uid, uid);

	if (got == -1 && errno == ENOSYS)
		got = setreuid(uid, uid);
	return got == -1 && errno == ENOSYS ? setuid(uid) : got;
}

// As wait(2) encodes it.
static int status_of(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return info->si_status << 8;
	if (info->si_code == CLD_STOPPED || info->si_code == CLD_TRAPPED)
		return info->si_status << 8 | 0x7f;
	return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

pid_t process_wait(pid_t pid, int *status, int flags)
{
	pid_t got = waitpid(pid, status, flags);
	siginfo_t info = { 0 };

	if (got != -1 || errno != ENOSYS)
		return got;
	if (waitid(pid == -1 ? P_ALL : P_PID, pid == -1 ? 0 : (id_t)pid, &info, WEXITED | flags) ==
	    -1)
		return -1;
	if (info.si_pid > 0 && status)
		*status = status_of(&info);
	return info.si_pid;
}

void process_ending_signals(sigset_t *set)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
		struct sigaction action;

		if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(set, ending[i]);
	}
}

bool process_is_to_end(void)
{
	sigset_t ending, pending;

	process_ending_signals(&ending);
	sigpending(&pending);
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&ending, sig) == 1 && sigismember(&pending, sig) == 1)
			return true;
	return false;
}

void process_stay(void)
{
	sigset_t set;
	int signal;

	process_ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	do
		signal = sigwaitinfo(&set, NULL);
	while (signal == -1 && errno == EINTR);
}

void process_hand_on(pid_t pid)
{
	sigset_t set;

	process_ending_signals(&set);
	sigaddset(&set, SIGCHLD);
	int signal = sigtimedwait(&set, NULL, &(struct timespec){ 1, 0 });
	if (signal > 0 && signal != SIGCHLD)
		kill(pid, signal);
}

void process_set_limits(void)
{
	enum { NOFILE = 256 }; // soft; a case that takes more raises it
	struct rlimit limit = { 0, 0 };

	setrlimit(RLIMIT_CORE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max < NOFILE ? limit.rlim_max : NOFILE;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}
