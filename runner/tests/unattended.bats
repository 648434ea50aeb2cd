#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What a run offers where nobody watches and there is no shell: files to hand over, an exit status
# that is not a verdict, staying, and setting a machine's limits.

setup() {
	load common
	common_setup
	few=verdicts/passes
}

teardown() {
	[ -z "${pid:-}" ] || kill -KILL "$pid" 2>/dev/null || true
}

faulty() { run_to "$FAULTY" "$@"; }

# text [FILE...]: what two runs have in common.
text() {
	local changing='uid|date|fork_us|wakeup_us|load_average|cpu_pressure|seconds'

	grep -vE "(duration_ms:|fact: ($changing)(_end)?=)" "$@"
}

tune() { run_to "$PIPE7" tune "$@"; }

@test "--output is what standard output would have been" {
	faulty "$few"
	text out >said
	faulty --output "$PWD/file" "$few"
	[ "$status" -eq 0 ]
	[ ! -s out ]
	text file | diff said -
	"$FAULTY" --output "$PWD/closed" "$few" >&-
	text closed | diff said -
	"$FAULTY" list --output "$PWD/list" "$few"
	[ "$(<list)" = "$few" ]
}

@test "--output makes the file anew, and says why it cannot" {
	faulty list --output file
	faulty list --output file "$few"
	[ "$(<file)" = "$few" ]
	faulty --output "$PWD" "$few"
	complains "--output '$PWD': EISDIR"
	faulty --output "$PWD/none/file" --done "$PWD/handed" "$few"
	complains "--output '$PWD/none/file': ENOENT"
	[ ! -e handed ]
}

@test "--done names the output, without a newline, once the last point is there" {
	faulty --output "$PWD/file" --done "$PWD/handed" "$few" verdicts/another_errno
	[ "$status" -eq 1 ]
	[ "$(od -An -c handed)" = "$(printf %s "$PWD/file" | od -An -c)" ]
	[ "$(grep -v '^# fact: ' file | tail -n 1)" = "  ..." ]
	[ ! -e handed.new ]
	faulty --output "$PWD/file" --done "$PWD/none/handed" "$few"
	[ "$status" -eq 255 ]
	[ "$(<err)" = "pipe7: --done '$PWD/none/handed': ENOENT" ]
}

@test "--done is not for a run that did not end" {
	faulty --output /dev/full --done "$PWD/handed" "$few"
	show
	[ "$status" -eq 255 ]
	[ ! -e handed ]
}

@test "--exit-style report is 0 whatever the verdicts, but not without a report" {
	faulty --exit-style report "$few" verdicts/another_errno
	[ "$status" -eq 0 ]
	grep -q '^not ok 2' out
	faulty --exit-style report verdicts/skips_with_a_class
	[ "$status" -eq 0 ]
	status=0
	"$FAULTY" --exit-style report "$few" >/dev/full 2>err || status=$?
	[ "$status" -eq 255 ]
	faulty --exit-style report --dir "$PWD/none" "$few"
	[ "$status" -eq 2 ]
}

# stays COMMAND...: in the background, until it has handed over.
stays() {
	local i
	"$@" --stay --output "$PWD/file" --done "$PWD/handed" >/dev/null 2>&1 3>&- &
	pid=$!
	for ((i = 0; i < 500; i++)); do
		[ -e handed ] && return
		env -u PIPE7_TEST sleep 0.02
	done
	return 1
}

# What looks for processes may see itself begin.
stays_alone() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ "$(ours)" != "$pid" ] || return 0
		env -u PIPE7_TEST sleep 0.02
	done
	ours
	return 1
}

@test "--stay waits for a signal, and ends with the status of the run" {
	for signal in TERM HUP; do
		rm -f handed
		stays setsid "$FAULTY" "$few" verdicts/another_errno
		stays_alone
		kill -s "$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 1 ]
	done
	nothing_left
}

@test "--stay does so as the first process of a PID namespace" {
	can unshare -Urpf true
	stays unshare -Urpf --kill-child "$PIPE7" facts --profile as-is
	kill -0 "$pid"
	child=$(ps -o pid= --ppid "$pid")
	kill -s TERM "$child"
	wait "$pid"
	grep -q '^# fact: page_size=' file
	nothing_left
}

@test "--stay is not for a run that was told to end, nor for one that never began" {
	faulty --stay --nonsense
	[ "$status" -eq 2 ]
	faulty --stay --output "$PWD/none/file"
	[ "$status" -eq 2 ]
	status=0
	"$FAULTY" --stay "$few" >/dev/full 2>err || status=$?
	[ "$status" -eq 255 ]
}

@test "tune writes numbers to files and says what they were and are" {
	mkdir fs
	echo 1048576 >fs/pipe-max-size
	echo 0 >fs/pipe-user-pages-hard
	tune "fs/pipe-max-size=4194304" "$PWD/fs/pipe-user-pages-hard=7"
	show
	[ "$status" -eq 0 ]
	[ "$(head -c 7 fs/pipe-max-size)" = 4194304 ]
	[ "${#lines[@]}" -eq 0 ]
	diff - out <<-'END'
		pipe-max-size: 1048576 -> 4194304
		pipe-user-pages-hard: 0 -> 7
	END
}

@test "tune leaves alone what is as it should be, even where it could not write" {
	can setpriv --reuid 12345 --regid 12345 --clear-groups true
	now=$(</proc/sys/fs/pipe-max-size)
	run_to setpriv --reuid 12345 --regid 12345 --clear-groups \
		"$PIPE7" tune "pipe-max-size=$now"
	show
	[ "$status" -eq 0 ]
	[ "$(<out)" = "pipe-max-size: $now -> $now" ]
	run_to setpriv --reuid 12345 --regid 12345 --clear-groups \
		"$PIPE7" tune "pipe-max-size=$((2 * now))"
	[ "$status" -eq 1 ]
	[ "$(<err)" = "pipe7: /proc/sys/fs/pipe-max-size: EACCES" ]
	[ "$(</proc/sys/fs/pipe-max-size)" = "$now" ]
}

@test "tune sets the limits of pipes to numbers, and nothing else" {
	echo 5 >pipe-max-size
	for argument in pipe-max-size pipe-max-size= pipe-max-size=x pipe-max-size=-1 \
		pipe-max-size=1x pipe-max-size=2147483648 file-max=1 /etc/passwd=1 \
		../kernel/pid_max=1 =1 ''; do
		tune "./pipe-max-size=6" "$argument"
		complains "tune '$argument': expected FILE=NUMBER, *"
	done
	[ "$(<pipe-max-size)" = 5 ]
	tune
	complains "tune '': expected FILE=NUMBER"
	tune ./none/pipe-max-size=1 ./pipe-max-size=6
	[ "$status" -eq 1 ]
	[ "$(<err)" = "pipe7: ./none/pipe-max-size: ENOENT" ]
	[ "$(<pipe-max-size)" = 6 ]
}
