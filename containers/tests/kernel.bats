#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What goes wrong under a booted kernel is never a test's failure, and what goes wrong with a
# download is never a kernel.

bats_require_minimum_version 1.5.0

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
}

setup() {
	own_tmpdir
	use_standin
}

teardown() {
	[ -z "$(ls "$TMPDIR")" ]
}

# bails REASON: the run failed for that, and for no test.
bails() {
	[ "$status" -eq 255 ]
	[[ ${lines[-1]} == "Bail out! qemu: "*"$1"* ]]
	[[ $output != *$'\n'not\ ok* ]]
}

@test "a program that ends too early is a panic, told with the console's last lines" {
	place qemu silent
	bails 'Kernel panic'
	grep -q '^# console: ' <<<"$output"
}

@test "a program that hangs is given up" {
	PIPE7_BOOT_TIMEOUT=6 place qemu hang
	bails 'no word from the guest for 6 seconds'
}

@test "a file that is no kernel is told" {
	KERNEL=$PIPE7 place qemu
	bails 'ended with status'
	KERNEL=$BATS_TEST_TMPDIR/none place qemu
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = \
		"containers/run: KERNEL: '$BATS_TEST_TMPDIR/none': expected a readable file" ]
}

@test "what a kernel's command line cannot carry is refused" {
	place qemu 'a b'
	[ "$status" -eq 2 ]
	place qemu 'a"b'
	[ "$status" -eq 2 ]
	place qemu {1..40}
	[ "$status" -eq 2 ]
	place qemu --dir /tmp
	[ "$status" -eq 2 ]
	PIPE7_BOOT_TIMEOUT=soon place qemu
	[ "$status" -eq 2 ]
}

# --- several profiles in one boot ---

# run_of N: its lines; facts_of N: those that another run of the same profile has to find again.
run_of() {
	awk -v n="$1" '/^TAP version/ { k++ } k == n' "$tap"
}

facts_of() {
	run_of "$1" | grep -E '^# fact: (profile=|cap_|groups|user_namespace|pipe-|rlimit_)'
}

@test "several profiles are run in one boot, and none finds what another left" {
	tap=$BATS_TEST_TMPDIR/tap
	[ -x "$real_program" ] || skip 'the program is not built'
	"$BATS_TEST_DIRNAME/boot" "$real_program" 'user_pages_hard/*' 'end_of_file/*' \
		--profile unprivileged,container,sys-resource,unprivileged >"$tap"
	! grep ' SKIP absent: ' "$tap" || skip "$(<"$tap")"
	[ "$(sed -n 's/^# fact: profile=//p' "$tap" | paste -sd ,)" = \
		unprivileged,container,sys-resource,unprivileged ]
	for n in 1 2 3 4; do
		[ "$(run_of "$n" | sed -n '2p; $p')" = \
			"1..$(run_of "$n" | grep -c '^ok ')"$'\n''# pipe7: exit status 0' ]
		run_of "$n" | grep -qE '^ok [0-9]+ - end_of_file/[^#]*$'
	done
	run_of 1 | grep -qE '^ok [0-9]+ - user_pages_hard/[^#]*$'
	[ "$(facts_of 1)" = "$(facts_of 4)" ]
}

# --- the cache ---

# A machine whose apt is TEXT, and a cache of our own.
with_apt() {
	local name

	mkdir "$BATS_TEST_TMPDIR/bin"
	for name in apt-get apt-cache; do
		printf '#!/bin/sh\n%s\n' "$1" >"$BATS_TEST_TMPDIR/bin/$name"
		chmod +x "$BATS_TEST_TMPDIR/bin/$name"
	done
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cache=$XDG_CACHE_HOME/pipe7
}

# One kernel in the cache, for the architecture none.
with_kernel() {
	mkdir -p "$cache/k_1_none"
	echo kernel >"$cache/k_1_none/vmlinuz"
	(cd "$cache/k_1_none" && sha256sum vmlinuz >SHA256SUMS)
	ln -s k_1_none "$cache/current-none"
}

# A package with a kernel in it that does not compress.
make_deb() {
	command -v dpkg-deb >/dev/null || skip 'no dpkg-deb'
	mkdir -p "$BATS_TEST_TMPDIR/deb"/{DEBIAN,boot}
	printf '%s\n' 'Package: linux-image-1-none' 'Version: 1' 'Architecture: all' \
		'Maintainer: nobody <nobody@localhost>' 'Description: none' \
		>"$BATS_TEST_TMPDIR/deb/DEBIAN/control"
	head -c 300000 /dev/urandom >"$BATS_TEST_TMPDIR/deb/boot/vmlinuz-1-none"
	dpkg-deb -b "$BATS_TEST_TMPDIR/deb" "$BATS_TEST_TMPDIR/whole.deb" >/dev/null
}

# What apt does when it works: DEB is the package that it downloads.
working_apt() {
	cat <<-END
		case "\$0 \$*" in
		*"depends --important linux-image-cloud-none")
			echo '  Depends: linux-image-1-none' ;;
		*show*) echo 'Version: 1' ;;
		*download*) cp "$1" . ;;
		esac
	END
}

@test "a kernel is taken from a whole package only" {
	make_deb
	run "$top/containers/debian-kernel" --unpack "$BATS_TEST_TMPDIR/whole.deb" \
		"$BATS_TEST_TMPDIR/vmlinuz"
	[ "$status" -eq 0 ]
	cmp "$BATS_TEST_TMPDIR/vmlinuz" "$BATS_TEST_TMPDIR/deb/boot/vmlinuz-1-none"
	head -c 299000 "$BATS_TEST_TMPDIR/whole.deb" >"$BATS_TEST_TMPDIR/short.deb"
	run "$top/containers/debian-kernel" --unpack "$BATS_TEST_TMPDIR/short.deb" \
		"$BATS_TEST_TMPDIR/vmlinuz"
	[ "$status" -eq 1 ]
	[ "$output" = 'not a whole kernel package: short.deb' ]
}

@test "a package becomes a kernel in the cache, under its version" {
	make_deb
	with_apt "$(working_apt "$BATS_TEST_TMPDIR/whole.deb")"
	run "$top/containers/debian-kernel" none
	[ "$status" -eq 0 ]
	[ "$output" = "$cache/linux-image-1-none_1_none/vmlinuz" ]
	cmp "$output" "$BATS_TEST_TMPDIR/deb/boot/vmlinuz-1-none"
}

@test "a short package never gets into the cache" {
	make_deb
	head -c 299000 "$BATS_TEST_TMPDIR/whole.deb" >"$BATS_TEST_TMPDIR/short.deb"
	with_apt "$(working_apt "$BATS_TEST_TMPDIR/short.deb")"
	run "$top/containers/debian-kernel" none
	[ "$status" -eq 1 ]
	[ "$output" = 'not a whole kernel package: short.deb' ]
	[ ! -e "$cache/current-none" ]
	[ ! -e "$cache/linux-image-1-none_1_none" ]
}

@test "a kernel of today needs no network" {
	with_apt 'exit 100'
	with_kernel
	run "$top/containers/debian-kernel" none
	[ "$status" -eq 0 ]
	[ "$output" = "$cache/k_1_none/vmlinuz" ]
}

@test "an old kernel serves when no newer one can be looked for, and we say so" {
	with_apt 'exit 100'
	with_kernel
	touch -h -d '2 days ago' "$cache/current-none"
	run "$top/containers/debian-kernel" none
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'apt knows no linux-image-cloud-none' ]
	[ "${lines[1]}" = "$cache/k_1_none/vmlinuz" ]
}

@test "a kernel that was changed in the cache is not used" {
	with_apt 'exit 100'
	with_kernel
	echo more >>"$cache/k_1_none/vmlinuz"
	run "$top/containers/debian-kernel" none
	[ "$status" -eq 1 ]
	[ "$output" = 'apt knows no linux-image-cloud-none' ]
}

@test "a download that is killed leaves the cache without a kernel" {
	mark=$BATS_TEST_TMPDIR/mark
	with_apt "echo here >$mark; exec tail -f $mark"
	"$top/containers/run" qemu >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	runner=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -e "$mark" ] || break
		sleep 0.05
	done
	kill -KILL "$runner"
	wait "$runner" || true
	[ -e "$mark" ] || skip 'qemu is not available'
	for ((i = 0; i < 100; i++)); do
		[ -n "$(ls "$TMPDIR")" ] || break
		sleep 0.05
	done
	[ -z "$(find "$cache" -name 'vmlinuz*' -o -name 'current-*')" ]
	run ! pgrep -f "$mark"
}
