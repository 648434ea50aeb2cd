# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# The root of a user namespace, by util-linux: uid 0 with every capability, for an ordinary uid.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'user namespaces'
}

place_available() {
	need_cage || return
	unshare --user --map-root-user true 2>/dev/null || { echo 'no user namespaces'; return 1; }
}

place_profile() {
	echo "${1:-container}"
}

place_run() {
	local root

	begin_cage "$inside/bundle/rootfs"
	furniture+=(cover /tmp)
	caged "${as_own_uid[@]}" unshare --user --map-root-user --pid --fork --mount-proc \
		"$inside/bundle/rootfs/pipe7" "${options[@]}"
	exit
}
