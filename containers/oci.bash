# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# The OCI bundle that runc and runsc are given: Open Container Initiative, Runtime
# Specification 1.0, config.json.

# The capabilities of the container's root, as JSON. It holds the usual ones, with which the
# program becomes an ordinary user by itself, and the one that the profile is about. Our own lack
# of that one is not hidden: a runtime that cannot give it says so or the program does.
oci_capabilities() {
	local names=$usual_capabilities

	case $asked in
	sys-admin | sys-resource)
		local extra=${asked^^}
		! may_give "$asked" || names+=" ${extra/-/_}"
		;;
	esac
	jq -Rsc 'split("[ \n]+"; null) | map(select(. != "") | "CAP_" + .)' <<<"$names"
}

# oci_config ARGUMENT... prints config.json. jq takes words with a dash for its own, even after
# --args, so the arguments come with a sign in front.
oci_config() {
	local group=/$run_id

	[[ ${cage[*]} != *--user* ]] || group=  # none that we may make
	jq -n --argjson caps "$(oci_capabilities)" --arg dir "$fifo_dir" --arg group "$group" '
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
		linux: {
			cgroupsPath: $group,
			namespaces: [{ type: "pid" }, { type: "network" }, { type: "ipc" },
				{ type: "uts" }, { type: "mount" }],
			maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
			readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
				"/proc/sysrq-trigger"]
		}
	}' --args "${@/#/=}"
}

# Makes the bundle in the scratch directory. The files are copies, so that any runtime and any
# uid can read them wherever the originals are.
oci_bundle() {
	local root=$scratch/bundle/rootfs

	(umask 022 && mkdir -p "$root"/{proc,dev,tmp}) || bail 'no room for a bundle'
	install -m 755 -- "$program" "$root/pipe7" || bail 'no room for the program'
	if [[ $known_file ]]; then
		install -m 644 -- "$known_file" "$root/known.tsv"
		put_known /known.tsv
	fi
	if [[ $fifo_dir ]]; then
		mkdir "$root/dir"
		put_dir /dir
	fi
	oci_config /pipe7 "${options[@]}" >"$scratch/bundle/config.json" || bail 'no config.json'
}
