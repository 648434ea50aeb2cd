#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Many places side by side: what is run, what is kept, what is said of it.

bats_require_minimum_version 1.5.0

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
}

setup() {
	own_tmpdir
	use_standin
	unset CONTAINERS_MUST_RUN
	out=$BATS_TEST_TMPDIR/out
}

teardown() {
	[ -z "$(ls "$TMPDIR")" ]
}

matrix() {
	run "$top/containers/matrix" --out "$out" "$@"
}

# The directory of the only matrix that was run.
kept() {
	echo "$out"/*/
}

@test "TAP, status, archive and table are kept" {
	matrix host+unprivileged+as-is bwrap
	[ "$status" -eq 0 ]
	cd "$(kept)"
	[ "$(<host+as-is.status)" = 0 ]
	grep -qx '# argument: as-is' host+as-is.tap
	grep -qx '# argument: --place' bwrap+unprivileged.tap
	grep -qx '# argument: --limits' bwrap+unprivileged.tap
	[ "$(<claims.tsv)" = $'case\tlevel' ]
	diff <(grep -A 100 '^run' <<<"$output" | sed '$d') summary
	tar -tzf "${PWD%/}.tar.gz" | grep 'host+as-is'
	compgen -G '.lock-*' && false || true
}

@test "a program that cannot run here has no claims, and runs elsewhere all the same" {
	export STANDIN=$PIPE7
	cat >"$BATS_TEST_TMPDIR/program" <<-'END'
		#!/bin/sh
		[ "$1" != list ] || exit 126
		exec "$STANDIN" "$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/program"
	PIPE7=$BATS_TEST_TMPDIR/program
	matrix host
	[ "$status" -eq 0 ]
	[ ! -e "$(kept)/claims.tsv" ]
}

@test "an unexpected result is in the status, and so is a run that failed" {
	matrix host -- fail
	[ "$status" -eq 1 ]
	[[ $output == *'Failed 1/3 subtests'* ]]
	rm -r "$out"
	matrix host bwrap -- silent
	[ "$status" -eq 1 ]
	[[ $output == *'bwrap+unprivileged'*'host+unprivileged: incomplete: '* ]]
}

@test "one place that failed does not end the others" {
	cp -r "$top/containers" "$BATS_TEST_TMPDIR"
	cat >"$BATS_TEST_TMPDIR/containers/places/here.bash" <<-'END'
		place_needs() { echo nothing; }
		place_available() { :; }
		place_run() { bail 'it is broken'; }
	END
	ln -s "$top/reports" "$BATS_TEST_TMPDIR"
	run "$BATS_TEST_TMPDIR/containers/matrix" -j 1 --out "$out" here host
	[ "$status" -eq 1 ]
	grep -qx 'Bail out! here: it is broken' "$out"/*/here+unprivileged.tap
	grep -qx ' *1 here+unprivileged: bailed out: here: it is broken' <<<"$output"
	grep -qE '^ *2 +host +unprivileged +3 ' "$out"/*/summary
}

@test "a place that is missing is skipped, and said so" {
	without bwrap
	matrix bwrap host
	[ "$status" -eq 0 ]
	[[ $output == *'bwrap+unprivileged: skipped: absent: bwrap: not installed: bwrap'* ]]
}

@test "misuse is told before anything runs" {
	for words in 'host nowhere' 'host+root' 'namespaces+sys-admin' '-j none host'; do
		# shellcheck disable=SC2086
		matrix $words
		[ "$status" -eq 2 ]
		[[ $output == containers/matrix:* ]]
		[ ! -e "$out" ]
	done
	matrix --help
	[ "$status" -eq 0 ]
}

@test "what is known of a place is handed to it" {
	matrix runsc
	grep -qx "# argument: /known.tsv" "$(kept)"/*.tap || skip 'runsc is not available'
}

@test "all profiles of a place come out of one run of it, whatever the order" {
	cp -r "$top/containers" "$BATS_TEST_TMPDIR"
	cat >"$BATS_TEST_TMPDIR/containers/places/here.bash" <<-'END'
		place_needs() { echo nothing; }
		place_available() { :; }
		place_run_profiles() {
			echo "$@" >>"$COUNT"
			for profile; do
				printf '1..1\nok 1 - %s\n' "$profile" >"$(tap_file "$profile")"
				echo 0 >"$(status_file "$profile")"
			done
		}
	END
	ln -s "$top/reports" "$BATS_TEST_TMPDIR"
	COUNT=$BATS_TEST_TMPDIR/count run "$BATS_TEST_TMPDIR/containers/matrix" -j 3 \
		--out "$out" here+as-is+container host here+unprivileged
	[ "$status" -eq 0 ]
	[ "$(<"$BATS_TEST_TMPDIR/count")" = 'as-is container unprivileged' ]
}

# Real pipes, and a uid's budget of them, which is the whole machine's.
@test "two matrices at once do not disturb one another" {
	PIPE7=$real_program
	[ -x "$PIPE7" ] || skip 'the program is not built'
	words=(host bwrap runc runc:rootless crun podman docker lxc ctr
		-- 'user_pages*' 'capacity/*')
	"$top/containers/matrix" --out "$out/one" "${words[@]}" \
		>"$BATS_TEST_TMPDIR/one" 2>&1 3>&- &
	other=$!
	run "$top/containers/matrix" --out "$out/two" "${words[@]}"
	wait "$other" || { cat "$BATS_TEST_TMPDIR/one" && false; }
	[ "$status" -eq 0 ]
	diff <(verdicts "$out/one") <(verdicts "$out/two")
}

verdicts() {
	(cd "$1"/*/ && grep -oE '^(not )?ok .*|^[^:]*: (profile|absent):.*' -- *.tap)
}

@test "a matrix that is killed leaves nothing that runs" {
	"$top/containers/matrix" --out "$out" host runc bwrap -- hang \
		>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	for ((i = 0; i < 400; i++)); do
		[ "$(cat "$out"/*/*.tap 2>/dev/null | grep -c '^ok 2 - dir')" -lt 2 ] || break
		sleep 0.05
	done
	kill -TERM $!
	wait $! || [ $? -eq 143 ]
	for ((i = 0; i < 200; i++)); do
		left=$(pgrep -af "^$BATS_FILE_TMPDIR/standin "; ls -l "$TMPDIR"/*) 2>/dev/null ||
			[ -n "$left" ] || return 0
		sleep 0.05
	done
	echo "$left"
	return 1
}
