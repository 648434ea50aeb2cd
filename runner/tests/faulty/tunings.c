// SPDX-License-Identifier: ISC
// Sysctls: without leave, without being declared, and left changed.

#include <errno.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

FAULTY(undeclared, "a trial tunes what it did not declare")
{
	must_tune(t, "fs/pipe-max-size", 1 << 20);
	expect(t, close(-1), FAILS(EBADF));
}

// The next two change the machine; they are for one that is switched off afterwards.
CASE(left_changed, .claim = { POSIX, "a sysctl stays as a trial left it", "nothing" },
     .covers = { "EOF-01" }, .tunes = { "fs/pipe-max-size" })
{
	must_tune(t, "fs/pipe-max-size", 1 << 19);
	expect(t, must_sysctl(t, "fs/pipe-max-size"), RETURNS(1 << 19));
}

CASE(left_changed_by_a_hang, .claim = { POSIX, "a sysctl stays as a trial left it", "nothing" },
     .covers = { "EOF-01" }, .tunes = { "fs/pipe-max-size" })
{
	must_tune(t, "fs/pipe-max-size", 1 << 19);
	must(t, pause());
}

// Follows the two above: the kernel's own value is 1 MiB, and must be back.
CASE(is_back_afterwards, .claim = { POSIX, "a sysctl is as it was before the others", "nothing" },
     .covers = { "EOF-01" }, .tunes = { "fs/pipe-max-size" })
{
	expect(t, must_sysctl(t, "fs/pipe-max-size"), RETURNS(1 << 20));
}

CASE(another_than_declared, .claim = { POSIX, "a trial tunes what it did not declare", "nothing" },
     .covers = { "EOF-01" }, .tunes = { "fs/pipe-user-pages-soft" })
{
	must_tune(t, "fs/pipe-max-size", 1 << 20);
	expect(t, close(-1), FAILS(EBADF));
}

CASE(nowhere, .claim = { POSIX, "a trial tunes what no kernel has", "nothing" },
     .covers = { "EOF-01" }, .tunes = { "fs/pipe-that-never-was" })
{
	must_tune(t, "fs/pipe-that-never-was", 1);
	expect(t, close(-1), FAILS(EBADF));
}

const struct family tunings_family = {
	.name = "tunings",
	.about = "Sysctls: without leave, without being declared, and left changed",
	.cases = {
		&undeclared,
		&left_changed,
		&left_changed_by_a_hang,
		&is_back_afterwards,
		&another_than_declared,
		&nowhere,
	},
};
