#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# reports/unexpected: what counts against a run, and the command that runs it again.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
}

@test "nothing is said of runs in which all is as expected" {
	of a.tap <<<$'pass f/a\nskip f/b\nobserved f/c\nknown f/d'
	report unexpected a.tap
	[ "$status" -eq 0 ]
	[ ! -s out ]
}

@test "each unexpected result is named, with the command that runs it again" {
	mkdir runs
	of runs/a.tap host container <<<$'pass f/a\nfail f/b/c\nobserved f/c'
	of runs/b.tap runsc:trixie unprivileged <<<'broken f/d'
	report unexpected runs
	[ "$status" -eq 0 ]
	diff - out <<-'END'
		host+container: f/b/c: fail
		    containers/run host+container 'f/b/c'
		runsc:trixie+unprivileged: f/d: broken
		    containers/run runsc:trixie+unprivileged 'f/d'
	END
}

@test "a run that bailed out is named, and a test of what a shell sees" {
	of a.tap <<<'pass f/a'
	echo 'Bail out! of a reason' >>a.tap
	printf 'TAP version 13\n1..1\nnot ok 1 a shell (or two) waits\n' >shell.tap
	report unexpected a.tap shell.tap
	[ "$status" -eq 0 ]
	has 'here+unprivileged: bailed out: of a reason' \
		"bats --filter 'a shell \\(or two\\) waits' cases/shell.bats"
}

@test "wrong use is one line and status 2" {
	report unexpected
	[ "$status" -eq 2 ]
	report unexpected nowhere.tap
	[ "$status" -ne 0 ]
}
