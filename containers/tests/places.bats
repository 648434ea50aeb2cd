#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The program in every place: its TAP and its status come out, its files come in.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
	echo 'a/b	because' >"$BATS_FILE_TMPDIR/known.tsv"
}

setup() {
	own_tmpdir
	use_standin
}

teardown() {
	[ -z "$(ls "$TMPDIR")" ]
}

# The real program, on one case.
real() {
	export PIPE7=$real_program
	[ -x "$PIPE7" ] || skip 'the program is not built'
	place "$1" "$("$PIPE7" list | awk 'NR == 1 { print $1 }')"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'TAP version 13' ]
	has_line "# fact: place=${1%+*}"
	[[ $1 != *+container ]] || has_line '# fact: cap_effective=00000000a80425fb'
	grep -q '^ok 1 - ' <<<"$output"
}

# The stand-in, passing and failing, with files of this machine.
agrees() {
	place "$1" "${@:2}" --known="$BATS_FILE_TMPDIR/known.tsv"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'TAP version 13' ]
	has_line "# argument: ${1%+*}"
	has_line 'ok 1 - known'
	has_line 'ok 2 - dir'
	has_line 'ok 3 - asked'
	place "$1" fail
	[ "$status" -eq 1 ]
	has_line 'not ok 3 - asked'
}

with_dir() {
	mkdir "$BATS_TEST_TMPDIR/dir"
	agrees "$1" --dir "$BATS_TEST_TMPDIR/dir"
	[ -z "$(ls "$BATS_TEST_TMPDIR/dir")" ]
}

@test "host: the program runs" { real host; }
@test "host: status and files agree" { with_dir host; }
@test "namespaces: the program runs" { real namespaces; }
@test "namespaces: status and files agree" { with_dir namespaces; }
@test "bwrap: the program runs" { real bwrap; }
@test "bwrap: the program runs as a container's root" { real bwrap+container; }
@test "bwrap: status and files agree" { with_dir bwrap; }
@test "runc: the program runs" { real runc; }
@test "runc: the program runs as a container's root" { real runc+container; }
@test "runc: status and files agree" { with_dir runc; }
@test "runsc: the program runs" { real runsc; }
@test "runsc: the program runs as a container's root" { real runsc+container; }
@test "runsc: status and known deviations agree" { agrees runsc; }
@test "qemu: the program runs" { real qemu+sys-resource; }
@test "qemu: status and known deviations agree" { agrees qemu; }

@test "runsc: what a file already holds stays when TAP is appended" {
	place runsc
	echo before >"$BATS_TEST_TMPDIR/out"
	"$top/containers/run" runsc >>"$BATS_TEST_TMPDIR/out"
	[ "$(head -n 2 "$BATS_TEST_TMPDIR/out" | paste -sd ,)" = 'before,TAP version 13' ]
}

@test "an ordinary user has the same places, as a container's root" {
	((EUID == 0)) || skip 'for root to try'
	own=$(mktemp -d /tmp/pipe7-test.XXXXXX)
	chmod 755 "$own"
	cp -r "$top/containers" "$BATS_FILE_TMPDIR/standin" "$own"
	install -d -o 65534 "$own/tmp"
	failed=
	for name in namespaces bwrap runc runsc; do
		run env TMPDIR="$own/tmp" PIPE7="$own/standin" \
			setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$own/containers/run" "$name+container"
		[[ $output == *'# SKIP absent: '* ]] || has_line 'ok 3 - asked' || failed+=" $name"
	done
	left=$(ls "$own/tmp")
	rm -rf "$own"
	[ -z "$failed$left" ]
}
