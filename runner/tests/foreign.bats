#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Kernels that lack a system call which is not about pipes: the others are tested all the same.

setup() {
	load common
	common_setup
	WITHOUT=${WITHOUT:-$BATS_TEST_DIRNAME/../../out/without}
	families=('creation/*' 'read/*' 'poll/*' 'fifo_open/*' 'splice/*')
}

# lacking CALL MOST: the run passes, and skips no more than that many.
lacking() {
	can "$WITHOUT" "$1" "$PIPE7" --version
	run_to "$WITHOUT" "$1" "$PIPE7" "${families[@]}"
	passed
	[ "$(grep -c '^ok .* # SKIP' out)" -le "$2" ]
	nothing_left
}

@test "without getpid" { lacking getpid 0; }
@test "without getppid" { lacking getppid 0; }
@test "without readlink" { lacking readlink 0; }
@test "without prctl" { lacking prctl 0; }
@test "without setresuid" { lacking setresuid 0; }
@test "without setresgid" { lacking setresgid 0; }
@test "without wait4" { lacking wait4 0; }

@test "without setgroups, which the facts say" {
	as_root
	lacking setgroups 0
	grep -qx '# fact: credentials=groups stay: the kernel has no setgroups()' out
}

@test "without capget, which the facts say" {
	lacking capget 0
	grep -qx '# fact: credentials=plain uids: the kernel has no capget()' out
	never '^# fact: cap_' out
}

@test "without capset, which the facts say" {
	lacking capset 0
	grep -qx '# fact: credentials=plain uids: the kernel has no capset()' out
}

@test "a trial with a plain uid is not of root" {
	as_root
	lacking capset 0
	grep -qx '# fact: cap_effective=0000000000000000' out
	never '^# fact: uid=0$' out
}

@test "other profiles than unprivileged are unavailable without capset" {
	run_to "$WITHOUT" capset "$PIPE7" --profile sys-resource 'read/*'
	show
	grep -q '^1\.\.0 # SKIP profile: sys-resource cannot be had here: ' out
}

@test "without pipe2 all is tested but pipe2 itself" {
	lacking pipe2 21
	grep -q '^# fact: pipe2=absent: ' out
	never '^ok [0-9]+ - (read|poll|fifo_open|splice)/.*# SKIP' out
}

@test "without clone there is no run" {
	can "$WITHOUT" clone "$PIPE7" --version
	run_to "$WITHOUT" clone "$PIPE7" 'read/*'
	show
	[ "$status" -eq 255 ]
	grep -q '^Bail out! no process can be started: ENOSYS$' out
}

# no_proc COMMAND...: with an empty directory for /proc.
no_proc() {
	# shellcheck disable=SC2016 # is for the inner shell
	unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"
}

@test "without /proc blocked is told by a quiet time" {
	as_root
	can no_proc true
	run_to no_proc "$PIPE7" 'poll_waits/*' 'splice_waits/*'
	passed
	grep -qx '# fact: blocked_by=quiet' out
	never '^ok .*# SKIP absent: /proc of this PID namespace' out
}

@test "without /proc what runs is not taken for blocked, and a kernel is not told that it fails" {
	as_root
	can no_proc true
	run_to no_proc "$FAULTY" --timeout-scale 0.05 actors/spins actors/blocks_as_claimed \
		actors/blocks_though_it_should_return
	show
	[ "$(grep -c 'without /proc nobody knows why' out)" -eq 2 ]
	[ "$(grep -c 'verdict: broken' out)" -eq 2 ]
	never 'verdict: fail' out
}

@test "64 KiB of stack are enough" {
	ulimit -s 64
	pipe7
	passed
}
