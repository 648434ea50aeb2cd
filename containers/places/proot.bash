# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# proot: a chroot made of ptrace(2), which needs no privilege.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'proot, and namespaces (of the user unless root)'
}

place_available() {
	need_cage proot
}

place_run() {
	local root words

	begin_caged_container
	words=(-r "$inside/bundle/rootfs" -b /proc -b /dev -w /)
	[[ ! $fifo_dir ]] || words+=(-b "$inside/dir:/dir")
	furniture+=(cover /tmp)
	caged proot "${words[@]}" /pipe7 "${options[@]}"
	exit
}
