# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# docker: the engine that runs, or one of our own, which is gone with its cage.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'docker and an engine that runs; or dockerd, containerd, runc, and root'
}

place_variants() {
	printf '%s\t%s\n' unconfined 'without its seccomp filter'
}

place_available() {
	need_commands docker flock setpriv || return
	! engine_runs || return 0
	need_cage dockerd containerd runc && need_root
}

engine_runs() {
	timeout 10 docker info >/dev/null 2>&1 </dev/null
}

may_give() {
	host_gives "$1"
}

# Within the cage /run is empty, so the socket is where docker looks for it.
start_engine() {
	local i

	dockerd --data-root "$1/docker" --storage-driver vfs --bridge none \
		--exec-opt native.cgroupdriver=cgroupfs --iptables=false --ip6tables=false \
		--ip-forward=false --ip-masq=false >"$1/dockerd.log" 2>&1 &
	for ((i = 0; i < 400; i++)); do
		[[ -S /run/docker.sock ]] && docker version >/dev/null 2>&1 && return
		kill -0 $! 2>/dev/null || break
		sleep 0.05
	done
	tail -n 1 "$1/dockerd.log" >&2
	return 125
}

# run_container OURS FOLDER NAME WORD...
run_container() {
	local own=$1 folder=$2 name=$3

	shift 3
	if [[ $own ]]; then
		export DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=$folder
		start_engine "$folder" || exit 125
	fi
	tar -C "$folder/bundle/rootfs" -c . | docker import - "$name" >/dev/null || exit 125
	docker run --name "$name" "$@"
}

# Statuses from 125 to 127 are docker's own.
place_run() {
	local root words name

	begin_caged_container
	words=(--network none --read-only --tmpfs /tmp:exec)
	for name in $(extra_capabilities); do
		words+=(--cap-add "$name")
	done
	[[ $variant != unconfined ]] || words+=(--security-opt seccomp=unconfined)
	name=${run_id,,}
	if engine_runs; then
		[[ ! $fifo_dir ]] || words+=(--volume "$fifo_dir:/dir")
		echo "docker rm -f $name; docker rmi -f $name" >"$scratch/undo"
		words+=("$name" /pipe7 "${options[@]}")
		supervise bash -c "$(declare -f run_container)"' && "$@"' bash \
			run_container '' "$scratch" "$name" "${words[@]}"
	else
		[[ ! $fifo_dir ]] || words+=(--volume "$inside/dir:/dir")
		furniture+=(cover /run overlay /etc overlay /opt)
		words+=(--cgroup-parent "/$run_id" "$name" /pipe7 "${options[@]}")
		caged bash -c "$(declare -f start_engine run_container)"' && "$@"' bash \
			run_container own "$inside" "$name" "${words[@]}"
	fi
	set -- $?
	(($1 < 125 || $1 > 127)) || bail "docker ended with status $1 before the program began"
	exit "$1"
}
