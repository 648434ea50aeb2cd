# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# A kernel of our own, emulated: the program is its first process, has every capability, and
# changes nobody's sysctls.

# shellcheck source=../guest.bash
source "$here/guest.bash"
# shellcheck source=../boot.bash
source "$here/boot.bash"

# So that what is said of the kernel leads back to it.
[[ ! ${KERNEL-} ]] || label=qemu:$(realpath -m -- "$KERNEL")

place_needs() {
	echo 'qemu-system-ARCH, cpio, and apt-get or KERNEL'
}

# Worth listing; there are more.
place_variants() {
	sed 's/  */\t/' <<-'END'
		bullseye             Linux 5.10
		bullseye-rt          Linux 5.10, PREEMPT_RT
		bookworm             Linux 6.1
		bookworm-rt          Linux 6.1, PREEMPT_RT
		bookworm-backports   Linux 6.12
		trixie               Linux 6.12
		trixie-rt            Linux 6.12, PREEMPT_RT
		trixie-backports     Linux 7.3
		forky                Linux 7.2
		sid                  Linux 7.2
		sid-rt               Linux 7.2, PREEMPT_RT
		bookworm@i386        Linux 6.1, 32 bits
		bookworm@armhf       Linux 6.1, 32 bits
		trixie@arm64         Linux 6.12
		sid-16k@arm64        Linux 7.2, pages of 16 KiB
		trixie-64k@ppc64el   Linux 6.12, pages of 64 KiB
		sid@s390x            Linux 7.2, big-endian
		trixie@riscv64       Linux 6.12
		sid@loong64          Linux 7.2, pages of 16 KiB
	END
}

place_check_variant() {
	[[ $1 ]] || misuse "VARIANT: '': expected SUITE[-FLAVOUR][@ARCH] or /PATH/TO/KERNEL"
	(read_variant "$1") || exit
}

# Nobody but the program lives there, so it may tune what it likes.
place_options() {
	read_variant "$variant"
	! read_machine >/dev/null ||
		printf '%s\n' --console "/dev/$port" --tune-host
}

place_available() {
	local needed=(cpio flock setpriv pgrep)

	read_variant "$variant"
	read_machine || return
	[[ $arch == loong64 ]] || needed+=("$emulator")
	[[ $kernel_file ]] || needed+=(apt-get dpkg-deb sha256sum)
	need_commands "${needed[@]}"
}

# The port that is the guest's output, and beside it, where there can be one, that of the console.
# shellcheck disable=SC2054 # the commas are qemu's
add_ports() {
	local first=(-serial "file:$scratch/console")

	case $wires in
	uart) guest+=("${first[@]}" -serial chardev:tap) ;;
	pci) guest+=("${first[@]}" -device pci-serial,chardev=tap) ;;
	sclp)
		guest+=(-chardev "file,id=console,path=$scratch/console"
			-device sclplmconsole,chardev=console -device sclpconsole,chardev=tap)
		;;
	same) guest+=(-serial chardev:tap) ;;
	esac
}

# Prints the kernel's words. What is not about pipes and takes long in an emulator is left out: a
# test of all ciphers, and clearing what is allocated anyhow. On a PC Linux doubts that one clock
# serves all processors, reads a slow device instead, and on a busy machine takes the timer for dead
# and panics. A word that a kernel does not know must have a dot or an equals sign, or the kernel
# hands it on as an option. On a port that is shared quiet means silent. There is no i8042 where
# Linux for loong64 looks for it.
kernel_words() {
	echo "console=$console quiet panic=-1 cryptomgr.notests init_on_alloc=0"
	[[ $arch != amd64 && $arch != i386 ]] || echo tsc=reliable no_timer_check=1
	[[ $wires != same ]] || echo loglevel=0
	[[ $arch != loong64 ]] || echo initcall_blacklist=i8042_init
}

# A thread for each processor of the guest halves the time of one guest, and doubles that of two
# side by side on two processors, as in a matrix (containers/matrix exports MATRIX).
emulation() {
	[[ $arch == amd64 && ! ${MATRIX-} ]] && echo tcg,thread=multi || echo tcg,thread=single
}

# shellcheck disable=SC2054 # the commas are qemu's
place_run() {
	local emulate borrowed tree kernel guest words line

	read_variant "$variant"
	read_machine
	check_options "$line_most"
	read_silence "$silence"
	make_scratch
	[[ ! $tap_dir ]] || trap 'settle "$?"; finish' EXIT
	choose_program
	require_static
	choose_emulator
	find_kernel
	make_initrd
	read -ra words <<<"$board"
	guest=(-nodefaults -no-user-config -display none -no-reboot -accel "$(emulation)"
		-smp 2 -m 256 -machine "${words[@]}" -chardev stdio,id=tap,signal=off)
	add_ports
	line=$(kernel_words | paste -sd ' ')
	boot "$emulator" "${emulate[@]}" "${guest[@]}" -kernel "$kernel" \
		-initrd "$scratch/initrd" -append "$line -- ${options[*]}"
}
