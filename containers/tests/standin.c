// SPDX-License-Identifier: ISC
// Stands in for the program where a test is about the place: it tells what it was given, and
// fails, hangs, computes or is silent when asked to.
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static bool asked(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

static const char *value(int argc, char **argv, const char *option)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], option) == 0)
			return argv[i + 1];
	return NULL;
}

// What a first process has to do before anybody can read it.
static void begin_as_init(const char *console)
{
	struct termios raw;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	int fd = open(console, O_RDWR | O_NOCTTY);
	tcgetattr(fd, &raw);
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
	dup2(fd, STDOUT_FILENO);
}

static void end_as_init(int status, bool last)
{
	printf("# pipe7: exit status %d\n", status);
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	if (last)
		reboot(RB_POWER_OFF);
}

static bool can_read(const char *path)
{
	return path == NULL || access(path, R_OK) == 0;
}

static bool can_make_fifo(const char *directory)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/standin-fifo", directory ? directory : "/tmp");
	return directory == NULL || (mkfifo(path, 0600) == 0 && unlink(path) == 0);
}

// One run; the profile's name, if there is one, is in its TAP.
static int run(int argc, char **argv, const char *profile)
{
	int failed = asked(argc, argv, "fail");

	puts("TAP version 13\n1..3");
	if (profile)
		printf("# profile: %s\n", profile);
	for (int i = 1; i < argc; i++)
		printf("# argument: %s\n", argv[i]);
	printf("%s 1 - known\n", can_read(value(argc, argv, "--known")) ? "ok" : "not ok");
	printf("%s 2 - dir\n", can_make_fifo(value(argc, argv, "--dir")) ? "ok" : "not ok");
	fflush(stdout);
	while (asked(argc, argv, "hang"))
		pause();
	for (time_t until = time(NULL) + 7; asked(argc, argv, "busy") && time(NULL) < until;)
		;
	if (profile && strcmp(profile, "container") == 0 && asked(argc, argv, "die"))
		_exit(3);
	printf("%s 3 - asked\n", failed ? "not ok" : "ok");
	return failed;
}

int main(int argc, char **argv)
{
	const char *console = value(argc, argv, "--console");
	char *profiles = (char *)value(argc, argv, "--profile");
	char *next, *profile = profiles ? strtok_r(strdup(profiles), ",", &next) : NULL;
	int status;

	if (asked(argc, argv, "list") && asked(argc, argv, "--claims")) {
		puts("case\tlevel");
		return 0;
	}
	if (asked(argc, argv, "silent"))
		return 3;
	if (console)
		begin_as_init(console);
	do {
		status = run(argc, argv, profile);
		profile = profile ? strtok_r(NULL, ",", &next) : NULL;
		if (console)
			end_as_init(status, profile == NULL);
	} while (profile);
	return status;
}
