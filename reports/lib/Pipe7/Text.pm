# SPDX-License-Identifier: ISC
# A matrix for a terminal.
package Pipe7::Text;
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT_OK = qw(text_of_matrix text_of_runs text_of_limits glyph values_of cut clip
	wrapped columns ranges LEGEND);

my %glyph = (pass => '.', fail => 'F', known => 'k', skip => '-', broken => 'B');
use constant LEGEND => '. pass  F fail  f fail at OBSERVED  k known  - skip  B broken';

# One character for a cell; what is not in the run is a blank.
sub glyph {
	my ($cell) = @_;

	return ' ' if !$cell;
	return $cell->{state} eq 'fail' && !$cell->{unexpected} ? 'f' : $glyph{ $cell->{state} };
}

# Lines of at most $width columns: the runs, then a line for each of @$rows.
sub text_of_matrix {
	my ($matrix, $rows, $width, $details) = @_;
	my @runs = @{ $matrix->{runs} };
	my $text = text_of_runs($matrix, $width)
		. "\n" . wrapped(sentence($matrix, scalar @$rows), $width, 2);

	return $text if !@$rows;
	$text .= cut(LEGEND, $width) . "\n\n";
	for my $power (reverse 0 .. length(scalar @runs) - 1) {
		my $unit = 10**$power;
		$text .= join '', map { $_ < $unit ? ' ' : int($_ / $unit) % 10 } 1 .. @runs;
		$text .= "\n";
	}
	for my $row (@$rows) {
		$text .= join('', map { glyph($_) } @{ $row->{cells} })
			. ' ' . cut($row->{id}, $width - @runs - 1) . "\n";
		$text .= told($row, $width) if $details;
	}
	return $text;
}

# What is said of the cells that are no plain passes, once for all runs that say the same.
sub told {
	my ($row, $width) = @_;
	my (%runs, @said);

	for my $i (grep { $row->{cells}[$_] } 0 .. $#{ $row->{cells} }) {
		my $cell = $row->{cells}[$i];
		my $says = $cell->{state} eq 'pass' ? undef
			: defined $cell->{got} && $cell->{state} ne 'skip'
			? 'want ' . ($cell->{want} // '?') . ", got $cell->{got}" : $cell->{reason};
		next if !defined $says;
		push @said, $says if !$runs{$says};
		push @{ $runs{$says} }, $i + 1;
	}
	return join '',
		map { cut('    ' . ranges(@{ $runs{$_} }) . ": $_", $width) . "\n" } @said;
}

sub sentence {
	my ($matrix, $shown) = @_;
	my $rows = $matrix->{rows};
	my $count = @$rows == 1 ? '1 identity' : @$rows . ' identities';
	my @more;

	return "$count, $shown shown" if @{ $matrix->{runs} } < 2;
	push @more, scalar(grep { $_->{differs} eq 'state' } @$rows) . ' with a difference';
	my $skips = grep { $_->{differs} eq 'skip' } @$rows;
	push @more, "$skips only in what was skipped" if $skips;
	my $everywhere = grep { fails_everywhere($_) } @$rows;
	push @more, "$everywhere that pass in no run" if $everywhere;
	return "$count, " . join(', ', @more) . "; $shown shown";
}

sub fails_everywhere {
	my ($row) = @_;
	my @tested = grep { $_ && $_->{state} ne 'skip' } @{ $row->{cells} };

	return $row->{differs} ne 'state' && @tested && !grep { $_->{state} eq 'pass' } @tested;
}

# Words to the left, numbers to the right; then what is to be said of runs that are not whole.
sub text_of_runs {
	my ($matrix, $width) = @_;
	my @table = [qw(run place profile trials unexpected known observed skipped seconds kernel)];
	my @none;
	my $number = 0;

	for my $run (@{ $matrix->{runs} }) {
		$number++;
		my @faults = @{ $run->{problems} };
		unshift @faults, join ': ', grep { defined } @$run{qw(status reason)}
			if $run->{status} ne 'complete';
		push @none, map { "$number $run->{name}: $_" } @faults;
		next if !%{ $run->{results} };
		my ($kernel) = ($run->{facts}{kernel} // '') =~ /(\S+)$/;
		push @table, [
			$number, $run->{place} // $run->{name}, $run->{profile} // '',
			scalar keys %{ $run->{results} },
			@{ $run->{totals} }{qw(unexpected known observed skip)},
			$run->{facts}{seconds} // '', $kernel // '',
		];
	}
	my $text = join '', map { clip($_, $width) . "\n" } split /\n/, columns(@table);
	$text .= "\n" . join '', map { cut($_, $width) . "\n" } @none if @none;
	return $text;
}

# Lines of a table, the first of which is its head: words to the left, numbers to the right.
sub columns {
	my @table = @_;
	my (@width, @words);

	for my $row (@table) {
		for my $i (0 .. $#$row) {
			my $length = length $row->[$i];
			$width[$i] = $length if $length > ($width[$i] // -1);
			$words[$i] = 1 if $row != $table[0] && $row->[$i] !~ /^[\d.%]*$/;
		}
	}
	my $format = join '  ', map { ($words[$_] ? '%-' : '%') . "$width[$_]s" } 0 .. $#width;
	return join '', map { sprintf($format, @$_) =~ s/ +$//r . "\n" } @table;
}

# The limits that were measured and the facts that are settings: for each, which runs have which
# value.  Without $all those that differ.
sub text_of_limits {
	my ($matrix, $all, $width) = @_;
	my $text = '';

	for my $limit (values_of($matrix)) {
		my ($name, $how, $values) = @$limit;
		next if !$all && @$values < 2;
		$text .= cut($name . (defined $how ? ": $how" : ''), $width) . "\n";
		for my $value (@$values) {
			my @where = @{ $value->[1] };
			my $in = @where == @{ $matrix->{runs} } ? 'all runs' : ranges(@where);
			$text .= cut(sprintf('    %-10s  in %s', $value->[0], $in), $width) . "\n";
		}
	}
	return $text || "no limit that differs\n";
}

# [NAME, HOW, [[VALUE, [number of run, ...]], ...]], the value that most runs have first.
my @settings = qw(kernel machine page_size word_bits pipe-max-size pipe-user-pages-soft
	pipe-user-pages-hard);

sub values_of {
	my ($matrix) = @_;
	my @runs = @{ $matrix->{runs} };
	my (@names, %how, %runs);

	for my $name (@settings) {
		push @names, $name;
		for my $i (grep { defined $runs[$_]{facts}{$name} } 0 .. $#runs) {
			push @{ $runs{$name}{ $runs[$i]{facts}{$name} } }, $i + 1;
		}
	}
	for my $i (0 .. $#runs) {
		my $limits = $runs[$i]{limits};
		for my $name (sort keys %$limits) {
			next if grep { $_ eq $name } @settings;
			push @names, $name if !$runs{$name};
			$how{$name} //= $limits->{$name}{how};
			push @{ $runs{$name}{ $limits->{$name}{value} } }, $i + 1;
		}
	}
	return map {
		my $of = $runs{$_};
		[$_, $how{$_}, [map { [$_, $of->{$_}] }
			sort { @{ $of->{$b} } <=> @{ $of->{$a} } || $a cmp $b } keys %$of]];
	} grep { $runs{$_} } @names;
}

# 1 2 3 5 as "1-3, 5".
sub ranges {
	my @ranges;

	for my $number (@_) {
		if (@ranges && $ranges[-1][1] == $number - 1) {
			$ranges[-1][1] = $number;
		} else {
			push @ranges, [$number, $number];
		}
	}
	return join ', ', map { $_->[0] == $_->[1] ? $_->[0] : "$_->[0]-$_->[1]" } @ranges;
}

# Cut in the middle: both ends of an identity tell more than what is between them.
sub cut {
	my ($text, $width) = @_;
	my $keep = $width - 3;

	return $text if length $text <= $width || $keep < 8;
	my $head = int($keep / 2);
	return substr($text, 0, $head) . '...' . substr($text, $head - $keep);
}

# Lines for a sentence, those behind the first one indented.
sub wrapped {
	my ($text, $width, $indent) = @_;
	my ($lead, $rest) = $text =~ /^( *)(.*)$/s;
	my @lines = ($lead);
	my $fresh = 1;

	for my $word (split / /, $rest) {
		if (!$fresh && length("$lines[-1] $word") > $width) {
			push @lines, ' ' x $indent;
			$fresh = 1;
		}
		next if $fresh && $word eq '';
		$lines[-1] .= $fresh ? $word : " $word";
		$fresh = 0;
	}
	return join '', map { cut(s/ +$//r, $width) . "\n" } @lines;
}

# Cut at the end, as a line of columns has to be.
sub clip {
	my ($text, $width) = @_;

	return length $text <= $width ? $text : substr($text, 0, $width - 3) . '...';
}

1;
