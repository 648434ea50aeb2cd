// SPDX-License-Identifier: ISC
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "trial.h"

static bool make_in(char path[SCRATCH_MAX], const char *directory)
{
	snprintf(path, SCRATCH_MAX, "%s/pipe7-XXXXXX", directory);
	if (directory[0] != '\0' && mkdtemp(path) != NULL) {
		// Trials of any uid make FIFOs here, and see no others'.
		if (chmod(path, 01733) == 0 || fchmodat(AT_FDCWD, path, 01733, 0) == 0)
			return true;
		rmdir(path);
	}
	path[0] = '\0';
	return false;
}

// Root often has a $TMPDIR of its own, where the uids that trials take cannot go.
static bool others_may_pass(const char *directory)
{
	enum { DEPTH_MAX = 64 };
	char path[SCRATCH_MAX + 3 * DEPTH_MAX];
	struct stat root, here;

	if (geteuid() != 0 || stat("/", &root) == -1)
		return true;
	size_t length = (size_t)snprintf(path, SCRATCH_MAX, "%s", directory);
	for (int depth = 0; depth < DEPTH_MAX && length < SCRATCH_MAX; depth++) {
		if (stat(path, &here) == -1 || !(here.st_mode & S_IXOTH))
			return false;
		if (here.st_ino == root.st_ino && here.st_dev == root.st_dev)
			return true;
		snprintf(path + length + 3 * (size_t)depth, sizeof "/..", "/..");
	}
	return false;
}

void scratch_make(char path[SCRATCH_MAX], const char *directory)
{
	const char *chosen = getenv("TMPDIR");
	const char *const usual[] = { chosen ? chosen : "", "/tmp", "/dev/shm", "/run", "." };

	if (directory[0] != '\0') {
		make_in(path, directory);
		return;
	}
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (strlen(usual[i]) < SCRATCH_MAX - 16 && others_may_pass(usual[i]) &&
		    make_in(path, usual[i]))
			return;
}

static bool is_own_name(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

// Takes the descriptor; what is in directories of it stays.
static void empty(int fd)
{
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		if (is_own_name(entry->d_name))
			unlinkat(fd, entry->d_name, 0);
	if (dir)
		closedir(dir);
	else if (fd != -1)
		close(fd);
}

// The directories of trials have no directories in them; no link of theirs leads elsewhere.
static void remove_directory(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	fchmodat(parent, name, 0700, 0);
	empty(openat(parent, name, flags));
	unlinkat(parent, name, AT_REMOVEDIR);
}

static bool empty_and_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		if (is_own_name(entry->d_name) && unlinkat(dirfd(dir), entry->d_name, 0) == -1)
			remove_directory(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	return rmdir(path) == 0 || errno != ENOTEMPTY;
}

// A trial that is being killed may still make a file: then look again.
void scratch_remove(const char *path)
{
	enum { TRIES = 100, PAUSE_US = 10000 };
	_Atomic uint32_t never = 0;

	for (int i = 0; i < TRIES && path[0] != '\0'; i++) {
		if (empty_and_remove(path))
			return;
		futex_wait(&never, 0, PAUSE_US);
	}
}
