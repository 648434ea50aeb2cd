# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that the places use and lib.bash gives
# Which kernel a guest has, on which machine it is emulated, and the program for that machine.

# --- what was asked for ---

suite=       # of Debian; `own` is that of this machine
flavour=     # empty: cloud where there is one
arch=        # empty: the program's
kernel_file= # instead of a suite

one_of() {
	[[ " $3 " == *" $2 "* ]] || misuse "$1: '$2': expected one of $3"
}

# SUITE[-FLAVOUR][@ARCH], or the path of a kernel or of a tree that one was built in.
read_variant() {
	suite=own flavour='' arch='' kernel_file=${KERNEL-}
	case $1 in
	'') return ;;
	/* | ./* | ../*)
		kernel_file=$1
		return
		;;
	esac
	[[ ! $kernel_file ]] || misuse "KERNEL: '$KERNEL': expected none with qemu:$1"
	[[ $1 =~ ^([a-z]+(-backports)?)(-([a-z0-9-]+))?(@([a-z0-9]+))?$ ]] ||
		misuse "VARIANT: '$1': expected SUITE[-FLAVOUR][@ARCH] or /PATH/TO/KERNEL"
	suite=${BASH_REMATCH[1]} flavour=${BASH_REMATCH[4]} arch=${BASH_REMATCH[6]}
	one_of SUITE "$suite" "$("$here/debian-package" --suites)"
	[[ ! $arch ]] || one_of ARCH "$arch" "$(machines | cut -d ' ' -f 1 | paste -sd ' ')"
}

# A built tree has several images, of which the boot loaders' come first.
find_kernel_file() {
	local file=$kernel_file

	if [[ -d $file ]]; then
		for file in "$kernel_file"/arch/*/boot/{bzImage,Image,zImage} \
			"$kernel_file/vmlinux"; do
			[[ ! -f $file ]] || break
		done
	fi
	[[ -f $file && -r $file ]] ||
		misuse "KERNEL: '$kernel_file': expected a readable file, or a tree with a kernel"
	kernel=$(realpath -- "$file")
}

# --- machines ---

machines() {
	grep -v '^#' "$here/machines.txt"
}

# The architecture of the program, or of this machine when there is none. The cloud kernel for amd64
# runs programs for i386 as well, which is where most of them are.
program_arch() {
	local program=${program:-/proc/self/exe} kind

	kind=$(elf_kind 2>/dev/null)
	machines | awk -v kind="${kind/#1:1:3/2:1:62}" '$2 == kind { print $1 }'
}

# Sets what machines.txt says of arch, or prints why not.
read_machine() {
	: "${arch:=$(program_arch)}"
	read -r _ elf toolchain emulator image console port wires line_most board < <(
		machines | grep "^${arch:-none} "
	) || { echo 'no guest for the machine the program is for' && return 1; }
	emulator=qemu-system-$emulator
	silence=300
	[[ $arch != amd64 ]] || silence=120
}

# --- packages ---

# fetch ARGUMENT... sets tree to what containers/debian-package prints for them.
fetch() {
	TMPDIR=$scratch supervise "$here/debian-package" "$@" >"$scratch/tree" 2>"$scratch/why" ||
		unavailable "$(tail -n 1 "$scratch/why")"
	cat "$scratch/why" >&2
	tree=$(<"$scratch/tree")
}

# Sets the words that run a command of another suite's packages, on their own libraries: in a cage
# whose /usr is theirs.
borrow() {
	[[ -L /lib ]] || unavailable '/lib of this machine is not in /usr'
	make_cage || unavailable 'no process and mount namespaces'
	fetch --with-depends "$1" "$(dpkg --print-architecture)" "${@:2}"
	borrowed=("${cage[@]}" "$here/enter" bind "$tree/usr" /usr --)
}

# Sets emulate, the words that run the emulator. Before version 10 it boots no kernel for loong64.
choose_emulator() {
	local version

	emulate=("$emulator")
	[[ $arch == loong64 ]] || return 0
	version=$("$emulator" --version 2>/dev/null | sed -n 's/.* version \([0-9]*\).*/\1/p')
	((${version:-0} < 10)) || return 0
	borrow trixie qemu-system-misc
	emulate=("${borrowed[@]}" "$emulator")
}

# Debian's kernels are linux-image-FLAVOUR, where FLAVOUR may be that and the image's name.
find_kernel() {
	local names=("linux-image-cloud-$image" "linux-image-$image")

	if [[ $kernel_file ]]; then
		find_kernel_file
	else
		[[ ! $flavour ]] || names=("linux-image-$flavour-$image"
			"linux-image-$image-$flavour" "linux-image-$flavour")
		fetch "$suite" "$arch" "${names[@]}"
		kernel=$(find "$tree" -name 'vmlinu*' -type f | head -n 1)
	fi
	unwrap_kernel
}

# zboot_field OFFSET
zboot_field() {
	od -An -v --endian=little -t u4 -j "$1" -N 4 -- "$kernel" | tr -d ' '
}

# An image that unpacks itself as an EFI program does so nowhere else.
unwrap_kernel() {
	local how from length

	[[ $(tail -c +5 -- "$kernel" | head -c 4 | tr '\0' .) == zimg ]] || return 0
	how=$(tail -c +25 -- "$kernel" | head -c 4 | tr -d '\0')
	from=$(zboot_field 8) length=$(zboot_field 12)
	case $how in
	gzip | zstd) need_commands "$how" >"$scratch/why" || unavailable "$(<"$scratch/why")" ;;
	*) unavailable "a kernel compressed with '$how'" ;;
	esac
	tail -c "+$((from + 1))" -- "$kernel" | head -c "$length" | "$how" -dcq >"$scratch/image"
	[[ -s $scratch/image ]] || bail "cannot unpack $kernel"
	kernel=$scratch/image
}

# --- the program ---

# Whether the machine runs it: amd64 runs i386's too.
program_fits() {
	local kind

	kind=$(elf_kind 2>/dev/null)
	[[ $kind == "$elf" || $kind:$arch == 1:1:3:amd64 ]]
}

# Whether out/ has one for the machine that is as new as its sources.
is_built() {
	[[ -x $built ]] && [[ ! $(cd "${here%/*}" && find runner/*.[ch] cases GNUmakefile \
		-newer "$built" -print -quit 2>/dev/null) ]]
}

# For loong64 there is no compiler before trixie's.
borrow_compiler() {
	local name=$toolchain-gcc

	[[ $arch == loong64 ]] || return 0
	borrow trixie "gcc-$toolchain" libc6-dev-loong64-cross
	mkdir "$scratch/bin"
	printf '#!/bin/bash\nexec %s/usr/bin/%s "$@"\n' "$(printf '%q ' "${borrowed[@]}")" \
		"$name" >"$scratch/bin/$name"
	chmod 755 "$scratch/bin/$name"
}

# Sets program to one for the machine: the one there is, or out/TOOLCHAIN/pipe7, made when needed.
choose_program() {
	local built=${here%/*}/out/$toolchain/pipe7

	program_fits && return
	if ! is_built; then
		have "$toolchain-gcc" || borrow_compiler
		PATH=$scratch/bin:$PATH supervise env -u MAKEFLAGS -u MAKELEVEL flock "$here" \
			make -s -j "$(nproc)" -C "${here%/*}" CROSS="$toolchain-" \
			>"$scratch/why" 2>&1
	fi
	is_built || unavailable "no program for $arch: make CROSS=$toolchain- (package \
gcc-${toolchain/x86_/x86-}): $(head -n 1 "$scratch/why")"
	program=$(realpath -- "$built")
}
