// SPDX-License-Identifier: ISC
// abi.h - kernel constants the C library need not provide.  Values are ABI.

#ifndef ABI_H
#define ABI_H

#include <stdint.h>

enum { ABI_FUTEX_WAIT = 0, ABI_FUTEX_WAKE = 1 };

// The instruction that says that a loop waits for another processor.
#if defined __x86_64__ || defined __i386__
#define ABI_GIVE_WAY() __builtin_ia32_pause()
#elif defined __aarch64__
#define ABI_GIVE_WAY() __asm__ volatile("yield")
#else
#define ABI_GIVE_WAY() ((void)0)
#endif

// capability.h; capabilities(7).
enum {
	CAP_CHOWN = 0,
	CAP_DAC_OVERRIDE = 1,
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

// prctl.h; prctl(2).
enum {
	ABI_PR_SET_CHILD_SUBREAPER = 36,
	ABI_PR_CAP_AMBIENT = 47,
	ABI_PR_CAP_AMBIENT_IS_SET = 1,
	ABI_PR_CAP_AMBIENT_RAISE = 2,
	ABI_PR_CAP_AMBIENT_CLEAR_ALL = 4,
};

// fs.h; readv(2).
enum { ABI_RWF_NOWAIT = 0x8, ABI_RWF_NOSIGNAL = 0x100 };

// sched.h; clone(2).
#define ABI_CLONE_NEWCGROUP 0x02000000

// proc_ns.h; the initial namespaces' inode numbers.
#define ABI_PROC_USER_INIT_INO 0xEFFFFFFDu
#define ABI_PROC_PID_INIT_INO 0xEFFFFFFCu

#endif
