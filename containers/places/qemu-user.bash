# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# Programs for other machines on this kernel: qemu translates their code and their system calls.
# What answers is this kernel; what deviates is the translation.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'qemu-ARCH or qemu-ARCH-static, and the program for ARCH: aarch64'
}

place_variants() {
	local arch

	for arch in arm i386 ppc64le riscv64 s390x; do
		printf '%s\t%s\n' "$arch" "the same for $arch: make CROSS=$(toolchain "$arch")-"
	done
}

place_expected() {
	echo qemu-user
}

toolchain() {
	case $1 in
	arm) echo arm-linux-gnueabihf ;;
	i386) echo i686-linux-gnu ;;
	ppc64le) echo powerpc64le-linux-gnu ;;
	*) echo "$1-linux-gnu" ;;
	esac
}

emulator() {
	command -v "qemu-${variant:-aarch64}-static" || command -v "qemu-${variant:-aarch64}"
}

# The program as make CROSS=... builds it, beside the one for this machine.
translated() {
	local native=${program:-${PIPE7:-${here%/*}/out/pipe7}}

	echo "${native%/*}/$(toolchain "${variant:-aarch64}")/${native##*/}"
}

place_available() {
	need_cage || return
	emulator >/dev/null || { echo "not installed: qemu-${variant:-aarch64}" && return 1; }
	[[ -x $(translated) ]] ||
		{ echo "not built: make CROSS=$(toolchain "${variant:-aarch64}")-" && return 1; }
}

place_run() {
	local root emulator

	emulator=$(emulator)
	program=$(translated)
	begin_cage "$inside/bundle/rootfs"
	furniture+=(cover /tmp)
	caged "$emulator" "$inside/bundle/rootfs/pipe7" "${options[@]}"
	exit
}
