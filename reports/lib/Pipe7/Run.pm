# SPDX-License-Identifier: ISC
# One run of the suite, out of the TAP that it printed.
package Pipe7::Run;
use strict;
use warnings;
use Encode ();
use TAP::Parser;
use Pipe7::Lines;
use Exporter qw(import);
our @EXPORT_OK = qw(read_run base_name case_of STATES);

use constant STATES => qw(pass fail known skip broken);

# The suite has some two thousand.  A point takes a tenth of a millisecond and a kilobyte.
use constant POINTS_MAX => 100_000;

# Of C0 and C1 all but the tab and the end of a line; then what turns the direction of writing, and
# what ends a line elsewhere.
my $turns = '\x{061c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}';
my $control = qr/[\x00-\x08\x0b-\x1f\x7f-\x9f$turns]/;

# What a point says of itself and what of its case.
my @of_the_point = qw(call want got at link);
my @of_the_case = qw(level claim cites against);

# Takes what Pipe7::Sources finds.  The run is { name, place, profile, date, source, status,
# reason, problems, facts, limits, totals, order, results, claims, tap }: `order` has the
# identities as they came, `results` a cell for each of them, `claims` what the points say of their
# cases, `tap` the bytes.
sub read_run {
	my ($source) = @_;
	my %run = (
		date => $source->{date}, tap => $source->{bytes}, status => 'complete',
		problems => [], facts => {}, limits => {}, order => [], results => {},
		claims => {}, totals => { map { $_ => 0 } STATES, qw(unexpected observed) },
	);
	for my $name (qw(name source)) { # of files, in which there may be anything
		($run{$name}) = decoded($source->{$name});
		$run{$name} =~ s/$control|[\t\n]/\x{fffd}/g;
	}
	my $parser = parse(\%run, text_of(\%run));

	my ($place, $profile) = $run{name} =~ /^(.+)\+([a-z-]+)$/; # as containers/matrix has it
	$run{place} = $run{facts}{place} // $place;
	$run{profile} = $run{facts}{profile} // $profile;
	$run{date} = $run{facts}{date}
		if ($run{facts}{date} // '') =~ /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/a;
	$run{name} = base_name(\%run);
	judge(\%run, $parser);
	return \%run;
}

# Text that can be shown anywhere: UTF-8, lines that end as they do here, and none of the characters
# by which a terminal or a page is made to show something else than what is there.
sub text_of {
	my ($run) = @_;
	my $points = 0;

	while ($run->{tap} =~ /^(?:not )?ok\b/mg) {
		die "'$run->{source}': expected at most " . POINTS_MAX . " points\n"
			if ++$points > POINTS_MAX;
	}
	my ($text, $faults) = decoded($run->{tap});
	push @{ $run->{problems} }, 'not all of it is UTF-8' if $faults;
	$text =~ s/^\x{feff}//;
	$text =~ s/\r\n/\n/g;
	push @{ $run->{problems} }, 'there are control characters in it'
		if $text =~ s/$control/\x{fffd}/g;
	return $text;
}

# The text of bytes, and whether that is not all there is.
sub decoded {
	my ($bytes) = @_;
	my $text = eval { Encode::decode('UTF-8', $bytes, Encode::FB_CROAK | Encode::LEAVE_SRC) };

	return ($text, 0) if defined $text;
	return (Encode::decode('UTF-8', $bytes, Encode::FB_DEFAULT), 1);
}

sub parse {
	my ($run, $text) = @_;
	my $lines = Pipe7::Lines->new($text);
	my $parser = TAP::Parser->new({ iterator => $lines });
	my $cell;

	local $SIG{__WARN__} = sub { }; # it warns of its own where a block is cut short
	while (my $result = $parser->next) {
		if ($result->is_test) {
			$cell = add_point($run, $result);
			add_block($run, $cell, $lines->block_of($result->raw));
		} elsif ($result->is_yaml) {
			add_block($run, $cell, $result->data);
			undef $cell; # a point has one
		} elsif ($result->is_comment) {
			add_comment($run, $result->comment);
		} elsif ($result->is_bailout) {
			@$run{qw(status reason)} = ('bailed out', $result->explanation);
		}
	}
	return $parser;
}

# Of two points with one name the worse one is kept, because it is one to look at.
sub add_point {
	my ($run, $point) = @_;
	my $name = $point->description =~ s/^- //r;
	my $cell = {
		state => state_of($point), unexpected => $point->is_ok ? 0 : 1, point => $point,
	};

	$name = 'test ' . $point->number if $name eq '';
	if (my $other = $run->{results}{$name}) {
		push @{ $run->{repeated} }, $name;
		return $cell if $other->{unexpected} >= $cell->{unexpected};
	} else {
		push @{ $run->{order} }, $name;
	}
	$cell->{name} = $name;
	$run->{results}{$name} = $cell;
	$cell->{surprise} = 1 if $point->is_actual_ok && $point->has_todo;
	excuse($cell, $point) if $point->has_skip || $point->has_todo;
	return $cell;
}

sub state_of {
	my ($point) = @_;

	return 'skip' if $point->has_skip;
	return 'pass' if $point->is_actual_ok;
	return $point->has_todo && $point->explanation =~ /^known\b/ ? 'known' : 'fail';
}

# "class: detail" behind SKIP, "known: reason" behind TODO.
sub excuse {
	my ($cell, $point) = @_;
	my $reason = $point->explanation;

	if ($point->has_skip && $reason =~ s/^([a-z][a-z-]*): //) {
		$cell->{class} = $1;
	}
	$cell->{reason} = $reason =~ s/^known: //r;
}

# The block knows better than the line above it what the verdict was: pass, fail, skip, broken.
sub add_block {
	my ($run, $cell, $block) = @_;

	return if !$cell || ref $block ne 'HASH';
	my @plain = grep { defined $block->{$_} && !ref $block->{$_} } keys %$block;
	my %told = map { $_ => $block->{$_} } @plain;
	my $verdict = $told{verdict} // '';

	$cell->{ms} = $told{duration_ms} + 0 if ($told{duration_ms} // '') =~ /^\d{1,9}(\.\d+)?$/;
	if ($cell->{state} eq 'fail' && $verdict =~ /^(?:pass|skip|broken)$/) {
		$cell->{state} = $verdict;
		$cell->{surprise} = 1 if $verdict eq 'pass';
	}
	$cell->{$_} = $told{$_} for grep { defined $told{$_} } @of_the_point;
	my @notes = sort { substr($a, 4) <=> substr($b, 4) } grep { /^note\d{1,3}$/ } keys %told;
	$cell->{notes} = [@told{@notes}] if @notes;
	return if !defined $told{claim};
	$run->{claims}{ case_of($cell->{point}->description =~ s/^- //r) } //=
		{ map { $_ => $told{$_} } grep { defined $told{$_} } @of_the_case };
}

# What runs of one place and profile have in common; their names may tell them apart.
sub base_name {
	my ($run) = @_;

	return defined $run->{place} && defined $run->{profile}
		? "$run->{place}+$run->{profile}" : $run->{name};
}

sub case_of {
	my ($identity) = @_;

	return $identity =~ m{^([^/]+/[^/]+)} ? $1 : $identity;
}

sub add_comment {
	my ($run, $comment) = @_;

	if ($comment =~ /^fact: ([^=\s]{1,64})=(.*)$/) {
		$run->{facts}{$1} //= $2;
	} elsif ($comment =~ /^limit: ([^=\s]{1,64})=(.*?)(?: by (.*))?$/) {
		$run->{limits}{$1} //= { value => $2, how => $3 } if $2 ne 'not measured';
	}
}

# What the whole of it is worth.
sub judge {
	my ($run, $parser) = @_;
	my @errors = map { s/\s+/ /gr =~ s/ at \S+ line \d+\.? ?$//r } $parser->parse_errors;

	push @{ $run->{problems} }, grep { !/^(?:Bad plan|No plan found)/ } @errors;
	if (defined $parser->skip_all && $run->{status} eq 'complete') {
		@$run{qw(status reason)} = ('skipped', $parser->skip_all);
	} elsif ($run->{status} eq 'complete' && !whole($parser)) {
		$run->{status} = 'incomplete';
		$run->{reason} = $run->{tap} eq '' ? 'nothing was printed'
			: $parser->tests_run . ' of '
			. ($parser->tests_planned // 'an unknown number of') . ' points';
	}
	my ($first, @more) = @{ delete $run->{repeated} // [] };
	push @{ $run->{problems} }, "'$first' is in it more than once"
		. (@more ? ', and so are ' . @more . ' more' : '') if defined $first;
	for my $cell (values %{ $run->{results} }) {
		delete @$cell{qw(point name)};
		$run->{totals}{ $cell->{state} }++;
		$run->{totals}{unexpected}++ if $cell->{unexpected};
		$run->{totals}{observed}++ if $cell->{state} eq 'fail' && !$cell->{unexpected};
	}
}

sub whole {
	my ($parser) = @_;

	return defined $parser->tests_planned && $parser->tests_planned == $parser->tests_run;
}

1;
