#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Runs joined on identity: where they are found, how they are told apart, what is shown of them.
# shellcheck disable=SC2016 # Markdown has backticks

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
	of a.tap here <<-'END'
		pass f/same
		pass f/differs
		skip f/skipped
		fail g/bad returns_1 fails_with_EAGAIN
		observed g/observed
		known g/known
		broken g/broken
	END
	of b.tap there <<-'END'
		pass f/same
		fail f/differs
		pass f/between
		pass f/skipped
		fail g/bad
		pass g/observed
		known g/known
		broken g/broken
		pass g/last
	END
}

# rows: of the text in out, the lines behind the numbers of the runs.
rows() {
	sed '1,/^12*$/d' out
}

@test "all identities, in the order of the longest run with what it lacks between" {
	sed -i '/f\/same/d' b.tap
	report matrix --all a.tap b.tap
	[ "$status" -eq 0 ]
	diff <(rows) - <<-'END'
		.  f/same
		.F f/differs
		 . f/between
		-. f/skipped
		FF g/bad
		f. g/observed
		kk g/known
		BB g/broken
		 . g/last
	END
}

@test "where runs have another order, that of the longest one is kept" {
	of a.tap here <<<$'pass f/x\npass f/y'
	of b.tap there <<<$'pass f/y\npass f/x\npass f/z'
	report matrix --all a.tap b.tap
	[ "$(rows)" = $'.. f/y\n.. f/x\n . f/z' ]
}

@test "without --all there is what differs; --skips takes those in" {
	report matrix --width 100 a.tap b.tap
	[ "$(rows)" = $'.F f/differs\nf. g/observed' ]
	has '9 identities, 2 with a difference, 1 only in what was skipped, 3 that pass in no run'
	report matrix --skips a.tap b.tap
	[ "$(rows)" = $'.F f/differs\n-. f/skipped\nf. g/observed' ]
}

@test "of one run there is what is no plain pass and no skip" {
	report matrix a.tap
	[ "$(rows)" = $'F g/bad\nf g/observed\nk g/known\nB g/broken' ]
}

@test "filters by family, level, state and text" {
	levels POSIX f/same f/differs f/between f/skipped g/bad g/known g/broken g/last
	levels OBSERVED g/observed
	while IFS='|' read -r words rows; do
		# shellcheck disable=SC2086 # words
		report matrix --all --claims claims.tsv $words a.tap b.tap
		[ "$(rows | cut -c 4- | tr '\n' ' ')" = "$rows " ]
	done <<-'END'
		--family f|f/same f/differs f/between f/skipped
		--family g|g/bad g/observed g/known g/broken g/last
		--family ? --state fail|f/differs g/bad g/observed
		--state broken|g/broken
		--state skip|f/skipped
		--level observed|g/observed
		--level posix --family f|f/same f/differs f/between f/skipped
		--match EAGAIN|g/bad
		--match eagain|g/bad
		--family g --state pass|g/observed g/last
	END
	report matrix --all --match 'we live' a.tap b.tap
	[ "$(rows)" = 'kk g/known' ]
}

@test "details say what was wanted and came, once for all runs that say the same" {
	report matrix --all --details a.tap b.tap
	has '    1: want returns 1, got fails with EAGAIN' '    2: want returns 1, got returns 2' \
		'    1-2: want returns 1, got returns 2' '    1: no such thing'
}

@test "runs of one place and profile are told apart by dates, else by numbers" {
	for i in 1 2 3; do
		of "$i.tap" here unprivileged "2026-01-0$i" <<<"pass f/a$i"
	done
	report matrix --only runs --format markdown 1.tap 2.tap 3.tap
	has '`here+unprivileged@2026-01-01`' '`here+unprivileged@2026-01-03`'
	sed -i '/date/d' ./?.tap
	report matrix --only runs --format markdown 1.tap 2.tap
	has '`here+unprivileged#1`' '`here+unprivileged#2`'
}

@test "one run that is found twice is one" {
	mkdir both
	of a.tap here unprivileged 2026-01-01 <<<'pass f/a'
	cp a.tap both/a.tap
	cp a.tap both/other.tap
	report matrix --only runs a.tap both
	[ "$(grep -c unprivileged out)" -eq 1 ]
}

@test "files, gzipped files, directories and archives are one to it" {
	needs jq
	mkdir -p dir/below arch
	report matrix --format json a.tap b.tap
	query 'del(.generated, .runs[].source)' >want
	gzip -c a.tap >a2.tap.gz
	cp a.tap dir/
	cp b.tap dir/below/
	echo noise >dir/README
	tar -cf plain.tar a.tap b.tap
	tar -czf zipped.tgz a.tap b.tap
	cp zipped.tgz arch/
	for words in 'a2.tap.gz b.tap' dir plain.tar zipped.tgz arch \
		'zipped.tgz plain.tar a.tap'; do
		# shellcheck disable=SC2086 # words
		report matrix --format json $words
		query 'del(.generated, .runs[].source)' | diff want -
	done
	report matrix --format json - b.tap
	refused 2 "'-'"
	status=0
	"$reports/matrix" --format json - b.tap <a.tap >out || status=$?
	query 'del(.generated, .runs[].source)' | diff want -
}

@test "an archive of prove says the order and the dates" {
	needs jq
	perl -MTAP::Harness::Archive -e 1 2>/dev/null || skip 'no TAP::Harness::Archive'
	prove --exec cat -a archive.tar.gz b.tap a.tap >/dev/null || true
	report matrix --format json archive.tar.gz
	[ "$(query '.runs[].place' | tr '\n' ' ')" = 'there here ' ]
	[[ $(query '.runs[0].date') =~ ^20[0-9-]{8}T[0-9:]{8}Z$ ]]
	[ "$(query '.runs[0].source')" = archive.tar.gz:b.tap ]
}

@test "a directory of containers/matrix says when, and what the cases claim" {
	needs jq
	mkdir 20260102-030405.abcdef
	cp a.tap 20260102-030405.abcdef
	tr '|' '\t' >claims.tsv <<-'END'
		case|level|claim|cites|against|since|at|covers|about
		f/same|POSIX|it is the same|pipe(2)||4.9|cases/f.c:1|A-1 A-2|F
	END
	cp claims.tsv 20260102-030405.abcdef
	report matrix --format json 20260102-030405.abcdef
	[ "$(query '.runs[0].date')" = 2026-01-02T03:04:05Z ]
	query '.cases["f/same"] | [.level, .claim, .covers[1], .against, .since] | tojson' >case
	[ "$(<case)" = '["posix","it is the same","A-2",null,"4.9"]' ]
	report matrix --format json --claims claims.tsv a.tap
	[ "$(query '.cases["f/same"].level')" = posix ]
	report matrix --claims a.tap a.tap
	refused 2 "--claims 'a.tap': expected"
}

@test "of a fact that is told twice the first counts, of dates that of the run" {
	needs jq
	mkdir 20260102-030405.abcdef
	of 20260102-030405.abcdef/a.tap here unprivileged 2026-05-06 <<<'pass f/a'
	echo '# fact: machine=other' >>20260102-030405.abcdef/a.tap
	report matrix --format json 20260102-030405.abcdef
	[ "$(query '.runs[0].date')" = 2026-05-06 ]
	[ "$(query '.runs[0].facts.machine')" = x86_64 ]
}

@test "the seconds of a run are those that it says, not the sum of its trials" {
	of c.tap <<<$'pass f/a\npass f/b'
	echo '# fact: seconds=1.7' >>c.tap
	report matrix --only runs --width 200 c.tap
	[ "$(awk '$2 == "here" { print $9 }' out)" = 1.7 ]
}

@test "limits and settings: those that differ, or all" {
	echo '# limit: F_GETPIPE_SZ=65536 by fcntl() of a new pipe' | tee -a a.tap >>b.tap
	echo '# limit: FIONSPACE=none by ioctl()' >>a.tap
	echo '# limit: FIONSPACE=4096 by ioctl()' >>b.tap
	report matrix --only limits a.tap b.tap
	has 'FIONSPACE: ioctl()' '    none        in 1' '    4096        in 2'
	hasnot F_GETPIPE_SZ
	report matrix --only limits --all a.tap b.tap
	has 'F_GETPIPE_SZ: fcntl() of a new pipe' '    65536       in all runs'
	report matrix --only limits --format markdown a.tap b.tap
	has '| `here+unprivileged` | none |'
}

@test "text fits its width, and the ends of an identity are kept" {
	of c.tap <<<"fail f/$(printf 'very_%.0s' {1..50})long/last_row"
	for width in 20 30 80; do
		report matrix --all --details --width "$width" a.tap b.tap c.tap
		[ "$status" -eq 0 ]
		fits "$width"
	done
	grep -q '^  F f/very_.*[.][.][.].*long/last_row$' out
}

@test "Markdown has a table of runs and one of identities" {
	report matrix --format markdown a.tap b.tap
	has '| 1 | `here+unprivileged` | Linux 6.1.0 | x86\_64 |' \
		'| `f/differs` | pass | **FAIL** |' '| `g/observed` | fail | pass |'
}

@test "a run of the program in any format is one to it" {
	needs jq
	[ -x "$real_program" ] || skip 'no program to run'
	export PIPE7=$real_program
	for format in tap13 tap14 ktap; do
		"$PIPE7" --format "$format" creation end_of_file >real.tap
		report matrix --format json real.tap
		[ "$(query '.runs[0] | "\(.status) \(.problems)"')" = 'complete []' ]
		query '[.rows[] | del(.cells[].ms)] | tojson' >"$format.rows"
		query '.cases | with_entries(.value = .value.level) | tojson' >levels
		grep -q '"end_of_file/read_returns_0_once_every_writer_closed":"posix"' levels
	done
	cmp tap13.rows tap14.rows
	cmp tap13.rows ktap.rows
	[ "$(jq length tap13.rows)" -gt 20 ]
}

@test "a block says the same however it is quoted" {
	needs jq
	sed -i 's/  claim: .*/  claim: "it'"'"'s so"/' a.tap
	report matrix --format json a.tap
	query 'del(.generated)' >want
	[ "$(query '.cases["g/bad"].claim')" = "it's so" ]
	[ "$(query '[.rows[].cells[0].ms] | tojson')" = '[1.25,1.25,null,2.5,2.5,2.5,2.5]' ]
	sed -i "/claim/s/'/''/; s/^\(  [a-z]*: \)\"\(.*\)\"\$/\1'\2'/" a.tap
	grep -q "claim: 'it''s so'" a.tap
	report matrix --format json a.tap
	query 'del(.generated)' | diff want -
}

@test "the tests of what a shell sees are a run too" {
	bats --tap "$top/cases/shell.bats" >shell.tap || true
	report matrix --all shell.tap
	[ "$status" -eq 0 ]
	has '  1  shell '
	hasnot incomplete
}

@test "what is printed as JSON is what the schemas say, and what they do not say is refused" {
	needs jq
	report matrix --format json --output matrix.json a.tap b.tap
	report compare --format json --fail-on broken --output compare.json a.tap b.tap
	report history --format json --output history.json a.tap b.tap
	valid_report matrix.json compare.json history.json
	while IFS='|' read -r name spoil; do
		jq "$spoil" "$name.json" >spoilt.json
		run cmp -s "$name.json" spoilt.json
		[ "$status" -eq 1 ]
		run "$top/.ci/schemas/validate" report spoilt.json
		echo "$spoil: $output"
		[ "$status" -eq 1 ]
	done <<-'END'
		matrix|.version = 2
		matrix|.schema = "pipe7-other"
		matrix|.extra = 1
		matrix|del(.runs[0].facts)
		matrix|.runs[0].date = "yesterday"
		matrix|.rows[0].cells[0].state = "fine"
		matrix|.rows[0].cells[0].unexpected = 0
		matrix|.rows[0].cells[0].ms = "1"
		compare|.changes[0].class = "worse"
		compare|.pairs[0].counts.same = -1
		compare|del(.gate.tripped)
		history|.series[0].identities[0].flake_rate = 2
		history|.series[0].identities[0].first_bad = 0
	END
}

@test "an option that would be ignored is wrong use" {
	for format in json html; do
		for words in '--only runs' --all --skips '--family f' '--level posix' \
			'--state fail' '--match x' --details; do
			# shellcheck disable=SC2086 # words
			report matrix --format "$format" $words a.tap
			refused 2 "${words%% *}: expected with --format text or markdown"
		done
	done
	report matrix --format markdown --details a.tap
	refused 2 '--details: expected with --format text'
	for words in --skips '--family f' '--state fail' '--match x' --details; do
		# shellcheck disable=SC2086 # words
		report matrix --only limits $words a.tap
		refused 2 "${words%% *}: expected without --only limits"
	done
	report matrix --only runs --all a.tap
	refused 2 '--all: expected without --only runs'
}

@test "wrong use is one line and status 2" {
	while IFS='|' read -r words text; do
		# shellcheck disable=SC2086 # words
		report matrix $words
		refused 2 "$text"
	done <<-'END'
		|RUN: expected a file
		--format xml a.tap|--format 'xml': expected one of text markdown json html
		--state good a.tap|--state 'good': expected one of pass fail known skip broken
		--only cells a.tap|--only 'cells': expected one of runs limits
		--width -1 a.tap|--width '-1'
		--level posix --family f a.tap|--level: the level of 3 identities is not
		--family typo a.tap|--family 'typo': expected families of these runs
		--width x a.tap|width
		--families f a.tap|unknown option: families
		nosuch.tap|'nosuch.tap': No such file
	END
	report matrix --help
	[ "$status" -eq 0 ]
	has 'usage: reports/matrix'
}

@test "a file with several reports is as many runs" {
	{
		printf '%s\n' 'pass a/b' 'skip a/c' | of one.tap here unprivileged
		printf '%s\n' 'pass a/b' 'fail a/c' | of two.tap here container
		cat one.tap
		echo '# pipe7: exit status 0'
		cat two.tap
		echo '# pipe7: exit status 1'
	} >both.tap
	report matrix --format json both.tap
	[ "$status" -eq 0 ]
	perl -MJSON::PP -e 'local $/; print "$_->{name} $_->{source} $_->{status} ",
		scalar @{ $_->{problems} }, "\n" for @{ decode_json(<>)->{runs} }' out >said
	diff said - <<-'END'
		here+unprivileged both.tap complete 0
		here+container both.tap#2 complete 0
	END
	tar -czf both.tar.gz both.tap
	report matrix --only runs both.tar.gz
	grep -E '^ +1  here +unprivileged +2 ' out
	grep -E '^ +2  here +container +2 ' out
}

@test "runs of different names are different runs, though they printed the same" {
	printf 'TAP version 13\n1..0 # SKIP no runtime here\n' | tee crun.tap >runc.tap
	mkdir copies
	cp crun.tap copies
	report matrix --only runs crun.tap runc.tap copies
	[ "$status" -eq 0 ]
	[ "$(grep -c 'skipped: no runtime here' out)" -eq 2 ]
}

@test "Markdown says what is wrong with a run" {
	printf 'TAP version 13\n1..3\nok 1 - a/b\nok 2 - a/b\nok 3 - a/b\n' >run.tap
	report matrix --format markdown run.tap
	grep -F "complete; 'a/b' is in it more than once, and so are 1 more" out
}

@test "a file of claims that is none is told by its name" {
	echo 'pass a/b' | of run.tap
	echo x >claims
	report matrix --claims claims run.tap
	[ "$status" -eq 2 ]
	grep -F "matrix: --claims 'claims': expected what" err
}

@test "an archive of something else that lies in a directory is left aside" {
	mkdir mixed
	of mixed/run.tap <<<'pass f/a'
	echo licence >LICENSE
	tar -czf mixed/other.tar.gz LICENSE
	report matrix --only runs mixed
	[ "$status" -eq 0 ]
	[ "$(grep -c unprivileged out)" -eq 1 ]
	hasnot LICENSE
	report matrix mixed/other.tar.gz
	refused 2 'expected an archive with TAP in it'
}
