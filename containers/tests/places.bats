#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The program in every place: its TAP and its status come out, its files come in.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
	echo 'a/b	-	because' >"$BATS_FILE_TMPDIR/known.tsv"
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
	place "$1" "$first_case"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'TAP version 13' ]
	has_line "# fact: place=${1%+*}"
	[[ $1 != *+container ]] || has_line '# fact: cap_effective=00000000a80425fb'
	grep -q '^ok 1 - ' <<<"$output"
}

real_container() {
	real "$1+container"
}

# The stand-in, passing and failing, with files of this machine.
agrees() {
	local dir=$BATS_TEST_TMPDIR/dir-$1 words=()

	mkdir -m 1777 "$dir"
	[[ $1 == @(qemu|uml) ]] || words=(--dir "$dir")
	place "$1" "${words[@]}" --known="$BATS_FILE_TMPDIR/known.tsv"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'TAP version 13' ]
	has_line "# argument: $1"
	has_line 'ok 1 - known'
	has_line 'ok 2 - dir'
	has_line 'ok 3 - asked'
	[ -z "$(ls "$dir")" ]
	place "$1" fail
	[ "$status" -eq 1 ]
	has_line 'not ok 3 - asked'
}

use_real_program() {
	export PIPE7=$real_program
	[ -x "$PIPE7" ] || skip 'the program is not built'
	first_case=$("$PIPE7" list | awk 'NR == 1 { print $1 }')
}

@test "the program runs in every place" {
	use_real_program
	in_each real
}

@test "the program runs as a container's root in every container" {
	use_real_program
	# shellcheck disable=SC2329 # in_each calls it
	available_places() { printf '%s\n' bwrap runc runc:rootless crun runsc; }
	in_each real_container
}

@test "status and files agree in every place" {
	in_each agrees
}

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
	for name in namespaces bwrap runc runc:rootless crun runsc chroot setpriv unshare; do
		run env TMPDIR="$own/tmp" PIPE7="$own/standin" \
			setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$own/containers/run" "$name+container"
		[[ $output == *'# SKIP absent: '* ]] || has_line 'ok 3 - asked' || failed+=" $name"
	done
	left=$(ls "$own/tmp")
	rm -rf "$own"
	[ -z "$failed$left" ]
}
