// SPDX-License-Identifier: ISC
// What /proc/PID/fdinfo tells of a pipe: proc_pid_fdinfo(5).

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

enum { TEXT_SIZE = 1024 };

// Whether there is "\nKEY:", and the number behind it.
static bool tells(struct trial *t, int fd, const char *key, int base, long *number)
{
	char path[40], text[TEXT_SIZE] = "\n";

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	int info = (int)must(t, open(path, O_RDONLY | O_CLOEXEC));
	must(t, read(info, text + 1, sizeof text - 2));
	must(t, close(info));
	const char *found = strstr(text, key);
	*number = found ? strtol(found + strlen(key), NULL, base) : 0;
	return found != NULL;
}

// What came later than fdinfo itself.
static long must_tell(struct trial *t, int fd, const char *key, const char *absent)
{
	long number;

	if (!tells(t, fd, key, 10, &number))
		skip_absent(t, absent);
	return number;
}

struct flags_row {
	const char *name;
	enum pipe_end end;
	int flags;
};

static const struct flags_row flags[] = {
	{ "read_end/none", READ_END, 0 },
	{ "read_end/nonblock", READ_END, O_NONBLOCK },
	{ "read_end/cloexec", READ_END, O_CLOEXEC },
	{ "write_end/none", WRITE_END, 0 },
	{ "write_end/nonblock", WRITE_END, O_NONBLOCK },
	{ "write_end/cloexec", WRITE_END, O_CLOEXEC },
};

CASE(fdinfo_tells_position_and_flags,
     .claim = { DOCUMENTED,
		"fdinfo of an end tells position 0, and its access mode and flags in octal, "
		"O_CLOEXEC being FD_CLOEXEC as it is now",
		"proc_pid_fdinfo(5)" },
     .covers = { "CRE-31" }, .since = "3.1", .needs = { need_proc }, ROWS(flags))
{
	const struct flags_row *row = trial_row(t);
	const int mode = row->end == READ_END ? O_RDONLY : O_WRONLY;
	struct pipe p = must_pipe(t, O_CLOEXEC);
	const int fd = this_end(&p, row->end);
	long number;

	must(t, fcntl(fd, F_SETFD, (row->flags & O_CLOEXEC) ? FD_CLOEXEC : 0));
	must_set_nonblocking(t, fd, row->flags & O_NONBLOCK);
	must_write(t, p.wr, "ab", 2);
	expect_true(t, tells(t, fd, "\npos:", 10, &number));
	expect(t, number, RETURNS(0));
	expect_true(t, tells(t, fd, "\nflags:", 8, &number));
	expect(t, number, RETURNS(mode | row->flags));
}

// Pipes alone: what number a FIFO has is its file system's affair.
static const char no_inode[] = "the inode in fdinfo (Linux 5.14)";

CASE(fdinfo_tells_the_inode,
     .claim = { OBSERVED, "fdinfo of either end tells the inode number that fstat() does",
		"fs/proc/fd.c, seq_show(), since Linux 5.14" },
     .covers = { "CRE-31" }, .since = "5.14", .needs = { need_proc })
{
	struct pipe p = must_pipe(t, 0);
	struct stat st;

	must(t, fstat(p.rd, &st));
	expect(t, must_tell(t, p.rd, "\nino:", no_inode), RETURNS((long)st.st_ino));
	expect(t, must_tell(t, p.wr, "\nino:", no_inode), RETURNS((long)st.st_ino));
}

static long mount_of(struct trial *t, int fd)
{
	return must_tell(t, fd, "\nmnt_id:", "the mount in fdinfo (Linux 3.15)");
}

CASE(pipes_have_a_mount_of_their_own,
     .claim = { OBSERVED,
		"fdinfo tells one mount for both ends and for every pipe, and another for a "
		"socket and for a file",
		"fs/pipe.c, pipe_mnt; proc_pid_fdinfo(5), mnt_id" },
     .covers = { "CRE-31" }, .since = "3.15", .needs = { need_proc })
{
	struct pipe p = must_pipe(t, 0), other = must_pipe_by(t, BY_PIPE, 0);
	int sockets[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	const long mount = mount_of(t, p.rd);

	expect(t, mount_of(t, p.wr), RETURNS(mount));
	expect(t, mount_of(t, other.rd), RETURNS(mount));
	expect_true(t, mount_of(t, sockets[0]) != mount);
	expect_true(t, mount_of(t, STDIN_FILENO) != mount); // on /dev/null, see case.h
}

const struct family fdinfo_family = {
	.name = "fdinfo",
	.about = "What /proc/PID/fdinfo tells of a pipe",
	.cases = {
		&fdinfo_tells_position_and_flags,
		&fdinfo_tells_the_inode,
		&pipes_have_a_mount_of_their_own,
	},
};
