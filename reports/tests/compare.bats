#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What became of each identity between two sides, and what a gate makes of it.
# shellcheck disable=SC2016 # Markdown has backticks

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
	of old.tap <<-'END'
		pass f/stays
		fail f/mended
		known f/known_mended
		broken f/ground_mended
		pass f/breaks
		skip f/was_skipped
		observed f/now_promised
		known f/now_other
		pass f/ground_breaks
		pass f/goes
		pass f/untested
		fail f/other_value returns_1 returns_2
		observed f/observed_mended
		pass f/observed_breaks
		pass f/now_known
		fail f/fails_as_before
		fail f/to_broken
	END
	of new.tap <<-'END'
		pass f/stays
		pass f/mended
		pass f/known_mended
		pass f/ground_mended
		fail f/breaks returns_5 fails_with_EAGAIN
		fail f/was_skipped
		fail f/now_promised
		fail f/now_other
		broken f/ground_breaks
		skip f/untested
		fail f/other_value returns_1 returns_3
		pass f/observed_mended
		observed f/observed_breaks
		known f/now_known
		fail f/fails_as_before
		broken f/to_broken
		pass f/comes
		fail f/comes_failing
	END
}

# classes: the classes of the JSON in out, as IDENTITY CLASS.
classes() {
	query '.changes[] | "\(.id) \(.class)"' | sort
}

@test "each identity is in the class that the table says" {
	needs jq
	report compare --format json old.tap new.tap
	[ "$status" -eq 0 ]
	diff <(classes) - <<-'END'
		f/breaks broken
		f/comes new
		f/comes_failing broken
		f/goes gone
		f/ground_breaks broken
		f/ground_mended fixed
		f/known_mended fixed
		f/mended fixed
		f/now_known changed
		f/now_other broken
		f/now_promised broken
		f/observed_breaks changed
		f/observed_mended changed
		f/other_value changed
		f/to_broken changed
		f/untested pass-to-skip
		f/was_skipped broken
	END
	[ "$(query '.pairs[0].counts | "\(.same) \(.broken) \(.fixed)"')" = '2 6 3' ]
}

@test "what was broken and fails now is a failure that is new" {
	of old.tap <<<$'broken f/fails\nbroken f/still\nbroken f/observed\nfail f/ground'
	of new.tap <<<$'fail f/fails\nbroken f/still\nobserved f/observed\nbroken f/ground'
	report compare --fail-on broken old.tap new.tap
	[ "$status" -eq 1 ]
	has '1 broken, 0 pass-to-skip, 0 gone, 2 changed, 0 fixed, 0 new, 1 same' \
		'      BROKEN -> fail' 'changed: came out otherwise'
	hasnot 'not fatal'
	[ "$(sed -n '/^broken/,/^$/p' out | grep -c 'f/fails')" -eq 1 ]
}

@test "a skip or a pass that fails its run is broken" {
	needs jq
	of old.tap <<<$'pass f/skips\nknown f/passes\nskip f/skips_still\nstrict f/same'
	of new.tap <<<$'demanded f/skips\nstrict f/passes\ndemanded f/skips_still\nstrict f/same'
	report compare --format json --fail-on broken old.tap new.tap
	[ "$status" -eq 1 ]
	diff <(classes) - <<-'END'
		f/passes broken
		f/skips broken
		f/skips_still broken
	END
	report compare old.tap new.tap
	has '3 broken' '      pass -> skip (unexpected)' '      known -> pass (unexpected)' \
		'      skip -> skip (unexpected)'
	of new.tap <<<$'pass f/skips\npass f/passes\nskip f/skips_still\npass f/same'
	report compare --format json --fail-on broken old.tap new.tap
	[ "$status" -eq 0 ]
	[ "$(classes | tr '\n' ' ')" = 'f/passes fixed f/same fixed ' ]
}

@test "a gate on a class fails when there is one of it, and names it" {
	for class in broken pass-to-skip gone changed fixed new; do
		report compare --fail-on "$class" old.tap new.tap
		[ "$status" -eq 1 ]
		grep -qx "compare: $class: [1-9][0-9]*" err
		has "gate: $class: "
		report compare --fail-on "$class" old.tap old.tap
		[ "$status" -eq 0 ]
		[ ! -s err ]
	done
	report compare --fail-on gone,new old.tap new.tap
	[ "$(cat err)" = "$(printf 'compare: %s\n' 'gone: 1' 'new: 1')" ]
}

@test "without a gate the exit status is 0 whatever there is" {
	report compare old.tap new.tap
	[ "$status" -eq 0 ]
	[ ! -s err ]
	has '6 broken, 1 pass-to-skip, 1 gone, 5 changed, 3 fixed, 1 new, 2 same'
}

@test "text tells from what to what, what was wanted and what came" {
	report compare old.tap new.tap
	has 'broken: fails its run, and did not' '  f/breaks' '      pass -> fail' \
		'is: want returns 5, got fails with EAGAIN' 'was: want returns 1, got returns 2' \
		'fail (observed) -> fail' 'skip -> fail' 'pass -> BROKEN' 'pass -> skip' \
		'is: absent: no such thing'
}

@test "text fits its width" {
	for width in 20 40 79 200; do
		report compare --width "$width" old.tap new.tap
		[ "$status" -eq 0 ]
		[ -s out ]
		fits "$width"
	done
	report compare --width 60 old.tap new.tap
	run fits 59
	[ "$status" -eq 1 ]
}

@test "in a narrow terminal a table loses its right end, and a sentence nothing" {
	mkdir old new
	for name in one two; do
		cp old.tap "old/$name.tap"
		sed -i "s/place=here/place=$name/" "old/$name.tap"
		sed "s/place=here/place=$name/" new.tap >"new/$name.tap"
	done
	report compare --width 61 --fail-on broken,gone,new,changed old new
	fits 61
	[ "$(head -n 1 out)" = 'run  broken  pass-to-skip  gone  changed  fixed  new  same...' ]
	tr '\n' ' ' <out | tr -s ' ' | grep -q "$(printf '%s, ' '12 broken' '2 pass-to-skip' \
		'2 gone' '10 changed' '6 fixed' '2 new')4 same"
	report compare old old
	[ "$(head -n 1 out)" = 'run  same  name              old kernel  new kernel' ]
}

@test "rows that come or go with their case are one line" {
	of old.tap <<<"pass f/c/one"
	printf '%s\n' 'pass f/c/one' 'pass f/d/one' 'pass f/d/two' 'pass f/e/only' | of new.tap
	report compare old.tap new.tap
	has '  f/d/* (2)' '  f/e/only'
	hasnot 'f/d/one'
}

@test "one run a side is compared whatever the two are called" {
	needs jq
	of old.tap here <<<'pass f/a'
	of new.tap there <<<'fail f/a'
	report compare --format json old.tap new.tap
	[ "$(query '.pairs[0].name')" = 'here+unprivileged -> there+unprivileged' ]
	[ "$(classes)" = 'f/a broken' ]
}

@test "several are compared by place and profile; what has no partner is named" {
	mkdir old new
	of old/a.tap here <<<'pass f/a'
	of old/b.tap there <<<'pass f/a'
	of old/c.tap away <<<'pass f/a'
	of new/z.tap here <<<'fail f/a'
	of new/y.tap there <<<'fail f/a'
	of new/x.tap elsewhere <<<$'fail f/a\npass f/b'
	report compare old new
	has 'not compared: old away+unprivileged: only there' \
		'not compared: new elsewhere+unprivileged: only there' \
		'pass -> fail, in 1-2' '3 broken'
	grep -q '^  1       1     0  here+unprivileged ' out
	hasnot 'f/b'
	report compare --fail-on fixed old new
	[ "$status" -eq 0 ]
	report compare --fail-on gone old new
	[ "$status" -eq 1 ]
	grep -qx 'compare: gone: run away+unprivileged' err
	report compare --fail-on new old new
	[ "$status" -eq 1 ]
	grep -qx 'compare: new: run elsewhere+unprivileged' err
}

@test "what fails in a run that only NEW has is broken" {
	needs jq
	mkdir old new
	of old/a.tap here <<<'pass f/a'
	of old/b.tap there <<<'pass f/a'
	cp old/a.tap new
	of new/b.tap elsewhere <<<$'fail f/a\npass f/b'
	report compare --format json old new
	[ "$(query '.changes[] | "\(.id) \(.class) \(.run)"')" = \
		'f/a broken elsewhere+unprivileged' ]
}

@test "of several runs by one name each of NEW counts, with the latest of OLD" {
	needs jq
	mkdir old new
	of old/1.tap here unprivileged 2026-01-02 <<<'pass f/a'
	of old/2.tap here unprivileged 2026-01-01 <<<'fail f/a'
	of new/1.tap here unprivileged 2026-01-04T00:00:00Z <<<'pass f/a'
	of new/2.tap here unprivileged 2026-01-03 <<<'fail f/a'
	report compare --width 200 --fail-on broken old new
	[ "$status" -eq 1 ]
	has 'not compared: older old here+unprivileged@2026-01-01: a later one'
	report compare --format json old new
	query '.changes[] | "\(.id) \(.class) \(.run)"' | diff - <(
		echo 'f/a broken here+unprivileged@2026-01-03')
	of new/3.tap here unprivileged 2026-01-01T00:00:00Z <<<'fail f/a'
	report compare --format json old new
	query '.pairs[] | "\(.name) \(.old.date)"' | diff - <(
		cat <<-'END'
			here+unprivileged@2026-01-01 2026-01-01
			here+unprivileged@2026-01-03 2026-01-02
			here+unprivileged@2026-01-04 2026-01-02
		END
	)
	[ "$(query '.changes | length')" -eq 1 ]
}

@test "of several runs by one name and without a date each of NEW counts too" {
	mkdir old new
	of old/1.tap here <<<$'pass f/a\npass f/b'
	of old/2.tap here <<<$'pass f/b\npass f/a'
	for failing in 1 2 3; do
		for i in 1 2 3; do
			printf '%s f/a\npass f/only_in_%s\n' pass "$i" | of "new/$i.tap" here
		done
		printf 'fail f/a\npass f/only_in_%s\n' "$failing" | of "new/$failing.tap" here
		for old in old old/1.tap; do
			report compare --fail-on broken "$old" new
			[ "$status" -eq 1 ]
			grep -qx 'compare: broken: 1' err
		done
	done
}

@test "of several runs by one name that only NEW has, each counts" {
	mkdir old new
	of old/1.tap here <<<'pass f/a'
	of new/1.tap here <<<'pass f/a'
	of new/2.tap there unprivileged 2026-01-01 <<<'fail f/a'
	of new/3.tap there unprivileged 2026-01-02 <<<'pass f/a'
	report compare --fail-on broken old new
	[ "$status" -eq 1 ]
	grep -qx 'compare: broken: 1' err
}

@test "a run of OLD that is not whole and has several partners is named once" {
	mkdir new
	of old.tap here <<<$'pass f/a\npass f/b'
	sed -i '/ok 2/,$d' old.tap
	of new/1.tap here unprivileged 2026-01-01 <<<'pass f/a'
	of new/2.tap here unprivileged 2026-01-02 <<<'pass f/a'
	report compare --fail-on gone --width 200 old.tap new
	[ "$(grep -c '^OLD here+unprivileged is incomplete' out)" -eq 1 ]
	[ "$(grep -c 'OLD here+unprivileged is incomplete' err)" -eq 1 ]
}

@test "where nothing has a partner the gate fails" {
	mkdir old new
	for name in a b; do
		of "old/$name.tap" "old-$name" <<<'pass f/a'
		of "new/$name.tap" "new-$name" <<<'pass f/a'
	done
	report compare --fail-on fixed old new
	[ "$status" -eq 1 ]
	grep -qx 'compare: nothing was compared: no run of NEW is in OLD' err
}

@test "what is not whole in NEW fails every gate, with the reason" {
	of old.tap <<<$'pass f/a\npass f/b'
	sed '/ok 2/,$d' old.tap >short.tap
	{ cat short.tap && echo 'Bail out!  the ground shakes'; } >bail.tap
	printf 'TAP version 13\n1..0 # SKIP profile: not to be had\n' >skipped.tap
	sed 's/^ok 2/ok 7/' old.tap >numbers.tap
	while IFS=: read -r file text; do
		for class in fixed broken; do
			report compare --width 200 --fail-on "$class" old.tap "$file.tap"
			[ "$status" -eq 1 ]
			grep -F "$text" err
			has "$text"
		done
		report compare old.tap "$file.tap"
		[ "$status" -eq 0 ]
	done <<-'END'
		short:NEW here+unprivileged is incomplete
		bail:is bailed out: the ground shakes
		skipped:is skipped: profile: not to be had
		numbers:is no sound TAP: Tests out of sequence
	END
}

@test "a run that NEW alone has and that is not whole fails every gate" {
	mkdir old new
	of old/a.tap here <<<'pass f/a'
	cp old/a.tap new/a.tap
	of new/b.tap there <<<$'pass f/a\npass f/b'
	report compare --fail-on fixed old new
	[ "$status" -eq 0 ]
	sed -i '/ok 2/,$d' new/b.tap
	report compare --fail-on fixed old new
	[ "$status" -eq 1 ]
	grep -q '^compare: NEW there+unprivileged is incomplete' err
}

@test "a place that is skipped as a whole on both sides is told, and fails no gate" {
	mkdir old new
	skip='1..0 # SKIP absent: no runtime'
	of old/a.tap here <<<'pass f/a'
	cp old/a.tap new/a.tap
	echo "$skip" | tee old/b+unprivileged.tap >new/b+unprivileged.tap
	report compare --width 200 --fail-on broken,gone,changed,pass-to-skip,new old new
	[ "$status" -eq 0 ]
	has 'OLD b+unprivileged is skipped: absent' 'NEW b+unprivileged is skipped: absent'
	echo "$skip" >new/a.tap
	report compare --fail-on broken old new
	[ "$status" -eq 1 ]
	echo "$skip" >new.tap
	report compare --fail-on broken new.tap new.tap
	[ "$status" -eq 1 ]
	grep -qx 'compare: nothing was compared: all was skipped in OLD and in NEW' err
}

@test "what is not whole in OLD fails the gates that it could deceive" {
	of new.tap <<<$'pass f/a\npass f/b'
	sed '/ok 2/,$d' new.tap >old.tap
	for class in gone changed pass-to-skip; do
		report compare --fail-on "$class" old.tap new.tap
		[ "$status" -eq 1 ]
		grep -qF 'compare: OLD here+unprivileged is incomplete' err
	done
	for class in broken fixed; do
		report compare --fail-on "$class" old.tap new.tap
		[ "$status" -eq 0 ]
	done
}

@test "settings and limits that differ are told, what a place is and when is not" {
	{ cat old.tap; printf '# %s\n' 'fact: pipe-max-size=1048576' 'fact: uid=1' 'fact: only=1' \
		'fact: load_average=0.10' \
		'limit: F_GETPIPE_SZ=65536 by fcntl() of a new pipe'; } >a.tap
	{ cat old.tap; printf '# %s\n' 'fact: pipe-max-size=65536' 'fact: uid=2' \
		'fact: load_average=60.00' \
		'limit: F_GETPIPE_SZ=4096 by fcntl() of a new pipe'; } >b.tap
	sed -i 's/Linux 6.1.0/Linux 7/' b.tap
	report compare --fail-on changed,broken,new,gone a.tap b.tap
	[ "$status" -eq 0 ]
	has '  pipe-max-size  1048576 -> 65536' '  F_GETPIPE_SZ  65536 -> 4096' \
		'old  here+unprivileged  Linux 6.1.0  x86_64' 'new  here+unprivileged  Linux 7'
	[ "$(sed '1,/^values/d' out | wc -l)" -eq 2 ]
}

@test "families and levels are chosen for the report and for the gate" {
	of old.tap <<<$'pass f/a\npass g/a\npass g/b'
	of new.tap <<<$'fail f/a\npass g/a\nobserved g/b'
	report compare --family g --fail-on broken old.tap new.tap
	[ "$status" -eq 0 ]
	hasnot f/a
	has '0 broken, 0 pass-to-skip, 0 gone, 1 changed'
	levels POSIX f/a g/a
	levels OBSERVED g/b
	report compare --level posix --claims claims.tsv --fail-on changed old.tap new.tap
	[ "$status" -eq 0 ]
	has '1 broken, 0 pass-to-skip, 0 gone, 0 changed, 0 fixed, 0 new, 1 same'
	hasnot g/b
	report compare --level observed --claims claims.tsv --fail-on changed old.tap new.tap
	[ "$status" -eq 1 ]
}

@test "a level is not chosen where it is not known of all" {
	of old.tap <<<$'pass f/a\npass f/b\npass g/a'
	of new.tap <<<$'fail f/a\npass f/b\npass g/a'
	report compare --level posix --fail-on broken old.tap new.tap
	refused 2 '--level: the level of 2 identities is not known; expected --claims FILE or a'
	report compare --level posix --family g --fail-on broken old.tap new.tap
	refused 2 '--level: the level of 1 identity is not known'
	levels POSIX f/b g/a
	report compare --level posix --claims claims.tsv old.tap new.tap
	[ "$status" -eq 0 ]
	has '1 broken, 0 pass-to-skip, 0 gone, 0 changed, 0 fixed, 0 new, 2 same'
}

@test "a family that one side alone has is one to choose" {
	of old.tap <<<$'pass f/a\npass g/a'
	of new.tap <<<'pass f/a'
	report compare --family g --fail-on gone old.tap new.tap
	[ "$status" -eq 1 ]
	grep -qx 'compare: gone: 1' err
}

@test "Markdown begins with the numbers and folds what is long" {
	report compare --format markdown --fail-on gone old.tap new.tap
	[ "$status" -eq 1 ]
	[ "$(head -n 1 out)" = \
		'**pipe7**: 6 broken, 1 pass-to-skip, 1 gone, 5 changed, 3 fixed, 1 new, 2 same' ]
	has '#### gate' '- gone: 1' '#### broken' '| `f/breaks` | pass -\> fail |'
	hasnot '<details>'
	for i in {1..11}; do echo "fail f/c$i"; done | of new.tap
	report compare --format markdown old.tap new.tap
	has '<details><summary>broken: 11</summary>' '</details>'
}

@test "Markdown is no longer than a comment may be, and says how much it lacks" {
	for i in {1..900}; do
		echo "fail f/c$i want_$(printf '%0100d' "$i") got_$(printf '%0100d' "$i")"
	done | of new.tap
	report compare --format markdown --fail-on broken old.tap new.tap
	[ "$(wc -m <out)" -le 65536 ]
	[ "$(wc -m <out)" -gt 60000 ]
	shown=$(grep -c '^| `f/c' out)
	grep -qx "$((900 - shown)) more" out
	has 'gone: '
}

@test "Markdown is no longer than that where what is left out is of every class" {
	for i in {1..30}; do
		printf '%s\n' "pass f/s$i" "pass f/g$i" "known f/f$i" "pass f/k$i"
	done | of old.tap
	{
		for i in {1..30}; do
			printf '%s\n' "skip f/s$i" "pass f/f$i" "known f/k$i" "pass f/n$i"
		done
		printf 'fail f/c%s\n' {1001..2500}
	} | of new.tap
	report compare --format markdown old.tap new.tap
	[ "$(wc -m <out)" -le 65536 ]
	[ "$(wc -m <out)" -gt 60000 ]
	has 'pass-to-skip: 30' 'gone: 30' 'changed: 30' 'fixed: 30' 'new: 30'
}

@test "wrong use is one line and status 2" {
	while IFS='|' read -r words text; do
		# shellcheck disable=SC2086 # words
		report compare $words
		refused 2 "$text"
	done <<-'END'
		|expected OLD and NEW
		old.tap|expected OLD and NEW
		old.tap new.tap new.tap|expected OLD and NEW
		--fail-on worse old.tap new.tap|--fail-on 'worse': expected one of broken
		--fail-on broken,worse old.tap new.tap|--fail-on 'worse'
		--fail-on , old.tap new.tap|--fail-on
		--format html old.tap new.tap|--format 'html': expected one of text markdown json
		--level high old.tap new.tap|--level 'high'
		--width 3 old.tap new.tap|--width '3'
		--family typo --fail-on gone old.tap new.tap|--family 'typo': expected families of
		--nonsense old.tap new.tap|unknown option: nonsense
		old.tap nosuch.tap|'nosuch.tap': No such file
		--output /nonexistent/file old.tap new.tap|--output '/nonexistent/file'
	END
	report compare --family '' --fail-on gone old.tap new.tap
	refused 2 "--family '': expected families of these runs"
	report compare --help
	[ "$status" -eq 0 ]
	for class in broken pass-to-skip gone changed fixed new same; do
		grep -q "^  $class " out
	done
}

@test "a gate that fails writes its report all the same" {
	report compare --fail-on broken --output report.txt old.tap new.tap
	[ "$status" -eq 1 ]
	[ ! -s out ]
	grep -q '^gate: broken: 6$' report.txt
}
