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

# A block as pipe7 writes it: one value a line, as it stands or between single quotes.
my $value = qr/'((?:[^']|'')*)'|([^'"~>|\[{\s](?:.*\S)?)/;
my $pair = qr/^  ([a-z]\w*): (?:$value)$/a;

# The parser takes most of its time for the blocks of points, so those are kept from it that are of
# this form; what is not is left to it.
sub next_raw {
	my ($self) = @_;
	my $lines = $self->{lines};
	my $line = $lines->[ $self->{next}++ ];
	my $next = $self->{next};

	return $line if !defined $line || $line !~ /^(?:not )?ok /
		|| ($lines->[$next] // '') ne '  ---';
	my %block;
	while (($lines->[ ++$next ] // '') =~ $pair) {
		my ($key, $quoted, $bare) = ($1, $2, $3);
		$block{$key} = defined $quoted ? $quoted =~ s/''/'/gr : $bare;
	}
	if (($lines->[$next] // '') eq '  ...') {
		$self->{block}{$line} = \%block;
		$self->{next} = $next + 1;
	}
	return $line;
}

# The block of the point in a line, where it was such a one.
sub block_of {
	my ($self, $line) = @_;

	return delete $self->{block}{$line};
}

sub exit { return 0 }
sub wait { return 0 }

1;
