// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outcome.h"
#include "output.h"
#include "suite.h"
#include "tune.h"

enum { PATH_SIZE = 256, NUMBER_SIZE = 32, NUMBER_MAX = 0x7fffffff };

struct setting {
	char path[PATH_SIZE];
	const char *name, *number;
};

static bool is_limit(const char *name)
{
	return strcmp(name, "pipe-max-size") == 0 || strcmp(name, "pipe-user-pages-soft") == 0 ||
	       strcmp(name, "pipe-user-pages-hard") == 0;
}

static bool is_number(const char *text)
{
	char *end;

	errno = 0;
	return *text >= '0' && *text <= '9' && strtoul(text, &end, 10) <= NUMBER_MAX &&
	       *end == '\0' && errno == 0;
}

// FILE is a path if it has a slash, as where the machine's file is seen in a container.
static bool parse(const char *argument, struct setting *s)
{
	const char *equals = strrchr(argument, '=');

	if (equals == NULL)
		return false;
	int length =
		snprintf(s->path, sizeof s->path, "%s%.*s",
			 memchr(argument, '/', (size_t)(equals - argument)) ? "" : "/proc/sys/fs/",
			 (int)(equals - argument), argument);
	if (length < 0 || length >= (int)sizeof s->path)
		return false;
	s->name = strrchr(s->path, '/') + 1;
	s->number = equals + 1;
	return is_limit(s->name) && is_number(s->number);
}

static int read_number(const char *path, char number[NUMBER_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, number, NUMBER_SIZE - 1);
	int err = n == -1 ? errno : 0;

	if (fd != -1)
		close(fd);
	number[n > 0 ? n : 0] = '\0';
	number[strcspn(number, "\n")] = '\0';
	return err;
}

static int write_number(const char *path, const char *number)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd == -1 || write(fd, number, strlen(number)) == -1 ? errno : 0;

	if (fd != -1)
		close(fd);
	return err;
}

// The kernel may make more of a number than was asked for, so what it is now is read.
static int set(const struct setting *s)
{
	char complaint[PATH_SIZE + NUMBER_SIZE], old[NUMBER_SIZE], new[NUMBER_SIZE];
	int err = read_number(s->path, old);

	if (err == 0 && strcmp(old, s->number) != 0)
		err = write_number(s->path, s->number);
	if (err == 0)
		err = read_number(s->path, new);
	if (err == 0) {
		printf("%s: %s -> %s\n", s->name, old, new);
		return STATUS_OK;
	}
	snprintf(complaint, sizeof complaint, "%s: %s", s->path, errno_name(err));
	output_complain(complaint);
	return STATUS_UNEXPECTED;
}

int tune_command(const struct options *o)
{
	char fault[2 * PATH_SIZE];
	struct setting setting;
	int status = STATUS_OK;

	for (unsigned i = 0; i < o->pattern_count; i++) {
		if (parse(o->patterns[i], &setting))
			continue;
		snprintf(fault, sizeof fault,
			 "tune '%.128s': expected FILE=NUMBER, FILE being pipe-max-size, "
			 "pipe-user-pages-soft or pipe-user-pages-hard",
			 o->patterns[i]);
		output_complain(fault);
		return STATUS_USAGE;
	}
	for (unsigned i = 0; i < o->pattern_count; i++)
		if (parse(o->patterns[i], &setting) && set(&setting) != STATUS_OK)
			status = STATUS_UNEXPECTED;
	return status;
}
