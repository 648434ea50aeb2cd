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

sub next_raw {
	my ($self) = @_;

	return $self->{lines}[ $self->{next}++ ];
}

sub exit { return 0 }
sub wait { return 0 }

1;
