# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that the places use and lib.bash gives
# What containers/run understands of the program's options.

take_option() {
	case $1 in
	--profile)
		require_profile "$1" "$2"
		asked=$2
		return
		;;
	--known)
		[[ -f $2 && -r $2 ]] || misuse "$1: '$2': expected a readable file"
		known_file=$(realpath -- "$2")
		known_at=$((${#options[@]} + 1))
		set -- "$1" "$known_file"
		;;
	--dir)
		[[ -d $2 && $(stat -f -c %T -- "$2") != @(proc|sysfs|cgroup*fs) ]] ||
			misuse "$1: '$2': expected a directory to make files in"
		fifo_dir=$(realpath -- "$2")
		dir_at=$((${#options[@]} + 1))
		set -- "$1" "$fifo_dir"
		;;
	esac
	options+=("$1" "$2")
}

# Only the options that a place has to know are understood here; the program judges the rest.
read_options() {
	local profile profile_at own words=()

	asked=$1
	shift
	case ${1-} in
	run | list | show | trace | facts | restore | tune)
		options+=("$1")
		shift
		;;
	esac
	own=$(place_options)
	[[ ! $own ]] || mapfile -t words <<<"$own"
	options+=(--place "$label" "${words[@]}" --profile '')
	profile_at=$((${#options[@]} - 1))

	while (($#)) && [[ $1 != -- ]]; do
		case $1 in
		--profile | --known | --dir)
			take_option "$1" "${2-}"
			shift
			;;
		--profile=* | --known=* | --dir=*) take_option "${1%%=*}" "${1#*=}" ;;
		*) options+=("$1") ;;
		esac
		shift
	done
	options+=("$@")

	profile=$(place_profile "$asked") || exit
	options[profile_at]=$profile
	[[ $profile ]] || unset "options[$profile_at]" "options[$((profile_at - 1))]"
}

# A place with a file system of its own does not see the files that --known and --dir name. It
# brings them in, says where they are there, and the program is told that name.
put_known() {
	options[known_at]=$1
}

put_dir() {
	options[dir_at]=$1
}
