#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Ended by a signal at any time: what is said, and that nothing is left.
# (With sysctls changed meanwhile: tuning.bats.)
# shellcheck disable=SC2016 # what is in single quotes is for another shell

setup() {
	load common
	common_setup
}

# begin COMMAND...: in the background, as from a terminal: with SIGINT not ignored.
begin() {
	perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec @ARGV or die' "$@" >out 2>err 3>&- &
	runner=$!
}

# end_with SIGNAL PID
end_with() {
	status=0
	kill "-$1" "$2"
	wait "$runner" || status=$?
}

# until_hanging N: so many processes of this test are there.
until_hanging() {
	for ((i = 0; i < 500; i++)); do
		if [ "$(ours | wc -l)" -ge "$1" ]; then return; fi
		env -u PIPE7_TEST sleep 0.02
	done
	return 1
}

# The runner's children: the guardian leads a session; the supervisors, or the process that made
# the namespaces, do not.
children() { env -u PIPE7_TEST ps -o pid=,sid= --ppid "$runner"; }
guardian() { children | awk '$1 == $2 { print $1 }'; }
workers() { children | awk '$1 != $2 { print $1 }'; }

hanging=leavings/an_escape_and_a_hang # runner, guardian, supervisor, trial, escaped one

bailed_out() {
	show
	[ "$status" -eq 255 ]
	[ "$(tail -n 1 out)" = "Bail out! $1" ]
	nothing_left
}

can_contain() { "$FAULTY" --profile container verdicts/passes | grep -q '^ok 1'; }

@test "a signal that ends it: Bail out, 255, and nothing left" {
	for sig in INT TERM HUP QUIT; do
		begin "$FAULTY" "$hanging"
		until_hanging 5
		end_with "$sig" "$runner"
		bailed_out "ended by SIG$sig"
	done
}

@test "the same in the namespaces of the container profile" {
	can_contain || skip "no namespaces here"
	for sig in INT TERM; do
		begin "$FAULTY" --profile container "$hanging"
		until_hanging 7
		end_with "$sig" "$runner"
		bailed_out "ended by SIG$sig"
	done
}

@test "a signal that the caller ignores does not end it" {
	run_to sh -c 'trap "" TERM INT; "$0" --timeout-scale 0.05 hangs/before_any_call & sleep 0.2
		kill -TERM $!; kill -INT $!; wait $!' "$FAULTY"
	show
	[ "$status" -eq 1 ]
	whole
	nothing_left
}

@test "its guardian is killed: Bail out" {
	for profile in unprivileged container; do
		if [ $profile = container ] && ! can_contain; then continue; fi
		begin "$FAULTY" --profile $profile "$hanging"
		until_hanging 5
		end_with KILL "$(guardian)"
		bailed_out "the guardian of the host's state was killed"
	done
}

@test "its namespaces are killed: Bail out" {
	can_contain || skip "no namespaces here"
	begin "$FAULTY" --profile container "$hanging"
	until_hanging 7
	end_with KILL "$(workers)"
	bailed_out "the run was killed"
	begin "$FAULTY" --profile container "$hanging"
	until_hanging 7
	end_with KILL "$(env -u PIPE7_TEST ps -o pid= --ppid "$(workers)" | tr -d ' ')"
	bailed_out "the run was killed"
}

@test "a supervisor is killed: its trial is broken, and the run goes on" {
	begin "$FAULTY" -j 1 verdicts/passes "$hanging" forgeries
	until_hanging 5
	end_with KILL "$(workers)"
	show
	[ "$status" -eq 1 ]
	whole
	grep -q "^not ok 2 - $hanging$" out
	grep -q "^  got: 'its supervisor was killed'$" out
	[ "$(grep -c '^ok' out)" -eq 4 ]
	nothing_left
}

@test "supervisors are killed all the time: no point is lost" {
	begin "$PIPE7" -j 4 end_of_file
	while kill -0 "$runner" 2>/dev/null; do
		[ -s out ] || continue # until the guardian is there
		kill -KILL "$(workers | head -n 1)" 2>/dev/null || true
	done
	status=0
	wait "$runner" || status=$?
	show
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ]
	whole
	nothing_left
}

@test "the runner is killed at 50 instants: nothing is left" {
	for ((n = 0; n < 50; n++)); do
		profile=unprivileged
		if ((n % 3 == 1)); then profile=container; fi
		if ((n % 3 == 2)); then profile=as-is; fi
		begin "$PIPE7" --profile $profile -j 4 end_of_file
		# Instants from before the first fork to after the end of the run.
		perl -e 'select(undef, undef, undef, $ARGV[0] ** 2 * 1.5e-5)' "$n"
		end_with KILL "$runner" 2>/dev/null || true
		if ((n % 10 == 9)); then nothing_left; fi
	done
	nothing_left
}

@test "a run whose output nobody reads can be ended" {
	mkfifo pipe
	exec 5<>pipe
	perl -e 'fcntl(STDOUT, 1031, 4096) or die' >&5 # the smallest, F_SETPIPE_SZ
	for profile in unprivileged container; do
		perl -e 'exec @ARGV' "$PIPE7" --profile $profile >&5 2>err 3>&- 5>&- &
		runner=$!
		until_hanging 3
		env -u PIPE7_TEST sleep 0.5
		end_with TERM "$runner"
		[ "$status" -eq 255 ]
		nothing_left
	done
	exec 5>&-
}
