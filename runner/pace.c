// SPDX-License-Identifier: ISC
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "pace.h"
#include "process.h"
#include "tap.h"
#include "trial.h"

enum {
	FORKS = 5,
	WAKEUPS = 15,
	USUAL_FORK_US = 2000,
	USUAL_WAKEUP_US = 500,
	SLOWER_MAX = 8,
};

static int by_value(const void *a, const void *b)
{
	const long *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static long median(long *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

static long measure_fork(void)
{
	long us[FORKS];

	for (int i = 0; i < FORKS; i++) {
		struct timespec begun;

		clock_gettime(CLOCK_MONOTONIC, &begun);
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			process_wait(pid, NULL, 0);
		us[i] = us_since(&begun);
	}
	return median(us, FORKS);
}

// Two turns of a word that two processes hand to each other are two wake-ups.
static _Noreturn void answer(_Atomic uint32_t *word, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (process_is_orphan(parent))
		_exit(0);
	for (uint32_t turn = 1; turn < 2 * WAKEUPS; turn += 2) {
		while (atomic_load(word) < turn)
			futex_wait(word, turn - 1, -1);
		atomic_store(word, turn + 1);
		futex_wake(word);
	}
	_exit(0);
}

static void wake(_Atomic uint32_t *word, long us[WAKEUPS])
{
	enum { PATIENCE_US = 1000000 }; // the other one may have been killed

	for (uint32_t i = 0; i < WAKEUPS; i++) {
		struct timespec begun;

		clock_gettime(CLOCK_MONOTONIC, &begun);
		atomic_store(word, 2 * i + 1);
		futex_wake(word);
		if (atomic_load(word) == 2 * i + 1)
			futex_wait(word, 2 * i + 1, PATIENCE_US);
		us[i] = us_since(&begun) / 2;
	}
}

static long measure_wakeup(void)
{
	_Atomic uint32_t *word =
		mmap(NULL, sizeof *word, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long us[WAKEUPS] = { 0 };

	if (word == MAP_FAILED)
		return 0;
	pid_t parent = process_id(), pid = fork();
	if (pid == 0)
		answer(word, parent);
	if (pid > 0) {
		wake(word, us);
		kill(pid, SIGKILL);
		process_wait(pid, NULL, 0);
	}
	munmap(word, sizeof *word);
	return median(us, WAKEUPS);
}

void pace_measure(struct pace *pace)
{
	pace->fork_us = measure_fork();
	pace->wakeup_us = measure_wakeup();
	pace->slower = pace_slower(pace->fork_us, pace->wakeup_us);
}

double pace_slower(long fork_us, long wakeup_us)
{
	double by_fork = (double)fork_us / USUAL_FORK_US;
	double by_wakeup = (double)wakeup_us / USUAL_WAKEUP_US;
	double slower = by_fork > by_wakeup ? by_fork : by_wakeup;

	return slower < 1 ? 1 : slower > SLOWER_MAX ? SLOWER_MAX : slower;
}

void pace_add(struct text *text, const struct pace *pace)
{
	char value[32];

	snprintf(value, sizeof value, "%ld", pace->fork_us);
	tap_fact(text, "fork_us", value);
	snprintf(value, sizeof value, "%ld", pace->wakeup_us);
	tap_fact(text, "wakeup_us", value);
}

// The line of `path` between `from`, or its beginning, and the next blank.
static void add_word(struct text *text, const char *name, const char *when, const char *path,
		     const char *from)
{
	FILE *file = fopen(path, "re");
	char line[128] = "", key[64];
	const char *word = file && fgets(line, sizeof line, file) ? strstr(line, from) : NULL;

	if (file)
		fclose(file);
	if (word == NULL)
		return;
	word += strlen(from);
	line[word - line + (ptrdiff_t)strcspn(word, " \n")] = '\0';
	snprintf(key, sizeof key, "%s%s", name, when);
	tap_fact(text, key, word);
}

void pace_add_load(struct text *text, const char *when)
{
	add_word(text, "load_average", when, "/proc/loadavg", "");
	add_word(text, "cpu_pressure", when, "/proc/pressure/cpu", "avg10=");
}
