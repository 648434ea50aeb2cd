#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What GNUmakefile and .ci/deps promise, in a tree of their own.
# shellcheck disable=SC2016 # the fakes expand their own arguments

setup() {
	top=$BATS_TEST_DIRNAME/../..
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/cases" "$tree/runner"
	cp -r "$top/.ci" "$top/GNUmakefile" "$tree"
	cd "$tree" || return
	echo 'FAMILY(read)' >cases/families.def
	printf '# comment\n\nEOF-01\tsays "a\\b" what??!\tPOSIX\t\n' >cases/catalogue.tsv
	: >cases/known.tsv
	echo 'int read_family;' >cases/read.c
	cat >runner/main.c <<-'END'
		#include <stdio.h>
		static const char *const rows[] = {
		#include "catalogue.inc"
		};
		int main(void)
		{
			return puts(rows[0]) < 0;
		}
	END
}

# fake NAME TEXT...: a command that only this test sees.
fake() {
	local name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"bin/$name"
	chmod +x "bin/$name"
}

# Only what .ci/deps itself calls, and nothing that it looks for.
bare_path() {
	mkdir bin
	for tool in sh sed sort tr uname env; do ln -s "$(command -v "$tool")" bin; done
	fake id 'echo 0'
}

@test "plain make builds out/pipe7, and again does nothing" {
	make
	run make
	[ -z "$output" ]
	[ "$(out/pipe7)" = 'EOF-01	says "a\b" what??!	POSIX	' ]
}

@test "a changed catalogue, a changed flag and a removed file each rebuild" {
	make
	sed -i s/EOF-01/EOF-02/ cases/catalogue.tsv
	make
	[[ $(out/pipe7) == EOF-02* ]]
	run make CFLAGS=-O1
	[[ $output == *main.o* ]]
	: >cases/families.def
	rm cases/read.c
	run make CFLAGS=-O1
	[[ $output == *LINK* ]]
}

@test "variants do not mix" {
	make
	make SANITIZE=1
	[ -x out/native-sanitize/pipe7 ]
	run make
	[ -z "$output" ]
}

@test "a family that is not registered stops make by name" {
	touch cases/new.c
	run make
	[ "$status" -eq 2 ]
	[[ $output == *'cases/new.c is not in cases/families.def'* ]]
	run make help
	[ "$status" -eq 0 ]
}

@test "a registered family without a file stops make by name" {
	echo 'FAMILY(gone)' >>cases/families.def
	run make
	[ "$status" -eq 2 ]
	[[ $output == *'cases/families.def names gone, but there is no cases/gone.c'* ]]
}

@test "help names every target" {
	run make help
	for target in all run check lint deps unit format clean install help; do
		grep -q "^make $target " <<<"$output"
	done
}

@test "install puts the program under DESTDIR and PREFIX" {
	make install DESTDIR="$tree/root" PREFIX=/usr
	[ -x root/usr/bin/pipe7 ]
}

@test "deps installs what is missing with the system's package manager" {
	bare_path
	fake apt-get 'echo "apt-get $*" >>log'
	PATH=$tree/bin run .ci/deps run
	echo "$output"
	grep -q '^apt-get -q .*update$' log
	grep -q '^apt-get install .* make ' log
	grep -q '^apt-get install .*DPkg::Lock::Timeout=' log
	[[ $output == *installing:*gcc* ]]
}

@test "deps without a way to install says what is missing, in one line" {
	bare_path
	fake id 'echo 1000'
	fake apt-get 'exit 1'
	PATH=$tree/bin run .ci/deps run
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == 'missing: '*'make'*'apt-get install'* ]]
}

@test "a compiler that comes later is asked again whether it links statically" {
	mkdir bin
	run make "CC=$tree/bin/later-gcc"
	[ "$status" -ne 0 ]
	printf '#!/bin/sh\nexec cc "$@"\n' >bin/later-gcc
	chmod +x bin/later-gcc
	make "CC=$tree/bin/later-gcc"
	grep -qx -e -static out/obj/later-gcc/static
}

@test "a matrix does not need what only make check does" {
	bare_path
	fake apt-get 'echo "apt-get $*" >>log'
	PATH=$tree/bin run .ci/deps run places
	grep -q ' runc ' log
	[ "$(grep -cE 'clang|cppcheck|shellcheck' log)" -eq 0 ]
	rm log
	PATH=$tree/bin run .ci/deps check
	grep ' runc ' log | grep -q ' clang '
}
