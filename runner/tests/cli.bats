#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The command line: options, errors, exit statuses, agreement with prove.

setup() {
	load common
	common_setup
	few=verdicts/passes
}

# green OPTION... | red OPTION...: what prove makes of the faulty program with them.
proved() {
	printf 'exec "%s" %s\n' "$FAULTY" "$*" >test.sh
	status=0
	prove --exec sh test.sh >out 2>&1 || status=$?
	cat out
}
green() {
	proved "$@"
	[ "$status" -eq 0 ]
}
red() {
	proved "$@"
	[ "$status" -ne 0 ]
}

faulty() { run_to "$FAULTY" "$@"; }

points() { grep -E '^(not )?ok' out; }

@test "a plan, facts, a point for each trial that list names" {
	pipe7 list
	[ "$status" -eq 0 ]
	mv out listed
	pipe7
	passed
	[ "$(head -n 1 out)" = "TAP version 13" ]
	[ "$(sed -n 2p out)" = "1..$(wc -l <listed)" ]
	points | sed -E 's/^(not )?ok [0-9]+ - //; s/ #.*//' | diff listed -
	only '^(TAP version 13|1\.\.|# fact: [a-z0-9_-]+=|ok |not ok .* # TODO known: |  )' out
	LC_ALL=C never '[^ -~]' out
	[ ! -s err ]
	nothing_left
}

@test "run is what is done without a command" {
	pipe7 run end_of_file
	passed
}

@test "every profile gives a whole run, or none at all with the reason" {
	for profile in unprivileged sys-resource sys-admin container as-is; do
		pipe7 --profile "$profile" end_of_file
		grep -q '^1\.\.0 # SKIP profile: ' out || grep -q "^# fact: profile=$profile$" out
		[ "$status" -eq 0 ]
		grep -q '^1\.\.0 ' out || passed
	done
	nothing_left
}

@test "options are taken with and without an equals sign" {
	pipe7 --profile=as-is -j 3 -j2 --jobs=4 --timeout-scale=2 --place="a b" end_of_file
	passed
	grep -q '^# fact: place=a b$' out
	grep -q '^# fact: profile=as-is$' out
}

@test "--dir says where FIFOs are made" {
	mkdir -m 711 elsewhere
	chmod a-w "$TMPDIR"
	pipe7 --dir elsewhere 'end_of_file/*/fifo'
	passed
	never 'SKIP filesystem' out
	[ -z "$(ls -A elsewhere)" ]
}

@test "-j changes the time and not the result" {
	for jobs in 1 64; do
		pipe7 -j "$jobs" end_of_file
		passed
		points >"points$jobs"
	done
	diff points1 points64
}

@test "patterns select rows, ways, cases and families, in the order of the suite" {
	faulty 'verdicts/one_row_in_four_is_right/right' 'ends/starts_clean' "$few"
	show
	[ "$(points | sed 's/.* - //' | tr '\n' ' ')" = \
		"verdicts/passes verdicts/one_row_in_four_is_right/right ends/starts_clean " ]
	faulty list 'verdicts/passes_in_every_way' | wc -l
	[ "$(wc -l <out)" -eq 4 ]
	faulty list '*/short/by/one' '*row_in_four*'
	[ "$(wc -l <out)" -eq 4 ]
	faulty list forgeries
	[ "$(wc -l <out)" -eq 3 ]
	faulty -- "$few"
	[ "$status" -eq 0 ]
}

@test "errors are one line that names the argument, the value and what was expected" {
	profiles="unprivileged, sys-resource, sys-admin, container or as-is"
	pipe7 --profile root
	complains "--profile 'root': expected $profiles"
	pipe7 --profile=$'a\nb'
	complains "--profile 'a?b': expected $profiles"
	pipe7 --profile unprivileged,container
	complains "--profile 'unprivileged,container': expected one; init of a booted kernel *"
	pipe7 -j 0
	complains "-j '0': expected a number from 1 to 64"
	pipe7 --timeout-scale x
	complains "--timeout-scale 'x': expected a number from 0.001 to 1000"
	pipe7 --format tap12
	complains "--format 'tap12': expected tap13, tap14 or ktap"
	pipe7 --exit-style none
	complains "--exit-style 'none': expected tap, automake, kselftest or report"
	pipe7 --fail-on-skip=root
	complains "--fail-on-skip 'root': expected profile, *"
	pipe7 list --against=csv
	complains "--against 'csv': expected tsv or no value"
	pipe7 --tune-host=yes
	complains "--tune-host 'yes': expected no value"
	pipe7 --place
	complains "--place '': expected a value"
	pipe7 --nonsense
	complains "option '--nonsense': expected one of those that --help lists"
	pipe7 facts more
	complains "argument 'more': expected none after this command"
	pipe7 show
	complains "show '': expected an identity, as list prints them"
	pipe7 --done there
	complains "--done 'there': expected --output with it"
}

@test "what cannot be found is an error too, and nothing is run" {
	for command in run list show; do
		pipe7 $command no/such/case
		complains "PATTERN 'no/such/case': expected a glob that matches a trial; *"
		pipe7 $command end_of_file $'no\nsuch'
		complains "PATTERN 'no?such': expected a glob that matches a trial; *"
	done
	pipe7 --known "$PWD/none"
	complains "--known '$PWD/none': ENOENT"
	pipe7 --known "$PWD"
	complains "--known '$PWD': *"
	pipe7 --dir "$PWD/none"
	complains "--dir '$PWD/none': expected a directory to make files in"
	pipe7 --dir /proc
	complains "--dir '/proc': expected a directory to make files in"
	nothing_left
}

@test "exit statuses: 0 expected, 1 unexpected, 1 nothing tested" {
	faulty "$few"
	[ "$status" -eq 0 ]
	faulty "$few" verdicts/another_errno
	[ "$status" -eq 1 ]
	faulty verdicts/ground_fails
	[ "$status" -eq 1 ]
	faulty verdicts/an_observed_failure
	[ "$status" -eq 0 ]
	faulty verdicts/skips_with_a_class
	[ "$status" -eq 1 ]
	grep -q '^# nothing was tested: all 1 trials were skipped$' out
	faulty verdicts/skips_with_a_class "$few"
	[ "$status" -eq 0 ]
}

@test "prove agrees with the exit status" {
	green verdicts/passes
	green verdicts/passes verdicts/an_observed_failure
	green verdicts/passes verdicts/skips_with_a_class verdicts/skips_with_what_tap_reserves
	green --format tap13 verdicts/more_notes_than_are_kept
	red verdicts/passes verdicts/another_errno
	red verdicts/notes_that_look_like_tap
	red verdicts/observed_but_broken
	red leavings/an_orphan
	red verdicts/skips_with_a_class
	red --fail-on-skip verdicts/passes verdicts/skips_with_a_class
	red --no-such-option
}

@test "--fail-on-skip counts every skip, or those of a class" {
	faulty --fail-on-skip "$few"
	[ "$status" -eq 0 ]
	faulty --fail-on-skip "$few" verdicts/skips_with_a_class
	[ "$status" -eq 1 ]
	points | grep -q '^not ok 2 - verdicts/skips_with_a_class$'
	faulty --fail-on-skip=absent "$few" verdicts/skips_with_a_class
	[ "$status" -eq 1 ]
	faulty --fail-on-skip=resource "$few" verdicts/skips_with_a_class
	[ "$status" -eq 0 ]
	points | grep -q '^ok 2 - verdicts/skips_with_a_class # SKIP absent: '
}

@test "formats" {
	faulty --format tap14 "$few"
	[ "$(head -n 1 out)" = "TAP version 14" ]
	whole
	faulty --format ktap "$few" verdicts/another_errno verdicts/an_observed_failure
	[ "$status" -eq 1 ]
	[ "$(head -n 1 out)" = "KTAP version 1" ]
	whole
	grep -qx 'ok 1 verdicts/passes' out
	grep -qx 'not ok 2 verdicts/another_errno' out
	grep -qx 'ok 3 verdicts/an_observed_failure # XFAIL observed' out
	only '^(KTAP version 1|1\.\.|# |(not )?ok )' out
}

@test "exit styles of other drivers" {
	for style in automake:77 kselftest:4; do
		faulty --exit-style "${style%:*}" "$few"
		[ "$status" -eq 0 ]
		faulty --exit-style "${style%:*}" verdicts/another_errno
		[ "$status" -eq 1 ]
		faulty --exit-style "${style%:*}" verdicts/skips_with_a_class
		[ "$status" -eq "${style#*:}" ]
		faulty --exit-style "${style%:*}" --profile container verdicts/skips_with_a_class
		[ "$status" -eq "${style#*:}" ]
	done
	status=0
	"$FAULTY" --exit-style automake "$few" >/dev/full 2>err || status=$?
	[ "$status" -eq 99 ]
}

@test "a profile that cannot be had is a skipped file, and fails where skips do" {
	as_root
	can setpriv --bounding-set=-all --inh-caps=-all true
	bare=(setpriv --bounding-set=-all --inh-caps=-all "$FAULTY" --profile sys-admin "$few")
	run_to "${bare[@]}"
	show
	[ "$status" -eq 0 ]
	[ "$(sed -n 2p out | cut -d: -f1)" = "1..0 # SKIP profile" ]
	run_to "${bare[@]}" --fail-on-skip
	[ "$status" -eq 1 ]
	run_to "${bare[@]}" --fail-on-skip=profile
	[ "$status" -eq 1 ]
	run_to "${bare[@]}" --fail-on-skip=resource
	[ "$status" -eq 0 ]
	run_to "${bare[@]}" --exit-style automake
	[ "$status" -eq 77 ]
	run_to "${bare[@]}" --exit-style kselftest
	[ "$status" -eq 4 ]
	printf 'exec %s\n' "${bare[*]}" >test.sh
	prove --exec sh test.sh
	printf 'exec %s --fail-on-skip\n' "${bare[*]}" >test.sh
	run prove --exec sh test.sh
	[ "$status" -ne 0 ]
}

@test "show says what a case is" {
	faulty show verdicts/a_documented_failure
	show
	[ "$status" -eq 0 ]
	for line in 'case: verdicts/a_documented_failure' 'level: DOCUMENTED' 'since: 1.0' \
		'claim: read() of no descriptor fails with EIO' 'cites: nothing' \
		"against: common sense: it's EBADF" 'covers: EOF-01' \
		'trial: verdicts/a_documented_failure'; do
		grep -qxF "$line" out
	done
}

@test "list --against is a table of what is written and what is true" {
	faulty list --against
	grep -qE "^common sense: it's EBADF +read\(\) of no descriptor fails with EIO$" out
	grep -qx '  verdicts/a_documented_failure' out
	grep -qx '  DOCUMENTED  nothing' out
	pipe7 list --against=tsv
	mv out corrections
	[ "$(awk -F '\t' 'NF != 5' corrections | wc -l)" -eq 0 ]
	[ "$(cut -f4 corrections | sort | uniq -d | wc -l)" -eq 0 ] # one for each claim
	for columns in '' 80 200; do
		COLUMNS=$columns pipe7 list --against
		[ "$(awk -v most="${columns:-100}" 'length > most' out | wc -l)" -eq 0 ]
		cut -f4 corrections | diff - <(sed -n 's|^  \([a-z0-9_]*/[a-z0-9_]*\)$|\1|p' out)
	done
	pipe7 list --against=tsv 'sayings' '*/fifo'
	[ "$status" -eq 0 ]
	sort out | comm -23 - <(sort corrections) | diff /dev/null -
	grep -q sayings/splice_takes_a_pipe out
	[ "$(wc -l <out)" -lt "$(wc -l <corrections)" ]
}

@test "trace says which requirement has which cases, and sums up by topic" {
	faulty trace
	[ "$status" -eq 1 ] # of the catalogue hardly anything is covered
	grep -q '^EOF-01  ' out
	grep -q '^    POSIX      verdicts/passes (runner/tests/faulty/verdicts.c:[0-9]*)$' out
	grep -q '^    open: no case, no reason$' out
	pipe7 trace
	[ "$status" -eq 0 ]
	sed '1,/^$/d' out >summary
	share='\([0-9]+\.[0-9]%\)'
	counts="[0-9]+ requirements: [0-9]+ covered $share, [0-9]+ excluded $share, 0 open"
	only "^(total|[A-Z]{3}  ) +$counts\$" summary
	[ "$(wc -l <summary)" -eq $(($(grep -oE '^[A-Z]{3}-' out | sort -u | wc -l) + 1)) ]
	[ "$(awk '{ n[$1 == "total"] += $2 } END { print n[0] - n[1] }' summary)" -eq 0 ]
	[ "$(grep -cE '^[A-Z]{3}-[0-9]+  ' out)" -eq "$(awk '/^total/ { print $2 }' summary)" ]
}

@test "facts are those that a run prints" {
	pipe7 facts --place here
	show
	[ "$status" -eq 0 ]
	only '^# fact: [a-z0-9_-]*=' out
	cut -d= -f1 out >keys
	pipe7 --place here end_of_file
	grep '^# fact' out | cut -d= -f1 | grep -vE '_end$|seconds$' | diff keys -
	for fact in "place=here" "profile=unprivileged" "page_size=$(getconf PAGESIZE)" \
		"machine=$(uname -m)" "kernel=$(uname -sr)"; do
		grep -qxF "# fact: $fact" out
	done
	nothing_left
}

@test "facts --limits is a table of the limits" {
	local page

	page=$(getconf PAGESIZE)
	pipe7 facts --limits
	show
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $1 }' out | sort | uniq -d)" = '' ]
	[ "$(awk 'NF < 3' out)" = '' ]
	for line in '_PC_PIPE_BUF 4096' 'PIPE_BUF 4096' 'FIONSPACE none' \
		"F_GETPIPE_SZ $((16 * page))" "bytes_by_alarm $((16 * page))" \
		"bytes_by_O_NONBLOCK $((16 * page))" "largest_atomic_write $page" \
		"blocks_of_1_to_$((16 * page)) $((16 * page))" \
		"pipe-max-size $(</proc/sys/fs/pipe-max-size)"; do
		awk '{ print $1, $2 }' out | grep -qxF -- "$line" || { echo "no $line" && false; }
	done
	nothing_left
}

@test "a run prints its limits behind its facts when asked to" {
	local page

	page=$(getconf PAGESIZE)
	pipe7 --limits end_of_file
	passed
	sed -nE '/^# limit: /,$p' out | grep -vE '_end=|seconds=' | never '^# fact: ' -
	only '^(TAP version 13|1\.\.|# fact: [a-z0-9_-]+=|# limit: [^ =]+=.+ by .|ok |  )' out
	sed -nE 's/^# limit: ([^=]*)=(.*) by .*/\1 \2/p' out >ours
	"$PIPE7" facts --limits | sed -E 's/^([^ ]+) +(([^ ]+ )*[^ ]+)  .*/\1 \2/' | diff - ours
	grep -qx "F_GETPIPE_SZ $((16 * page))" ours
	pipe7 end_of_file
	never '^# limit' out
}

@test "the capacity past the soft limit is that of who has a budget alone and is bound by it" {
	local page past

	page=$(getconf PAGESIZE)
	for profile in as-is sys-resource sys-admin; do
		pipe7 facts --limits --profile "$profile"
		show
		grep -q '^1\.\.0' out || grep -q '^F_GETPIPE_SZ_past_soft *not measured ' out
	done
	as_root
	cp "$PIPE7" program
	run_to setpriv --reuid 12345 --regid 12345 --clear-groups ./program facts --limits
	show
	grep -q '^F_GETPIPE_SZ_past_soft *not measured ' out
	[ "$(</proc/sys/fs/pipe-user-pages-soft)" != 0 ] || skip "there is no soft limit"
	pipe7 facts --limits
	show
	past=$(awk '/^F_GETPIPE_SZ_past_soft/ { print $2 }' out)
	((past == page || past == 2 * page))
}

@test "--limits belongs to run and facts, --claims to list" {
	pipe7 list --limits
	complains "--limits '': expected it after run or facts"
	pipe7 --claims
	complains "--claims '': expected it after list"
	pipe7 list --claims --against
	complains "--claims '': expected it without --against"
}

@test "list --claims is a table of the cases for scripts" {
	local fields='case level claim cites against since at covers about'

	faulty list --claims verdicts/a_documented_failure verdicts/passes
	[ "$status" -eq 0 ]
	[ "$(head -n 1 out | tr '\t' ' ')" = "$fields" ]
	[ "$(wc -l <out)" -eq 3 ]
	sed -n 3p out | tr '\t' '\n' >values
	show
	for line in verdicts/a_documented_failure DOCUMENTED EOF-01 1.0 nothing \
		'read() of no descriptor fails with EIO' "common sense: it's EBADF"; do
		grep -qxF -- "$line" values
	done
	grep -qx 'runner/tests/faulty/verdicts\.c:[0-9]*' values
	pipe7 list --claims
	[ "$(awk -F '\t' 'NF != 9' out)" = '' ]
	"$PIPE7" list >all
	sed 1d out | cut -f 1 >cases
	[ "$(sort cases | uniq -d)" = '' ]
	cut -d / -f 1,2 all | uniq | diff - cases
	sed 1d out | cut -f 8 | tr ' ' '\n' | only '^[A-Z]{3}-[0-9]+$' -
	pipe7 list --claims '*/fifo'
	grep -Fvxf out <("$PIPE7" list --claims) | grep -q .
}

@test "--help names every option, --version the version" {
	pipe7 --help
	[ "$status" -eq 0 ]
	for option in --profile -j --jobs --timeout-scale --known --strict-known --fail-on-skip \
		--tune-host --dir --place --output --done --stay --format --exit-style --console \
		--against --claims --limits; do
		grep -q -- "$option" out
	done
	pipe7 --version
	[ "$status" -eq 0 ]
	[[ $(<out) =~ ^pipe7\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "facts cannot be forged by the label of the place" {
	pipe7 --place $'x\nok 1 - forged' end_of_file
	passed
	grep -qx '# fact: place=x?ok 1 - forged' out
}
