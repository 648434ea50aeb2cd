# SPDX-License-Identifier: ISC
# Which rows of a matrix are shown.
package Pipe7::Filter;
use strict;
use warnings;
use Pipe7::Run qw(case_of);
use Exporter qw(import);
our @EXPORT_OK = qw(filtered chosen expect_chosen cases_of);

# The rows for which all of %filter holds: family (a glob), level, state (one of its cells has it),
# match (a text in what is told of it, whatever the case), all (not only differences), skips (what
# was skipped in a run and not in another is a difference too).
# Of one run alone, what is no plain pass and no skip takes the place of differences.
sub filtered {
	my ($matrix, %filter) = @_;
	my $text = defined $filter{match} ? lc $filter{match} : undef;
	my @rows = @{ $matrix->{rows} };

	@rows = grep { is_of_note($_, $matrix, $filter{skips}) } @rows if !$filter{all};
	@rows = grep { chosen($_->{id}, $matrix->{cases}{ $_->{case} }, %filter) } @rows;
	@rows = grep { has_state($_, $filter{state}) } @rows if defined $filter{state};
	@rows = grep { index(lc words($_, $matrix), $text) >= 0 } @rows if defined $text;
	return @rows;
}

sub is_of_note {
	my ($row, $matrix, $skips) = @_;

	return grep { $_ && $_->{state} =~ /^(?:fail|known|broken)$/ } @{ $row->{cells} }
		if @{ $matrix->{runs} } == 1;
	return $row->{differs} eq 'state' || ($skips && $row->{differs} eq 'skip');
}

# Whether an identity is of the family and of the level, as far as these were asked for.
sub chosen {
	my ($id, $case, %filter) = @_;
	my ($family, $level) = @filter{qw(family level)};

	return if defined $family && $id !~ glob_regexp($family);
	return !defined $level || (($case // {})->{level} // '') eq $level;
}

# Dies with one line where %$filter cannot choose what it was meant to, which looks as if there were
# nothing to tell: a family that no run of these matrices has, levels that nobody told.
sub expect_chosen {
	my ($filter, @matrices) = @_;
	my ($family, $level) = @$filter{qw(family level)};
	my @ids = map { $_->{id} } map { @{ $_->{rows} } } @matrices;

	die "--family '$family': expected families of these runs\n"
		if defined $family && ($family eq '' || @ids)
		&& !grep { chosen($_, undef, family => $family) } @ids;
	return if !defined $level;
	my $cases = cases_of(@matrices);
	my %unknown = map { $_ => 1 } grep {
		chosen($_, undef, family => $family)
			&& !defined +($cases->{ case_of($_) } // {})->{level}
	} @ids;
	my $count = keys %unknown or return;
	my $of = $count == 1 ? '1 identity' : "$count identities";
	die "--level: the level of $of is not known; "
		. "expected --claims FILE or a program in PIPE7\n";
}

# What is told of each case, by the last of these matrices unless one before it alone has its level.
sub cases_of {
	my %cases;

	for my $told (map { $_->{cases} } @_) {
		for my $case (keys %$told) {
			$cases{$case} = $told->{$case}
				if !defined +($cases{$case} // {})->{level}
				|| defined $told->{$case}{level};
		}
	}
	return \%cases;
}

my %regexps;

sub glob_regexp {
	my ($glob) = @_;
	my %means = ('*' => '[^/]*', '?' => '[^/]');

	return $regexps{$glob} //= do {
		my $regexp = join '', map { $means{$_} // quotemeta } split //, $glob;
		qr{\A$regexp(?:/|\z)}s;
	};
}

sub has_state {
	my ($row, $state) = @_;

	return grep { $_ && $_->{state} eq $state } @{ $row->{cells} };
}

sub words {
	my ($row, $matrix) = @_;
	my $case = $matrix->{cases}{ $row->{case} } // {};
	my @cells = grep { defined } @{ $row->{cells} };

	return join "\n", grep { defined } $row->{id}, @$case{qw(claim cites against)},
		@{ $case->{covers} // [] },
		map { @$_{qw(reason call want got)}, @{ $_->{notes} // [] } } @cells;
}

1;
