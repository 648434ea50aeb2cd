// SPDX-License-Identifier: ISC
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "caps.h"
#include "credentials.h"
#include "outcome.h"
#include "process.h"

// Where to look for free uids.  The first range is left unused by the usual
// assignments (systemd's "Users, Groups, UIDs and GIDs"); the others are for
// user namespaces in which only few are mapped.
static const struct {
	uid_t first, last;
} ranges[] = { { 0x70000000, 0x7ffeffff }, { 200000, 4000000 }, { 20000, 60000 } };

const char *user_namespace(void)
{
	char target[64], initial[64];
	ssize_t n = readlink("/proc/self/ns/user", target, sizeof target - 1);

	if (n <= 0)
		return "unknown";
	target[n] = '\0';
	snprintf(initial, sizeof initial, "user:[%u]", ABI_PROC_USER_INIT_INO);
	return strcmp(target, initial) == 0 ? "initial" : "child";
}

// Only a capability of the initial user namespace lets a hard limit be raised:
// setrlimit(2).  Asked in a child, whose limits nobody needs.
static bool may_raise_hard_limit(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit limit = { 0, 0 };
		if (setrlimit(RLIMIT_CORE, &limit) == -1)
			_exit(1);
		limit.rlim_max = 1;
		_exit(setrlimit(RLIMIT_CORE, &limit) == -1 ? 1 : 0);
	}
	return pid > 0 && process_wait(pid, &status, 0) == pid && status == 0;
}

bool in_force(int capability)
{
	if (!caps_have(capability))
		return false;
	if (capability == CAP_SYS_RESOURCE)
		return may_raise_hard_limit();
	return strcmp(user_namespace(), "child") != 0;
}

static bool refused(char reason[REASON_MAX], const char *what, int err)
{
	snprintf(reason, REASON_MAX, "%s: %s", what, errno_name(err));
	return false;
}

static bool has_processes(uid_t uid)
{
	errno = 0;
	return getpriority(PRIO_USER, uid) != -1 || errno != ESRCH;
}

static bool take_uid(const struct credentials *c, uid_t uid, char reason[REASON_MAX])
{
	if (c->uids_asked && has_processes(uid)) {
		snprintf(reason, REASON_MAX, "uid %u is in use", (unsigned)uid);
		return false;
	}
	if (setgroups(0, NULL) == -1 && !c->groups_stay)
		return refused(reason, "no other uid can be taken: setgroups()", errno);
	if (process_set_gid(uid) == -1)
		return refused(reason, "no other uid can be taken: setresgid()", errno);
	// Without it the kernel takes the capabilities away.
	if (c->caps != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		return refused(reason, "PR_SET_KEEPCAPS", errno);
	if (process_set_uid(uid) == -1)
		return refused(reason, "no other uid can be taken: setresuid()", errno);
	return true;
}

void credentials_bound(struct credentials *c)
{
	c->bounded = c->profile != AS_IS && !c->plain && caps_bound(c->caps);
}

bool credentials_take(const struct credentials *c, unsigned index, unsigned nth,
		      char reason[REASON_MAX])
{
	if (c->profile == AS_IS)
		return true;
	// An ordinary user may not narrow the bounding set; without a set-id program
	// to execute nothing comes of it.
	if (!c->plain && !c->bounded && !caps_bound(c->caps) &&
	    (c->own_uids || c->profile == CONTAINER))
		return refused(reason, "PR_CAPBSET_DROP", errno);
	// Where a user namespace denies it the groups stay, which the facts say.
	if (c->profile == CONTAINER && setgroups(0, NULL) == -1 && errno != EPERM &&
	    !c->groups_stay)
		return refused(reason, "setgroups()", errno);
	if (c->own_uids && !take_uid(c, c->first_uid + 2 * index + nth, reason))
		return false;
	if (!c->own_uids && nth > 0) {
		snprintf(reason, REASON_MAX, "no second uid can be had");
		return false;
	}
	if (!c->plain && !caps_set(c->caps))
		return refused(reason, "capset()", errno);
	if ((geteuid() == 0) != (c->profile == CONTAINER)) {
		snprintf(reason, REASON_MAX, "uid %u is not what it takes", (unsigned)geteuid());
		return false;
	}
	// Changed credentials make a process undumpable, and then its own kind may
	// not ask what it sleeps in: proc_pid_syscall(5).
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return true;
}

// The ambient set is left out: before Linux 4.3 there is none.
static bool come_out(const struct credentials *c, const struct caps *have)
{
	if (c->profile == AS_IS)
		return true;
	if ((c->own_uids || c->profile == CONTAINER) && have->bounding != c->caps)
		return false;
	return have->effective == c->caps && have->permitted == c->caps &&
	       have->inheritable == c->caps;
}

static void probe(const struct credentials *c, unsigned trials, char reason[REASON_MAX])
{
	struct caps have;

	if (!credentials_take(c, trials, 0, reason))
		return;
	bool told = caps_get(&have);
	// The kernel that has no call to drop them may have them all the same.
	bool right = c->plain ? !told || have.effective == 0 : told && come_out(c, &have);
	if (!right) {
		snprintf(reason, REASON_MAX, "the capabilities did not come out as asked");
		return;
	}
	if (c->profile == SYS_RESOURCE && !in_force(CAP_SYS_RESOURCE))
		snprintf(reason, REASON_MAX,
			 "CAP_SYS_RESOURCE is not that of the initial user "
			 "namespace");
	else if (c->profile == SYS_ADMIN && !in_force(CAP_SYS_ADMIN))
		snprintf(reason, REASON_MAX,
			 "CAP_SYS_ADMIN is not that of the initial user "
			 "namespace");
	else
		reason[0] = '\0';
}

static bool can_be_had(const struct credentials *c, unsigned trials, char reason[REASON_MAX])
{
	char *shared =
		mmap(NULL, REASON_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;

	if (shared == MAP_FAILED)
		return refused(reason, "mmap()", errno);
	snprintf(shared, REASON_MAX, "the child that tried it died");
	pid_t pid = fork();
	if (pid == 0) {
		probe(c, trials, shared);
		_exit(0);
	}
	if (pid == -1)
		snprintf(shared, REASON_MAX, "fork(): %s", errno_name(errno));
	else
		process_wait(pid, &status, 0);
	memcpy(reason, shared, REASON_MAX);
	munmap(shared, REASON_MAX);
	return reason[0] == '\0';
}

static uid_t somewhere(uid_t first, uid_t last, unsigned trials)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t mixed =
		((uint64_t)now.tv_nsec << 20 ^ (uint64_t)now.tv_sec ^ (uint64_t)getpid() << 40) *
		0x9e3779b97f4a7c15u;
	return first + (uid_t)((mixed >> 24) % (last - first - 2 * (trials + 1)));
}

static bool plan_own_uids(unsigned trials, struct credentials *c, char reason[REASON_MAX])
{
	enum { TRIES = 4 };

	c->own_uids = true;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		c->uids_asked = false;
		for (int tries = 0; tries < TRIES && !c->uids_asked; tries++) {
			c->first_uid = somewhere(ranges[i].first, ranges[i].last, trials);
			c->uids_asked = !has_processes(c->first_uid);
		}
		if (can_be_had(c, trials, reason))
			return true;
	}
	return false;
}

// It fails without effect: there are fewer groups than that.
static bool lacks_setgroups(void)
{
	return setgroups(SIZE_MAX, NULL) == -1 && errno == ENOSYS;
}

bool credentials_plan(enum profile profile, unsigned trials, struct credentials *c,
		      char reason[REASON_MAX])
{
	*c = (struct credentials){ .profile = profile, .caps = profile_caps(profile) };
	if (profile == AS_IS)
		return true;
	c->plain = profile == UNPRIVILEGED ? caps_lack() : NULL;
	c->groups_stay = lacks_setgroups();
	if (profile != CONTAINER && (geteuid() == 0 || caps_have(CAP_SETUID)))
		return plan_own_uids(trials, c, reason);
	return can_be_had(c, trials, reason);
}
