# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# podman, with storage, state and configuration of the run's own.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'podman, runc or crun; root'
}

place_variants() {
	cat <<-'END'
		rootless	started by an ordinary uid; newuidmap; root to make that uid
		unconfined	without its seccomp filter
		gvisor	with runsc for its runtime
	END
}

place_available() {
	need_cage podman || return
	need_root || return
	[[ $variant != rootless ]] || need_commands newuidmap newgidmap || return
	find_runtime >/dev/null || { echo 'not installed: the runtime' && return 1; }
}

place_expected() {
	[[ $variant == gvisor ]] && echo gvisor || echo podman
}

find_runtime() {
	case $variant in
	gvisor) command -v runsc ;;
	*) command -v runc || command -v crun ;;
	esac
}

may_give() {
	host_gives "$1"
}

# Its own defaults of open files and processes are more than everybody may ask for.
configure() {
	local runtime=$1

	cat >"$scratch/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
		netns = "none"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "none"
		runtime = "$runtime"
		tmp_dir = "$inside/storage/tmp"
		[engine.runtimes]
		${runtime##*/} = ["$runtime"]
	END
	cat >"$scratch/storage.conf" <<-END
		[storage]
		driver = "vfs"
		graphroot = "$inside/storage/root"
		runroot = "$inside/storage/run"
	END
	install -d -o "${own_uid:-0}" "$scratch/storage" "$scratch/storage/home"
	furniture+=(cover /run cover /dev/shm)
	[[ ! -d /sys/fs/cgroup/unified ]] || furniture+=(cover /sys/fs/cgroup/unified)
}

place_run() {
	local root runtime before=() words name

	begin_caged_container
	runtime=$(find_runtime)
	words=(--rm --network none --read-only --tmpfs /tmp)
	case $variant in
	gvisor)
		before=(--runtime-flag "platform=$(runsc_platform)" --runtime-flag network=none
			--runtime-flag ignore-cgroups)
		;;
	unconfined) words+=(--security-opt seccomp=unconfined) ;;
	rootless)
		before=(--log-level error)
		chown -R "$own_uid" "$scratch/bundle"
		;;
	esac
	[[ $variant == rootless ]] || words+=(--cgroup-parent "/$run_id")
	for name in $(extra_capabilities); do
		words+=(--cap-add "$name")
	done
	[[ ! $fifo_dir ]] || words+=(--volume "$inside/dir:/dir")
	configure "$runtime"
	caged env --ignore-environment PATH="$PATH" HOME="$inside/storage/home" \
		XDG_RUNTIME_DIR="$inside/storage/home" TMPDIR="$inside/storage" \
		CONTAINERS_CONF="$inside/containers.conf" \
		CONTAINERS_STORAGE_CONF="$inside/storage.conf" \
		"${as_own_uid[@]}" podman "${before[@]}" run "${words[@]}" \
		--pidfile "$inside/storage/pid" --rootfs "$inside/bundle/rootfs" \
		/pipe7 "${options[@]}"
	end_if_begun $? "$scratch/storage/pid"
}
