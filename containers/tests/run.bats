#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The command line of containers/run, and what it says when a place cannot be had.

bats_require_minimum_version 1.5.0

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
}

setup() {
	own_tmpdir
	use_standin
	unset CONTAINERS_MUST_RUN # what it does is tested here
}

# says WORD...: the last run was misuse, told in one line with these words in it.
says() {
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	for word; do
		[[ $output == *"$word"* ]]
	done
}

@test "an unknown place is named with the known ones" {
	place nowhere
	says PLACE "'nowhere'" bwrap host qemu
	place ../host
	says PLACE "'../host'"
	place
	says PLACE "''"
}

@test "an unknown profile is named with the known ones" {
	place host+root
	says host+root "'root'" sys-resource
	place host+
	says "''" sys-resource
	place host --profile=root
	says --profile "'root'" sys-resource
	place host --profile
	says --profile "''"
	place --place-for root
	says --place-for "'root'"
	place namespaces+sys-admin
	says "'sys-admin'" container
}

@test "a file that is not there is named" {
	place host --known "$BATS_TEST_TMPDIR/none"
	says --known "'$BATS_TEST_TMPDIR/none'" file
	place host --dir=/dev/null
	says --dir "'/dev/null'" directory
}

@test "a program that is not built is named" {
	PIPE7=$BATS_TEST_TMPDIR/none place host
	says program "'$BATS_TEST_TMPDIR/none'" make
}

@test "profile and place come before what the user said" {
	place host+container list 'a/*' -j 2 -- --profile x
	[ "$status" -eq 0 ]
	[ "$(sed -n 's/^# argument: //p' <<<"$output" | paste -sd ' ')" = \
		'list --place host --profile container a/* -j 2 -- --profile x' ]
	place host
	[ "$(sed -n 's/^# argument: //p' <<<"$output" | paste -sd ' ')" = '--place host' ]
}

@test "every place is listed with what it needs" {
	place --list
	[ "$status" -eq 0 ]
	for file in "$top"/containers/places/*.bash; do
		grep -qE "^$(basename "$file" .bash) +[^ ].* (yes|no: .+)$" <<<"$output"
	done
}

@test "an ordinary user is to be had on the host, and help helps" {
	place --place-for unprivileged
	[ "$output" = host ]
	place --place-for sys-resource
	[[ $output == @(host|qemu) ]]
	place --help
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
}

@test "a new place is one file" {
	cp -r "$top/containers" "$BATS_TEST_TMPDIR"
	cat >"$BATS_TEST_TMPDIR/containers/places/here.bash" <<-'END'
		place_needs() { echo nothing; }
		place_available() { :; }
		place_run() { exec "$program" "${options[@]}"; }
	END
	run "$BATS_TEST_TMPDIR/containers/run" here
	[ "$status" -eq 0 ]
	has_line '# argument: here'
}

@test "a place whose runtime is missing is skipped, or fails when it must run" {
	without bwrap runc runsc qemu-system-x86_64 qemu-system-aarch64
	for name in bwrap runc runsc qemu; do
		run --separate-stderr "$top/containers/run" "$name"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = 'TAP version 13' ]
		[[ ${lines[1]} == "1..0 # SKIP absent: $name: not installed: "* ]]
		CONTAINERS_MUST_RUN=1 run --separate-stderr "$top/containers/run" "$name"
		[ "$status" -eq 255 ]
		[[ $output == "Bail out! $name: not installed: "* ]]
	done
}

@test "a dynamic program is skipped where nobody could load it" {
	"${CC:-cc}" -o "$BATS_TEST_TMPDIR/dynamic" "$BATS_TEST_DIRNAME/standin.c"
	for name in bwrap runc runsc qemu; do
		PIPE7=$BATS_TEST_TMPDIR/dynamic run "$top/containers/run" "$name"
		[ "$status" -eq 0 ]
		[[ $output == *'1..0 # SKIP absent: '* ]]
	done
	PIPE7=$BATS_TEST_TMPDIR/dynamic place host
	[ "$status" -eq 0 ]
	has_line 'ok 3 - asked'
}
