#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The runs that are kept, and the page that make report makes of them.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	reports_setup
}

@test "each kept run is whole, expected, dated, and has limits" {
	report matrix --format json "$reports/runs"
	[ "$status" -eq 0 ]
	perl -MJSON::PP -e '
		local $/;
		my $matrix = decode_json(<>);
		for my $run (@{ $matrix->{runs} }) {
			my $sound = $run->{status} eq "complete" && !@{ $run->{problems} }
				&& $run->{totals}{unexpected} == 0
				&& $run->{totals}{pass} > 1000
				&& $run->{date} =~ /^20\d\d-\d\d-\d\dT/
				&& $run->{limits}{F_GETPIPE_SZ};
			print "$run->{name}: ", $sound ? "sound" : "not", "\n";
		}
		my @unclaimed = grep { !defined $_->{claim} } values %{ $matrix->{cases} };
		print scalar(@unclaimed), " unclaimed\n";
	' out >said
	cat said
	[ "$(grep -c ': sound$' said)" -ge 20 ]
	[ "$(tail -n 1 said)" = '0 unclaimed' ]
	[ "$(grep -vc ': sound$' said)" -eq 1 ]
}

@test "kernels, runtimes, architectures and sizes of pages are among them" {
	report matrix --only limits --all "$reports/runs"
	for value in 4096 16384 65536; do
		grep -A 3 '^page_size' out | grep -q "^    $value "
	done
	for machine in x86_64 aarch64 s390x ppc64le riscv64 i686; do
		grep -A 9 '^machine' out | grep -q "^    $machine "
	done
	for kernel in 5.10 6.1 6.12 7 4.4; do
		grep -A 20 '^kernel' out | grep -q "^    Linux $kernel\."
	done
}

@test "make report makes a page of them" {
	perl -MHTML::Template -e 1 2>/dev/null || skip 'absent: HTML::Template'
	cp -r "$top/reports" "$top/GNUmakefile" "$top/.ci" "$top/runner" "$top/cases" .
	printf '%s\n' '#!/bin/sh' 'exit 1' >pipe7
	chmod +x pipe7
	make -s report out=. RUNS=reports/runs deps= 2>err
	grep -q '</html>' out/report.html
	[ "$(grep -c 'qemu:sid@s390x+unprivileged' out/report.html)" -ge 1 ]
}
