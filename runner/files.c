// SPDX-License-Identifier: ISC
// Ground: FIFOs and directories in the run's scratch directory, its clock, files of the machine.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "trial.h"

static void must_have_scratch(struct trial *t)
{
	if (t->scratch == NULL)
		skip(t, "filesystem: no writable directory for FIFOs (--dir names one)");
}

// Whatever the umask is.
static void must_set_mode(struct trial *t, const char *path, mode_t mode)
{
	if (must_or_fail(t, chmod(path, mode), ENOSYS) == -1)
		must(t, fchmodat(AT_FDCWD, path, mode, 0));
}

const char *must_fifo(struct trial *t, mode_t mode)
{
	static const char refused[] = "filesystem: no FIFO can be made in the scratch directory";

	must_have_scratch(t);
	for (unsigned n = 0;; n++) {
		snprintf(t->path, sizeof t->path, "%s/%d-%u", t->scratch, (int)process_id(), n);
		if (mkfifo(t->path, 0600) == 0)
			break;
		skip_if_filtered(t, "mkfifo()", errno);
		if (errno == EPERM || errno == EROFS || errno == EOPNOTSUPP || errno == EACCES)
			skip(t, refused);
		if (errno != EEXIST)
			must(t, mkfifo(t->path, 0600));
	}
	must_set_mode(t, t->path, mode);
	return t->path;
}

const char *must_directory(struct trial *t, mode_t mode)
{
	must_have_scratch(t);
	for (unsigned n = 0;; n++) {
		snprintf(t->directory, sizeof t->directory, "%s/%d-%u", t->scratch,
			 (int)process_id(), n);
		if (must_or_fail(t, mkdir(t->directory, 0700), EEXIST) == 0)
			break;
	}
	must_set_mode(t, t->directory, mode);
	return t->directory;
}

int must_open_end(struct trial *t, const char *path, int flags)
{
	return (int)must(t, unless_limited(t, open(path, flags | O_CLOEXEC)));
}

int must_open_file(struct trial *t, const char *path, int flags)
{
	const struct here at = { __FILE__, __LINE__, path };
	char reason[TEXT_MAX] = "";

	must_begin(t, &at);
	int fd = open(path, flags | O_CLOEXEC), err = errno;
	if (fd == -1) {
		skip_if_filtered(t, "open()", err);
		if (err == ENOENT || err == ENXIO || err == ENODEV)
			snprintf(reason, sizeof reason, "absent: %s", path);
		if (err == EACCES || err == EPERM)
			snprintf(reason, sizeof reason, "filesystem: may not open %s", path);
		if (reason[0])
			skip(t, reason);
	}
	errno = err;
	return (int)must_end(t, &at, fd);
}

static bool same_time(struct timespec one, struct timespec other)
{
	return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

// Filesystems take the time of the last tick, some of them the second it is in; none lets
// st_ctim be set, so that there is no telling a change from none within one tick.
void must_pass_time(struct trial *t, const struct stat *changed)
{
	char witness[sizeof t->path + 2];
	struct stat now;

	must_have_scratch(t);
	snprintf(witness, sizeof witness, "%s/%d-t", t->scratch, (int)process_id());
	must(t, mkfifo(witness, 0600));
	do {
		must(t, chmod(witness, 0600));
		must(t, stat(witness, &now));
		if (time_is_short(t))
			skip_late(t, "filesystem: the time of change stands still");
	} while (same_time(now.st_ctim, changed->st_ctim));
	must(t, unlink(witness));
}
