# SPDX-License-Identifier: ISC
# A matrix for other programs, as schema/matrix.json has it.
package Pipe7::Json;
use strict;
use warnings;
use JSON::PP ();
use Exporter qw(import);
our @EXPORT_OK = qw(json_of_matrix json_of_comparison json_of_history head_of);

my @of_a_run = qw(name place profile date source status reason problems facts limits totals);

sub json_of_matrix {
	my ($matrix) = @_;
	my (@runs, @rows);

	for my $run (@{ $matrix->{runs} }) {
		push @runs, head_of($run);
	}
	for my $row (@{ $matrix->{rows} }) {
		push @rows, { %$row, cells => [map { cell($_) } @{ $row->{cells} }] };
	}

	return json_of({ %$matrix, runs => \@runs, rows => \@rows });
}

# Also what a gate of these classes said: nothing when it let the comparison through.
sub json_of_comparison {
	my ($comparison, $why, $classes) = @_;
	my @pairs = map { {
		name => $_->{name}, counts => $_->{counts},
		old => head_of($_->{old}), new => head_of($_->{new}),
	} } @{ $comparison->{pairs} };
	my @unpaired = map { {
		side => $_->{side}, reason => $_->{reason}, run => head_of($_->{run}),
	} } @{ $comparison->{unpaired} };
	my @changes = map { { %$_, old => cell($_->{old}), new => cell($_->{new}) } }
		@{ $comparison->{changes} };

	return json_of({
		%$comparison, pairs => \@pairs, unpaired => \@unpaired, changes => \@changes,
		gate => { fail_on => $classes, tripped => $why },
	});
}

sub json_of_history {
	my ($history) = @_;
	my @series;

	for my $series (@{ $history->{series} }) {
		my @runs = map { head_of($_) } @{ $series->{runs} };
		my @identities = map { {%$_} } @{ $series->{identities} };
		delete $_->{cells} for @identities;
		push @series, { %$series, runs => \@runs, identities => \@identities };
	}

	return json_of({ %$history, series => \@series });
}

# A run without what it printed.
sub head_of {
	my ($run) = @_;

	return { map { $_ => $run->{$_} } @of_a_run };
}

# The text of any data: one order of keys, so that files can be compared.
sub json_of {
	my ($data) = @_;

	return JSON::PP->new->canonical->encode($data) . "\n";
}

sub cell {
	my ($cell) = @_;

	return undef if !$cell; ## no critic (a list would lose it)
	my %cell = %$cell;
	for my $flag (grep { defined $cell{$_} } qw(unexpected surprise)) {
		$cell{$flag} = $cell{$flag} ? JSON::PP::true : JSON::PP::false;
	}
	return \%cell;
}

1;
