# SPDX-License-Identifier: ISC
# The lines of a text, for TAP::Parser.
package Pipe7::Lines;
use strict;
use warnings;
use parent 'TAP::Parser::Iterator';

# TAP 14 adds to TAP 13 what nests, in lines that are indented, and TAP::Parser before 3.48 refuses
# its name.
sub _initialize {
	my ($self, $text) = @_;

	$text =~ s/\A((?:\s*\n)*TAP version )14\b/${1}13/;
	$self->{lines} = [split /\n/, $text];
	$self->{next} = 0;
	return $self;
}

# Most points have a block that says how long they took and nothing else.  The parser takes half its
# time for blocks, so these are kept from it.
sub next_raw {
	my ($self) = @_;
	my ($lines, $next) = @$self{qw(lines next)};
	my $line = $lines->[$next];

	$self->{next}++;
	if (defined $line && $line =~ /^(?:not )?ok /
		&& ($lines->[$next + 3] // '') eq '  ...' && $lines->[$next + 1] eq '  ---'
		&& $lines->[$next + 2] =~ /^  duration_ms: (\d{1,9}(?:\.\d{1,9})?)$/) {
		$self->{ms}{$line} = $1;
		$self->{next} += 3;
	}
	return $line;
}

# How long the point of a line took, where its block was such a one.
sub ms_of {
	my ($self, $line) = @_;

	return $self->{ms}{$line};
}

sub exit { return 0 }
sub wait { return 0 }

1;
