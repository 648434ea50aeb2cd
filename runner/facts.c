// SPDX-License-Identifier: ISC
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "caps.h"
#include "facts.h"
#include "outcome.h"
#include "probes.h"
#include "proc.h"
#include "process.h"
#include "sysctl.h"

const char *fact_value(const char *lines, const char *name, char value[FACT_VALUE_MAX])
{
	size_t length = strlen(name);

	value[0] = '\0';
	for (const char *line = lines; *line != '\0'; line += strspn(line, "\n")) {
		size_t end = strcspn(line, "\n"), begin = strlen(TAP_FACT);

		if (strncmp(line, TAP_FACT, begin) == 0 &&
		    strncmp(line + begin, name, length) == 0 && line[begin + length] == '=')
			snprintf(value, FACT_VALUE_MAX, "%.*s", (int)(end - begin - length - 1),
				 line + begin + length + 1);
		line += end;
	}
	return value;
}

__attribute__((format(printf, 3, 4))) static void fact(struct text *text, const char *key,
						       const char *format, ...)
{
	char value[FACT_VALUE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof value, format, args);
	va_end(args);
	tap_fact(text, key, value);
}

// When the run began.
static void add_date(struct text *text)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
		fact(text, "date", "%s", date);
}

static void add_kernel(struct text *text)
{
	struct utsname uts;
	cpu_set_t allowed;

	if (uname(&uts) == 0) {
		fact(text, "kernel", "%s %s", uts.sysname, uts.release);
		fact(text, "kernel_version", "%s", uts.version);
		fact(text, "machine", "%s", uts.machine);
	}
	fact(text, "page_size", "%zu", page_size());
	fact(text, "processors", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
		fact(text, "processors_allowed", "%d", CPU_COUNT(&allowed));
	fact(text, "word_bits", "%zu", 8 * sizeof(long));
}

static void add_status_line(struct text *text, const char *line, const char *field, const char *key)
{
	size_t length = strlen(field);

	if (strncmp(line, field, length) == 0)
		fact(text, key, "%.64s", line + length + strspn(line + length, " \t"));
}

static void add_confinement(struct text *text)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];

	while (status && fgets(line, sizeof line, status)) {
		line[strcspn(line, "\n")] = '\0';
		add_status_line(text, line, "Seccomp:", "seccomp");
		add_status_line(text, line, "NoNewPrivs:", "no_new_privs");
	}
	if (status)
		fclose(status);
	fact(text, "user_namespace", "%s", user_namespace());
	fact(text, "blocked_by", "%s", proc_evidence());
}

// Without it a trial's pipes are made in steps, which is said once.
static void add_pipe2(struct text *text)
{
	int fds[2];

	if (pipe2(fds, -1) == -1 && errno == ENOSYS)
		fact(text, "pipe2", "absent: pipes are made by pipe() and fcntl()");
}

static void add_credentials(struct text *text, const struct credentials *c)
{
	struct caps caps;

	fact(text, "uid", "%u", (unsigned)geteuid());
	fact(text, "groups", "%d", getgroups(0, NULL));
	fact(text, "own_uid", "%s", c->own_uids ? "yes" : "no");
	if (!caps_get(&caps))
		return;
	fact(text, "cap_effective", "%016llx", (unsigned long long)caps.effective);
	fact(text, "cap_permitted", "%016llx", (unsigned long long)caps.permitted);
	fact(text, "cap_inheritable", "%016llx", (unsigned long long)caps.inheritable);
	fact(text, "cap_ambient", "%016llx", (unsigned long long)caps.ambient);
	fact(text, "cap_bounding", "%016llx", (unsigned long long)caps.bounding);
	fact(text, "cap_sys_resource", "%s", in_force(CAP_SYS_RESOURCE) ? "yes" : "no");
	fact(text, "cap_sys_admin", "%s", in_force(CAP_SYS_ADMIN) ? "yes" : "no");
}

static void add_limit(struct text *text, const char *key, struct rlimit limit)
{
	char hard[32] = "unlimited";

	if (limit.rlim_max != RLIM_INFINITY)
		snprintf(hard, sizeof hard, "%llu", (unsigned long long)limit.rlim_max);
	fact(text, key, "%s", hard);
}

static void add_limits(struct text *text)
{
	static const char *const sysctls[] = { "pipe-max-size", "pipe-user-pages-soft",
					       "pipe-user-pages-hard" };
	char name[SYSCTL_NAME_MAX], value[SYSCTL_VALUE_MAX];
	struct rlimit limit;

	for (size_t i = 0; i < sizeof sysctls / sizeof sysctls[0]; i++) {
		snprintf(name, sizeof name, "fs/%s", sysctls[i]);
		int err = sysctl_read(name, value);
		fact(text, sysctls[i], "%s", err ? errno_name(err) : value);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		add_limit(text, "rlimit_nofile", limit);
	if (getrlimit(RLIMIT_NPROC, &limit) == 0)
		add_limit(text, "rlimit_nproc", limit);
}

typedef void gatherer(struct text *text, const struct options *o, const struct credentials *c);

static void gather_facts(struct text *text, const struct options *o, const struct credentials *c)
{
	char reason[REASON_MAX];

	if (!credentials_take(c, 0, 0, reason))
		fact(text, "credentials", "not taken: %s", reason);
	else if (c->plain)
		fact(text, "credentials", "plain uids: the kernel has no %s%s", c->plain,
		     c->groups_stay ? " and no setgroups()" : "");
	else if (c->groups_stay)
		fact(text, "credentials", "groups stay: the kernel has no setgroups()");
	fact(text, "pipe7", "%s", PIPE7_VERSION);
	add_date(text);
	fact(text, "place", "%s", o->place);
	fact(text, "profile", "%s", profile_name(c->profile));
	fact(text, "tune_host", "%s", o->tune_host ? "yes" : "no");
	add_kernel(text);
	add_credentials(text, c);
	add_confinement(text);
	add_limits(text);
	add_pipe2(text);
}

static void gather_limits(struct text *text, const struct options *o, const struct credentials *c)
{
	probe_printer *printer = o->command == COMMAND_FACTS ? probes_row : tap_limit;
	char reason[REASON_MAX];
	bool taken = credentials_take(c, 0, 0, reason);

	probes_add(&(const struct probes){ text, printer, taken && c->own_uids });
}

static void in_a_child(gatherer *gather, struct text *text, const struct options *o,
		       const struct credentials *c)
{
	char *shared = mmap(NULL, FACTS_TEXT_MAX, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct text theirs = { shared, FACTS_TEXT_MAX, 0 };
	int status = -1;

	if (shared == MAP_FAILED)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		gather(&theirs, o, c);
		_exit(0);
	}
	if (pid > 0)
		process_wait(pid, &status, 0);
	shared[FACTS_TEXT_MAX - 1] = '\0';
	text_add(text, "%s", shared);
	if (status != 0)
		text_add(text, "# the process that asked for these died, or gave up\n");
	munmap(shared, FACTS_TEXT_MAX);
}

void facts_gather(struct text *text, const struct options *o, const struct credentials *c)
{
	in_a_child(gather_facts, text, o, c);
}

void facts_gather_limits(struct text *text, const struct options *o, const struct credentials *c)
{
	in_a_child(gather_limits, text, o, c);
}
