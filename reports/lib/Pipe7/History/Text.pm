# SPDX-License-Identifier: ISC
# A history for a terminal, and what its Markdown has in common with that.
package Pipe7::History::Text;
use strict;
use warnings;
use Pipe7::History ();
use Pipe7::Run qw(case_of);
use Pipe7::Text qw(cut wrapped glyph LEGEND);
use Exporter qw(import);
our @EXPORT_OK = qw(text_of_history title_of labels heading of_course lines_of notices);

my %means = (
	flaky => 'changed back and forth', worse => 'was good, has been bad since',
	better => 'was bad, has been good since', unsure => 'good, but not tested in every run',
);

sub text_of_history {
	my ($history, $width) = @_;
	my $text = cut(LEGEND, $width) . "\n";

	for my $series (@{ $history->{series} }) {
		my @labels = labels($series);
		$text .= "\n" . wrapped(title_of($series, \@labels), $width, 2);
		$text .= join '', map { wrapped("  $_", $width, 4) } notices($series, \@labels);
		for my $course (Pipe7::History::COURSES) {
			my @of = of_course($series, $course) or next;
			my $heading = '  ' . heading($course, $series, \@labels) . ': ' . @of;
			$text .= "\n" . wrapped($heading, $width, 4);
			$text .= join '', map { text_of_line($_, $width) } lines_of(\@labels, @of);
		}
	}
	return $text;
}

# No state is cut away: where there are too many for a line they are on lines of their own, below
# the identity.
sub text_of_line {
	my ($line, $width) = @_;
	my ($states, $id, $facts) = @$line;
	my $indent = 4 + length $states;
	my $text;

	if ($indent <= $width / 2) {
		$text = "  $states  " . cut($id, $width - $indent) . "\n";
	} else {
		$indent = 4;
		my $room = $width - $indent;
		$text = '  ' . cut($id, $width - 2) . "\n";
		$text .= "    $_\n" for map { s/ +$//r } $states =~ /(.{1,$room})/g;
	}
	return $text if $facts eq '';
	return $text . wrapped(' ' x $indent . $facts, $width, $indent);
}

sub of_course {
	my ($series, $course) = @_;

	return grep { $_->{course} eq $course } @{ $series->{identities} };
}

# When each run was, as short as tells them apart.
sub labels {
	my ($series) = @_;
	my @dates = map { $_->{date} } @{ $series->{runs} };
	my (%day, $number);

	$day{ substr $_, 0, 10 }++ for grep { defined } @dates;
	return map {
		$number++;
		!defined $_ ? "run $number" : $day{ substr $_, 0, 10 } > 1 ? $_ : substr $_, 0, 10;
	} @dates;
}

sub title_of {
	my ($series, $labels) = @_;
	my $count = @$labels;

	return "$series->{name}: 1 run, hence no history" if $count == 1;
	return "$series->{name}: $count runs, $labels->[0] to $labels->[-1]";
}

# One for each identity, or for the rows of a case that went through the same: states, identity,
# what else there is to tell.
sub lines_of {
	my ($labels, @identities) = @_;
	my (%seen, @lines);

	for my $identity (@identities) {
		my $states = join '', map { glyph($_) } @{ $identity->{cells} };
		my $key = join "\n", case_of($identity->{id}), $states;
		if (!$seen{$key}) {
			$seen{$key} = [$states, $identity->{id}, facts_of($identity, $labels), 0];
			push @lines, $seen{$key};
		}
		$seen{$key}[3]++;
	}
	for my $line (@lines) {
		my $count = pop @$line;
		$line->[1] = case_of($line->[1]) . "/* ($count)" if $count > 1;
	}
	return @lines;
}

sub heading {
	my ($course, $series, $labels) = @_;
	my $runs = @{ $series->{runs} };
	my $since = "in all $runs runs, since $labels->[0]";

	return "$course, " . ($means{$course} // $since);
}

# Runs that are not whole: what they lack is taken for not tested.
sub notices {
	my ($series, $labels) = @_;
	my @runs = @{ $series->{runs} };

	return map { join ': ', grep { defined } "$labels->[$_] is $runs[$_]{status}",
		$runs[$_]{reason} } grep { $runs[$_]{status} ne 'complete' } 0 .. $#runs;
}

# What is not told by where it stands.
sub facts_of {
	my ($identity, $labels) = @_;
	my $when = sub { $labels->[ $identity->{ $_[0] } - 1 ] };
	my @facts;

	push @facts, "in the $identity->{tested} in which it was tested, since "
		. $when->('first_bad')
		if $identity->{course} eq 'bad' && $identity->{tested} < @$labels;
	push @facts, sprintf '%.0f%% (%d of %d)', 100 * $identity->{flake_rate},
		$identity->{changes}, $identity->{tested} - 1 if $identity->{course} eq 'flaky';
	push @facts, 'first bad ' . $when->('first_bad')
		if $identity->{course} =~ /^(?:flaky|better)$/;
	push @facts, 'bad since ' . $when->('bad_since')
		if $identity->{course} =~ /^(?:flaky|worse)$/ && defined $identity->{bad_since};
	push @facts, 'last good ' . $when->('last_good')
		if $identity->{course} =~ /^(?:flaky|worse)$/;
	return join ', ', @facts;
}

1;
