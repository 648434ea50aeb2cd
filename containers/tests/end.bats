#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A run that is stopped leaves no process, no scratch directory, no mount, no control group.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
}

setup() {
	own_tmpdir
	use_standin
	mark=mark-$BATS_TEST_NUMBER-$$
}

# A test that failed in the middle leaves a run behind.
teardown() {
	[[ -z ${runner-} ]] || kill -KILL "$runner" 2>/dev/null || true
}

# start PLACE: until the program says that it hangs, in a place. SIGINT is ignored in what a
# script starts in the background, and this is not about that.
start() {
	env --default-signal=INT "$top/containers/run" "$1" hang "$mark" \
		>"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
	runner=$!
	for ((i = 0; i < 600; i++)); do
		! grep -q 'SKIP absent' "$BATS_TEST_TMPDIR/out" || skip "$1 is not available"
		! grep -qx 'ok 2 - dir' "$BATS_TEST_TMPDIR/out" || return 0
		kill -0 "$runner"
		sleep 0.05
	done
	return 1
}

# The words to look for are not on grep's own command line. A zombie has none, and is not ours.
leftovers() {
	local files=(/proc/[0-9]*/cmdline)

	printf '%s\n' "$mark" "$TMPDIR/" | grep -lFf - "${files[@]}" 2>/dev/null
	grep -F "$TMPDIR" /proc/self/mounts
	ls "$TMPDIR"
	[[ -z ${scratch-} ]] || find /sys/fs/cgroup -maxdepth 2 -name "$scratch"
}

leaves_nothing() {
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(leftovers) ]] || return 0
		sleep 0.05
	done
	leftovers
	return 1
}

stops() {
	local name=$1 signal=$2 expected=$3 status=0

	start "$name"
	scratch=$(ls "$TMPDIR")
	kill -"$signal" "$runner"
	wait "$runner" || status=$?
	runner=
	[ "$status" -eq "$expected" ]
	leaves_nothing
}

@test "bwrap: nothing is left after SIGTERM" { stops bwrap TERM 143; }
@test "bwrap: nothing is left after SIGKILL" { stops bwrap KILL 137; }
@test "runc: nothing is left after SIGTERM" { stops runc TERM 143; }
@test "runc: nothing is left after SIGINT" { stops runc INT 130; }
@test "runc: nothing is left after SIGKILL" { stops runc KILL 137; }
@test "runsc: nothing is left after SIGTERM" { stops runsc TERM 143; }
@test "runsc: nothing is left after SIGKILL" { stops runsc KILL 137; }
@test "qemu: nothing is left after SIGTERM" { stops qemu TERM 143; }
@test "qemu: nothing is left after SIGKILL" { stops qemu KILL 137; }
