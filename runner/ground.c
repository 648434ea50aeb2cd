// SPDX-License-Identifier: ISC
// Ground: pipes in every way, their sizes, bytes in them.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "outcome.h"
#include "trial.h"

size_t page_size(void)
{
	static _Atomic size_t size; // threads ask too

	if (size == 0)
		size = (size_t)sysconf(_SC_PAGESIZE);
	return size;
}

size_t bytes_in(struct extent e)
{
	return (size_t)e.pages * page_size() + (size_t)e.bytes;
}

void must_set_nonblocking(struct trial *t, int fd, bool on)
{
	int flags = (int)must_or_fail(t, fcntl(fd, F_GETFL), ENOSYS), wanted = on;

	if (flags == -1) {
		must(t, ioctl(fd, FIONBIO, &wanted));
		return;
	}
	must(t, fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

void must_set_async(struct trial *t, int fd, bool on)
{
	int flags = (int)must(t, fcntl(fd, F_GETFL));

	must(t, fcntl(fd, F_SETFL, on ? flags | O_ASYNC : flags & ~O_ASYNC));
}

// The reader may open first without a writer only with O_NONBLOCK: fifo(7).
static struct pipe must_open_fifo(struct trial *t, int flags)
{
	const char *path = must_fifo(t, 0600);
	struct pipe p;

	p.rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	p.wr = must_open_end(t, path, O_WRONLY | flags);
	if (!(flags & O_NONBLOCK))
		must_set_nonblocking(t, p.rd, false);
	if (must_or_fail(t, unlink(path), ENOSYS) == -1)
		must(t, unlinkat(AT_FDCWD, path, 0));
	return p;
}

// A kernel that refuses O_DIRECT alone; one that refuses every flag is wrong.
static bool takes_other_flags(int flags)
{
	int err = errno, fds[2];
	bool made = pipe2(fds, (flags & ~O_DIRECT) | O_CLOEXEC) == 0;
	bool taken = made || errno != EINVAL;

	if (made) {
		close(fds[0]);
		close(fds[1]);
	}
	errno = err;
	return taken;
}

static void skip_if_impossible(struct trial *t, int flags)
{
	if (errno == EINVAL && flags & O_DIRECT && takes_other_flags(flags))
		skip(t, "absent: packet mode (O_DIRECT)");
	if (errno == EMFILE && dup(0) == -1 && errno == EMFILE)
		skip(t, "resource: no more descriptors (RLIMIT_NOFILE)");
	if (errno == ENFILE)
		skip(t, "resource: no more files or pages (fs.file-max or pipe-user-pages-hard)");
}

// What pipe2() does, in the steps of kernels that have only pipe().  The system call itself, for
// there are C libraries whose pipe() is pipe2().
static bool make_in_steps(int fds[2], int flags)
{
	bool made = !(flags & ~(O_CLOEXEC | O_NONBLOCK)) && syscall(ABI_SYS_PIPE, fds) == 0;

	for (int i = 0; i < 2 && made; i++)
		made = (!(flags & O_CLOEXEC) || fcntl(fds[i], F_SETFD, FD_CLOEXEC) == 0) &&
		       (!(flags & O_NONBLOCK) ||
			fcntl(fds[i], F_SETFL, fcntl(fds[i], F_GETFL) | O_NONBLOCK) == 0);
	return made;
}

int any_pipe(int fds[2], enum way way, int flags)
{
	int made = way == BY_PIPE ? pipe(fds) : pipe2(fds, flags);

	if (made == -1 && errno == ENOSYS) {
		made = make_in_steps(fds, way == BY_PIPE ? 0 : flags) ? 0 : -1;
		errno = ENOSYS;
	}
	return made;
}

static struct pipe must_make(struct trial *t, enum way way, int flags)
{
	int fds[2];

	if (way == BY_FIFO)
		return must_open_fifo(t, flags);
	const char *by_pipe2 = flags & O_DIRECT ? "pipe2(O_DIRECT)" : "pipe2()";
	int made = any_pipe(fds, way, flags);
	if (made == -1) {
		int err = errno;
		skip_if_filtered(t, way == BY_PIPE ? "pipe()" : by_pipe2, err);
		skip_if_impossible(t, flags);
		errno = err;
		must(t, made);
	}
	if (way == BY_PIPE && flags & O_NONBLOCK) {
		must_set_nonblocking(t, fds[0], true);
		must_set_nonblocking(t, fds[1], true);
	}
	return (struct pipe){ fds[0], fds[1] };
}

static void skip_if_not_resized(struct trial *t, enum way way)
{
	if (errno == EPERM || errno == EACCES || (errno == ENOSYS && way == BY_ONE_PAGE))
		skip_if_filtered(t, "fcntl(F_SETPIPE_SZ)", errno);
	if (errno == ENOSYS && way == BY_ONE_PAGE)
		skip(t, "absent: F_SETPIPE_SZ");
	if (errno == EPERM)
		skip(t, "resource: pipe-max-size or the uid's page budget leaves less than 16 "
			"pages");
}

// A uid over its page budget gets two pages (pipe(7), pipe-user-pages-soft), and
// a low pipe-max-size caps the default too: neither is what a case is about.
struct pipe must_pipe_by(struct trial *t, enum way way, int flags)
{
	struct pipe p = must_make(t, way, flags);
	int want = (way == BY_ONE_PAGE ? 1 : DEFAULT_PAGES) * (int)page_size();
	int have = fcntl(p.wr, F_GETPIPE_SZ);

	if (have == -1 && errno == EINVAL)
		skip(t, "absent: F_GETPIPE_SZ");
	if ((way == BY_ONE_PAGE || have < want) && fcntl(p.wr, F_SETPIPE_SZ, want) == -1)
		skip_if_not_resized(t, way);
	return p;
}

struct pipe must_pipe(struct trial *t, int flags)
{
	return must_pipe_by(t, t->way, flags);
}

size_t must_capacity(struct trial *t, int fd)
{
	long capacity = must_or_fail(t, fcntl(fd, F_GETPIPE_SZ), ENOSYS);

	if (capacity != -1)
		return (size_t)capacity;
	// Without fcntl() nobody has changed it.
	note(t, "the capacity is taken for that of a new pipe, %d pages", DEFAULT_PAGES);
	return DEFAULT_PAGES * page_size();
}

size_t must_unread(struct trial *t, int fd)
{
	int unread = -1;

	must(t, ioctl(fd, FIONREAD, &unread));
	return (size_t)unread;
}

void must_write(struct trial *t, int fd, const void *bytes, size_t size)
{
	if ((size_t)must(t, write(fd, bytes, size)) != size)
		decide(t, BROKEN, HERE("must_write"), "a full count", "a short one");
}

void must_read(struct trial *t, int fd, void *bytes, size_t size)
{
	for (size_t got = 0; got < size;) {
		size_t n = (size_t)must(t, read(fd, (char *)bytes + got, size - got));

		if (n == 0)
			decide(t, BROKEN, HERE("must_read"), "bytes", "end of file");
		got += n;
	}
}

// Whole pages never merge, so each takes a slot; the last part of a page stays
// open for what is written next.
size_t must_fill(struct trial *t, const struct pipe *p, size_t room)
{
	static const char zeros[1 << 16]; // the largest page
	size_t page = page_size(), capacity = must_capacity(t, p->wr);

	if (room > capacity)
		decide(t, BROKEN, HERE("must_fill"), "room within the capacity", "%zu of %zu", room,
		       capacity);
	size_t left = capacity - room;
	for (; left >= page; left -= page)
		must_write(t, p->wr, zeros, page);
	if (left > 0)
		must_write(t, p->wr, zeros, left);
	return capacity - room;
}

void must_empty(struct trial *t, int fd)
{
	size_t unread = must_unread(t, fd);

	must_read(t, fd, must_share(t, unread + 1), unread); // never nothing
}

void *must_share(struct trial *t, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(t, memory == MAP_FAILED ? -1 : 0);
	return memory;
}

void *must_map_part(struct trial *t, size_t mapped, size_t beyond)
{
	size_t page = page_size(), good = (mapped + page - 1) / page * page;
	size_t bad = (beyond + page - 1) / page * page;
	char *memory = must_share(t, good + bad);

	must(t, mprotect(memory + good, bad, PROT_NONE));
	return memory + good - mapped;
}
