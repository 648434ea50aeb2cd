// SPDX-License-Identifier: ISC
// FIFOs and the mounts that lead to them: fifo(7); mount(2), mount_namespaces(7).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100, NAME_SIZE = 256 };

struct name {
	char path[NAME_SIZE];
};

static struct name within(const char *directory, const char *name)
{
	struct name n;

	snprintf(n.path, sizeof n.path, "%.239s/%s", directory, name);
	return n;
}

// --- a user and mount namespace of one's own ------------------------------------------

// Within must_or_fail(): every failure is one of this error.
#define UNLESS_ABSENT(call) ((call) == -1 ? (errno = ENODEV, -1) : 0)

static void must_mount(struct trial *t, const char *source, const char *target, const char *type,
		       unsigned long flags, const char *data)
{
	if (must_or_fail(t, UNLESS_ABSENT(mount(source, target, type, flags, data)), ENODEV) == -1)
		skip(t, "kernel-config: no leave to mount, or no such filesystem");
}

// An empty filesystem that only this process sees.
static const char *must_mount_tmpfs(struct trial *t, unsigned long flags)
{
	must(t, unlink(must_fifo(t, 0600))); // SKIP where there are no FIFOs
	const char *directory = must_directory(t, 0700);

	must_enter_namespaces(t, CLONE_NEWNS);
	must_mount(t, "pipe7", directory, "tmpfs", flags, NULL);
	return directory;
}

// --- the same FIFO elsewhere ----------------------------------------------------------

struct bind_row {
	const char *name;
	bool whole_directory;
};

static const struct bind_row binds[] = {
	{ "fifo", false },
	{ "directory", true },
};

struct bind {
	struct name fifo, target, opened;
	const char *source;
};

static void bind_and_read(struct trial *t, const void *arg)
{
	const struct bind *b = arg;

	must_enter_namespaces(t, CLONE_NEWNS);
	must_mount(t, b->source, b->target.path, NULL, MS_BIND, NULL);
	int rd = (int)attempt(t, unless_limited(t, open(b->opened.path, O_RDONLY | O_CLOEXEC)));
	expect_stream(t, rd, 0, FEW);
}

CASE(bind_mount_in_another_namespace_leads_to_one_pipe,
     .claim = { DOCUMENTED,
		"who opens a FIFO through a bind mount in another mount namespace meets who opens "
		"it by its name, on one pipe",
		"fifo(7): exactly one pipe object" },
     .covers = { "FIF-36", "FIF-35" }, .needs = { need_proc }, ROWS(binds))
{
	const struct bind_row *row = trial_row(t);
	struct bind b = { .fifo = within(must_directory(t, 0700), "fifo") };
	struct name directory = b.fifo;

	*strrchr(directory.path, '/') = '\0';
	must(t, rename(must_fifo(t, 0600), b.fifo.path));
	if (row->whole_directory)
		snprintf(b.target.path, sizeof b.target.path, "%s", must_directory(t, 0700));
	else
		snprintf(b.target.path, sizeof b.target.path, "%s", must_fifo(t, 0600));
	b.source = row->whole_directory ? directory.path : b.fifo.path;
	b.opened = row->whole_directory ? within(b.target.path, "fifo") : b.target;
	struct actor *reader = start(t, bind_and_read, &b);

	expect_actor(t, reader, BLOCKS);
	int wr = (int)expect(t, open(b.fifo.path, O_WRONLY | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
	must_write_stream(t, wr, 0, FEW);
	expect_actor(t, reader, RETURNS_IN(0, INT_MAX));
	must_finish(t, reader);
}

// --- flags of mounts ------------------------------------------------------------------

static void expect_to_work(struct trial *t, const char *path)
{
	int rd = (int)expect(t, unless_limited(t, open(path, O_RDONLY | O_NONBLOCK)),
			     RETURNS_IN(0, INT_MAX));
	int wr = (int)expect(t, unless_limited(t, open(path, O_WRONLY | O_NONBLOCK)),
			     RETURNS_IN(0, INT_MAX));

	must_write_stream(t, wr, 0, FEW);
	expect_stream(t, rd, 0, FEW);
	expect(t, open(path, O_RDWR), RETURNS_IN(0, INT_MAX));
}

struct readonly_row {
	const char *name;
	unsigned long flags;
};

static const struct readonly_row readonly[] = {
	{ "mount", MS_REMOUNT | MS_BIND | MS_RDONLY },
	{ "filesystem", MS_REMOUNT | MS_RDONLY },
};

// A FIFO on what has been mounted for reading only since.
static struct name must_have_fifo_readonly(struct trial *t)
{
	const struct readonly_row *row = trial_row(t);
	const char *directory = must_mount_tmpfs(t, 0);
	struct name fifo = within(directory, "fifo");

	must(t, mkfifo(fifo.path, 0600));
	must_mount(t, "pipe7", directory, "tmpfs", row->flags, NULL);
	return fifo;
}

CASE(readonly_mount_takes_no_new_fifo,
     .claim = { POSIX,
		"on what is mounted for reading only mkfifo() fails with EROFS, and so does "
		"unlink() of a FIFO",
		"POSIX.1-2024 mkfifo() and unlink(), ERRORS, EROFS" },
     .covers = { "FIF-06" }, .needs = { need_proc }, ROWS(readonly))
{
	struct name fifo = must_have_fifo_readonly(t), new;

	snprintf(new.path, sizeof new.path, "%.250s2", fifo.path);
	expect(t, mkfifo(new.path, 0600), FAILS(EROFS));
	expect(t, unlink(fifo.path), FAILS(EROFS));
}

CASE(readonly_mount_takes_writers,
     .claim = { OBSERVED,
		"a FIFO on what is mounted for reading only is opened for writing, and written to",
		"fs/namei.c, sb_permission(): files, directories and links alone" },
     .covers = { "FIF-38" }, .needs = { need_proc }, ROWS(readonly),
     .against = "open(2), EROFS, as POSIX.1-2024 open(): of whatever is on a read-only "
		"filesystem")
{
	struct name fifo = must_have_fifo_readonly(t);

	expect_to_work(t, fifo.path);
}

CASE(restricted_mount_has_fifos,
     .claim = { OBSERVED,
		"on what is mounted with nodev, noexec and nosuid a FIFO can be made and opened",
		"fs/namei.c, may_open(): device nodes alone" },
     .covers = { "FIF-39" }, .needs = { need_proc }, .against = "mount(2), MS_NODEV: special files")
{
	const char *directory = must_mount_tmpfs(t, MS_NODEV | MS_NOEXEC | MS_NOSUID);
	struct name fifo = within(directory, "fifo");

	expect(t, mkfifo(fifo.path, 0600), RETURNS(0));
	expect_to_work(t, fifo.path);
}

// --- overlays -------------------------------------------------------------------------

struct overlay {
	struct name lower, upper, merged; // names of one FIFO
};

// A FIFO in the lower layer.
static struct overlay must_overlay(struct trial *t)
{
	const char *top = must_mount_tmpfs(t, 0);
	const char *const layers[] = { "lower", "upper", "work", "merged" };
	struct overlay o = { within(top, "lower/fifo"), within(top, "upper/fifo"),
			     within(top, "merged/fifo") };
	char options[4 * NAME_SIZE];

	for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
		must(t, mkdir(within(top, layers[i]).path, 0700));
	must(t, mkfifo(o.lower.path, 0600));
	snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s",
		 within(top, "lower").path, within(top, "upper").path, within(top, "work").path);
	must_mount(t, "pipe7", within(top, "merged").path, "overlay", 0, options);
	return o;
}

CASE(copying_up_keeps_the_pipe,
     .claim = { OBSERVED,
		"a FIFO in the lower layer of an overlay works, and who has it open shares its "
		"pipe with those who open it once it is copied up",
		"fs/overlayfs/inode.c: an inode of its own for the merged name" },
     .covers = { "FIF-50" }, .needs = { need_proc })
{
	struct overlay o = must_overlay(t);
	struct stat st;
	int rd = (int)expect(t, unless_limited(t, open(o.merged.path, O_RDONLY | O_NONBLOCK)),
			     RETURNS_IN(0, INT_MAX));

	expect(t, lstat(o.upper.path, &st), FAILS(ENOENT));
	must(t, chmod(o.merged.path, 0640));
	expect(t, lstat(o.upper.path, &st), RETURNS(0));
	expect_true(t, S_ISFIFO(st.st_mode));
	int wr = (int)expect(t, open(o.merged.path, O_WRONLY | O_NONBLOCK), RETURNS_IN(0, INT_MAX));
	must_write_stream(t, wr, 0, FEW);
	expect_stream(t, rd, 0, FEW);
}

CASE(layers_of_an_overlay_have_pipes_of_their_own,
     .claim = { OBSERVED,
		"who opens a FIFO by its name in an overlay does not meet who opens it by its name "
		"in the lower layer",
		"fs/overlayfs/inode.c: an inode of its own for the merged name" },
     .covers = { "FIF-50" }, .needs = { need_proc },
     .against = "fifo(7): exactly one pipe object for each FIFO")
{
	struct overlay o = must_overlay(t);

	must_open_end(t, o.lower.path, O_RDONLY | O_NONBLOCK);
	expect(t, open(o.merged.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
	expect_to_work(t, o.merged.path);
}

const struct family fifo_mounts_family = {
	.name = "fifo_mounts",
	.about = "FIFOs and the mounts that lead to them",
	.cases = {
		&bind_mount_in_another_namespace_leads_to_one_pipe,
		&readonly_mount_takes_no_new_fifo,
		&readonly_mount_takes_writers,
		&restricted_mount_has_fifos,
		&copying_up_keeps_the_pipe,
		&layers_of_an_overlay_have_pipes_of_their_own,
	},
};
