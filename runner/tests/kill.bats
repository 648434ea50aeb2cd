#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The runner killed at 200 instants of tuning runs, in a kernel of its own.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	KILL=${KILL:-$PWD/out/kill}
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

@test "the program that kills does nothing outside such a kernel" {
	run "$KILL"
	[ "$status" -eq 0 ]
	[[ $output == *"1..0 # SKIP"* ]]
}
