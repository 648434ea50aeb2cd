#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What reports/expected knows of gVisor is what it does, no more and no less, and it would be seen
# if it were not. A few trials stand for all of them.

bats_require_minimum_version 1.5.0

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	own_tmpdir
	export PIPE7=$real_program
	expected=$top/reports/expected/gvisor.tsv
	known=$BATS_TEST_TMPDIR/known.tsv
	out=$BATS_TEST_TMPDIR/out
}

teardown() {
	[ -z "$(ls "$TMPDIR")" ]
}

# strict: runs the few trials by the file $known.
strict() {
	status=0
	"$top/containers/run" runsc --known "$known" --strict-known capacity sigpipe \
		>"$out" || status=$?
	! grep '^1\.\.0 # SKIP' "$out" >&2 || skip "runsc is not available"
	grep -E '^(not ok|#? ?known\.tsv)' "$out" || true
	echo "status $status"
}

# failed: the trials that count against the run.
failed() {
	sed -n 's/^not ok [0-9]* - \([^ ]*\)$/\1/p' "$out"
}

@test "gVisor is as known" {
	cp "$expected" "$known"
	strict
	[ "$status" -eq 0 ]
	[ "$(grep -c '^not ok .* # TODO known: ' "$out")" -gt 5 ]
}

@test "a deviation that nobody knows of any more fails the run by its name" {
	grep -v '^capacity/other_requests_are_rounded_up/three_pages' "$expected" >"$known"
	strict
	[ "$status" -eq 1 ]
	[ "$(failed)" = capacity/other_requests_are_rounded_up/three_pages ]
}

@test "a deviation that is none fails the run by its name" {
	{
		cat "$expected"
		printf 'capacity/a_new_pipe_holds_sixteen_pages/pipe2\t-\tno reason\n'
	} >"$known"
	strict
	[ "$status" -eq 1 ]
	[ "$(failed)" = capacity/a_new_pipe_holds_sixteen_pages/pipe2 ]
	grep -q "known: 'known.tsv:$(wc -l <"$known") says that this fails: no reason'" "$out"
}

@test "a line that names nothing fails the run, one for elsewhere does not" {
	{
		cat "$expected"
		printf 'capacity/no_such_case\tplace=elsewhere\tno reason\n'
	} >"$known"
	strict
	[ "$status" -eq 0 ]
	printf 'capacity/no_such_case\tplace=runsc\tno reason\n' >>"$known"
	strict
	[ "$status" -eq 1 ]
	[ -z "$(failed)" ]
	grep -q "^# known.tsv:$(wc -l <"$known"): names no trial .*'capacity/no_such_case'$" "$out"
}
