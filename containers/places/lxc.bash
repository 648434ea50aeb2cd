# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# LXC: one program under its own small init.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'lxc-execute; root'
}

place_variants() {
	printf '%s\t%s\n' userns 'in a user namespace with 65536 uids'
}

place_available() {
	need_cage lxc-execute && need_root
}

configure() {
	cat <<-END
		lxc.rootfs.path = dir:$inside/bundle/rootfs
		lxc.rootfs.options = ro
		lxc.uts.name = pipe7
		lxc.cgroup.dir = $run_id
		lxc.mount.auto = proc:mixed sys:ro
		lxc.mount.entry = tmpfs tmp tmpfs nosuid,nodev,mode=1777 0 0
		lxc.net.0.type = empty
	END
	[[ $variant != userns ]] ||
		printf 'lxc.idmap = %s 0 %s 65536\n' u "$below_uid" g "$below_uid"
	[[ ! $fifo_dir ]] || echo "lxc.mount.entry = $inside/dir dir none bind,rw 0 0"
}

# The name is in that of a socket which all containers of the network namespace can see.
place_run() {
	local root

	begin_caged_container
	mkdir -p "$scratch/lxc/$run_id"
	configure >"$scratch/lxc/$run_id/config"
	furniture+=(cover /run)
	caged_if_it_begins lxc-execute --lxcpath "$inside/lxc" --name "$run_id" -- \
		/pipe7 "${options[@]}"
}
