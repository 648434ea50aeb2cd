#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Packages of other suites: what goes wrong with a download never gets into the cache.

bats_require_minimum_version 1.5.0

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	own_tmpdir
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cache=$XDG_CACHE_HOME/pipe7
	debian_package=$top/containers/debian-package
}

teardown() {
	[ -z "$(ls "$TMPDIR")" ]
}

# A machine whose apt is TEXT.
with_apt() {
	local name

	mkdir "$BATS_TEST_TMPDIR/bin"
	for name in apt-get apt-cache; do
		printf '#!/bin/sh\n%s\n' "$1" >"$BATS_TEST_TMPDIR/bin/$name"
		chmod +x "$BATS_TEST_TMPDIR/bin/$name"
	done
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# make_deb NAME FILE: a package with a file in it that does not compress.
make_deb() {
	local tree=$BATS_TEST_TMPDIR/$1

	command -v dpkg-deb >/dev/null || skip 'no dpkg-deb'
	mkdir -p "$tree/DEBIAN" "$tree/${2%/*}"
	printf '%s\n' "Package: $1" 'Version: 1:2' 'Architecture: all' \
		'Maintainer: nobody <nobody@localhost>' 'Description: none' >"$tree/DEBIAN/control"
	head -c 300000 /dev/urandom >"$tree/$2"
	dpkg-deb -b "$tree" "$BATS_TEST_TMPDIR/$1.deb" >/dev/null
}

make_kernel() {
	make_deb linux-binary-7.2.13+deb14-none boot/vmlinuz-7.2.13
}

# What apt does when it works. Of the newest two kernels the mirror has but the older; CASES come
# before what there is.
working_apt() {
	cat <<-END
		case "\$0 \$*" in
		$1
		*indextargets*) echo 'bookworm mirror/' ; echo 'bookworm-security other/' ;;
		*"show --no-all-versions linux-image-none") echo Package: it ;;
		*show\ --no-all*) exit 100 ;;
		*"depends --important linux-image-none")
			echo '  Depends: linux-image-7.2.20+deb14-none' ;;
		*"depends --important linux-image-7.2.20+deb14-none")
			echo '  Depends: linux-binary-7.2.20+deb14-none' ;;
		*pkgnames*)
			printf '%s\n' linux-binary-7.2.{9,13,20}+deb14-{none,rt-none} ;;
		*show*)
			printf 'Package: linux-binary-7.2.%s+deb14-none\nVersion: 1:2.%s\n\n' \
				9 9 20 20 13 13 ;;
		*download*20+deb14*) echo 'E: 404 Not Found' >&2; exit 100 ;;
		*download*13+deb14-none=1:2.13) cp "$BATS_TEST_TMPDIR/"*.deb . ;;
		esac
	END
}

# One tree in the cache, of the suite sid and the architecture none.
with_tree() {
	mkdir -p "$cache/packages/k_1_none/tree" "$cache/current"
	echo kernel >"$cache/packages/k_1_none/tree/vmlinuz"
	(cd "$cache/packages/k_1_none" && sha256sum tree/vmlinuz >SHA256SUMS)
	ln -s ../packages/k_1_none "$cache/current/sid_none_k"
}

says() {
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == "$1" ]]
	[ ! -d "$cache/packages" ] || [ -z "$(ls "$cache/packages")" ]
}

@test "a tree is made from a whole package only, and has no modules" {
	make_deb name usr/share/file
	mkdir -p "$BATS_TEST_TMPDIR/name/lib"
	touch "$BATS_TEST_TMPDIR/name/lib/"{driver.ko.xz,other}
	dpkg-deb -b "$BATS_TEST_TMPDIR/name" "$BATS_TEST_TMPDIR/name.deb" >/dev/null
	run "$debian_package" --unpack "$BATS_TEST_TMPDIR/name.deb" "$BATS_TEST_TMPDIR/to"
	[ "$status" -eq 0 ]
	cmp "$BATS_TEST_TMPDIR"/{name,to}/usr/share/file
	[ "$(ls "$BATS_TEST_TMPDIR/to/lib")" = other ]
	head -c 299000 "$BATS_TEST_TMPDIR/name.deb" >"$BATS_TEST_TMPDIR/short.deb"
	run "$debian_package" --unpack "$BATS_TEST_TMPDIR/short.deb" "$BATS_TEST_TMPDIR/to"
	[ "$status" -eq 1 ]
	[ "$output" = 'not a whole package: short.deb' ]
}

@test "the newest kernel that the mirror has gets into the cache, under its version" {
	make_kernel
	with_apt "$(working_apt '')"
	run "$debian_package" sid none linux-image-rt-none linux-image-none
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'apt cannot download linux-binary-7.2.20+deb14-none: 404 Not Found' ]
	tree=$cache/packages/linux-binary-7.2.13+deb14-none_1%3a2.13_none/tree
	[ "${lines[1]}" = "$tree" ]
	cmp "$tree/boot/vmlinuz-7.2.13" \
		"$BATS_TEST_TMPDIR/linux-binary-7.2.13+deb14-none/boot/vmlinuz-7.2.13"
}

@test "suites are those of this machine's mirrors, signed" {
	make_kernel
	with_apt "$(working_apt '')"
	run "$debian_package" trixie none linux-image-none
	[ "$status" -eq 0 ]
	run "$debian_package" own none linux-image-none
	[ "$status" -eq 0 ]
	sources=$(sed 's/\[signed-by=.*debian-archive-keyring[^]]*\] //' \
		"$cache"/apt/{trixie,bookworm}_none/sources.list)
	[ "$sources" = 'deb mirror/ trixie main
deb other/ trixie-security main
deb mirror/ bookworm main
deb other/ bookworm-security main' ]
}

@test "a machine without a mirror of Debian, and a package that is not there, are told" {
	with_apt "$(working_apt '*indextargets*) echo "jammy mirror/" ;;')"
	run "$debian_package" sid none linux-image-none
	says 'the apt of this machine has no mirror of Debian'
	rm -r "${BATS_TEST_TMPDIR:?}/bin"
	with_apt "$(working_apt '')"
	run "$debian_package" sid none linux-image-16k-none
	says "no linux-image-16k-none for none in sid on this machine's mirror"
}

@test "a short package never gets into the cache" {
	make_kernel
	for deb in "$BATS_TEST_TMPDIR"/*.deb; do
		truncate -s 299000 "$deb"
	done
	with_apt "$(working_apt '')"
	run "$debian_package" sid none linux-image-none
	says 'not a whole package: linux-binary-7.2.13+deb14-none.deb'
	[ -z "$(ls "$cache/current")" ]
}

@test "a full disk is told, and the cache stays as it was" {
	((EUID == 0)) || skip 'for root to try'
	make_kernel
	with_apt "$(working_apt '')"
	mkdir "$XDG_CACHE_HOME"
	# shellcheck disable=SC2016
	run unshare --mount bash -c 'mount -t tmpfs -o size=256k none "$XDG_CACHE_HOME" &&
		"$@"; status=$?; ls "$XDG_CACHE_HOME"/pipe7/{current,packages}; exit $status' \
		full "$debian_package" sid none linux-image-none
	[ "$status" -eq 1 ]
	[[ $output == *"no room for linux-binary-7.2.13+deb14-none.deb in $cache"* ]]
	[[ $output == *"$cache/current:"$'\n\n'"$cache/packages:" ]]
}

@test "a tree of today needs no network" {
	with_apt 'exit 100'
	with_tree
	run "$debian_package" sid none k
	[ "$status" -eq 0 ]
	[ "$output" = "$cache/packages/k_1_none/tree" ]
}

@test "an old tree serves when no newer one can be looked for, and we say so" {
	with_apt "$(working_apt '*show*) exit 100 ;;')"
	with_tree
	touch -h -d '2 days ago' "$cache/current/sid_none_k"
	run "$debian_package" sid none k
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "no k for none in sid on this machine's mirror" ]
	[ "${lines[1]}" = "$cache/packages/k_1_none/tree" ]
}

@test "a tree that was changed in the cache is not used" {
	with_apt 'exit 100'
	with_tree
	echo more >>"$cache/packages/k_1_none/tree/vmlinuz"
	run "$debian_package" sid none k
	[ "$status" -eq 1 ]
	[ "$output" = 'the apt of this machine has no mirror of Debian' ]
}

@test "a cache that cannot be written is told" {
	touch "$XDG_CACHE_HOME"
	run "$debian_package" sid none k
	[ "$status" -eq 1 ]
	[ "$output" = "cannot write $cache" ]
}

@test "a download that is killed leaves the cache without a kernel" {
	build_standin
	use_standin
	mark=$BATS_TEST_TMPDIR/mark
	with_apt "$(working_apt "*download*) echo here >$mark; exec tail -f $mark ;;
		*cloud*) exit 100 ;; *show\ --no*) echo Package: it ;;")"
	"$top/containers/run" qemu:sid >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	runner=$!
	for ((i = 0; i < 200; i++)); do
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
	[ -z "$(ls "$cache/current")" ]
	[ -z "$(find "$cache" -name 'vmlinuz*')" ]
	run ! pgrep -f "$mark"
}
