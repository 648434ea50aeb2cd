#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # text of new places
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

# a_new_place TEXT: containers/ with one place more, which is this machine, but for TEXT.
a_new_place() {
	cp -r "$top/containers" "$BATS_TEST_TMPDIR"
	rm "$BATS_TEST_TMPDIR"/containers/places/*
	cat >"$BATS_TEST_TMPDIR/containers/places/here.bash" <<-END
		place_needs() { echo nothing; }
		place_available() { :; }
		place_run() { exec "\$program" "\${options[@]}"; }
		${1-}
	END
	new_run=$BATS_TEST_TMPDIR/containers/run
}

@test "an unknown place is named with the known ones" {
	place nowhere
	says PLACE "'nowhere'" bwrap host qemu
	place ../host
	says PLACE "'../host'"
	place
	says PLACE "''"
}

@test "an unknown variant is named with the known ones" {
	a_new_place 'place_variants() { printf "%s\tis nothing\n" big small; }'
	run "$new_run" here:little
	says VARIANT "'little'" 'one of big small' here
	run "$new_run" 'here:big small'
	says VARIANT "'big small'"
	run "$new_run" here:+container
	says VARIANT "''"
	place host:big
	says VARIANT "'big'" 'expected none in host'
}

@test "a variant is in the label, and asked for before the place is" {
	a_new_place 'place_variants() { printf "%s\tis nothing\n" big small; }
		place_available() { [[ $variant != small ]] || { echo "too small"; false; }; }'
	run "$new_run" here:big+as-is
	[ "$status" -eq 0 ]
	has_line '# argument: here:big'
	run "$new_run" here:small
	has_line '1..0 # SKIP absent: here:small: too small'
	run "$new_run" --list
	grep -qE '^here:big +is nothing +yes$' <<<"$output"
	grep -qE '^here:small +is nothing +no: too small$' <<<"$output"
	grep -qE '^here +nothing +yes$' <<<"$output"
}

@test "a variant that is a path ends where profiles follow" {
	a_new_place 'place_check_variant() { [[ $1 == /* ]] || misuse "$1: expected a path"; }'
	run "$new_run" here:/a/b+c+as-is
	has_line '# argument: here:/a/b+c'
	has_line '# argument: as-is'
	run "$new_run" here:/a/b+c
	has_line '# argument: here:/a/b+c'
	run "$new_run" here:a+b
	says "here:a+b" "'b'" as-is
}

@test "several profiles go into a directory, each with its status" {
	dir=$BATS_TEST_TMPDIR/dir
	mkdir "$dir"
	a_new_place 'place_check_variant() { :; }'
	run "$new_run" --tap-dir "$dir" here:/a+container+as-is fail
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(cd "$dir" && echo *)" = "here:_a+as-is.status here:_a+as-is.tap \
here:_a+container.status here:_a+container.tap" ]
	[ "$(<"$dir/here:_a+as-is.status")" = 1 ]
	output=$(<"$dir/here:_a+container.tap")
	has_line '# argument: container'
	place --tap-dir "$dir" host
	says 'PLACE+PROFILE' "'host'" profile
	place --tap-dir "$dir/none" host+as-is
	says --tap-dir "'$dir/none'" directory
	place host+as-is+container
	says host+as-is+container "'2 profiles'" one
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
	a_new_place
	run "$new_run" here
	[ "$status" -eq 0 ]
	has_line '# argument: here'
}

@test "a place whose runtime is missing is skipped, or fails when it must run" {
	without bwrap runc crun runsc podman docker ctr systemd-nspawn lxc-execute proot \
		qemu-system-x86_64 qemu-system-aarch64
	for name in bwrap runc crun runsc podman docker ctr nspawn lxc proot qemu; do
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

@test "every command that the program has is handed to it" {
	local commands

	commands=$("$real_program" --help | sed '/^$/q' | grep -oE '(pipe7 \[?|\| )[a-z]+' |
		grep -oE '[a-z]+$' | sort)
	sed -nE 's/^\t(run \| .*)\)$/\1/p' "$top/containers/options.bash" | tr -d ' ' |
		tr '|' '\n' | sort | diff <(echo "$commands") -
	run "$top/containers/run" host tune nothing
	echo "$output"
	[[ $output == *'# argument: tune'*'# argument: nothing'* ]]
}

@test "a run that is kept is kept as it is, and does not tell prove that it bailed out" {
	mkdir "$BATS_TEST_TMPDIR/kept"
	printf '#!/bin/sh\necho TAP version 13\necho 1..2\necho ok 1 - a/b\n%s\nexit 255\n' \
		'echo "Bail out! of a reason"' >"$BATS_TEST_TMPDIR/program"
	chmod 755 "$BATS_TEST_TMPDIR/program"
	cd "$top"
	PIPE7=$BATS_TEST_TMPDIR/program KEEP_TAP=$BATS_TEST_TMPDIR/kept \
		run .ci/prove-exec host+unprivileged
	echo "$output"
	[ "$status" -eq 255 ]
	[ "${lines[-1]}" = '# Bail out! of a reason' ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/kept/host+unprivileged.tap")" = 'Bail out! of a reason' ]
}
