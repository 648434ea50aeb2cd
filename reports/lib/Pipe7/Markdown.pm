# SPDX-License-Identifier: ISC
# A matrix for a pull request or a wiki.
package Pipe7::Markdown;
use strict;
use warnings;
use Pipe7::Text qw(values_of);
use Exporter qw(import);
our @EXPORT_OK = qw(markdown_of_matrix markdown_of_limits escaped code table);

my %words = (pass => 'pass', fail => '**FAIL**', known => 'known', skip => 'skip',
	broken => '**BROKEN**');

sub markdown_of_matrix {
	my ($matrix, $rows) = @_;
	my @runs = @{ $matrix->{runs} };
	my $number = 0;

	my $text = table(
		[qw(run name kernel machine page trials unexpected known observed skipped status)],
		map { [
			++$number, code($_->{name}),
			(map { escaped($_ // '') } @{ $_->{facts} }{qw(kernel machine page_size)}),
			scalar keys %{ $_->{results} },
			@{ $_->{totals} }{qw(unexpected known observed skip)},
			escaped(join '; ', join(': ', grep { defined } @$_{qw(status reason)}),
				@{ $_->{problems} }),
		] } @runs);
	$text .= "\n" . @$rows . ' of ' . @{ $matrix->{rows} } . " identities:\n\n";
	return $text if !@$rows;
	return $text . table(['identity', 1 .. @runs],
		map { [code($_->{id}), map { word($_) } @{ $_->{cells} }] } @$rows);
}

sub word {
	my ($cell) = @_;

	return '' if !$cell;
	return 'fail' if $cell->{state} eq 'fail' && !$cell->{unexpected};
	return $words{ $cell->{state} };
}

sub markdown_of_limits {
	my ($matrix, $all) = @_;
	my @runs = @{ $matrix->{runs} };
	my @limits = grep { $all || @{ $_->[2] } > 1 } values_of($matrix);

	return "No limit differs.\n" if !@limits;
	return table(['run', map { code($_->[0]) } @limits], map {
		my $run = $_;
		[code($run->{name}), map { escaped($run->{limits}{ $_->[0] }{value}
			// $run->{facts}{ $_->[0] } // '') } @limits]
	} @runs);
}

sub table {
	my ($head, @rows) = @_;

	return join '', map { '| ' . join(' | ', @$_) . " |\n" }
		$head, [map { '---' } @$head], @rows;
}

# Text of others, so that nothing of it is markup.  GitHub looks for names of users and numbers of
# issues once the markup is gone, so that a backslash does not hide them.
sub escaped {
	my ($text) = @_;

	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	$text =~ s/([\\`*_\[\]|~>])/\\$1/g;
	$text =~ s/^\s*(\d*)(?=[-+=.)])/$1\\/;
	$text =~ s/([\@#])/$1<!-- -->/g;
	return $text =~ s/[\r\n]+/ /gr;
}

# The same as code.  A table ends its cells before it looks for code.
sub code {
	my ($text) = @_;

	return escaped($text) if $text =~ /[`|\\]|^\s*$/;
	return '`' . $text =~ s/[\r\n]+/ /gr . '`';
}

1;
