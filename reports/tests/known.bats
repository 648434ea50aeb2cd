#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Files of known deviations made of runs.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
}

# entries: the lines of out behind the heading, with | for tabs.
entries() {
	sed 1,2d out | tr '\t' '|'
}

# says: the entries are those of standard input.
says() {
	diff <(entries) -
}

@test "an entry for each unexpected failure, with where and why" {
	of a.tap runsc <<-'END'
		fail f/one
		pass f/two
		observed f/three
		skip f/four
		known f/five
		broken f/six must_hold does_not
		fail f/seven returns_1 fails_with_EAGAIN_#_and_more
	END
	report known --from a.tap
	[ "$status" -eq 0 ]
	[ ! -s err ]
	says <<-'END'
		f/one|place=runsc|want returns 1, got returns 2
		# BROKEN: f/six|place=runsc|want must hold, got does not
		f/seven|place=runsc|want returns 1, got fails with EAGAIN and more
	END
	[ "$(head -n 2 out)" = "$(printf '# %s\n' 'SPDX-License-Identifier: ISC' \
		'runsc: identity, where, reason, link.')" ]
	report known --from a.tap --broken
	entries | grep -qx 'f/six|place=runsc|want must hold, got does not'
}

@test "the rows of a case are one entry when each of them fails in the same way" {
	of a.tap runsc <<-'END'
		fail f/all/one
		fail f/all/two returns_3
		fail f/but_one/one
		fail f/but_one/two
		pass f/but_one/three
		fail f/but_a_skip/one
		fail f/but_a_skip/two
		skip f/but_a_skip/three
		fail f/alone/one
		fail f/plain
	END
	report known --from a.tap
	says <<-'END'
		f/all/*|place=runsc|want returns 1, got returns 2, and the like
		f/but_one/one|place=runsc|want returns 1, got returns 2
		f/but_one/two|place=runsc|want returns 1, got returns 2
		f/but_a_skip/one|place=runsc|want returns 1, got returns 2
		f/but_a_skip/two|place=runsc|want returns 1, got returns 2
		f/alone/one|place=runsc|want returns 1, got returns 2
		f/plain|place=runsc|want returns 1, got returns 2
	END
}

@test "rows that the program has and the run has not are not named" {
	of a.tap runsc <<<$'fail f/c/one\nfail f/c/two'
	printf '#!/bin/sh\nprintf "%%s\\n" f/c/one f/c/two f/c/three\n' >pipe7
	chmod +x pipe7
	PIPE7=$PWD/pipe7 report known --from a.tap
	[ "$(entries | cut -d'|' -f1 | tr '\n' ' ')" = 'f/c/one f/c/two ' ]
	printf '#!/bin/sh\nprintf "%%s\\n" f/c/one f/c/two\n' >pipe7
	PIPE7=$PWD/pipe7 report known --from a.tap
	[ "$(entries | cut -d'|' -f1)" = 'f/c/*' ]
}

@test "a profile is named when not all of the place fail, not for what they skip" {
	printf '%s\n' 'fail f/all' 'fail f/one' 'fail f/skipped' | of a.tap runsc unprivileged
	printf '%s\n' 'fail f/all' 'pass f/one' 'skip f/skipped' | of b.tap runsc container
	report known --from a.tap b.tap
	says <<-'END'
		f/all|place=runsc|want returns 1, got returns 2
		f/one|place=runsc profile=unprivileged|want returns 1, got returns 2
		f/skipped|place=runsc|want returns 1, got returns 2
	END
}

@test "what passes in another run of the place and profile is seen sometimes" {
	printf '%s\n' 'fail f/always' 'fail f/sometimes' 'fail f/tested_once' | of a.tap runsc
	printf '%s\n' 'fail f/always' 'pass f/sometimes' 'skip f/tested_once' | of b.tap runsc
	report known --from a.tap b.tap
	says <<-'END'
		f/always|place=runsc|want returns 1, got returns 2
		f/sometimes|place=runsc sometimes|want returns 1, got returns 2
		f/tested_once|place=runsc|want returns 1, got returns 2
	END
	printf '%s\n' 'pass f/always' 'pass f/sometimes' | of c.tap runsc container
	report known --from a.tap b.tap c.tap
	entries | grep -q '^f/sometimes|place=runsc profile=unprivileged sometimes|'
}

@test "each place has entries of its own, in a form that WHERE takes" {
	of a.tap runsc <<<'fail f/a'
	of b.tap 'qemu:./my [kernel]*' <<<'fail f/a'
	report known --from a.tap b.tap
	says <<-'END'
		f/a|place=qemu:./my??kernel??|want returns 1, got returns 2
		f/a|place=runsc|want returns 1, got returns 2
	END
}

@test "an existing file stays, is completed, and loses what no longer fails" {
	printf '%s\n' 'fail f/holds' 'pass f/mended' 'fail f/new' 'pass f/c/one' 'fail f/c/two' \
		'pass f/now_and_then' 'skip f/skipped' | of a.tap runsc
	sed 's/|/\t/g' >old.tsv <<-'END'
		# My own words.

		f/holds|-|As it is|https://example.org/
		f/mended|place=runsc|It was so
		f/c/*|place=r*|Partly
		f/now_and_then|sometimes|By chance
		f/skipped|-|Not seen
		f/elsewhere|-|Nor that
		f/new|place!=runsc|Only elsewhere
	END
	report known --from a.tap --known old.tsv --output old.tsv
	[ "$status" -eq 0 ]
	diff <(tr '\t' '|' <old.tsv) - <<-'END'
		# My own words.

		f/holds|-|As it is|https://example.org/
		# passes now: f/mended|place=runsc|It was so
		# of this passes now: f/c/one in runsc+unprivileged
		f/c/*|place=r*|Partly
		f/now_and_then|sometimes|By chance
		f/skipped|-|Not seen
		f/elsewhere|-|Nor that
		f/new|place!=runsc|Only elsewhere
		f/new|place=runsc|want returns 1, got returns 2
	END
	cp old.tsv once.tsv
	report known --from a.tap --known old.tsv --output old.tsv
	cmp old.tsv once.tsv
}

@test "what is known in a run stays known" {
	of a.tap runsc <<<$'known f/a\nknown f/b'
	printf 'f/a\t-\tIt is so\n' >old.tsv
	report known --from a.tap --known old.tsv
	cmp out old.tsv
}

@test "names that no pattern can stand for are left out" {
	of a.tap runsc <<<$'fail f/*\nfail f/[a]\nfail f/a\nfail f'
	report known --from a.tap
	[ "$(entries | cut -d'|' -f1)" = f/a ]
}

@test "what the program is given makes the run green, by the strict rules too" {
	export PIPE7=$real_program
	[ -x "$PIPE7" ] || skip 'no program to run'
	# Another kernel is played: the results of some trials are turned round.
	"$PIPE7" creation end_of_file >real.tap
	awk '/^ok [0-9]+ - creation\/[a-z_]*\/pipe2/ { sub(/^ok/, "not ok") } { print }' real.tap \
		>broken.tap
	report known --from broken.tap --output known.tsv
	grep -q '^creation/.*pipe2' known.tsv
	run "$PIPE7" --known known.tsv --strict-known creation
	# Here they pass, which the strict rules do not let through; without them they do.
	[ "$status" -eq 1 ]
	run "$PIPE7" --known known.tsv creation end_of_file
	[ "$status" -eq 0 ]
}

@test "runs that say nothing, and wrong use" {
	of a.tap runsc <<<'fail f/a'
	printf '1..0 # SKIP absent: runsc\n' >skipped.tap
	report known --from a.tap skipped.tap
	[ "$status" -eq 0 ]
	[ "$(cat err)" = "known: 'skipped.tap' is skipped: absent: runsc" ]
	of b.tap '' '' <<<'fail f/a'
	report known --from b.tap
	refused 2 "'b.tap': expected a run that says its place and profile among its facts"
	report known
	refused 2 '--from: expected a file'
	report known a.tap
	refused 2 "'a.tap': expected options"
	printf 'f/a\tonly two\n' >bad.tsv
	report known --from a.tap --known bad.tsv
	refused 2 "'bad.tsv': line 1: expected 3 or 4 columns between tabs"
	report known --from a.tap --known nosuch.tsv
	refused 2 "'nosuch.tsv': No such file"
}
