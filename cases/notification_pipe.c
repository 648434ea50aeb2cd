// SPDX-License-Identifier: ISC
// Pipes that the kernel writes into: pipe(2), O_NOTIFICATION_PIPE.

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

static const char before_5_8[] = "absent: notification pipes (Linux 5.8)";

// --- with and without ---------------------------------------------------------

static long not_made(struct trial *t, long n)
{
	unless_limited(t, n);
	if (n == 0)
		skip(t, "kernel-config: this kernel has notification pipes");
	if (errno == EINVAL)
		skip(t, before_5_8);
	return n;
}

CASE(kernel_without_them_says_enopkg,
     .claim = { DOCUMENTED,
		"without CONFIG_WATCH_QUEUE pipe2() with O_NOTIFICATION_PIPE fails with "
		"ENOPKG, and leaves nothing behind",
		"pipe(2), ERRORS, ENOPKG, and RETURN VALUE" },
     .covers = { "CRE-32", "CRE-11" }, .since = "5.8")
{
	enum { TRIES = 64 };
	int fds[2] = { -7, -8 };

	must_leave_descriptors(t, 2);
	for (int i = 0; i < TRIES; i++)
		expect(t, not_made(t, pipe2(fds, ABI_O_NOTIFICATION_PIPE)), FAILS(ENOPKG));
	expect_equal(t, fds[0], -7);
	expect_equal(t, fds[1], -8);
	expect(t, unless_limited(t, pipe2(fds, O_CLOEXEC)), RETURNS(0));
}

// Where keyctl() is refused nobody can tell.
static long answered(struct trial *t, long n)
{
	if (n == -1 && errno == EOPNOTSUPP)
		skip(t, "absent: KEYCTL_CAPABILITIES (Linux 5.2)");
	if (n == -1)
		skip(t,
		     errno == ENOSYS ? "kernel-config: no keys" : "seccomp: keyctl() is refused");
	return n;
}

static const char *need_watched_keys(struct trial *t)
{
	unsigned char caps[2] = { 0 };

	must(t, answered(t, syscall(SYS_keyctl, ABI_KEYCTL_CAPABILITIES, caps, sizeof caps)));
	if (caps[1] & ABI_KEYCTL_CAPS1_NOTIFICATIONS)
		return NULL;
	return "kernel-config: no notifications of keys (CONFIG_KEY_NOTIFICATIONS)";
}

CASE(kernel_that_watches_keys_has_them,
     .claim = { OBSERVED,
		"where keyctl() says that keys can be watched, pipe2() with "
		"O_NOTIFICATION_PIPE makes a pipe",
		"security/keys/keyctl.c, keyctl_capabilities(); fs/pipe.c, do_pipe2()" },
     .covers = { "CRE-32" }, .since = "5.8", .needs = { need_watched_keys })
{
	int fds[2];

	expect(t, pipe2(fds, ABI_O_NOTIFICATION_PIPE | O_CLOEXEC), RETURNS(0));
	expect(t, fcntl(fds[0], F_GETFL), RETURNS(O_RDONLY));
	expect(t, fcntl(fds[1], F_GETFL), RETURNS(O_WRONLY));
}

// --- what goes in -------------------------------------------------------------

static long had(struct trial *t, long n)
{
	if (n == -1 && errno == ENOPKG)
		skip(t, "kernel-config: no notification pipes (CONFIG_WATCH_QUEUE)");
	if (n == -1 && errno == EINVAL)
		skip(t, before_5_8);
	return n;
}

static struct pipe must_notification_pipe(struct trial *t)
{
	const int flags = ABI_O_NOTIFICATION_PIPE | O_NONBLOCK | O_CLOEXEC;
	int fds[2];

	must(t, had(t, unless_limited(t, pipe2(fds, flags))));
	return (struct pipe){ fds[0], fds[1] };
}

// Of the kernel's own the pipe has room for a page of records.
static struct pipe must_sized_notification_pipe(struct trial *t)
{
	struct pipe p = must_notification_pipe(t);

	must(t, ioctl(p.rd, ABI_IOC_WATCH_QUEUE_SET_SIZE, 1));
	return p;
}

CASE(nobody_writes_into_it,
     .claim = { OBSERVED, "write(), writev() and splice() into a notification pipe fail with EXDEV",
		"fs/pipe.c, pipe_write(); fs/splice.c" },
     .covers = { "CRE-34" })
{
	struct pipe p = must_notification_pipe(t), source = must_pipe(t, 0);
	struct iovec vec = { (char[]){ "a" }, 1 };
	char byte;

	expect(t, write(p.wr, "a", 1), FAILS(EXDEV));
	must(t, ioctl(p.rd, ABI_IOC_WATCH_QUEUE_SET_SIZE, 1));
	expect(t, write(p.wr, "a", 1), FAILS(EXDEV));
	expect(t, writev(p.wr, &vec, 1), FAILS(EXDEV));
	must_write(t, source.wr, "a", 1);
	expect(t, splice(source.rd, NULL, p.wr, NULL, 1, 0), FAILS(EXDEV));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
}

CASE(its_capacity_is_not_changed,
     .claim = { OBSERVED, "F_SETPIPE_SZ of a notification pipe fails with EBUSY",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "CRE-34" })
{
	struct pipe p = must_notification_pipe(t);

	expect(t, fcntl(p.wr, F_SETPIPE_SZ, 2 * (int)page_size()), FAILS(EBUSY));
	must(t, ioctl(p.rd, ABI_IOC_WATCH_QUEUE_SET_SIZE, 1));
	expect(t, fcntl(p.rd, F_SETPIPE_SZ, 2 * (int)page_size()), FAILS(EBUSY));
}

// --- what comes out -----------------------------------------------------------

enum { WATCH = 7, EVENT_SIZE = sizeof(struct abi_key_notification) };

static long must_add_key(struct trial *t)
{
	const long ring = ABI_KEY_SPEC_PROCESS_KEYRING;
	long key = must_or_fail(t, syscall(SYS_add_key, "user", "pipe7", "a", 1, ring), EDQUOT);

	if (key == -1)
		skip(t, "resource: the uid's quota of keys is used up");
	return key;
}

static long must_watch_key(struct trial *t, const struct pipe *p)
{
	long key = must_add_key(t);

	must(t, syscall(SYS_keyctl, ABI_KEYCTL_WATCH_KEY, key, p->rd, WATCH));
	return key;
}

static void must_update(struct trial *t, long key, int times)
{
	for (int i = 0; i < times; i++)
		must(t, syscall(SYS_keyctl, ABI_KEYCTL_UPDATE, key, "b", 1));
}

static bool is_update(const struct abi_key_notification *n, long key)
{
	return n->watch.type == ABI_WATCH_TYPE_KEY_NOTIFY &&
	       n->watch.subtype == ABI_NOTIFY_KEY_UPDATED &&
	       n->watch.info == (EVENT_SIZE | WATCH << 8) && n->key == (uint32_t)key;
}

CASE(events_of_keys_are_read,
     .claim = { OBSERVED, "each change of a watched key is one record that read() gives",
		"Documentation/core-api/watch_queue.rst; ioctl_pipe(2), in general" },
     .covers = { "CRE-33" }, .needs = { need_watched_keys })
{
	struct pipe p = must_sized_notification_pipe(t);
	struct abi_key_notification got[2] = { 0 };
	long key = must_watch_key(t, &p);

	expect(t, read(p.rd, got, sizeof got), FAILS(EAGAIN));
	must_update(t, key, 3);
	expect(t, must_unread(t, p.rd), RETURNS(3 * EVENT_SIZE));
	expect(t, read(p.rd, got, sizeof got), RETURNS(2 * EVENT_SIZE));
	expect_true(t, is_update(&got[0], key) && is_update(&got[1], key));
	expect(t, read(p.rd, got, sizeof got), RETURNS(EVENT_SIZE));
	expect(t, read(p.rd, got, sizeof got), FAILS(EAGAIN));
}

CASE(records_are_not_cut,
     .claim = { OBSERVED,
		"read() of less than a record fails with ENOBUFS and leaves it, and of more "
		"gives whole ones",
		"fs/pipe.c, pipe_read()" },
     .covers = { "CRE-41" }, .needs = { need_watched_keys })
{
	struct pipe p = must_sized_notification_pipe(t);
	char bytes[2 * EVENT_SIZE];
	long key = must_watch_key(t, &p);

	must_update(t, key, 2);
	expect(t, read(p.rd, bytes, EVENT_SIZE - 1), FAILS(ENOBUFS));
	expect(t, read(p.rd, bytes, 2 * EVENT_SIZE - 1), RETURNS(EVENT_SIZE));
	expect(t, read(p.rd, bytes, 2 * EVENT_SIZE), RETURNS(EVENT_SIZE));
}

// A record takes 128 bytes of a page, whatever its size.
CASE(loss_is_told,
     .claim = { OBSERVED,
		"what a full notification pipe could not take is told by a record of loss "
		"behind those it took",
		"Documentation/core-api/watch_queue.rst; fs/pipe.c, pipe_read()" },
     .covers = { "CRE-33" }, .needs = { need_watched_keys })
{
	struct pipe p = must_sized_notification_pipe(t);
	const int room = (int)page_size() / 128;
	struct abi_key_notification got = { 0 };
	long key = must_watch_key(t, &p);

	must_update(t, key, room + 3);
	for (int i = 0; i < room; i++) {
		expect(t, read(p.rd, &got, EVENT_SIZE), RETURNS(EVENT_SIZE));
		expect_true(t, is_update(&got, key));
	}
	expect(t, read(p.rd, &got, EVENT_SIZE), RETURNS(sizeof got.watch));
	expect_equal(t, got.watch.type, ABI_WATCH_TYPE_META);
	expect_equal(t, got.watch.subtype, ABI_WATCH_META_LOSS_NOTIFICATION);
	expect(t, read(p.rd, &got, EVENT_SIZE), FAILS(EAGAIN));
	must_update(t, key, 1);
	expect(t, read(p.rd, &got, EVENT_SIZE), RETURNS(EVENT_SIZE));
}

const struct family notification_pipe_family = {
	.name = "notification_pipe",
	.about = "Pipes that the kernel writes into",
	.cases = {
		&kernel_without_them_says_enopkg,
		&kernel_that_watches_keys_has_them,
		&nobody_writes_into_it,
		&its_capacity_is_not_changed,
		&events_of_keys_are_read,
		&records_are_not_cut,
		&loss_is_told,
	},
};
