# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# What runc, crun and runsc are given, the bundle of the Open Container Initiative's Runtime
# Specification 1.0, and what is the same in the places that they are.

oci_variants() {
	cat <<-'END'
		rootless	started by an ordinary uid, in a user namespace
		userns	in a user namespace with 65536 uids, for root alone
		all-caps	its root has every capability that we have
		no-caps	its root has no capability
	END
}

# oci_available RUNTIME
oci_available() {
	need_cage "$1" jq || return
	[[ $variant != userns ]] || need_root
}

# Where the capabilities are what it is about, the program keeps what it is given.
oci_profile() {
	[[ $variant != @(all|no)-caps || $1 ]] || set -- as-is
	echo "$1"
}

# Every capability that this shell has, by the names that setpriv knows.
every_capability() {
	local name bit=0 mask

	mask=$(sed -n 's/^CapBnd:[[:space:]]*/0x/p' /proc/self/status)
	for name in $(setpriv --list-caps); do
		((!(mask >> bit++ & 1))) || echo "${name^^}"
	done
}

# The capability that the profile is about. Our own lack of it is not hidden: a runtime that
# cannot give it says so or the program does.
extra_capabilities() {
	local extra=${asked^^}

	case $asked in
	container) echo "$usual_capabilities" ;;
	sys-admin | sys-resource) ! may_give "$asked" || echo "${extra/-/_}" ;;
	esac
}

# The capabilities of the container's root, as JSON. It holds the usual ones, with which the
# program becomes an ordinary user by itself.
oci_capabilities() {
	local names

	case $variant in
	all-caps) names=$(every_capability) ;;
	no-caps) names= ;;
	*) names="$usual_capabilities $(extra_capabilities)" ;;
	esac
	jq -Rsc 'split("[ \n]+"; null) | map(select(. != "") | "CAP_" + .) | unique' <<<"$names"
}

# The uids of the container's user namespace, as JSON. One of ours is all that we may map by
# ourselves; newuidmap maps more, but not in the cage of an ordinary user.
oci_mappings() {
	local first=$own_uid

	case $variant in
	userns) echo "[{containerID: 0, hostID: $below_uid, size: 65536}]" ;;
	rootless)
		[[ ${cage[*]} != *--user* ]] || first=0
		if [[ $below_uid ]] && have newuidmap && have newgidmap; then
			printf '[{containerID: 0, hostID: %s, size: 1},
				{containerID: 1, hostID: %s, size: 65535}]' "$first" "$below_uid"
		else
			echo "[{containerID: 0, hostID: $first, size: 1}]"
		fi
		;;
	*) echo '[]' ;;
	esac
}

# oci_config ARGUMENT... prints config.json. jq takes words with a dash for its own, even after
# --args, so the arguments come with a sign in front.
oci_config() {
	local group=/$run_id

	# None that we may make.
	[[ ${cage[*]} != *--user* && $variant != rootless ]] || group=
	jq -n --argjson caps "$(oci_capabilities)" --argjson ids "$(jq -n "$(oci_mappings)")" \
		--arg dir "${fifo_dir:+$inside/dir}" --arg group "$group" '
	{
		ociVersion: "1.0.2",
		process: {
			user: { uid: 0, gid: 0 },
			args: [$ARGS.positional[][1:]],
			env: ["PATH=/"],
			cwd: "/",
			capabilities: { bounding: $caps, effective: $caps, permitted: $caps },
			rlimits: [{ type: "RLIMIT_NOFILE", soft: 1024, hard: 1024 }]
		},
		root: { path: "rootfs", readonly: true },
		mounts: ([
			{ destination: "/proc", type: "proc", source: "proc" },
			{ destination: "/dev", type: "tmpfs", source: "tmpfs",
			  options: ["nosuid", "mode=755"] },
			{ destination: "/tmp", type: "tmpfs", source: "tmpfs",
			  options: ["nosuid", "nodev", "mode=1777"] }
		] + if $dir == "" then [] else [
			{ destination: "/dir", type: "bind", source: $dir,
			  options: ["rbind", "rw"] }
		] end),
		linux: ({
			cgroupsPath: $group,
			namespaces: ([{ type: "pid" }, { type: "network" }, { type: "ipc" },
				{ type: "uts" }, { type: "mount" }] +
				if $ids == [] then [] else [{ type: "user" }] end),
			maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
			readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
				"/proc/sysrq-trigger"]
		} + if $ids == [] then {} else { uidMappings: $ids, gidMappings: $ids } end)
	}' --args "${@/#/=}"
}

# make_rootfs SEEN: the root file system of a container, in the scratch directory. The program
# sees it at SEEN. The files are copies, so that any runtime and any uid can read them wherever
# the originals are.
make_rootfs() {
	root=$scratch/bundle/rootfs
	(umask 022 && mkdir -p "$root"/{proc,dev,tmp,sys,etc}) || bail 'no room for a bundle'
	install -m 755 -- "$program" "$root/pipe7" || bail 'no room for the program'
	if [[ $known_file ]]; then
		install -m 644 -- "$known_file" "$root/known.tsv"
		put_known "$1/known.tsv"
	fi
	if [[ $fifo_dir ]]; then
		mkdir "$root/dir" "$scratch/dir"
		put_dir "${1:+$inside}/dir"
	fi
}

# Makes a cage and a root file system in the scratch directory.
begin_caged_container() {
	require_static
	begin_cage ''
}

# begin_cage SEEN: the same without that root directory, so that the program sees it at SEEN.
begin_cage() {
	make_cage
	make_scratch
	[[ $variant != @(rootless|userns) && $place != @(setpriv|unshare) ]] || make_own_uid
	make_rootfs "$1"
	[[ ! $fifo_dir ]] || furniture+=(bind "$fifo_dir" "$inside/dir")
}

oci_bundle() {
	local root

	begin_caged_container
	oci_config /pipe7 "${options[@]}" >"$scratch/bundle/config.json" || bail 'no config.json'
}

# oci_run RUNTIME [OPTION]... runs the bundle and returns the runtime's status.
oci_run() {
	local who=()

	mkdir -m 777 "$scratch/state"
	[[ $variant != rootless ]] || who=("${as_own_uid[@]}")
	caged "${who[@]}" "$@" --root "$inside/state/root" run \
		--pid-file "$inside/state/pid" --bundle "$inside/bundle" "$run_id"
}

# end_if_begun STATUS FILE: without the FILE with the pid of a container there was none.
end_if_begun() {
	[[ -e $2 ]] || bail "$place ended with status $1 before the program began"
	exit "$1"
}

# systrap is several times faster than ptrace; releases of runsc before 2023 do not know it.
runsc_platform() {
	[[ $(runsc flags 2>&1) == *systrap* ]] && echo systrap || echo ptrace
}
