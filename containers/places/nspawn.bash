# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# systemd-nspawn, without the systemd that it would register with.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'systemd-nspawn; root'
}

place_variants() {
	printf '%s\t%s\n' userns 'in a user namespace with 65536 uids'
}

place_available() {
	need_cage systemd-nspawn && need_root
}

may_give() {
	host_gives "$1"
}

place_run() {
	local root words name

	begin_caged_container
	mkdir "$root"/{usr,run,var}
	words=(--quiet --register=no --keep-unit --console=pipe --private-network --read-only
		--timezone=off --resolv-conf=off
		--machine="${run_id/./-}" --directory="$inside/bundle/rootfs")
	for name in $(extra_capabilities); do
		words+=(--capability="CAP_$name")
	done
	[[ $variant != userns ]] ||
		words+=(--private-users="$below_uid:65536" --private-users-ownership=off)
	[[ ! $fifo_dir ]] || words+=(--bind="$inside/dir:/dir")
	furniture+=(cover /run)
	caged_if_it_begins systemd-nspawn "${words[@]}" -- /pipe7 "${options[@]}"
}
