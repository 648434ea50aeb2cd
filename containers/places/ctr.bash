# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# containerd, by ctr: a daemon of our own, which is gone with its cage.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'ctr, containerd, runc; root'
}

place_variants() {
	printf '%s\t%s\n' seccomp "with containerd's seccomp filter"
}

place_available() {
	need_cage ctr containerd runc && need_root
}

may_give() {
	host_gives "$1"
}

configure() {
	cat >"$scratch/config.toml" <<-END
		version = 2
		root = "$inside/root"
		state = "$inside/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
		[grpc]
		address = "$inside/sock"
		[plugins."io.containerd.internal.v1.opt"]
		path = "$inside/opt"
	END
}

# run_container FOLDER WORD...
run_container() {
	local i folder=$1

	shift
	containerd --config "$folder/config.toml" >"$folder/log" 2>&1 &
	for ((i = 0; i < 400; i++)); do
		[[ -S $folder/sock ]] && ctr --address "$folder/sock" version >/dev/null 2>&1 &&
			exec ctr --address "$folder/sock" run --rm "$@"
		kill -0 $! 2>/dev/null || break
		sleep 0.05
	done
	tail -n 1 "$folder/log" >&2
	exit 1
}

place_run() {
	local root words name

	begin_caged_container
	configure
	words=(--read-only --cgroup "/$run_id" --pid-file "$inside/pid"
		--mount 'type=tmpfs,src=tmpfs,dst=/tmp,options=nosuid:nodev:mode=1777')
	for name in $(extra_capabilities); do
		words+=(--cap-add "CAP_$name")
	done
	[[ $variant != seccomp ]] || words+=(--seccomp)
	[[ ! $fifo_dir ]] || words+=(--mount "type=bind,src=$inside/dir,dst=/dir,options=rbind:rw")
	furniture+=(cover /run)
	caged_function run_container "$inside" "${words[@]}" \
		--rootfs "$inside/bundle/rootfs" "$run_id" /pipe7 "${options[@]}"
	end_if_begun $? "$scratch/pid"
}
