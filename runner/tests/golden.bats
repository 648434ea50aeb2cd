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
