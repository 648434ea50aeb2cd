// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outcome.h"
#include "restore.h"

static const char *const places[] = { "/run", "/dev/shm", "/var/tmp", "/tmp" };
static const char file_name[] = "pipe7.restore";
static const char header[] = "pipe7 restore 1";

enum { RECORD_TEXT_MAX = 2048 };

int tunables_restore(const struct tunable *tunables, unsigned count)
{
	char now[SYSCTL_VALUE_MAX];
	int first = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct tunable *tunable = &tunables[i];
		int err = sysctl_read(tunable->name, now);

		if (err == 0 && strcmp(now, tunable->old) == 0)
			continue;
		err = sysctl_write(tunable->name, tunable->old);
		if (err == 0)
			err = sysctl_read(tunable->name, now);
		if (err == 0 && strcmp(now, tunable->old) != 0)
			err = EIO;
		if (first == 0)
			first = err;
	}
	return first;
}

// Values of an earlier boot are worth nothing.
static void boot_id(char id[SYSCTL_VALUE_MAX])
{
	if (sysctl_read("kernel/random/boot_id", id) != 0)
		snprintf(id, SYSCTL_VALUE_MAX, "unknown");
}

static unsigned parse(char *text, struct tunable tunables[TUNABLES_MAX])
{
	char id[SYSCTL_VALUE_MAX], *rest = NULL;
	char *line = strtok_r(text, "\n", &rest);
	unsigned count = 0;

	boot_id(id);
	if (line == NULL || strcmp(line, header) != 0)
		return 0;
	line = strtok_r(NULL, "\n", &rest);
	if (line == NULL || strcmp(line, id) != 0)
		return 0;
	while (count < TUNABLES_MAX && (line = strtok_r(NULL, "\n", &rest)) != NULL) {
		struct tunable *tunable = &tunables[count];

		if (sscanf(line, "%63s %63s", tunable->name, tunable->old) == 2)
			count++;
	}
	return count;
}

// A record is ours if we could have made it: others may write to /tmp.
static bool is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       (st.st_mode & 077) == 0;
}

static int put_back(int fd, unsigned *count)
{
	struct tunable tunables[TUNABLES_MAX];
	char text[RECORD_TEXT_MAX];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	*count = parse(text, tunables);
	return tunables_restore(tunables, *count);
}

static bool write_record(const struct guardian *g, int fd)
{
	char text[RECORD_TEXT_MAX], id[SYSCTL_VALUE_MAX];

	boot_id(id);
	int length = snprintf(text, sizeof text, "%s\n%s\n", header, id);
	for (unsigned i = 0; i < g->tunable_count; i++)
		length += snprintf(text + length, sizeof text - (size_t)length, "%s %s\n",
				   g->tunables[i].name, g->tunables[i].old);
	return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)length, 0) == length &&
	       fsync(fd) == 0;
}

static int open_record(const char *place, int flags, char path[SCRATCH_MAX])
{
	snprintf(path, SCRATCH_MAX, "%s/%s", place, file_name);
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
	if (fd != -1 && !is_ours(fd)) {
		close(fd);
		errno = EEXIST;
		return -1;
	}
	return fd;
}

// One that its run has removed between our open() and flock() guards nothing.
static bool lock_record(int fd)
{
	struct stat st;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

bool record_open(struct guardian *g, int *fd)
{
	unsigned left_behind = 0;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		*fd = open_record(places[i], O_CREAT, g->record);
		if (*fd == -1)
			continue;
		if (!lock_record(*fd)) {
			snprintf(g->untunable, sizeof g->untunable,
				 "sysctl: another run is tuning this host");
			g->record[0] = '\0';
			close(*fd);
			return false;
		}
		if (put_back(*fd, &left_behind) != 0) {
			snprintf(g->untunable, sizeof g->untunable,
				 "sysctl: what an earlier run changed cannot be restored");
			g->record[0] = '\0';
			close(*fd);
			return false;
		}
		for (unsigned n = 0; left_behind > 0 && n < g->tunable_count; n++)
			sysctl_read(g->tunables[n].name, g->tunables[n].old);
		if (write_record(g, *fd))
			return true;
		close(*fd);
	}
	g->record[0] = '\0';
	snprintf(g->untunable, sizeof g->untunable,
		 "sysctl: nowhere to record the old values for pipe7 restore");
	return false;
}

void record_close(struct guardian *g, int fd)
{
	if (fd == -1)
		return;
	unlink(g->record);
	close(fd);
}

static int restore_from(int fd, const char *path)
{
	unsigned count;

	if (!lock_record(fd)) {
		fprintf(stderr, "pipe7: %s: a run that tunes this host is still going on\n", path);
		return 1;
	}
	int err = put_back(fd, &count);
	if (err != 0) {
		fprintf(stderr, "pipe7: %s: restoring failed: %s\n", path, errno_name(err));
		return 1;
	}
	unlink(path);
	printf("restored %u sysctl%s from %s\n", count, count == 1 ? "" : "s", path);
	return 0;
}

int restore_command(void)
{
	char path[SCRATCH_MAX];

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		int fd = open_record(places[i], 0, path);

		if (fd == -1)
			continue;
		int status = restore_from(fd, path);
		close(fd);
		return status;
	}
	printf("nothing to restore\n");
	return 0;
}
