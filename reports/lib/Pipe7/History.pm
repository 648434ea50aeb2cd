# SPDX-License-Identifier: ISC
# Runs of one place and profile after one another: since when something is bad, and how often it
# changed.
package Pipe7::History;
use strict;
use warnings;
use POSIX qw(strftime);
use Pipe7::Filter qw(chosen);
use Pipe7::Run qw(base_name case_of);
use Exporter qw(import);
our @EXPORT_OK = qw(history COURSES);

# What an identity went through, as far as it was tested:
#   flaky   changed back and forth between good and bad; bad once, for however long, is not enough
#   worse   was good, has been bad since
#   better  was bad once, perhaps after it was good, and has been good since
#   bad     was never good
#   unsure  was good whenever it was tested, but not tested in every run
use constant COURSES => qw(flaky worse better bad unsure);

# { schema, version, generated, series, cases }, as schema/history.json describes it.  A series is
# { name, runs, identities, same }: `same` counts what was good in every run, or skipped in every
# one.  Of one run there is no history.  %options: family, level, flaky.
sub history {
	my ($matrix, %options) = @_;
	my @runs = @{ $matrix->{runs} };
	my (%series, @names, @series);

	for my $i (sort { date($runs[$a]) cmp date($runs[$b]) || $a <=> $b } 0 .. $#runs) {
		my $name = base_name($runs[$i]);
		push @names, $name if !$series{$name};
		push @{ $series{$name} }, $i;
	}
	for my $name (sort @names) {
		push @series, series_of($name, $matrix, $series{$name}, \%options);
	}
	my %told = map { case_of($_->{id}) => 1 } map { @{ $_->{identities} } } @series;
	my $cases = $matrix->{cases};
	return {
		schema => 'pipe7-history', version => 1,
		generated => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime), series => \@series,
		cases => { map { $_ => $cases->{$_} } grep { $cases->{$_} } keys %told },
	};
}

# Runs that do not say when they were come first, in the order in which they were given.
sub date {
	my ($run) = @_;

	return $run->{date} // '';
}

sub series_of {
	my ($name, $matrix, $numbers, $options) = @_;
	my @identities;
	my $same = 0;

	for my $row (@$numbers > 1 ? @{ $matrix->{rows} } : ()) {
		my @cells = @{ $row->{cells} }[@$numbers];
		next if !grep { $_ } @cells;
		next if !chosen($row->{id}, $matrix->{cases}{ $row->{case} }, %$options);
		my $identity = course_of(@cells);
		if (!$identity) {
			$same++;
		} elsif (!$options->{flaky} || $identity->{course} eq 'flaky') {
			push @identities, { id => $row->{id}, %$identity };
		}
	}
	@identities = sort { $b->{flake_rate} <=> $a->{flake_rate}
		|| ($a->{first_bad} // 9**9) <=> ($b->{first_bad} // 9**9) } @identities;
	return {
		name => $name, runs => [@{ $matrix->{runs} }[@$numbers]],
		identities => \@identities, same => $same,
	};
}

# Nothing where every run says the same and that is not bad.  Runs have numbers from 1.  A run in
# which it was not tested neither ends nor begins anything.
sub course_of {
	my @cells = @_;
	my @tested = grep { $cells[$_] && $cells[$_]{state} ne 'skip' } 0 .. $#cells;
	my @bad = grep { $cells[$_]{state} ne 'pass' } @tested;
	my @good = grep { $cells[$_]{state} eq 'pass' } @tested;
	my ($changes, $stretches, $bad_since, $before) = (0, 0, undef, undef);

	return if !@tested || (!@bad && @tested == @cells);
	for my $i (@tested) {
		my $is_bad = $cells[$i]{state} ne 'pass';
		$changes++ if defined $before && $before != $is_bad;
		$stretches++ if $is_bad && !$before;
		$bad_since = $is_bad ? $bad_since // $i + 1 : undef;
		$before = $is_bad;
	}
	my $course = $stretches > 1 ? 'flaky'
		: $changes ? ($before ? 'worse' : 'better') : @bad ? 'bad' : 'unsure';
	return {
		course => $course, states => [map { $_ ? $_->{state} : undef } @cells],
		cells => \@cells, tested => scalar @tested, changes => $changes,
		flake_rate => @tested > 1 ? $changes / (@tested - 1) : 0,
		first_bad => @bad ? $bad[0] + 1 : undef, bad_since => $bad_since,
		last_good => @good ? $good[-1] + 1 : undef,
	};
}

1;
