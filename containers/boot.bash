# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that the places use and lib.bash gives
# A kernel of our own, whose first process is the program: what it is given, and what it says. It
# runs all profiles in one boot, and nothing that goes wrong with it is the failure of a test.

left=('') # the profiles that have not ended; one without a name when it writes to our output

# --- what the guest is given ---

# check_options MOST: the kernel splits what it hands on at spaces, and takes 32 words and so many
# bytes.
check_options() {
	local word line="${options[*]}" most=$1

	((${#options[@]} <= 28 && ${#line} <= most)) ||
		misuse "options: '${#options[@]} words': expected at most 28, and $most bytes"
	for word in "${options[@]}"; do
		[[ $word =~ ^[^[:space:]\"]+$ ]] ||
			misuse "'$word': expected no spaces or quotes on a kernel's command line"
	done
	[[ ! $fifo_dir ]] || misuse "--dir: '$fifo_dir': expected none in a guest"
}

# Sets silence to the seconds after which a guest that says nothing is given up.
read_silence() {
	silence=${PIPE7_BOOT_TIMEOUT:-$1}
	[[ $silence =~ ^[1-9][0-9]*$ ]] ||
		misuse "PIPE7_BOOT_TIMEOUT: '$silence': expected a number of seconds"
}

make_initrd() {
	local root=$scratch/root

	(umask 022 && mkdir -p "$root"/{dev,proc,sys,tmp}) || bail 'no room for an initrd'
	install -m 755 -- "$program" "$root/init" || bail 'no room for an initrd'
	if [[ $known_file ]]; then
		install -m 644 -- "$known_file" "$root/known.tsv" || bail 'no room for an initrd'
		put_known /known.tsv
	fi
	(cd "$root" && find . | cpio -o -H newc --owner=0:0 --quiet) >"$scratch/initrd" ||
		bail 'no room for an initrd'
}

# --- what the guest says ---

begin_run() {
	[[ ! $tap_dir ]] || exec >"$(tap_file "${left[0]}")"
}

# end_run STATUS
end_run() {
	last=$1
	((last < 2)) || tell_console >&2
	[[ ! $tap_dir ]] || echo "$last" >"$(status_file "${left[0]}")"
	left=("${left[@]:1}")
	((${#left[@]} == 0)) || begin_run
}

# Silence alone says nothing on a machine that is busy, or was stopped: a guest is given up when it
# had no use for a processor either, or when it has computed for many times as long.
readonly idle_percent=10 # of the time; Linux with nothing to do takes less
readonly busy_silences=4 # processor time, as a multiple of the silence
readonly silences_most=30

# Prints a process and all that have come of it.
descendants() {
	local child

	echo "$1"
	for child in $(pgrep -P "$1"); do
		descendants "$child"
	done
}

# Prints the milliseconds that the emulator's processes ran and those in which they ran or waited
# for a processor, and `stopped` if one of them is.
emulator_time() {
	local pid files=() stopped=

	for pid in $(descendants "$child"); do
		files+=("/proc/$pid"/task/*/schedstat)
		[[ $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) != T* ]] || stopped=stopped
	done
	cat "${files[@]}" 2>/dev/null |
		awk -v stopped="$stopped" '{ ran += $1; waited += $2 }
			END { printf "%d %d %s\n", ran / 1e6, (ran + waited) / 1e6, stopped }'
}

# Whether the guest may go on that was silent for `halves` of the time it may be; else `silent` says
# why not. From the first half on it is known what it used.
goes_on() {
	local ran wanted stopped seconds=$((halves * silence / 2))

	read -r ran wanted stopped < <(emulator_time)
	((halves > 1)) || first_ran=$ran
	if ((halves > 1)) && [[ ! $stopped ]] &&
		((wanted >= last_wanted && wanted - last_wanted < silence * 5 * idle_percent)); then
		silent="no word from the guest for $seconds seconds"
	elif ((ran - first_ran > busy_silences * silence * 1000 ||
		halves > 2 * silences_most)); then
		silent="no word from the guest for $seconds seconds, in which it ran for \
$(((ran - first_ran) / 1000))"
	fi
	last_wanted=$wanted
	[[ ! $silent ]]
}

# Passes the guest's lines on until the last words of the last run. There is no limit but on
# silence: a long run is as good as a short one.
relay() {
	local line part='' status halves=0 first_ran last_wanted

	while ((${#left[@]})); do
		IFS= read -r -t "$((silence / 2)).$((silence % 2 * 5))" -u "$tap" line
		status=$?
		part+=$line
		((status <= 128 || (halves += 1, 0))) || ! goes_on || continue
		line=${part%$'\r'}
		part='' halves=0
		[[ ! $line && $status != 0 ]] || { said=yes && printf '%s\n' "$line"; }
		[[ $line != *'Kernel panic'* ]] || panic=$line
		[[ ! $line =~ ^'# pipe7: exit status '([0-9]+)$ ]] || end_run "${BASH_REMATCH[1]}"
		((status == 0)) || return "$status"
	done
}

tell_console() {
	[[ ! -s $scratch/console ]] ||
		tail -n 12 "$scratch/console" | tr -d '\r' | sed 's/^/# console: /'
}

# explain STATUS: why there is nothing more of a guest whose machine ended so, or was given up.
explain() {
	: "${panic:=$(grep -aom 1 'Kernel panic.*' "$scratch/console" 2>/dev/null | tr -d '\r')}"
	if [[ $silent ]]; then
		echo "$silent"
	elif [[ $panic ]]; then
		echo "$panic"
	elif ((${last:-0} >= 2)); then
		echo "the guest ended with the run before, whose status was $last"
	else
		echo "$machine ended with status $1 before the program was done"
	fi
}

# boot_once COMMAND... ends with the program's status, or returns that of the command, which has
# ended unless `silent` says why it was given up.
boot_once() {
	local tap status

	mortal "$@" >"$scratch/tap" 2>>"$scratch/console" &
	child=$!
	exec {tap}<"$scratch/tap"
	relay
	status=$?
	((${#left[@]})) || exit "$last"
	exec {tap}<&-
	[[ $silent ]] || wait "$child"
}

# boot COMMAND... ends with the program's status. The command's output is the guest's.
# Threads of an emulator do not keep all promises of a processor: where a kernel changes its own
# code while another processor runs it, one boot in some fifty dies before the program's first word.
# Nothing has been tested then, and a boot with one thread tells whether it was that.
boot() {
	local machine=$1 command=("${@:2}") status last='' panic='' said='' silent=

	mkfifo "$scratch/tap" || bail 'no room for a FIFO'
	begin_run
	boot_once "${command[@]}"
	status=$?
	if [[ ! $said && ! $silent && "${command[*]}" == *,thread=multi* ]]; then
		tell_console >&2
		echo "$label: ended before the program's first word; once more with one thread" >&2
		panic='' && : >"$scratch/console"
		boot_once "${command[@]/,thread=multi/,thread=single}"
		status=$?
	fi
	tell_console
	bail "$(explain "$status")"
}

# --- several profiles ---

# Whatever ends this shell, every profile has its files: the one that was run those of the end, and
# those never begun the same but for what was said.
settle() {
	local status=$1 first profile said

	((${#left[@]})) || return "$status"
	first=$(tap_file "${left[0]}")
	said=$(tail -n 1 "$first")
	echo "$status" >"$(status_file "${left[0]}")"
	for profile in "${left[@]:1}"; do
		case $status in
		0) cat "$first" ;;
		255) echo "Bail out! $label: never begun: ${said#"Bail out! $label: "}" ;;
		esac >"$(tap_file "$profile")"
		echo "$status" >"$(status_file "$profile")"
	done
	return "$status"
}

place_run_profiles() {
	local names reason

	names=$(IFS=, && echo "$*")
	left=("$@")
	trap 'settle "$?"' EXIT
	begin_run
	read_options "$names" "${arguments[@]}"
	reason=$(place_available) || unavailable "$reason"
	place_run
}
