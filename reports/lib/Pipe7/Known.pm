# SPDX-License-Identifier: ISC
# Files of known deviations: what they say, and how one is made of runs.
# A line is IDENTITY, WHERE, REASON and perhaps LINK between tabs; README.md tells what they mean.
package Pipe7::Known;
use strict;
use warnings;
use Pipe7::Run qw(base_name case_of);
use Exporter qw(import);
our @EXPORT_OK = qw(read_known revised);

# What pipe7 takes as a word of WHERE, and what a reader takes as a reason.
use constant { WORD_MAX => 120, REASON_MAX => 160 };

# What is written above an entry; the next time it is found out again.
my $partly = '# of this passes now: ';

# The lines of a file in their order, each { text } and where it is an entry { glob, where, reason,
# link } too.  Dies with one line.
sub read_known {
	my ($path, $text) = @_;
	my $number = 0;
	my @lines;

	utf8::decode($text);
	for my $line (split /\r?\n/, $text) {
		my %line = (text => $line);
		$number++;
		if ($line !~ /^(?:#|\s*$)/) {
			@line{qw(glob where reason link)} = split /\t/, $line, -1;
			die "'$path': line $number: expected 3 or 4 columns between tabs\n"
				if $line !~ /^[^\t]+\t[^\t]+\t[^\t]+(?:\t[^\t]*)?$/;
			$line{regexp} = fnmatch($line{glob});
		}
		push @lines, \%line;
	}
	return @lines;
}

# Lines of text: those of the file again, then what the runs have beside them.  An entry that names
# trials of these runs of which none fails any more becomes a comment.
sub revised {
	my ($runs, $lines, %options) = @_;
	my @entries = grep { defined $_->{glob} } @$lines;

	weigh($_, \@entries) for @$runs;
	my @text = map { line_of($_) } grep { $_->{text} !~ /^\Q$partly\E/ } @$lines;
	my %there = map { $_ => 1 } @text;
	return (@text, grep { !$there{$_} } entries_of($runs, %options));
}

# Counts for each entry the trials that it names: the first entry that holds counts.
sub weigh {
	my ($run, $entries) = @_;
	my @holding = grep { holds($_->{where}, $run->{facts}) } @$entries;

	for my $id (@{ $run->{order} }) {
		my ($entry) = grep { $id =~ $_->{regexp} } @holding;
		next if !$entry;
		my $cell = $run->{results}{$id};
		$run->{named}{$id} = 1;
		next if $cell->{state} eq 'skip';
		$entry->{fails}++ if $cell->{state} ne 'pass';
		push @{ $entry->{passes} }, "$id in " . base_name($run) if $cell->{state} eq 'pass';
	}
}

sub line_of {
	my ($line) = @_;
	my @passes = @{ $line->{passes} // [] };

	return $line->{text} if !@passes || $line->{where} =~ /\bsometimes\b/;
	return "# passes now: $line->{text}" if !$line->{fails};
	my $more = @passes > 1 ? ', and ' . (@passes - 1) . ' more' : '';
	return ("$partly$passes[0]$more", $line->{text});
}

# Entries for what fails unexpectedly in runs and is named by no entry that weigh() knows.  BROKEN
# says nothing of the kernel: without $options{broken} it becomes a comment.
# $options{rows}: { CASE => number of its rows in the suite }, where that is known.
sub entries_of {
	my ($runs, %options) = @_;
	my (%places, @text);

	push @{ $places{ $_->{place} }{ $_->{profile} } }, $_ for @$runs;
	for my $place (sort keys %places) {
		push @text, entries_of_place($place, $places{$place}, \%options);
	}
	return @text;
}

sub entries_of_place {
	my ($place, $profiles, $options) = @_;
	my (%seen, %trials, %groups, @order, @text);

	for my $run (map { @{ $profiles->{$_} } } sort keys %$profiles) {
		push @order, grep { !$seen{$_}++ } @{ $run->{order} };
	}
	$trials{ case_of($_) }{$_} = trial($_, $place, $profiles, $options) for @order;
	for my $id (grep { $trials{ case_of($_) }{$_}{lines} } @order) {
		my $trial = $trials{ case_of($id) }{$id};
		push @text, map { line($id, $_, $trial, $options) } @{ $trial->{lines} }
			if !as_a_case($id, $trials{ case_of($id) }, $options, \%groups, \@text);
	}
	return @text;
}

# One line for all rows of a case, when each of them fails in the same runs.
sub as_a_case {
	my ($id, $rows, $options, $groups, $text) = @_;
	my $case = case_of($id);
	my @rows = map { $rows->{$_} } sort keys %$rows;

	return $groups->{$case} if exists $groups->{$case};
	my %alike = map { join("\n", $_->{state} // '', @{ $_->{lines} // [] }) => 1 } @rows;
	my $whole = @rows > 1 && keys %alike == 1
		&& @rows == ($options->{rows}{$case} // @rows);
	$groups->{$case} = $whole;
	return 0 if !$whole;
	my %reasons = map { $_->{reason} => 1 } @rows;
	my %trial = %{ $rows->{$id} };
	$trial{reason} .= ', and the like' if keys %reasons > 1;
	push @$text, map { line("$case/*", $_, \%trial, $options) } @{ $trial{lines} };
	return 1;
}

# What came of a trial in the runs of a place: in {lines} the WHERE of each line that it takes.
sub trial {
	my ($id, $place, $profiles, $options) = @_;
	my (%share, %trial);

	return {} if $id !~ m{^[\w.:+-]+(?:/[\w.:+-]+)+$}a;
	for my $profile (sort keys %$profiles) {
		my @unnamed = grep { !$_->{named}{$id} } @{ $profiles->{$profile} };
		my @cells = grep { defined } map { $_->{results}{$id} } @unnamed;
		my @tested = grep { $_->{state} ne 'skip' } @cells;
		my @bad = grep { $_->{unexpected} && $_->{state} =~ /^(?:fail|broken)$/ } @tested;
		next if !@tested;
		$share{$profile} = @bad == @tested ? 'always' : @bad ? 'sometimes' : 'never';
		next if !@bad;
		my ($fail) = grep { $_->{state} eq 'fail' } @bad;
		$trial{state} = $fail ? 'fail' : $trial{state} // 'broken';
		$trial{reason} //= reason($fail // $bad[0]);
	}
	return {} if !defined $trial{reason};
	my $here = 'place=' . glob_of($place);
	my %shares = reverse %share;
	my @profiles = grep { $share{$_} ne 'never' } sort keys %share;
	$trial{lines} = [map { $_->[0] . ($_->[1] eq 'sometimes' ? ' sometimes' : '') }
		keys %shares == 1 ? [$here, keys %shares]
		: map { ["$here profile=" . glob_of($_), $share{$_}] } @profiles];
	return \%trial;
}

sub line {
	my ($glob, $where, $trial, $options) = @_;
	my $line = join "\t", $glob, $where, $trial->{reason};

	return $trial->{state} eq 'broken' && !$options->{broken} ? "# BROKEN: $line" : $line;
}

sub reason {
	my ($cell) = @_;
	my $reason = defined $cell->{got}
		? 'want ' . ($cell->{want} // '?') . ", got $cell->{got}" : 'fails';

	$reason =~ s/[^ -~]+|#/ /g;
	$reason =~ s/ {2,}/ /g;
	return length $reason > REASON_MAX ? substr($reason, 0, REASON_MAX - 3) . '...' : $reason;
}

# A glob that a value matches, without blanks.
sub glob_of {
	my ($value) = @_;
	my $glob = $value =~ s/[^!-~]|[*?\[\]\\]/?/gr;

	return length $glob > WORD_MAX - 16 ? substr($glob, 0, WORD_MAX - 16) . '*' : $glob;
}

# As fnmatch(3) does without flags.
sub fnmatch {
	my ($glob) = @_;
	my $regexp = '';

	while ($glob =~ /\G(?:(\*)|(\?)|\[(!?)(\]?[^\]]*)\]|\\(.)|(.))/gs) {
		my ($any, $one, $not, $set, $quoted, $plain) = ($1, $2, $3, $4, $5, $6);
		if (defined $set) {
			$set =~ s/([\\\]\[^])/\\$1/g;
			$regexp .= '[' . ($not ? '^' : '') . "$set]";
			next;
		}
		$regexp .= defined $any ? '.*' : defined $one ? '.' : quotemeta($quoted // $plain);
	}
	return eval { qr/\A$regexp\z/s } // qr/\A\Q$glob\E\z/;
}

sub holds {
	my ($where, $facts) = @_;

	for my $word (grep { $_ ne '-' && $_ ne 'sometimes' } split / +/, $where) {
		my ($name, $not, $glob) = $word =~ /^([^=!]+)(!?)=(.+)$/ or return 0;
		my $is = ($facts->{$name} // '') =~ fnmatch($glob) ? 1 : 0;
		return 0 if $is == ($not ? 1 : 0);
	}
	return 1;
}

1;
