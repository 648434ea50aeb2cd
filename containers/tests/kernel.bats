#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What goes wrong under a booted kernel is never a test's failure.

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
	[[ ${lines[-1]} == "Bail out! "*": "*"$1"* ]]
	[[ $output != *$'\n'not\ ok* ]]
}

# refuses WORD... for a reason that is told.
refuses() {
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	for word; do
		[[ $output == *"$word"* ]]
	done
}

use_real() {
	export PIPE7=$real_program
	[ -x "$PIPE7" ] || skip 'the program is not built'
}

# The kernel that plain qemu boots.
with_kernel() {
	tree=$(TMPDIR=$BATS_TEST_TMPDIR "$top/containers/debian-package" own \
		"$(dpkg --print-architecture)" \
		"linux-image-cloud-$(dpkg --print-architecture)" 2>/dev/null) ||
		skip 'no kernel to be had'
	kernel=$(find "$tree" -name 'vmlinuz*')
}

# boots PLACE+PROFILE... [OPTION]...: a boot of them, into $dir.
boots() {
	dir=$BATS_TEST_TMPDIR/tap
	mkdir "$dir"
	run "$top/containers/run" --tap-dir "$dir" "$@"
	[[ $(cat "$dir"/*.tap) != *' SKIP absent: '* ]] || skip "$(cat "$dir"/*.tap)"
}

facts_of() {
	grep -E '^# fact: (profile=|cap_|groups|user_namespace|pipe-|rlimit_)'
}

@test "a program that ends too early is a panic, told with the console's last lines" {
	place qemu silent
	bails 'Kernel panic'
	grep -q '^# console: ' <<<"$output"
}

# A matrix has one thread from the beginning.
@test "a guest that dies before the first word is booted once more with one thread" {
	[ "$(uname -m)" = x86_64 ] || skip 'one thread is what others have'
	place qemu silent
	[ "$(grep -c '; once more with one thread$' <<<"$output")" -eq 1 ]
	MATRIX=$BATS_TEST_TMPDIR place qemu silent
	bails 'Kernel panic'
	[[ $output != *'once more'* ]]
}

@test "a program that hangs is given up" {
	PIPE7_BOOT_TIMEOUT=6 place qemu hang
	bails 'no word from the guest for 6 seconds'
}

@test "a guest that says nothing but computes is not given up" {
	PIPE7_BOOT_TIMEOUT=4 place qemu busy
	[ "$status" -eq 0 ]
}

@test "a guest that is stopped for longer than it may be silent is not given up" {
	local emulator=

	PIPE7_BOOT_TIMEOUT=4 "$top/containers/run" qemu busy >"$BATS_TEST_TMPDIR/tap" &
	until emulator=$(pgrep -f "qemu-system-.*$TMPDIR") &&
		grep -q "^ok 2" "$BATS_TEST_TMPDIR/tap"; do
		sleep 0.2
	done
	# shellcheck disable=SC2086 # numbers
	kill -STOP $emulator
	sleep 9
	# shellcheck disable=SC2086 # numbers
	kill -CONT $emulator
	wait $!
}

@test "user-mode: the same of a panic and a hang" {
	place uml silent
	bails 'Kernel panic'
	grep -q '^# console: ' <<<"$output"
	PIPE7_BOOT_TIMEOUT=4 place uml hang
	bails 'no word from the guest for 4 seconds'
}

@test "a kernel that is stuck in its first instruction is given up" {
	with_kernel
	cp "$kernel" "$BATS_TEST_TMPDIR/stuck"
	case $(uname -m) in
	x86_64) # after the sectors of the boot loader's part, and one
		at=$((($(od -An -t u1 -j 497 -N 1 "$kernel") + 1) * 512))
		printf '\353\376'
		;;
	aarch64)
		at=0
		printf '\0\0\0\024'
		;;
	*) skip 'for x86_64 and aarch64' ;;
	esac >"$BATS_TEST_TMPDIR/jump"
	dd if="$BATS_TEST_TMPDIR/jump" of="$BATS_TEST_TMPDIR/stuck" bs=1 seek="$at" \
		conv=notrunc status=none
	PIPE7_BOOT_TIMEOUT=4 place "qemu:$BATS_TEST_TMPDIR/stuck"
	bails ', in which it ran for '
}

@test "a kernel that is cut off is told" {
	with_kernel
	head -c 3000000 "$kernel" >"$BATS_TEST_TMPDIR/short"
	PIPE7_BOOT_TIMEOUT=20 place "qemu:$BATS_TEST_TMPDIR/short"
	bails ''
}

@test "a kernel without the device for the program's output is told by its console" {
	use_real
	place qemu --console /dev/none
	bails 'ended with status 0'
	grep -qxF "# console: pipe7: --console '/dev/none': cannot be opened" <<<"$output"
}

@test "a kernel of one's own is a file or a tree it was built in, absolute or not" {
	with_kernel
	mkdir -p "$BATS_TEST_TMPDIR/tree/arch/x86/boot"
	ln -s "$kernel" "$BATS_TEST_TMPDIR/tree/arch/x86/boot/bzImage"
	ln -s "$kernel" "$BATS_TEST_TMPDIR/own+kernel"
	cd "$BATS_TEST_TMPDIR"
	place qemu:./own+kernel+as-is
	[ "$status" -eq 0 ]
	has_line '# argument: qemu:./own+kernel'
	has_line '# argument: as-is'
	place "qemu:$BATS_TEST_TMPDIR/tree"
	[ "$status" -eq 0 ]
	KERNEL=$kernel place qemu
	[ "$status" -eq 0 ]
	has_line "# argument: qemu:$(realpath "$kernel")"
}

@test "a file that is no kernel is told" {
	KERNEL=$PIPE7 place qemu
	bails 'ended with status'
	KERNEL=$BATS_TEST_TMPDIR/none place qemu
	refuses KERNEL "'$BATS_TEST_TMPDIR/none'" 'readable file'
	place qemu:/dev/null
	refuses "'/dev/null'"
	KERNEL=$PIPE7 place qemu:sid
	refuses KERNEL qemu:sid
}

@test "an unknown suite or architecture is named with the known ones" {
	place qemu:buster
	refuses SUITE "'buster'" bookworm
	place qemu:sid@vax
	refuses ARCH "'vax'" s390x
	place qemu:sid@
	refuses VARIANT "'sid@'" 'SUITE[-FLAVOUR][@ARCH]'
	place qemu:
	refuses VARIANT "''"
}

@test "a disk that is full is told" {
	((EUID == 0)) || skip 'for root to try'
	mkdir "$BATS_TEST_TMPDIR/full"
	for name in qemu uml; do
		# shellcheck disable=SC2016 # for the other shell
		run unshare --mount bash -c 'mount -t tmpfs -o size=128k none "$1" &&
			TMPDIR=$1 exec "$2" "$3"' \
			full "$BATS_TEST_TMPDIR/full" "$top/containers/run" "$name"
		[[ $output != *' SKIP absent: '* ]] || continue
		bails 'no room for an initrd'
	done
}


@test "what a kernel's command line cannot carry is refused" {
	place qemu 'a b'
	[ "$status" -eq 2 ]
	place qemu 'a"b'
	[ "$status" -eq 2 ]
	place qemu {1..40}
	[ "$status" -eq 2 ]
	place qemu --dir /tmp
	refuses --dir "'/tmp'"
	PIPE7_BOOT_TIMEOUT=soon place qemu
	[ "$status" -eq 2 ]
}

# --- several profiles in one boot ---

@test "several profiles are run in one boot, each with a file of its own" {
	use_real
	boots qemu+unprivileged+container+sys-resource+unprivileged 'user_pages_hard/*' \
		'end_of_file/*'
	[ "$status" -eq 0 ]
	for profile in unprivileged container sys-resource; do
		output=$(<"$dir/qemu+$profile.tap")
		[ "$(<"$dir/qemu+$profile.status")" = 0 ]
		has_line "# fact: profile=$profile"
		[ "$(sed -n '1p; 2p; $p' <<<"$output")" = "TAP version 13
1..$(grep -c '^ok ' <<<"$output")
# pipe7: exit status 0" ]
		grep -qE '^ok [0-9]+ - end_of_file/[^#]*$' <<<"$output"
	done
	grep -qE '^ok [0-9]+ - user_pages_hard/[^#]*$' "$dir/qemu+unprivileged.tap"
	# The last run finds nothing of what those before it left.
	place qemu+unprivileged facts
	[ "$(facts_of <<<"$output")" = "$(facts_of <"$dir/qemu+unprivileged.tap")" ]
}

@test "a guest that dies half way leaves whole files, and says so in those that are not" {
	for name in qemu uml; do
		rm -rf "$BATS_TEST_TMPDIR/tap"
		boots "$name+unprivileged+container+sys-resource" die
		[ "$status" -eq 255 ]
		[ "$(cd "$dir" && cat "$name"+{unprivileged,container,sys-resource}.status |
			paste -sd ,)" = 0,255,255 ]
		[ "$(tail -n 1 "$dir/$name+unprivileged.tap")" = '# pipe7: exit status 0' ]
		output=$(<"$dir/$name+container.tap")
		has_line '# profile: container'
		has_line 'ok 2 - dir'
		grep -q '^# console: ' <<<"$output"
		[[ $output == *$'\n'"Bail out! $name: Kernel panic"* ]]
		[[ $(<"$dir/$name+sys-resource.tap") == \
			"Bail out! $name: never begun: Kernel panic"* ]]
	done
}

@test "what ends a boot of several before it begins is in all their files" {
	all=$PATH
	without apt-get
	CONTAINERS_MUST_RUN='' run "$top/containers/run" --tap-dir "$BATS_TEST_TMPDIR" \
		qemu:sid+as-is+container
	[ "$status" -eq 0 ]
	for name in as-is container; do
		[ "$(<"$BATS_TEST_TMPDIR/qemu:sid+$name.tap")" = 'TAP version 13
1..0 # SKIP absent: qemu:sid: not installed: apt-get' ]
		[ "$(<"$BATS_TEST_TMPDIR/qemu:sid+$name.status")" = 0 ]
	done
	PATH=$all
	place qemu
	run "$top/containers/run" --tap-dir "$BATS_TEST_TMPDIR" qemu+as-is+container 'a b'
	[ "$status" -eq 2 ]
	[ "$(cat "$BATS_TEST_TMPDIR"/qemu+*.status | paste -sd ,)" = 2,2 ]
}
