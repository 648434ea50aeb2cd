#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Since when something is bad, and what is flaky.
# shellcheck disable=SC2016 # Markdown has backticks

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

# day NUMBER STATE...: the run of that day, with the same identities each time.
day() {
	local names=(good flaky worse better bad unsure shaky untested) name i=1

	for name in "${names[@]}"; do
		i=$((i + 1))
		echo "${!i} f/$name"
	done | of "$1.tap" here unprivileged "2026-01-0$1T12:00:00Z"
}

# In five days: what the names say.
setup() {
	reports_setup
	day 1 pass pass pass fail fail pass pass skip
	day 2 pass fail pass fail known skip fail skip
	day 3 pass pass fail skip broken pass pass skip
	day 4 pass fail skip pass observed pass fail skip
	day 5 pass pass fail pass fail pass fail skip
}

@test "each identity has the course that the table says, the flakiest first" {
	report history --width 120 ./?.tap
	[ "$status" -eq 0 ]
	sed -n '/^here/,$p' out | sed '3,$s/2026-//g' | diff - <(
		cat <<-'END'
			here+unprivileged: 5 runs, 2026-01-01 to 2026-01-05

			  flaky, changed back and forth: 2
			  .F.F.  f/flaky
			         100% (4 of 4), first bad 01-02, last good 01-05
			  .F.FF  f/shaky
			         75% (3 of 4), first bad 01-02, bad since 01-04, last good 01-03

			  worse, was good, has been bad since: 1
			  ..F-F  f/worse
			         bad since 01-03, last good 01-02

			  better, was bad, has been good since: 1
			  FF-..  f/better
			         first bad 01-01

			  bad, in all 5 runs, since 01-01: 1
			  FkBfF  f/bad

			  unsure, good, but not tested in every run: 1
			  .-...  f/unsure
		END
	)
}

@test "what was bad once, for however long, is not flaky; what was so twice is" {
	needs jq
	local -A state=([.]=pass [F]=fail [-]=skip)
	cat >courses <<-'END'
		..FFF..  better
		...F...  better
		..F-F..  better
		FFF....  better
		..F.F..  flaky
		FF...FF  flaky
		FFFFF.F  flaky
		..FFFFF  worse
	END
	for i in {0..6}; do
		while read -r states _; do
			echo "${state[${states:i:1}]} f/$states"
		done <courses | of "there$i.tap" there unprivileged "2026-02-0$((i + 1))"
	done
	report history --format json there?.tap
	query '.series[0].identities[] | "\(.id[2:])  \(.course)"' | sort | diff <(sort courses) -
	report history --flaky there?.tap
	[ "$(grep -c '%' out)" -eq 3 ]
}

@test "JSON has numbers of runs, and a rate from 0 to 1" {
	needs jq
	report history --format json ./?.tap
	[ "$(query '.series[0].same')" -eq 2 ]
	diff - <(query '.series[0].identities[] | [.id, .course,
		(.flake_rate * 100 | floor), .changes, .tested, .first_bad, .bad_since,
		.last_good] | map(tostring) | join(" ")') <<-'END'
		f/flaky flaky 100 4 5 2 null 5
		f/shaky flaky 75 3 5 2 4 3
		f/better better 33 1 4 1 null 5
		f/worse worse 33 1 4 3 3 2
		f/bad bad 0 0 5 1 1 null
		f/unsure unsure 0 0 4 null null 5
	END
}

@test "what was bad in each run that tested it says since when" {
	of 6.tap new unprivileged 2026-01-01 <<<$'skip f/a\nfail f/b'
	of 7.tap new unprivileged 2026-01-02 <<<$'fail f/a\nfail f/b'
	of 8.tap new unprivileged 2026-01-03 <<<$'known f/a\nfail f/b'
	report history 6.tap 7.tap 8.tap
	has 'bad, in all 3 runs, since 2026-01-01: 2' '  FFF  f/b' '  -Fk  f/a' \
		'       in the 2 in which it was tested, since 2026-01-02'
	[ "$(grep -c 'in which it was tested' out)" -eq 1 ]
}

@test "the order is that of the dates, not of the arguments" {
	report history 3.tap 1.tap 5.tap 2.tap 4.tap
	has '.F.F.  f/flaky' 'FkBfF  f/bad'
}

@test "without dates the order is that of the arguments" {
	for i in 1 2 3; do
		sed -i '/fact: date/d' "$i.tap"
	done
	report history 3.tap 1.tap 2.tap
	has 'here+unprivileged: 3 runs, run 1 to run 3' 'F..  f/worse'
}

@test "a run without a date comes before those that have one" {
	sed -i '/fact: date/d' 3.tap
	report history 1.tap 2.tap 3.tap
	has '3 runs, run 1 to 2026-01-02' 'F..  f/worse'
}

@test "several runs of a day have their times" {
	sed -i 's/01-02T12/01-01T13/' 2.tap
	report history 1.tap 2.tap 3.tap
	has '3 runs, 2026-01-01T12:00:00Z to 2026-01-03'
}

@test "each place and profile is a series of its own" {
	sed 's/place=here/place=there/' 1.tap >6.tap
	sed 's/profile=unprivileged/profile=container/' 2.tap >7.tap
	report history ./?.tap
	has 'here+unprivileged: 5 runs' 'there+unprivileged: 1 run, hence no history' \
		'here+container: 1 run, hence no history'
}

@test "--flaky leaves what changed back and forth, --family and --level choose" {
	report history --flaky ./?.tap
	has f/flaky f/shaky
	hasnot f/worse
	hasnot f/bad
	report history --family 'f*' ./?.tap
	has f/flaky
	report history --family g ./?.tap
	refused 2 "--family 'g': expected families of these runs"
	report history --level posix ./?.tap
	refused 2 '--level: the level of 3 identities is not known'
	levels POSIX f/good f/flaky f/worse f/better f/bad f/unsure f/shaky
	levels OBSERVED f/untested
	report history --claims claims.tsv --level observed ./?.tap
	hasnot f/
	report history --claims claims.tsv --level posix ./?.tap
	has f/flaky
}

@test "a run that is not whole is named" {
	sed -i '/^ok 8/,$d' 5.tap
	report history ./?.tap
	has '2026-01-05 is incomplete'
}

@test "the rows of a case with one course are one line, text fits, Markdown is a table" {
	printf 'fail f/c/%s\n' one two | of 8.tap here unprivileged 2026-02-01
	printf 'fail f/c/%s\n' two one | of 9.tap here unprivileged 2026-02-02
	report history 8.tap 9.tap
	has '  FF  f/c/* (2)'
	report history --width 40 ./?.tap
	fits 40
	report history --format markdown ./?.tap
	has '| `.F.F.  ` | `f/flaky` |' '### here+unprivileged: 7 runs'
}

@test "in a narrow terminal a sentence is wrapped, and no state is lost" {
	report history --width 50 ./?.tap
	fits 50
	grep -A 3 'f/shaky' out | diff - <(
		cat <<-'END'
			  .F.FF  f/shaky
			         75% (3 of 4), first bad 2026-01-02, bad
			         since 2026-01-04, last good 2026-01-03

		END
	)
	report history --width 20 ./?.tap
	fits 20
	mkdir many
	for i in {10..59}; do
		of "many/$i.tap" there unprivileged "2026-01-01T00:00:${i}Z" \
			<<<"$( ((i % 7)) && echo pass || echo fail) f/often"
	done
	report history --width 40 many
	fits 40
	sed -n '/f\/often/,/%/p' out | sed '1d;$d' | tr -d ' \n' | grep -qx '[.F]\{50\}'
}

@test "the width is that of COLUMNS, else of the terminal, where it can be used" {
	export COLUMNS=50
	report history ./?.tap
	fits 50
	for COLUMNS in 3 '' many 99999 -1; do
		report history ./?.tap
		[ "$status" -eq 0 ]
		grep -q '75% (3 of 4), first bad 2026-01-02, bad since 2026-01-04, last good' out
	done
	unset COLUMNS
	needs script
	for columns in 50 64; do
		script -qec "stty cols $columns rows 24 && '$reports/history' ./?.tap" typescript |
			tr -d '\r' >out
		fits "$columns"
		run fits $((columns - 9))
		[ "$status" -eq 1 ]
	done
}

@test "wrong use is one line and status 2" {
	report history
	refused 2 'RUN: expected a file'
	report history --format html 1.tap
	refused 2 "--format 'html': expected one of text markdown json"
	report history nosuch.tap
	refused 2 "'nosuch.tap': No such file"
}
