#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What is no run, or a damaged one, or one that means harm: one clear line and status 2, or a result
# that says what is wrong.
# shellcheck disable=SC2016 # Markdown has backticks

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
}

# flagged TEXT: all programs take x.tap, and the table of runs says TEXT of it.
flagged() {
	local program

	report matrix --all --width 200 x.tap
	cat out err
	[ "$status" -eq 0 ]
	[ ! -s err ]
	has "$1"
	hasnot ' line '
	for program in 'compare x.tap' 'history --width 200'; do
		# shellcheck disable=SC2086 # words
		report $program x.tap
		[ "$status" -eq 0 ]
		[ ! -s err ]
	done
}

# rows: of the text in out, the lines behind the numbers of the runs.
rows() {
	sed '1,/^12*$/d' out
}

# bounded PROGRAM OPTION...: with the memory and the time that it may take.
bounded() {
	status=0
	(
		ulimit -v 1000000
		exec timeout 60 "$reports/$1" "${@:2}" >out 2>err </dev/null
	) || status=$?
}

@test "missing, unreadable, empty, binary and other files" {
	: >empty.tap
	head -c 4096 /dev/zero >binary.tap
	echo 'all is well' >text.tap
	mkdir directory
	: >unreadable.tap
	chmod 0 unreadable.tap
	printf 'BZh91AY' >bzip.tap
	while IFS='|' read -r name text; do
		for program in matrix history 'compare good.tap' 'known --from'; do
			of good.tap <<<'pass f/a'
			# shellcheck disable=SC2086 # words
			report $program "$name"
			refused 2 "'$name': $text"
		done
	done <<-'END'
		nosuch|No such file or directory
		empty.tap|expected TAP: there is no plan and no test line in it
		binary.tap|expected TAP
		text.tap|expected TAP
		directory|expected a directory with .tap files or archives in it
		bzip.tap|expected TAP, or an archive that is a tar, perhaps gzipped
	END
	[ "$(id -u)" != 0 ] || return 0
	report matrix unreadable.tap
	refused 2 "'unreadable.tap': Permission denied"
}

@test "damaged and foreign TAP is read as far as it goes, and flagged" {
	while IFS='|' read -r tap flag; do
		printf '%b' "$tap" >x.tap
		flagged "$flag"
	done <<-'END'
		1..3\nok 1 - f/a\n|incomplete: 1 of 3 points
		ok 1 - f/a\n|incomplete: 1 of an unknown number of points
		1..1000000000\nok 1 - f/a\n|incomplete: 1 of 1000000000 points
		1..2\nok 1 - f/a\nok 99999999999999999999999 - f/b\n|out of sequence
		1..2\nok 1 - f/a\nok 1 - f/b\n|out of sequence
		1..-1\nok -1 - f/a\n|incomplete
		1..2\nok 1 - f/a\nok 2 - f/a\n|'f/a' is in it more than once
		1..1\nok 1 - f/\0377\0376\n|not all of it is UTF-8
		1..1\nok 1 - f/a\0000b\n|there are control characters in it
		1..2\nok 1 - f/a\nBail out!  no more\n|bailed out: no more
		1..0 # SKIP profile: none\n|skipped: profile: none
		TAP version 99\n1..1\nok 1 - f/a\n|version
		TAP version 13\n1..1\nok 1 - f/a\n  ---\n  no yaml\n  ...\n|Badly formed hash line
		TAP version 13\n1..1\nnot ok 1 - f/a\n  ---\n  want: "x\n|multi-line
	END
}

@test "what other systems make of the end of a line or the beginning of a file is no damage" {
	of good.tap <<<$'pass f/a\nfail f/b\nskip f/c'
	sed 's/$/\r/' good.tap >x.tap
	report matrix --all good.tap
	mv out want
	sed -i s/good/x/ want
	report matrix --all x.tap
	cmp out want
	{ printf '\357\273\277' && sed 1d good.tap; } >x.tap
	report matrix --all x.tap
	cmp out want
	sed 's/version 13/version 14/' good.tap >x.tap
	sed -i 's/^1\.\.3/&\n# Subtest: f\n    1..1\n    not ok 1 - f\/inner/' x.tap
	report matrix --all x.tap
	cmp out want
}

@test "of two points by one name the worse one counts" {
	printf '1..4\nok 1 - f/a\nnot ok 2 - f/a\nnot ok 3 - f/b\nok 4 - f/b\n' >x.tap
	report matrix --all x.tap
	[ "$(rows)" = $'F f/a\nF f/b' ]
	report compare --fail-on fixed x.tap x.tap
	[ "$status" -eq 1 ]
}

@test "nothing can turn the terminal or the direction of writing" {
	printf '1..1\nok 1 - f/\033[31mred\302\233\342\200\256evil\302\255\n' >x.tap
	printf '# fact: kernel=\033]0;x\007\n' >>x.tap
	mv x.tap $'x\033[2J\342\200\256.tap'
	for words in 'matrix --all' 'matrix --format markdown' 'matrix --format json' history \
		'known --from'; do
		# shellcheck disable=SC2086 # words
		report $words x*.tap
		cat out err >both
		run grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' both
		[ "$status" -eq 1 ]
	done
}

@test "text of others is no markup in Markdown" {
	cat >x.tap <<-'END'
		TAP version 13
		1..2
		# fact: kernel=<script>alert(1)</script> @user #12 [x](javascript:alert) a|b
		not ok 1 - f/`a`|b
		  ---
		  verdict: fail
		  want: "<b>*x*</b> | `y`"
		  got: "@user ~~z~~ ![x](y) </details>"
		  ...
		not ok 2 - f/@user[x](javascript:y)
	END
	of good.tap <<<'pass f/a'
	for words in 'matrix --all' 'compare good.tap' 'history x2.tap'; do
		{ cat x.tap; echo '# another'; } >x2.tap
		# shellcheck disable=SC2086 # words
		report $words --format markdown x.tap
		[ "$status" -eq 0 ]
		# Without code and what is escaped nothing is left that means something.
		sed -E 's/`[^`|]*`//g; s/\\[][\\`*_|~>]//g' out >bare
		run grep -nE '<(script|b|/details)|@[a-z]|#[0-9]|\]\(|~~|\*x|!\[' bare
		echo "$output"
		[ "$status" -eq 1 ]
		awk -F '[^\\\\][|]' '/^\|/ { if (NF != last && last) exit 1; last = NF }
			!/^\|/ { last = 0 }' out
	done
}

@test "what is too large is refused at once" {
	{ echo 1..1 && head -c 100M /dev/zero; } >large.tap
	bounded matrix large.tap
	refused 2 "'large.tap': expected at most 32 MiB"
	{ echo 1..1 && head -c 200M /dev/zero; } >large.tap
	bounded matrix large.tap
	refused 2 "'large.tap': expected at most 128 MiB"
	bounded compare large.tap large.tap
	refused 2 'expected at most 128 MiB'
	rm large.tap
	{ echo 1..1 && yes 'ok - f/a' | head -n 100001; } >many.tap
	bounded matrix many.tap
	refused 2 "'many.tap': expected at most 100000 points"
	bounded matrix /dev/zero
	refused 2 "'/dev/zero': expected at most 128 MiB"
}

@test "what inflates without end is refused while it does" {
	# A gigabyte of zeros, in pieces that are gzipped once.
	head -c 16M /dev/zero | gzip -1 >piece.gz
	for _ in {1..64}; do cat piece.gz; done >bomb.tap.gz
	bounded matrix bomb.tap.gz
	refused 2 "'bomb.tap.gz': expected at most 128 MiB"
	truncate -s 100M large.tap
	tar -czf large.tar.gz large.tap
	rm large.tap
	bounded history large.tar.gz
	refused 2 "'large.tar.gz': expected at most 32 MiB"
	# A gigabyte that the archive has, and one that it only says it has.
	truncate -s 1G large.tap
	tar -cf - large.tap | head -c 512 >lies.tar
	head -c 2048 /dev/zero >>lies.tar
	rm large.tap
	{ head -c 512 lies.tar | gzip && cat bomb.tap.gz; } >large.tar.gz
	bounded matrix large.tar.gz
	refused 2 "'large.tar.gz': expected at most 128 MiB"
	bounded matrix lies.tar
	refused 2 "'lies.tar': expected at most 32 MiB"
}

@test "archives that are cut short, empty, or have a great many entries" {
	of a.tap <<<'pass f/a'
	tar -czf whole.tar.gz a.tap
	head -c 100 whole.tar.gz >short.tar.gz
	tar -cf - a.tap | head -c 700 >short.tar
	: >.hidden
	tar -cf none.tar .hidden
	tar -cf - --format=ustar .hidden | head -c 512 >header
	for _ in {1..10001}; do cat header; done >many.tar
	while IFS='|' read -r name text; do
		bounded matrix "$name"
		refused 2 "'$name': $text"
	done <<-'END'
		short.tar.gz|unexpected end of file
		short.tar|Read error on tarfile
		none.tar|expected an archive with TAP in it
		many.tar|expected at most 10000 files
	END
}

@test "nothing of an archive is written anywhere, and its links lead nowhere" {
	mkdir -p in/deep
	of in/a.tap here unprivileged 2026-01-01 <<<'pass f/a'
	echo 'secret 1..1' >secret
	ln -s "$PWD/secret" in/link.tap
	mkfifo in/fifo.tap
	tar -cf evil.tar --transform 's|^in/a|../../a|' -P in/a.tap in/link.tap in/fifo.tap
	tar -rf evil.tar --transform "s|^in/a|$PWD/out-of/b|" -P in/a.tap
	mkdir -p here/deep
	(cd here/deep && "$reports/matrix" --format json ../../evil.tar >../../out)
	[ -z "$(find here ! -type d)" ]
	[ ! -e out-of ] && [ ! -e a.tap ] || return 1
	hasnot secret
	has '"id":"f/a"'
	[ "$(grep -o '"source":' out | wc -l)" -eq 1 ]
}

@test "directories that lead into themselves, and files in them that are none" {
	mkdir -p loop/deep
	ln -s .. loop/deep/up
	ln -s . loop/again
	mkfifo loop/fifo.tap
	mkdir loop/directory.tap
	of loop/deep/a.tap <<<'fail f/a'
	bounded matrix loop
	[ "$status" -eq 0 ]
	has '1  here '
	hasnot '2  here'
	deep=$(printf 'd/%.0s' {1..20})
	mkdir -p "$deep"
	cp loop/deep/a.tap "$deep"
	bounded matrix d
	refused 2 'expected directories that are nested less deep'
}

@test "an error shows no more than one line of a name" {
	report matrix $'no\nsuch\033[31m\tfile'
	refused 2 "'no such?[31m file': No such file"
}
