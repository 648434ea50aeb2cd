#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the runner makes of cases that are wrong on purpose.  When it rightly differs:
#	make out/faulty && runner/tests/golden/record >runner/tests/golden/faulty.tap

setup() {
	load common
	common_setup
	recorded=$BATS_TEST_DIRNAME/golden
}


# same NAME [option...]
same() {
	local name=$1 status=0
	shift
	"$recorded/record" "$@" >"$TMPDIR/got" || status=$?
	diff "$recorded/$name.tap" "$TMPDIR/got"
	[ "$status" -eq 1 ]
	rm "$TMPDIR/got"
	[ -z "$(ls "$TMPDIR")" ]
}

@test "every faulty case comes to the verdict that is recorded for it" {
	same faulty
}

@test "beside a stranger a trial has one actor less" {
	as_root
	run "$FAULTY" actors/too_many_actors_beside_a_stranger
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"got: 'more than 127'"* ]]
}

@test "a trial that kills its supervisor is broken, and the next one has another" {
	as_root
	run "$FAULTY" --profile as-is killers/of_the_supervisor killers/next_after_that
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"not ok 1 - killers/of_the_supervisor"*"its supervisor was killed"* ]]
	[[ $output == *"ok 2 - killers/next_after_that"* ]]
	[ -z "$(ls "$TMPDIR")" ]
}

# descendants PID
descendants() {
	local child

	for child in $(pgrep -P "$1"); do
		echo "$child"
		descendants "$child"
	done
}

@test "a trial that comes to no verdict in time is run again, alone, and says so" {
	run "$FAULTY" --timeout-scale 0.03 hangs/only_the_first_time verdicts/passes
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"note1: 'run again, alone and with more time: no verdict before that'"* ]]
	[[ $output == *"# 1 trial was run again: the machine was too busy"* ]]
	[ "$(grep -c 'run again, alone' <<<"$output")" -eq 1 ]
}

@test "a verdict once reached is not taken back" {
	run "$FAULTY" --timeout-scale 0.03 hangs/in_an_expectation
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"verdict: fail"* ]]
	[[ $output != *"run again"* ]]
}

@test "a run that is stopped for longer than its time limit is judged as any other" {
	local pid tree=()

	"$FAULTY" --timeout-scale 0.05 hangs/busy_for_a_while >"$TMPDIR/tap" &
	pid=$!
	until [ "${#tree[@]}" -ge 3 ]; do # the guardian, a supervisor, the trial
		mapfile -t tree < <(descendants "$pid")
	done
	kill -STOP "$pid" "${tree[@]}" || true # one of them may just have ended
	sleep 2
	kill -CONT "$pid" "${tree[@]}" || true
	wait "$pid"
	cat "$TMPDIR/tap"
	grep '^ok 1' "$TMPDIR/tap"
	rm "$TMPDIR/tap"
}
