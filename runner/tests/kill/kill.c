// SPDX-License-Identifier: ISC
//
// The runner killed at many instants, in a kernel of its own: this program is
// init there, and pipe7's main() is linked in as pipe7_main().  Each round forks
// a tuning run, kills it with SIGKILL at a pseudo-random instant, and looks
// whether everything came back: sysctls, processes, files, mounts.  Prints TAP.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"
#include "sysctl.h"

int pipe7_main(int argc, char **argv);

enum { ROUNDS = 200, PATIENCE_S = 30, MOUNTS_MAX = 8192, FAULT_MAX = 512 };

static const char *const tunables[] = { "fs/pipe-max-size", "fs/pipe-user-pages-soft",
					"fs/pipe-user-pages-hard", "fs/file-max" };
enum { TUNABLES = sizeof tunables / sizeof tunables[0] };

struct state {
	char values[TUNABLES][SYSCTL_VALUE_MAX];
	char mounts[MOUNTS_MAX];
};

static void look(struct state *state)
{
	memset(state, 0, sizeof *state);
	for (int i = 0; i < TUNABLES; i++)
		sysctl_read(tunables[i], state->values[i]);
	int fd = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || read(fd, state->mounts, sizeof state->mounts - 1) <= 0)
		snprintf(state->mounts, sizeof state->mounts, "unreadable");
	close(fd);
}

static bool left_in(const char *directory, char fault[FAULT_MAX])
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	bool found = false;

	while (dir && (entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, "pipe7", 5) == 0) {
			snprintf(fault, FAULT_MAX, "left behind: %s/%s", directory, entry->d_name);
			found = true;
		}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_as_before(const struct state *before, char fault[FAULT_MAX])
{
	static struct state now;

	look(&now);
	for (int i = 0; i < TUNABLES; i++)
		if (strcmp(before->values[i], now.values[i]) != 0) {
			snprintf(fault, FAULT_MAX, "%s was %s and is %s", tunables[i],
				 before->values[i], now.values[i]);
			return false;
		}
	if (strcmp(before->mounts, now.mounts) != 0) {
		snprintf(fault, FAULT_MAX, "the mounts differ");
		return false;
	}
	return !left_in("/tmp", fault) && !left_in("/run", fault) && !left_in("/dev/shm", fault) &&
	       !left_in("/", fault);
}

static void on_alarm(int signal)
{
	(void)signal;
}

// Every process descends from init, so none is left when no child is.
static bool nobody_is_left(void)
{
	alarm(PATIENCE_S);
	while (waitpid(-1, NULL, 0) > 0)
		;
	alarm(0);
	return errno == ECHILD;
}

static pid_t begin_run(const char *profile)
{
	pid_t pid = fork();

	if (pid == 0) {
		// Trials that tune, and some that make FIFOs: a round takes a moment.
		char words[][32] = { "pipe7",
				     "run",
				     "--tune-host",
				     "user_pages_hard",
				     "*/two_gib_is_a_value",
				     "*/splice_writes_the_file",
				     "fionread",
				     "--profile",
				     "unprivileged" };
		enum { WORDS = sizeof words / sizeof words[0] };
		char *argv[WORDS + 1] = { NULL };
		int null = open("/dev/null", O_RDWR);

		snprintf(words[WORDS - 1], sizeof words[0], "%s", profile);
		for (int i = 0; i < WORDS; i++)
			argv[i] = words[i];
		for (int fd = 0; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
		_exit(pipe7_main(WORDS, argv));
	}
	return pid;
}

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// How long an undisturbed run takes, so that instants cover all of it.
static long duration_us(const char *profile)
{
	long begun = now_us();

	waitpid(begin_run(profile), NULL, 0);
	return now_us() - begun;
}

static bool round_holds(const struct state *before, const char *profile, long instant_us,
			char fault[FAULT_MAX])
{
	pid_t pid = begin_run(profile);

	nanosleep(&(struct timespec){ instant_us / 1000000, instant_us % 1000000 * 1000 }, NULL);
	kill(pid, SIGKILL);
	if (!nobody_is_left()) {
		snprintf(fault, FAULT_MAX, "a process is left behind");
		return false;
	}
	return is_as_before(before, fault);
}

static int kill_at_instants(void)
{
	static const char *const profiles[] = { "unprivileged", "container" };
	struct sigaction action = { .sa_handler = on_alarm };
	static struct state before;
	uint64_t random = 20240607;
	int failed = 0;

	sigaction(SIGALRM, &action, NULL); // without SA_RESTART, so that it interrupts
	look(&before);
	printf("TAP version 13\n1..%d\n", ROUNDS);
	long longest[] = { duration_us(profiles[0]), duration_us(profiles[1]) };
	printf("# an undisturbed run takes %ld and %ld us\n", longest[0], longest[1]);
	for (int n = 0; n < ROUNDS; n++) {
		char fault[FAULT_MAX] = "";

		random = random * 6364136223846793005u + 1442695040888963407u;
		long instant_us = (long)((random >> 33) % (uint64_t)longest[n % 2]);
		bool holds = round_holds(&before, profiles[n % 2], instant_us, fault);
		printf("%sok %d - %s killed after %ld us%s%s\n", holds ? "" : "not ", n + 1,
		       profiles[n % 2], instant_us, holds ? "" : ": ", fault);
		fflush(stdout);
		failed += !holds;
	}
	return failed > 0;
}

int main(int argc, char **argv)
{
	const char *console = NULL;

	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--console") == 0)
			console = argv[i + 1];
	if (!init_is_ours()) {
		printf("TAP version 13\n1..0 # SKIP runs only as init of a disposable kernel\n");
		return 0;
	}
	if (console)
		init_console(console);
	int status = kill_at_instants();
	fflush(stdout);
	init_leave(status);
}
