#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Each rule of .ci/lint is broken once, in a tree of its own, and must be seen.
# shellcheck disable=SC2016,SC2030,SC2031 # a backquote is one; `run` sets what its test reads

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/cases" "$tree/runner/tests/unit" "$tree/runner/tests/faulty"
	cp -r "$BATS_TEST_DIRNAME/../../.ci" "$tree"
	cd "$tree" || return
	printf '# SPDX-License-Identifier: ISC\nEOF-01\tA sentence.\tPOSIX\t\n' >cases/catalogue.tsv
	printf '// SPDX-License-Identifier: ISC\n' | tee runner/case.h >runner/main.c
	cat >cases/read.c <<-'END'
		// SPDX-License-Identifier: ISC
		#include <unistd.h>

		#include "case.h"

		CASE(end_of_file, .covers = { "EOF-01" })
		{
			expect(t, read(0, NULL,
				       sizeof(int)), RETURNS(0));
		}
	END
}

# sees LINE: that, and nothing else, is found.
sees() {
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$output" = "$1" ]
}

numbered() { for ((i = 1; i <= $1; i++)); do echo "	int n$i;"; done; }

@test "a tree that breaks no rule passes" {
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "waiting by the clock in a case" {
	for word in sleep usleep nanosleep clock_nanosleep alarm sched_yield; do
		{ cat cases/read.c; echo "static void nap(void) { $word(1); }"; } >cases/nap.c
		sees "cases/nap.c:11: \`$word\` waits by the clock; a case waits for an event"
	done
}

# judged STATEMENT: what rules say of a case that has it in line 12.
judged() {
	{ cat cases/read.c; printf 'CASE(one)\n\t%s\n' "$1"; } >cases/one.c
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq "$((${#2} > 0))" ]
	[ "$output" = "${2:+cases/one.c:12: $2}" ]
}

@test "an expectation that holds though its call failed" {
	local found='in an expression, which may hold though it fails'

	judged 'expect(t, fcntl(fd, F_GETFL) & O_APPEND, RETURNS(O_APPEND));' "\`fcntl()\` $found"
	judged 'expect(t, must(t, fcntl(f(a), b)) + write(fd, s(), 1) == 1, RETURNS(1));' \
		"\`write()\` $found"
	judged 'expect(t, fcntl(fd, F_GETFL), RETURNS(O_APPEND | O_WRONLY));' ''
	judged 'expect(t, end == READ_END ? read(fd, &a, 1) : write(fd, "", 1), FAILS(EBADF));' ''
	judged 'expect(t, must_stat(t, p.rd).st_mode & BITS, RETURNS(0600));' ''
}

@test "a call where a value is judged" {
	local found='where a value is judged; its failure would not be told'

	judged 'expect_true(t, is_fine(s, got = write(fd, next, left)));' "\`write()\` $found"
	judged 'expect_equal(t, read(fd, &byte, 1), 1);' "\`read()\` $found"
	judged 'expect_equal(t, must_unread(t, fd), 1);' ''
}

@test "an equality that would be told as false" {
	judged 'expect_true(t, a.got == b->got && f(c));' \
		'expect_true() of an equality; expect_equal() says what was there'
	judged 'expect_true(t, a->got != b && f(c == d));' ''
}

@test "an expectation that stands on processes of the case itself" {
	{
		cat cases/read.c
		printf '%s\n' 'static long stir(struct trial *t)' '{' '	while (!time_is_short(t))' \
			'		;' '	return 0;' '}'
		printf 'CASE(one)\n{\n\t%s\n\t%s\n}\n' 'expect(t, stir(t),' 'RETURNS(0));'
	} >cases/one.c
	sees 'cases/one.c:19: `stir()` waits for processes of the case, which is no claim'
}

@test "words in comments and strings do not wait" {
	cat >>cases/read.c <<-'END'
		// A reader may sleep here.
		/* It may sleep,
		   and usleep( and alarm(. */
		static const char says[] = "\" it may sleep( ' ", one = '"'; /* sleep */
	END
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a system call outside must, expect and attempt" {
	echo 'static void f(void) { must(t, close(0)); close(1); }' >>cases/read.c
	sees 'cases/read.c:11: `close()` outside must(), expect() and attempt()'
}

@test "a system call in a list of a judging macro, and a member of its name" {
	cat >>cases/read.c <<-'END'
		static void f(void)
		{
			expect_as(t, a ? poll(&fd, 1, 0) : read(0, NULL, 1), &want);
			for (int i = 0; i < 3; i++)
				must(t,
				     (close)(i), write(i, "(", 1));
			row->open(row);
		}
	END
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a case that includes more of the runner than case.h" {
	touch runner/trial.h
	echo '#include "trial.h"' >>cases/read.c
	sees 'cases/read.c:11: a case includes case.h, abi.h and system headers, not trial.h'
}

@test "a runner that includes a case" {
	echo '#include "read.c"' >>runner/main.c
	sees 'runner/main.c:2: the runner includes its headers and the lists of cases, not read.c'
}

@test "a runner includes its headers and the lists of cases" {
	printf '#include "%s"\n' case.h families.def catalogue.inc >>runner/main.c
	cp runner/main.c runner/tests/unit/main.c
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a requirement without a case" {
	printf 'EOF-02\tAnother.\tPOSIX\n' >>cases/catalogue.tsv
	sees 'cases/catalogue.tsv:3: EOF-02 is neither covered by a case nor excluded'
}

@test "a requirement that is excluded, and one that is excluded and covered" {
	printf 'EOF-02\tAnother.\tPOSIX\tno way to see it\n' >>cases/catalogue.tsv
	run .ci/lint rules
	[ "$status" -eq 0 ]
	sed -i '2s/$/a reason/' cases/catalogue.tsv
	sees 'cases/catalogue.tsv:2: EOF-01 is excluded, and covered all the same'
}

@test "a case that covers what is not in the catalogue, on a later line" {
	sed -i 's/"EOF-01" }/"EOF-01",\n     "EOF-07" }/' cases/read.c
	sees 'cases/read.c:7: covers EOF-07, which is not in the catalogue'
}

@test "a requirement that shell tests are said to cover" {
	printf 'SHL-01\tAnother.\tPOSIX\tcases/shell.bats\n' >>cases/catalogue.tsv
	sees 'cases/catalogue.tsv:3: SHL-01 is not covered by cases/shell.bats'
	printf '#!/usr/bin/env bats\n# SPDX-License-Identifier: ISC\n\n# covers: SHL-01 SHL-02\n' \
		>cases/shell.bats
	sees 'cases/shell.bats:4: covers SHL-02, not as the catalogue says'
	sed -i 's/ SHL-02//' cases/shell.bats
	run .ci/lint rules
	[ "$status" -eq 0 ]
}

@test "a requirement twice, and a malformed one" {
	printf 'EOF-01\tAgain.\tPOSIX\n' >>cases/catalogue.tsv
	sees 'cases/catalogue.tsv:3: EOF-01 is already on line 2'
	sed -i '3s/.*/Again, without tabs/' cases/catalogue.tsv
	run .ci/lint rules
	[ "${lines[0]%%:*}" = cases/catalogue.tsv ]
	[[ $output == *":3: not: id, sentence, promised by, reason to exclude"* ]]
}

@test "a file without its licence" {
	echo text >README.md
	sees 'README.md:1: the first line is not SPDX-License-Identifier: ISC'
	printf '#!/bin/sh\ntrue\n' >README.md
	sees 'README.md:2: the first line is not SPDX-License-Identifier: ISC'
}

@test "a line of more than 100 columns, tabs counted as 8" {
	printf '\t//%090d\n\t//%091d\n' 0 0 >>runner/main.c
	sees 'runner/main.c:3: longer than 100 columns'
}

@test "a function and a case that are too long" {
	{ printf 'int f(void)\n{\n'; numbered 50; echo '}'; } >>runner/main.c
	{ printf 'CASE(long_one)\n{\n'; numbered 25; echo '}'; } >>cases/read.c
	run .ci/lint rules
	echo "$output"
	[ "$status" -eq 0 ]
	sed -i 's/n25;/&\n	int more;/' cases/read.c runner/main.c
	run .ci/lint rules
	echo "$output"
	[ "${lines[0]}" = 'cases/read.c:12: 26 lines; a case body has at most 25' ]
	[ "${lines[1]}" = 'runner/main.c:3: 51 lines; a function has at most 50' ]
}

@test "a shell function that is too long" {
	{ printf '#!/bin/sh\n# SPDX-License-Identifier: ISC\nf() {\n'; numbered 51; echo '}'; } >run
	sees 'run:3: 51 lines; a function has at most 50'
}

@test "a path or a package host of some machine" {
	what='a path or a package host of some machine'
	echo "// $tree/out" >>runner/main.c
	sees "runner/main.c:2: $what"
	printf '// SPDX-License-Identifier: ISC\n// /%s/someone/pipe7\n' home >runner/main.c
	sees "runner/main.c:2: $what"
	printf '// SPDX-License-Identifier: ISC\n// deb.example.%s\n' org >runner/main.c
	sees "runner/main.c:2: $what"
}

@test "a missing tool is named: skipped here, an error in CI" {
	mkdir bin
	for tool in bash dirname nproc git find sed sort xargs awk grep mktemp rm head cat; do
		ln -s "$(command -v "$tool")" bin
	done
	PATH=$tree/bin CI='' run .ci/lint
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'skipped: clang-tidy is not installed'* ]]
	PATH=$tree/bin CI=true run .ci/lint
	[ "$status" -eq 1 ]
	[[ $output == *'.ci/lint:1: clang-tidy is not installed'* ]]
}
