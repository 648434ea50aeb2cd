#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Runs that tune, in a kernel of their own: killed at 200 instants, and left tuned.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	KILL=${KILL:-$PWD/out/kill} FAULTY=${FAULTY:-$PWD/out/faulty}
}

@test "killed with SIGKILL at 200 instants, the runner leaves the host as it was" {
	PIPE7=$KILL run containers/run qemu
	if [[ $output == *"1..0 # SKIP"* ]]; then
		skip "${output##*# SKIP }"
	fi
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok ' <<<"$output")" -eq 200 ]
}

@test "what a trial leaves tuned is put back, and one missing sysctl stops no other" {
	PIPE7=$FAULTY run containers/run qemu+as-is --timeout-scale 0.1 tunings
	if [[ $output == *"1..0 # SKIP"* ]]; then
		skip "${output##*# SKIP }"
	fi
	echo "$output"
	[ "$status" -eq 1 ]
	grep -q '^ok 2 - tunings/left_changed$' <<<"$output"
	grep -q '^not ok 3 - tunings/left_changed_by_a_hang$' <<<"$output"
	grep -q '^ok 4 - tunings/is_back_afterwards$' <<<"$output"
	grep -q '^ok 6 - tunings/nowhere # SKIP sysctl: .* cannot be written: ENOENT' <<<"$output"
}

@test "the program that kills does nothing outside such a kernel" {
	run "$KILL"
	[ "$status" -eq 0 ]
	[[ $output == *"1..0 # SKIP"* ]]
}
