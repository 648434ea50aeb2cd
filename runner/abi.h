// SPDX-License-Identifier: ISC
// abi.h - kernel constants the C library need not provide.  Values are ABI.

#ifndef ABI_H
#define ABI_H

#include <stdint.h>
#include <sys/syscall.h>

enum { ABI_FUTEX_WAIT = 0, ABI_FUTEX_WAKE = 1 };

// The instruction that says that a loop waits for another processor.
#if defined __x86_64__ || defined __i386__
#define ABI_GIVE_WAY() __builtin_ia32_pause()
#elif defined __aarch64__
#define ABI_GIVE_WAY() __asm__ volatile("yield")
#else
#define ABI_GIVE_WAY() ((void)0)
#endif

// pipe(2) as a system call that takes an array; -1 where there is none, or it returns the two
// in registers.
#if defined SYS_pipe && !defined __alpha__ && !defined __mips__ && !defined __sh__ &&              \
	!defined __sparc__ && !defined __ia64__
#define ABI_SYS_PIPE SYS_pipe
#else
#define ABI_SYS_PIPE (-1)
#endif

// The clock of the processor time of another process or thread, as clock_getcpuclockid(3)
// makes it, which knows no threads by their ids.
#define ABI_CPU_CLOCK(id, thread) ((clockid_t)(~(unsigned)(id) << 3 | ((thread) ? 6u : 2u)))

// capability.h; capabilities(7).
enum {
	CAP_CHOWN = 0,
	CAP_DAC_OVERRIDE = 1,
	CAP_DAC_READ_SEARCH = 2,
	CAP_FOWNER = 3,
	CAP_FSETID = 4,
	CAP_KILL = 5,
	CAP_SETGID = 6,
	CAP_SETUID = 7,
	CAP_SETPCAP = 8,
	CAP_NET_BIND_SERVICE = 10,
	CAP_NET_RAW = 13,
	CAP_SYS_CHROOT = 18,
	CAP_SYS_ADMIN = 21,
	CAP_SYS_RESOURCE = 24,
	CAP_MKNOD = 27,
	CAP_AUDIT_WRITE = 29,
	CAP_SETFCAP = 31,
	ABI_CAP_LAST = 63,
};
#define ABI_CAPABILITY_VERSION_3 0x20080522u

struct abi_cap_header {
	uint32_t version;
	int pid;
};
struct abi_cap_data {
	uint32_t effective, permitted, inheritable;
};

// As NetBSD numbers it; Linux has none.
#define ABI_FIONSPACE 0x40046678ul

// prctl.h; prctl(2).
enum {
	ABI_PR_SET_CHILD_SUBREAPER = 36,
	ABI_PR_CAP_AMBIENT = 47,
	ABI_PR_CAP_AMBIENT_IS_SET = 1,
	ABI_PR_CAP_AMBIENT_RAISE = 2,
	ABI_PR_CAP_AMBIENT_CLEAR_ALL = 4,
};

// watch_queue.h and keyctl.h; keyctl(2).
#define ABI_O_NOTIFICATION_PIPE O_EXCL
#define ABI_IOC_WATCH_QUEUE_SET_SIZE _IO('W', 0x60)
enum {
	ABI_KEY_SPEC_PROCESS_KEYRING = -2,
	ABI_KEYCTL_UPDATE = 2,
	ABI_KEYCTL_CAPABILITIES = 31,
	ABI_KEYCTL_WATCH_KEY = 32,
	ABI_KEYCTL_CAPS1_NOTIFICATIONS = 4,
	ABI_WATCH_TYPE_META = 0,
	ABI_WATCH_TYPE_KEY_NOTIFY = 1,
	ABI_WATCH_META_LOSS_NOTIFICATION = 1,
	ABI_NOTIFY_KEY_UPDATED = 1,
};
struct abi_watch_notification {
	uint32_t type : 24, subtype : 8, info;
};
struct abi_key_notification {
	struct abi_watch_notification watch;
	uint32_t key, aux;
};

// fs.h; readv(2).
enum { ABI_RWF_NOWAIT = 0x8, ABI_RWF_NOSIGNAL = 0x100 };

// aio_abi.h; io_submit(2), io_getevents(2).
enum { ABI_IOCB_CMD_PWRITE = 1 };
struct abi_iocb {
	uint64_t data;
	uint32_t key_and_flags[2]; // in the order of the machine's bytes
	uint16_t opcode;
	int16_t priority;
	uint32_t fd;
	uint64_t bytes, size;
	int64_t offset;
	uint64_t reserved;
	uint32_t flags, event_fd;
};
struct abi_io_event {
	uint64_t data, request;
	int64_t result, second_result;
};

// epoll_pwait2(2); the number is that of every architecture but alpha and mips.
enum { ABI_SYS_EPOLL_PWAIT2 = 441 };

// magic.h; statfs(2).
#define ABI_PIPEFS_MAGIC 0x50495045u
#define ABI_OVERLAYFS_SUPER_MAGIC 0x794c7630
#define ABI_TMPFS_MAGIC 0x01021994u
#define ABI_RAMFS_MAGIC 0x858458f6u
#define ABI_EXT4_SUPER_MAGIC 0xef53u
#define ABI_XFS_SUPER_MAGIC 0x58465342u
#define ABI_BTRFS_SUPER_MAGIC 0x9123683eu

// ioctls: _IOWR(0xFF, 11, struct pidfd_info), FICLONE, and a number that nobody has.
#define ABI_PIDFD_GET_INFO _IOWR(0xFF, 11, char[64])
#define ABI_FICLONE _IOW(0x94, 9, int)
#define ABI_IOC_NOBODYS _IO('7', 0xF7)

// fanotify.h; fanotify_mark(2).
#define ABI_FAN_MARK_FILESYSTEM 0x100

// landlock.h and mman.h; landlock(7).  The numbers are those of every architecture but alpha and
// mips, as are those of pidfd_open(2) and pidfd_getfd(2) below.
enum {
	ABI_SYS_LANDLOCK_CREATE_RULESET = 444,
	ABI_SYS_LANDLOCK_RESTRICT_SELF = 446,
	ABI_SYS_CACHESTAT = 451,
	ABI_LANDLOCK_MAKE_REG = 1 << 8,
	ABI_LANDLOCK_MAKE_FIFO = 1 << 10,
};
struct abi_landlock_ruleset {
	uint64_t rights;
};
struct abi_cache_range {
	uint64_t offset, length;
};
struct abi_cache_stat {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

// bpf_common.h and seccomp.h; seccomp(2).  The number of a call is the first word of what a
// filter sees.
enum {
	ABI_SECCOMP_MODE_FILTER = 2,
	ABI_FILTER_LOAD_WORD = 0x20,
	ABI_FILTER_IF_EQUAL = 0x15,
	ABI_FILTER_RETURN = 0x06,
	ABI_FILTER_ERRNO = 0x00050000, // and the errno
	ABI_FILTER_ALLOW = 0x7fff0000,
};
struct abi_filter_step {
	uint16_t code;
	uint8_t then, otherwise; // steps to leave out
	uint32_t value;
};
struct abi_filter {
	uint16_t count;
	const struct abi_filter_step *steps;
};

// pidfd_open(2), pidfd_getfd(2).
enum { ABI_SYS_PIDFD_OPEN = 434, ABI_SYS_PIDFD_GETFD = 438 };

// sched.h; clone(2).
#define ABI_CLONE_NEWCGROUP 0x02000000

// io_uring.h; io_uring_setup(2), io_uring_enter(2).  The numbers are those of every
// architecture but alpha and mips.
enum {
	ABI_SYS_IO_URING_SETUP = 425,
	ABI_SYS_IO_URING_ENTER = 426,
	ABI_IORING_ENTER_GETEVENTS = 1,
	ABI_IORING_OP_ASYNC_CANCEL = 14,
	ABI_IORING_OP_READ = 22,
	ABI_IORING_OP_WRITE = 23,
	ABI_IORING_OFF_QUEUES = 0,
	ABI_IORING_OFF_REQUESTS = 0x10000000,
};
struct abi_uring_submissions { // offsets
	uint32_t head, tail, mask, entries, flags, dropped, array, reserved[3];
};
struct abi_uring_completions { // offsets
	uint32_t head, tail, mask, entries, overflow, array, flags, reserved[3];
};
struct abi_uring_params {
	uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
	uint32_t reserved[3];
	struct abi_uring_submissions submissions;
	struct abi_uring_completions completions;
};
struct abi_uring_request {
	uint8_t opcode, flags;
	uint16_t priority;
	int32_t fd;
	uint64_t offset, address; // or of ABI_IORING_OP_ASYNC_CANCEL: the tag to be cancelled
	uint32_t size, options;
	uint64_t tag, more[3];
};
struct abi_uring_completion {
	uint64_t tag;
	int32_t result; // or an errno, negative
	uint32_t flags;
};

// proc_ns.h; the initial namespaces' inode numbers.
#define ABI_PROC_USER_INIT_INO 0xEFFFFFFDu
#define ABI_PROC_PID_INIT_INO 0xEFFFFFFCu

#endif
