#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Known deviations: visible, not fatal, and not for ever.

setup() {
	load common
	common_setup
}

# known LINE...: the file of known deviations, tabs written as |.
known() { printf '%s\n' "$@" | tr '|' '\t' >known.tsv; }

faulty() { run_to "$FAULTY" --known known.tsv "$@"; }

@test "a known failure is marked and not fatal" {
	known '# here' 'verdicts/another_errno|-|has been so since 2.6|https://example.invalid'
	faulty verdicts/another_errno verdicts/passes
	show
	[ "$status" -eq 0 ]
	grep -qx 'not ok 2 - verdicts/another_errno # TODO known: has been so since 2.6' out
	grep -qx "  known: 'known.tsv:2'" out
	grep -qx "  link: 'https://example.invalid'" out
	printf 'exec %s --known known.tsv verdicts/another_errno verdicts/passes\n' "$FAULTY" >t.sh
	prove --exec sh t.sh
}

@test "an entry is a glob on whole identities; what none names fails" {
	known 'verdicts/one_row*|-|rows|' 'ends/*|-|all of them' 'verdicts|-|names nothing'
	faulty verdicts/one_row_in_four_is_right ends verdicts/another_errno
	show
	[ "$status" -eq 1 ]
	[ "$(grep -c '^not ok [^#]*$' out)" -eq 1 ]
	grep -q '^not ok [0-9]* - verdicts/another_errno$' out
}

@test "one that passes is reported, and fails the run under --strict-known" {
	known 'verdicts/passes|-|was broken once'
	faulty verdicts/passes
	[ "$status" -eq 0 ]
	grep -qx 'ok 1 - verdicts/passes # TODO known: was broken once' out
	faulty --strict-known verdicts/passes
	show
	[ "$status" -eq 1 ]
	grep -qx 'not ok 1 - verdicts/passes' out
	grep -qx "  known: 'known.tsv:1 says that this fails: was broken once'" out
}

@test "one that names nothing fails the run under --strict-known" {
	known 'verdicts/no_such_case|-|renamed' 'verdicts/another_errno|-|known' \
		'verdicts/ano*|-|known already' 'verdicts/one_row*|-|not selected' \
		'verdicts/gone|place=elsewhere|not here'
	faulty verdicts/another_errno
	[ "$status" -eq 0 ]
	faulty --strict-known verdicts/another_errno
	show
	[ "$status" -eq 1 ]
	idle='names no trial that no line before it names'
	grep -qx "# known.tsv:1: $idle: 'verdicts/no_such_case'" out
	grep -qx "# known.tsv:3: $idle: 'verdicts/ano\*'" out
	[ "$(grep -c "$idle" out)" -eq 2 ]
}

@test "one that is sometimes seen excuses a failure and does not mind a pass" {
	known 'verdicts/*|sometimes|flaky'
	faulty --strict-known verdicts/another_errno verdicts/passes
	show
	[ "$status" -eq 0 ]
	grep -qx 'ok 1 - verdicts/passes' out
	grep -qx 'not ok 2 - verdicts/another_errno # TODO known: flaky' out
}

@test "one that is one elsewhere is as if it were not there" {
	known 'verdicts/another_errno|place=there|elsewhere' \
		'verdicts/passes|profile!=unprivileged|other users' \
		'verdicts/another_errno|place=he[rw]e place!=hewe page_size=[1-9]*|here'
	faulty --strict-known --place here verdicts/another_errno verdicts/passes
	show
	[ "$status" -eq 0 ]
	grep -qx 'not ok 2 - verdicts/another_errno # TODO known: here' out
	faulty --strict-known --place there verdicts/another_errno verdicts/passes
	[ "$status" -eq 0 ]
	grep -qx 'not ok 2 - verdicts/another_errno # TODO known: elsewhere' out
	faulty --strict-known --place hewe verdicts/another_errno verdicts/passes
	[ "$status" -eq 1 ]
	faulty --strict-known --place there --profile as-is verdicts/another_errno verdicts/passes
	[ "$status" -eq 1 ]
	never 'another_errno$' out
	grep -qx 'not ok 1 - verdicts/passes' out
}

@test "every fact that is printed can be asked for, by a container's root too" {
	"$FAULTY" facts |
		sed -nE 's|^# fact: ([^=]*)=.*|verdicts/another_errno\t\1=[!x]*\twhy|p' >known.tsv
	[ "$(wc -l <known.tsv)" -gt 20 ]
	faulty verdicts/another_errno
	show
	[ "$status" -eq 0 ]
	"$FAULTY" --profile container facts | grep -q '^# fact: profile=container$' ||
		skip "no container's root"
	known 'verdicts/another_errno|profile=container|why'
	faulty --profile container verdicts/another_errno
	[ "$status" -eq 0 ]
}

@test "a known deviation that is skipped is a skip" {
	known 'verdicts/*|-|known'
	faulty --strict-known verdicts/skips_with_a_class verdicts/another_errno
	show
	[ "$status" -eq 0 ]
	grep -q '^ok 2 - verdicts/skips_with_a_class # SKIP absent: ' out
}

@test "a file that is no such file is refused, by line" {
	local words='-, or words FACT=GLOB, FACT!=GLOB, sometimes, of facts that a run prints'

	known 'verdicts/passes|-|why' 'verdicts/another_errno why'
	faulty
	complains "--known 'known.tsv': line 2: expected IDENTITY<tab>WHERE<tab>REASON[<tab>LINK]"
	known 'verdicts/passes|-|why' 'verdicts/another_errno|why|https://example.invalid'
	faulty
	complains "--known 'known.tsv': line 2: WHERE 'why': expected $words"
	known 'verdicts/passes|place=here kernl=*|why'
	faulty
	complains "--known 'known.tsv': line 1: WHERE 'kernl=*': expected $words"
	printf 'verdicts/passes\t-\twhy\n\0verdicts/another_errno\t-\twhy\n' >known.tsv
	faulty
	complains "--known 'known.tsv': *"
	head -c 2000000 /dev/zero | tr '\0' '#' >known.tsv
	faulty
	complains "--known 'known.tsv': not a text file of less than 1048576 bytes"
}

@test "a file with line ends of another system, and an empty one" {
	known 'verdicts/another_errno|-|why'
	sed -i 's/$/\r/' known.tsv
	faulty verdicts/another_errno verdicts/passes
	[ "$status" -eq 0 ]
	: >known.tsv
	faulty verdicts/passes
	[ "$status" -eq 0 ]
}

# --strict-known says so too, but only where the platform is.
@test "every line of reports/expected names a trial that there is" {
	local file

	for file in "$BATS_TEST_DIRNAME"/../../reports/expected/*.tsv; do
		grep -v '^#' "$file" | cut -f 1 | while read -r pattern; do
			"$PIPE7" list "$pattern" >/dev/null || echo "${file##*/}"
		done
	done >stale 2>&1
	cat stale
	[ ! -s stale ]
}
