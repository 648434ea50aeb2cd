# SPDX-License-Identifier: ISC
# Runs joined on identity: one row for each, one cell for each run that has it.
package Pipe7::Matrix;
use strict;
use warnings;
use File::Basename qw(dirname);
use POSIX qw(strftime);
use Pipe7::Run qw(read_run case_of);
use Pipe7::Sources qw(sources read_file);
use Exporter qw(import);
our @EXPORT_OK = qw(read_matrix program differing);

my @told_of_a_case = qw(level claim cites against since at covers about);

my $claims_head = qr{\Acase\tlevel\b};

# The matrix of the runs in PATH...: { schema, version, generated, runs, cases, rows }, as
# schema/matrix.json describes it; each run has its bytes in {tap} beside that.  $asked is a file
# of `pipe7 list --claims`, or undef: then it is looked for beside the runs, and the program is
# asked.  Dies with one line.
sub read_matrix {
	my ($paths, $asked) = @_;
	my ($sources, $claims) = sources(@$paths);

	$claims = read_file($asked) if defined $asked;
	$claims //= ask(program());
	my $file = defined $asked ? "--claims '$asked'" : 'claims.tsv';
	my $cases = eval { read_claims($claims) } // die "$file: $@";
	return join_runs([map { read_run($_) } @$sources], $cases);
}

# The pipe7 that knows the cases: of the environment, else of this tree.
sub program {
	return $ENV{PIPE7} // dirname(__FILE__) . '/../../../out/pipe7';
}

# What the program says of its cases; nothing where there is none, or it is another.
sub ask {
	my ($program) = @_;

	return if !-x $program;
	open my $claims, '-|', 'sh', '-c', 'exec "$0" list --claims 2>/dev/null', $program
		or return;
	local $/;
	my $text = <$claims>;
	return close($claims) && $text =~ $claims_head ? $text : undef;
}

# Returns { FAMILY/CASE => { level, claim, ... } }.
sub read_claims {
	my ($text) = @_;
	my ($head, @lines) = split /\n/, $text // '';
	my %cases;

	return {} if !defined $head;
	utf8::decode($_) for $head, @lines;
	die "expected what `pipe7 list --claims` prints\n"
		if $head !~ $claims_head;
	my @columns = split /\t/, $head;
	for my $line (@lines) {
		my %case;
		@case{@columns} = map { length $_ ? $_ : undef } split /\t/, $line, -1;
		$case{covers} = [split / /, $case{covers} // ''];
		$case{level} = lc $case{level} if defined $case{level};
		$cases{ $case{case} } = { map { $_ => $case{$_} } @told_of_a_case };
	}
	return \%cases;
}

sub join_runs {
	my ($runs, $cases) = @_;
	my %cases = %$cases;

	name_apart($runs);
	for my $run (@$runs) {
		for my $case (keys %{ $run->{claims} }) {
			my $theirs = $run->{claims}{$case};
			my $ours = $cases{$case} //= { map { $_ => undef } @told_of_a_case };
			$ours->{$_} //= $theirs->{$_} for keys %$theirs;
			$ours->{covers} //= [];
		}
	}
	my @rows = map { row_of($_, $runs) } in_order($runs);
	my %used = map { $_->{case} => 1 } @rows;
	return {
		schema => 'pipe7-matrix', version => 1,
		generated => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime),
		runs => $runs,
		cases => { map { $_ => $cases{$_} } grep { $used{$_} } keys %cases },
		rows => \@rows,
	};
}

# Runs of one place and profile are told apart by their dates, else by numbers.
sub name_apart {
	my ($runs) = @_;

	for my $apart (
		sub { defined $_[0]{date} ? '@' . substr($_[0]{date}, 0, 10) : '' },
		sub { defined $_[0]{date} ? substr($_[0]{date}, 10) : '' },
		sub { "#$_[1]" },
	) {
		my (%same, %numbered);
		push @{ $same{ $_->{name} } }, $_ for @$runs;
		for my $alike (grep { @$_ > 1 } values %same) {
			$_->{name} .= $apart->($_, ++$numbered{ $_->{name} }) for @$alike;
		}
	}
}

# The order of the longest run; what it lacks comes behind what it came behind elsewhere.
sub in_order {
	my ($runs) = @_;
	my (%next, @ids);
	my @longest_first = sort { @{ $b->{order} } <=> @{ $a->{order} } } @$runs;

	for my $run (@longest_first) {
		my $before = '';
		for my $id (@{ $run->{order} }) {
			@next{ "/$id", "/$before" } = ($next{"/$before"}, $id)
				if !exists $next{"/$id"};
			$before = $id;
		}
	}
	for (my $id = $next{'/'}; defined $id; $id = $next{"/$id"}) {
		push @ids, $id;
	}
	return @ids;
}

sub row_of {
	my ($id, $runs) = @_;
	my @cells = map { $_->{results}{$id} } @$runs;
	my ($family) = split m{/}, $id;

	return {
		id => $id, family => $family // '', case => case_of($id),
		differs => differing(@cells), cells => \@cells,
	};
}

# 'state': where it was tested it came out otherwise; 'skip': it was not tested everywhere, but came
# out the same where it was; '' where there is nothing to tell apart.
sub differing {
	my %states = map { $_->{state} => 1 } grep { defined } @_;
	my $skipped = delete $states{skip};

	return keys %states > 1 ? 'state' : $skipped && keys %states ? 'skip' : '';
}

1;
