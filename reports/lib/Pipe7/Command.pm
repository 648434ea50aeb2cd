# SPDX-License-Identifier: ISC
# What the programs of reports/ have in common: options, errors, output.
package Pipe7::Command;
use strict;
use warnings;
use File::Basename qw(basename);
use Getopt::Long ();
use Exporter qw(import);
our @EXPORT_OK = qw(options expect_choices width usage_error output);

# Takes the options off @ARGV into %$option, as Getopt::Long has them in @specification; prints
# $usage when that is asked for.
sub options {
	my ($usage, $option, @specification) = @_;
	my $parser = Getopt::Long::Parser->new(config => [qw(no_auto_abbrev no_ignore_case)]);
	my ($fault, $help);

	local $SIG{__WARN__} = sub { $fault //= $_[0] };
	$parser->getoptions($option, @specification, 'help|h' => \$help)
		or usage_error(lcfirst $fault . ' (--help says which there are)');
	return if !$help;
	print $usage;
	exit 0;
}

# Each option that %choices names has one of those values, if any.
sub expect_choices {
	my ($option, %choices) = @_;

	for my $name (sort keys %choices) {
		my $value = $option->{$name} // next;
		usage_error("--$name '$value': expected one of @{ $choices{$name} }")
			if !grep { $_ eq $value } @{ $choices{$name} };
	}
}

# The columns of text: those that were asked for, else COLUMNS, else those of the terminal that it
# is printed to.  What the environment and the terminal say is used only where it can be.
sub width {
	my ($option) = @_;
	my $asked = $option->{width};

	usage_error("--width '$asked': expected a number of 20 to 10000")
		if defined $asked && !is_width($asked);
	my @places = ($asked, $ENV{COLUMNS});
	push @places, columns_of_terminal()
		if !defined $option->{output} && !grep { is_width($_) } @places;
	my ($width) = grep { is_width($_) } @places;
	return $width // 100;
}

sub is_width {
	my ($width) = @_;

	return defined $width && $width =~ /^\d{1,5}$/a && $width >= 20 && $width <= 10000;
}

sub columns_of_terminal {
	return if !-t STDOUT; ## no critic (ProhibitInteractiveTest)
	my $size = qx{stty size 2>/dev/null </dev/tty};
	return $size =~ /^\d+ (\d+)$/ ? $1 : undef;
}

# One line on standard error, and the end.
sub usage_error {
	my ($text) = @_;

	$text =~ s/\s+/ /g;
	$text =~ s/[\x00-\x1f\x7f]/?/g;
	printf STDERR "%s: %s\n", basename($0), $text =~ s/ $//r;
	exit 2;
}

# To a file, whole or not at all, or to standard output.
sub output {
	my ($path, $text) = @_;

	utf8::encode($text);
	if (!defined $path) {
		binmode STDOUT;
		print $text;
		close STDOUT or usage_error("standard output: $!");
		return;
	}
	open my $file, '>:raw', "$path.new" or usage_error("--output '$path': $!");
	if (!print $file $text or !close $file or !rename "$path.new", $path) {
		my $why = "$!";
		unlink "$path.new";
		usage_error("--output '$path': $why");
	}
}

1;
