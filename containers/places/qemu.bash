# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# A kernel of our own, emulated: the program is its first process, has every capability, and
# changes nobody's sysctls. Debian's cloud kernel of the program's architecture, or KERNEL.

place_needs() {
	echo 'qemu-system-ARCH, cpio, and apt-get or KERNEL'
}

# The architecture of the program, by its ELF e_machine; of this machine when there is none. The
# cloud kernel for amd64 runs programs for i386 as well.
guest_arch() {
	local machine

	[[ $program ]] && machine=$(elf_field 18 2) || machine=$(uname -m)
	case $machine in
	3 | 62 | x86_64) echo amd64 ;;
	183 | aarch64) echo arm64 ;;
	*) echo unknown ;;
	esac
}

# One thread for all processors: with more, a busy machine makes the guest several times slower.
# Without cmpxchg16b: qemu 7.2 comes back from it with broken flags at times, and Linux 6.12, which
# allocates memory by it, panics.
# The arm64 board has one serial port, which kernel and program share; quiet then means silent.
# shellcheck disable=SC2054 # the commas are qemu's
describe_guest() {
	guest=(-nodefaults -no-user-config -display none -no-reboot
		-accel tcg,thread=single -smp 2 -m 256)
	case $1 in
	amd64)
		emulator=qemu-system-x86_64
		guest+=(-machine pc -cpu qemu64,-cx16 -serial "file:$scratch/console")
		command_line='console=ttyS0 quiet panic=-1'
		port=/dev/ttyS1
		silence=60
		;;
	arm64)
		emulator=qemu-system-aarch64
		guest+=(-machine virt -cpu max,pauth-impdef=on)
		command_line='console=ttyAMA0 quiet loglevel=0 panic=-1'
		port=/dev/ttyAMA0
		silence=120
		;;
	*)
		echo 'no guest for the machine the program is for'
		return 1
		;;
	esac
}

# Nobody but the program lives there, so it may tune what it likes. What takes a second on a
# busy machine takes ten in an emulated one on it.
place_options() {
	local guest emulator command_line port silence

	! describe_guest "$(guest_arch)" >/dev/null ||
		printf '%s\n' --console "$port" --tune-host --timeout-scale 4
}

place_available() {
	local guest emulator command_line port silence

	describe_guest "$(guest_arch)" || return
	need_commands "$emulator" cpio flock setpriv pgrep || return
	[[ ${KERNEL-} ]] || need_commands apt-get dpkg-deb sha256sum
}

find_kernel() {
	if [[ ${KERNEL-} ]]; then
		[[ -f $KERNEL && -r $KERNEL ]] ||
			misuse "KERNEL: '$KERNEL': expected a readable file"
		kernel=$KERNEL
		return
	fi
	TMPDIR=$scratch supervise "$here/debian-kernel" "$1" \
		>"$scratch/kernel" 2>"$scratch/why" ||
		unavailable "no kernel: $(tail -n 1 "$scratch/why")"
	cat "$scratch/why" >&2
	kernel=$(<"$scratch/kernel")
}

# The kernel splits what it hands on at spaces, and takes 2047 bytes and 32 words at the most.
check_options() {
	local word line="${options[*]}"

	((${#options[@]} <= 28 && ${#line} <= 1900)) ||
		misuse "options: '${#options[@]} words': expected at most 28, and 1900 bytes"
	for word in "${options[@]}"; do
		[[ $word =~ ^[^[:space:]\"]+$ ]] ||
			misuse "'$word': expected no spaces or quotes on a kernel's command line"
	done
}

make_initrd() {
	local root=$scratch/root

	(umask 022 && mkdir -p "$root"/{dev,proc,sys,tmp}) || bail 'no room for an initrd'
	install -m 755 -- "$program" "$root/init" || bail 'no room for an initrd'
	if [[ $known_file ]]; then
		install -m 644 -- "$known_file" "$root/known.tsv"
		put_known /known.tsv
	fi
	(cd "$root" && find . | cpio -o -H newc --owner=0:0 --quiet) >"$scratch/initrd" ||
		bail 'no room for an initrd'
}

# Passes the guest's lines on until its last words, whose status it puts into trailer. There is no
# limit but on silence: a long run is as good as a short one.
relay() {
	local line status

	trailer=
	while [[ ! $trailer ]]; do
		IFS= read -r -t "$silence" -u "$tap" line
		status=$?
		[[ ! $line && $status != 0 ]] || printf '%s\n' "$line"
		[[ ! $line =~ ^'# pipe7: exit status '([0-9]+)$ ]] || trailer=${BASH_REMATCH[1]}
		((status == 0)) || return "$status"
	done
}

tell_console() {
	[[ ! -e $scratch/console ]] ||
		tail -n 12 "$scratch/console" | tr -d '\r' | sed 's/^/# console: /'
}

# explain READ EMULATOR: their statuses; that of read is above 128 when its time was up.
explain() {
	local panic

	panic=$(grep -aom 1 'Kernel panic.*' "$scratch/console" 2>/dev/null | tr -d '\r')
	if (($1 > 128)); then
		echo "no word from the guest for $silence seconds"
	elif [[ $panic ]]; then
		echo "$panic"
	else
		echo "$emulator ended with status $2 before the program was done"
	fi
}

place_run() {
	local kernel guest emulator command_line port silence trailer tap status

	[[ ! $fifo_dir ]] || misuse "--dir: '$fifo_dir': expected none in a guest"
	require_static
	check_options
	make_scratch
	describe_guest "$(guest_arch)"
	silence=${PIPE7_BOOT_TIMEOUT:-$silence}
	[[ $silence =~ ^[1-9][0-9]*$ ]] ||
		misuse "PIPE7_BOOT_TIMEOUT: '$silence': expected a number of seconds"
	find_kernel "$(guest_arch)"
	make_initrd
	mkfifo "$scratch/tap"
	mortal "$emulator" "${guest[@]}" -chardev stdio,id=tap,signal=off -serial chardev:tap \
		-kernel "$kernel" -initrd "$scratch/initrd" \
		-append "$command_line -- ${options[*]}" >"$scratch/tap" &
	child=$!
	exec {tap}<"$scratch/tap"
	relay
	status=$?
	if [[ $trailer ]]; then
		((trailer < 2)) || tell_console >&2
		exit "$trailer"
	fi
	tell_console
	((status > 128)) || wait "$child"
	bail "$(explain "$status" "$?")"
}
