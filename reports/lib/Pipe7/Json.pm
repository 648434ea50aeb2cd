# SPDX-License-Identifier: ISC
# A matrix for other programs, as schema/matrix.json has it.
package Pipe7::Json;
use strict;
use warnings;
use JSON::PP ();
use Exporter qw(import);
our @EXPORT_OK = qw(json_of_matrix json_of);

my @of_a_run = qw(name place profile date source status reason problems facts limits totals);

sub json_of_matrix {
	my ($matrix) = @_;
	my (@runs, @rows);

	for my $run (@{ $matrix->{runs} }) {
		push @runs, { map { $_ => $run->{$_} } @of_a_run };
	}
	for my $row (@{ $matrix->{rows} }) {
		push @rows, { %$row, cells => [map { cell($_) } @{ $row->{cells} }] };
	}

	return json_of({ %$matrix, runs => \@runs, rows => \@rows });
}

# The text of any data: one order of keys, so that files can be compared.
sub json_of {
	my ($data) = @_;

	return JSON::PP->new->canonical->encode($data) . "\n";
}

sub cell {
	my ($cell) = @_;

	return if !$cell;
	my %cell = %$cell;
	for my $flag (grep { defined $cell{$_} } qw(unexpected surprise)) {
		$cell{$flag} = $cell{$flag} ? JSON::PP::true : JSON::PP::false;
	}
	return \%cell;
}

1;
