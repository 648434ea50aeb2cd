# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that lib.bash gives
# User-mode Linux: a kernel of our own that is a program of this one. It has one processor, every
# capability, and nothing is emulated. Debian's of before Linux 7 do not start on newer processors.

# shellcheck source=../guest.bash
source "$here/guest.bash"
# shellcheck source=../boot.bash
source "$here/boot.bash"

place_needs() {
	echo 'x86_64, cpio, apt-get, and a process and mount namespace'
}

place_variants() {
	printf '%s\tLinux 7.2\n' forky sid
}

place_options() {
	printf '%s\n' --console /dev/tty0 --tune-host
}

place_available() {
	[[ $(uname -m) == x86_64 ]] || { echo "not for $(uname -m)" && return 1; }
	need_cage cpio apt-get dpkg dpkg-deb sha256sum
}

# It appends root= and console= to what the program is told, unless they are there.
place_run() {
	local borrowed tree silence

	check_options 1900
	read_silence 60
	make_scratch
	[[ ! $tap_dir ]] || trap 'settle "$?"; finish' EXIT
	require_static
	borrow "${variant:-sid}" user-mode-linux
	make_initrd
	boot linux.uml "${borrowed[@]}" linux.uml mem=256M seccomp=auto uml_dir="$scratch/uml" \
		initrd="$scratch/initrd" root=ram0 con=null con0=null,fd:1 \
		ssl=null ssl0=null,fd:2 console=ttyS0 quiet panic=-1 -- "${options[@]}"
}
