# SPDX-License-Identifier: ISC
# A comparison for a terminal, and what its Markdown has in common with that.
package Pipe7::Compare::Text;
use strict;
use warnings;
use Pipe7::Compare ();
use Pipe7::Text qw(cut clip wrapped columns ranges);
use Exporter qw(import);
our @EXPORT_OK = qw(text_of_comparison entries becomes head_of counted notices);

my %means = (
	broken => 'fails its run, and did not',
	'pass-to-skip' => 'passed, and is not tested any more',
	gone => 'is not in NEW', changed => 'came out otherwise',
	fixed => 'passes, and did not', new => 'is not in OLD',
);

# Lines of at most $width columns; @$why is what a gate said.
sub text_of_comparison {
	my ($comparison, $width, $why) = @_;
	my @pairs = @{ $comparison->{pairs} };
	my $several = @pairs > 1;
	my $text = join '', $several
		? map { clip($_, $width) . "\n" } split /\n/, table_of_pairs(@pairs)
		: map { wrapped($_, $width, 5) } map { lines_of_pair($_) } @pairs;

	$text .= join '', map { wrapped($_, $width, 2) } notices($comparison);
	$text .= "\n" . wrapped(counted($comparison), $width, 2);
	for my $class (Pipe7::Compare::CLASSES) {
		my @entries = entries($comparison, $class) or next;
		$text .= "\n$class: $means{$class}\n";
		$text .= join '', map { lines_of_entry($_, $several) } @entries;
	}
	my @values = @{ $comparison->{values} };
	$text .= "\nvalues\n" if @values;
	$text .= join '', map { value_line($_, $several) } @values;
	$text .= "\n" . wrapped('gate: ' . join('; ', @$why), $width, 2) if @$why;
	return join '', map { cut($_, $width) . "\n" } split /\n/, $text;
}

sub lines_of_pair {
	my ($pair) = @_;

	return map { "$_  " . head_of($pair->{$_}) } qw(old new);
}

# What a run is, but not what it came to.
sub head_of {
	my ($run) = @_;
	my $facts = $run->{facts};

	return join '  ', grep { defined } $run->{name}, @$facts{qw(kernel machine)},
		defined $facts->{pipe7} ? "pipe7 $facts->{pipe7}" : undef, $run->{date};
}

# What may be cut off comes last; classes of which there is nothing are no column.
sub table_of_pairs {
	my @pairs = @_;
	my @classes = grep {
		my $class = $_;
		grep { $_->{counts}{$class} } @pairs;
	} Pipe7::Compare::CLASSES;
	my @table = (['run', @classes, 'same', 'name', 'old kernel', 'new kernel']);

	for my $pair (@pairs) {
		my @kernels = map { ($_->{facts}{kernel} // '') =~ /(\S+)$/ ? $1 : '' }
			@$pair{qw(old new)};
		push @table, [
			scalar @table, @{ $pair->{counts} }{@classes, 'same'}, $pair->{name},
			@kernels,
		];
	}
	return columns(@table);
}

# Runs that were not compared, and those that are not whole.
sub notices {
	my ($comparison) = @_;
	my @notices;

	for my $lone (@{ $comparison->{unpaired} }) {
		push @notices, "not compared: $lone->{side} $lone->{name}: $lone->{reason}";
	}
	push @notices, map { Pipe7::Compare::unsound('OLD', $_) }
		Pipe7::Compare::olds(@{ $comparison->{pairs} });
	push @notices, map { Pipe7::Compare::unsound('NEW', $_->{new}) } @{ $comparison->{pairs} };
	return @notices;
}

sub counted {
	my ($comparison) = @_;
	my %count = (same => 0);

	$count{ $_->{class} }++ for @{ $comparison->{changes} };
	$count{same} += $_->{counts}{same} for @{ $comparison->{pairs} };
	return join ', ', map { ($count{$_} // 0) . " $_" } Pipe7::Compare::CLASSES, 'same';
}

# What became of one identity in the same way in several runs is one entry: { id, becomes, lines,
# runs }.  Of what came or went with its whole case there is only the case.
sub entries {
	my ($comparison, $class) = @_;
	my $number = 0;
	my %number = map { $_->{name} => ++$number } @{ $comparison->{pairs} };
	my (%seen, @entries);

	for my $change (grep { $_->{class} eq $class } @{ $comparison->{changes} }) {
		my ($becomes, @lines) = becomes($change);
		my ($case) = $class =~ /^(?:gone|new|pass-to-skip)$/
			? $change->{id} =~ m{^([^/]+/[^/]+)/} : ();
		my $key = join "\n", $case // $change->{id}, $becomes, @lines;
		if (!$seen{$key}) {
			$seen{$key} = { becomes => $becomes, lines => \@lines };
			push @entries, $seen{$key};
		}
		$seen{$key}{ids}{ $change->{id} } = 1;
		$seen{$key}{runs}{ $number{ $change->{run} } // $change->{run} } = 1;
	}
	for my $entry (@entries) {
		my @ids = sort keys %{ $entry->{ids} };
		$entry->{id} = @ids == 1 ? $ids[0]
			: $ids[0] =~ s{^([^/]+/[^/]+)/.*}{$1/*}r . ' (' . @ids . ')';
		my @numbers = sort { $a <=> $b } grep { /^\d+$/ } keys %{ $entry->{runs} };
		$entry->{runs} = join ', ', (@numbers ? ranges(@numbers) : ()),
			sort grep { !/^\d+$/ } keys %{ $entry->{runs} };
	}
	return @entries;
}

# From which state to which; then what was wanted and what came, before and now, as far as these
# are known.
sub becomes {
	my ($change) = @_;
	my ($old, $new) = @$change{qw(old new)};
	my @states = map { state_word($_) } grep { defined } $old, $new;
	my @lines;

	for my $side ([was => $old, $new], [is => $new, $old]) {
		my ($word, $cell, $other) = @$side;
		my $says = says($cell);
		push @lines, "$word: $says"
			if defined $says && ($word eq 'is' || $says ne (says($other) // ''));
	}
	pop @states if @states == 2 && $states[0] eq $states[1];
	return (join(' -> ', @states), @lines);
}

sub state_word {
	my ($cell) = @_;

	return 'fail (observed)' if $cell->{state} eq 'fail' && !$cell->{unexpected};
	return "$cell->{state} (unexpected)"
		if $cell->{unexpected} && $cell->{state} =~ /^(?:pass|skip)$/;
	return $cell->{state} eq 'broken' ? 'BROKEN' : $cell->{state};
}

sub says {
	my ($cell) = @_;

	return if !$cell || $cell->{state} eq 'pass';
	return join ': ', grep { defined } @$cell{qw(class reason)} if $cell->{state} eq 'skip';
	return $cell->{reason} if !defined $cell->{got};
	return 'want ' . ($cell->{want} // '?') . ", got $cell->{got}";
}

sub lines_of_entry {
	my ($entry, $several) = @_;
	my $where = $several ? ", in $entry->{runs}" : '';

	return join '', map { "$_\n" } "  $entry->{id}", "      $entry->{becomes}$where",
		map { "      $_" } @{ $entry->{lines} };
}

sub value_line {
	my ($value, $several) = @_;

	return "  $value->{name}  $value->{old} -> $value->{new}"
		. ($several ? ", in $value->{run}" : '') . "\n";
}

1;
