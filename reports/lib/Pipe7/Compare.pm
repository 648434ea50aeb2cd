# SPDX-License-Identifier: ISC
# Two sides of runs, paired, and what became of each identity between them.
package Pipe7::Compare;
use strict;
use warnings;
use POSIX qw(strftime);
use Pipe7::Filter qw(chosen cases_of);
use Pipe7::Run qw(base_name case_of);
use Exporter qw(import);
our @EXPORT_OK = qw(compare tripped CLASSES);

# In the order of what a reader wants to know first.
use constant CLASSES => qw(broken pass-to-skip gone changed fixed new);

# What a place is, who asked and when is no setting of it; it stands at the head of a report or, as
# it is another in each run, nowhere.
my %no_setting = map { $_ => 1 } qw(pipe7 place profile kernel kernel_version machine date uid
	groups own_uid processors processors_allowed fork_us wakeup_us load_average load_average_end
	cpu_pressure cpu_pressure_end seconds);

# Compares two matrices: { schema, version, generated, pairs, unpaired, changes, values, cases },
# as schema/compare.json describes it.  A pair is { name, old, new, counts }; what is in NEW alone
# is compared with nothing, so that its failures are seen.  %filter: family, level.
sub compare {
	my ($old, $new, %filter) = @_;
	my ($pairs, $unpaired) = paired($old->{runs}, $new->{runs});
	my %cases = %{ cases_of($old, $new) };
	my @ids = order_of($old, $new);
	my (@changes, @values);

	for my $pair (@$pairs) {
		push @changes, changes_of($pair, \@ids, \%cases, \%filter);
		push @values, values_of($pair);
	}
	for my $lone (grep { $_->{side} eq 'new' } @$unpaired) {
		my %alone = (name => $lone->{name}, old => { results => {} }, new => $lone->{run});
		push @changes, grep { $_->{class} eq 'broken' }
			changes_of(\%alone, \@ids, \%cases, \%filter);
	}
	my %told = map { case_of($_->{id}) => 1 } @changes;
	return {
		schema => 'pipe7-compare', version => 1,
		generated => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime),
		pairs => $pairs, unpaired => $unpaired, changes => \@changes, values => \@values,
		cases => { map { $_ => $cases{$_} } grep { $cases{$_} } keys %told },
	};
}

# One run on each side is a pair whatever they are called: the same place with two kernels, two
# places.  Of more, each run of NEW has its partner among those of OLD by the same place and
# profile, so that nothing of NEW goes unseen: the one that is told apart by the same words, else
# the latest.
sub paired {
	my ($old, $new) = @_;
	my (@pairs, @unpaired, %partner);

	if (@$old == 1 && @$new == 1) {
		my $name = pair_name($old->[0], $new->[0]);
		return ([{ name => $name, old => $old->[0], new => $new->[0] }], []);
	}
	my ($olds, $news) = map { by_base_name($_) } $old, $new;
	for my $name (sort keys %$news) {
		my @runs = @{ $news->{$name} };
		my @others = @{ $olds->{$name} // [] };
		for my $run (@runs) {
			my ($other) = grep { $_->{name} eq $run->{name} } @others;
			if (!@others) {
				push @unpaired, alone('new', $run, 'only there');
				next;
			}
			$other //= $others[-1];
			$partner{ $other->{name} } = 1;
			my $called = @runs > 1 ? $run->{name} : $name;
			push @pairs, { name => $called, old => $other, new => $run };
		}
	}
	for my $name (sort keys %$olds) {
		push @unpaired, map {
			$news->{$name} ? alone('older old', $_, 'a later one by this name is there')
				: alone('old', $_, 'only there')
		} grep { !$partner{ $_->{name} } } @{ $olds->{$name} };
	}
	return (\@pairs, \@unpaired);
}

sub alone {
	my ($side, $run, $reason) = @_;

	return { side => $side, name => $run->{name}, run => $run, reason => $reason };
}

sub pair_name {
	my ($old, $new) = @_;
	my ($one, $other) = map { base_name($_) } $old, $new;

	return $one eq $other ? $one : "$one -> $other";
}

# The runs of each place and profile, the latest one last: those without a date come first, in the
# order in which they were given.
sub by_base_name {
	my ($runs) = @_;
	my @order = sort {
		($runs->[$a]{date} // '') cmp ($runs->[$b]{date} // '') || $a <=> $b
	} 0 .. $#$runs;
	my %by;

	push @{ $by{ base_name($_) } }, $_ for @$runs[@order];
	return \%by;
}

# As NEW has them; what it lacks behind that.
sub order_of {
	my ($old, $new) = @_;
	my %seen;

	return grep { !$seen{$_}++ } map { $_->{id} } @{ $new->{rows} }, @{ $old->{rows} };
}

sub changes_of {
	my ($pair, $ids, $cases, $filter) = @_;
	my ($before, $after) = ($pair->{old}{results}, $pair->{new}{results});
	my @changes;

	$pair->{counts} = { map { $_ => 0 } CLASSES, 'same' };
	for my $id (@$ids) {
		my ($old, $new) = ($before->{$id}, $after->{$id});
		next if !$old && !$new;
		next if !chosen($id, $cases->{ case_of($id) }, %$filter);
		my $class = class_of($old, $new);
		$pair->{counts}{$class}++;
		push @changes, {
			id => $id, class => $class, run => $pair->{name}, old => $old, new => $new,
		} if $class ne 'same';
	}
	return @changes;
}

# Exactly one for each identity.  That a failure is new comes before that its identity is: a gate
# must not miss it.
sub class_of {
	my ($old, $new) = @_;

	return 'gone' if !$new;
	return 'broken' if is_bad($new) && !($old && is_bad($old));
	return 'broken' if $old && $old->{state} eq 'broken' && is_failure($new);
	return 'new' if !$old;
	return 'fixed' if $new->{state} eq 'pass' && !is_bad($new)
		&& (is_bad($old) || $old->{state} eq 'known');
	return 'pass-to-skip' if $old->{state} eq 'pass' && $new->{state} eq 'skip';
	return 'changed' if $old->{state} ne $new->{state} || is_bad($old) != is_bad($new);
	return 'changed' if $new->{state} =~ /^(?:fail|known|broken)$/ && said($old) ne said($new);
	return 'same';
}

# What was BROKEN said nothing of the kernel; a failure does.
sub is_failure {
	my ($cell) = @_;

	return $cell->{state} eq 'fail' && is_bad($cell);
}

# What made its run fail, which is a skip too where --fail-on-skip was given, and a pass where
# --strict-known was.
sub is_bad {
	my ($cell) = @_;

	return $cell->{unexpected} ? 1 : 0;
}

sub said {
	my ($cell) = @_;

	return join "\n", map { $_ // '' } @$cell{qw(want got)};
}

# Facts that are settings, and limits that were measured.  A run that does not have one at all was
# made by another pipe7 or asked otherwise, which is no change of the place.
sub values_of {
	my ($pair) = @_;
	my ($old, $new) = map { settings($_) } @$pair{qw(old new)};
	my $limits = $pair->{new}{limits};

	return map { {
		name => $_, run => $pair->{name}, old => $old->{$_}, new => $new->{$_},
		how => $limits->{$_} ? $limits->{$_}{how} : undef,
	} } grep { defined $new->{$_} && $old->{$_} ne $new->{$_} } sort keys %$old;
}

sub settings {
	my ($run) = @_;
	my ($facts, $limits) = @$run{qw(facts limits)};

	return {
		(map { $_ => $facts->{$_} } grep { !$no_setting{$_} } keys %$facts),
		(map { $_ => $limits->{$_}{value} } keys %$limits),
	};
}

# Why a gate of these classes does not let this comparison through: lines of text, none when it
# does.  What is not whole proves nothing: in NEW whatever was asked; in OLD where what it lacks
# could hide something, which of a failure it cannot.  What was skipped as a whole on both sides is
# not at fault, unless there is nothing else.
sub tripped {
	my ($comparison, @classes) = @_;
	my %asked = map { $_ => 1 } @classes;
	my @unpaired = @{ $comparison->{unpaired} };
	my @why;

	for my $class (grep { $asked{$_} } CLASSES) {
		my $count = grep { $_->{class} eq $class } @{ $comparison->{changes} };
		push @why, "$class: $count" if $count;
	}
	my @pairs = grep { !is_skipped($_) } @{ $comparison->{pairs} };
	push @why, 'nothing was compared: no run of NEW is in OLD' if !@{ $comparison->{pairs} };
	push @why, 'nothing was compared: all was skipped in OLD and in NEW'
		if @{ $comparison->{pairs} } && !@pairs;
	my @new = ((map { $_->{new} } @pairs),
		(map { $_->{run} } grep { $_->{side} eq 'new' } @unpaired));
	push @why, map { unsound('NEW', $_) } @new;
	push @why, map { unsound('OLD', $_) } olds(@pairs)
		if grep { $asked{$_} } qw(pass-to-skip gone changed);
	push @why, map { "new: run $_->{name}" } grep { $_->{side} eq 'new' } @unpaired
		if $asked{new};
	push @why, map { "gone: run $_->{name}" } grep { $_->{side} eq 'old' } @unpaired
		if $asked{gone};
	return @why;
}

# A place that was not to be had then, and is not now.
sub is_skipped {
	my ($pair) = @_;

	return $pair->{old}{status} eq 'skipped' && $pair->{new}{status} eq 'skipped';
}

# The runs of OLD in these pairs; one may be in several.
sub olds {
	my %seen;

	return grep { !$seen{ $_->{name} }++ } map { $_->{old} } @_;
}

sub unsound {
	my ($side, $run) = @_;

	return join ': ', grep { defined } "$side $run->{name} is $run->{status}", $run->{reason}
		if $run->{status} ne 'complete';
	return "$side $run->{name} is no sound TAP: $run->{problems}[0]" if @{ $run->{problems} };
	return;
}

1;
