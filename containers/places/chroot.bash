# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# Another root directory, with the machine's /proc and /dev in it.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'namespaces (of the user unless root)'
}

place_variants() {
	printf '%s\t%s\n' bare 'without /proc and /dev'
}

place_available() {
	need_cage
}

place_run() {
	local root name

	begin_caged_container
	root=$inside/bundle/rootfs
	[[ $variant == bare ]] || furniture+=(bind /proc "$root/proc" bind /dev "$root/dev")
	[[ ! $fifo_dir ]] || furniture+=(bind "$fifo_dir" "$root/dir")
	caged chroot "$root" /pipe7 "${options[@]}"
	exit
}
