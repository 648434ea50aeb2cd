# SPDX-License-Identifier: ISC
# The matrix as one HTML file that needs nothing else: page sources are in reports/page.
package Pipe7::Page;

use strict;
use warnings;
use Compress::Zlib ();
use Digest::SHA qw(sha256_base64);
use Exporter qw(import);
use File::Basename qw(basename dirname);
use HTML::Template;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Pipe7::Json qw(head_of);

our @EXPORT_OK = qw(page);

my $folder = dirname(__FILE__) . '/../../page';
my $places = dirname(__FILE__) . '/../../../containers/places';

# One module in the page, in this order.
my @scripts = qw(data.js state.js grid.js panel.js tables.js page.js);

# page($matrix, title => TEXT): the page as a string of ASCII characters alone, so that it does not
# matter how it is written.
sub page {
	my ($matrix, %options) = @_;
	my $style = source('page.css');
	my $script = join '', map { source($_) } @scripts;
	my $template = HTML::Template->new(filename => "$folder/page.tmpl",
		default_escape => 'HTML', die_on_bad_params => 1);

	$template->param(
		title => substr(visible($options{title} // 'pipe7'), 0, 60),
		style => $style,
		style_hash => hash_of($style),
		script => $script,
		script_hash => hash_of($script),
		data => json(data_of($matrix)),
		generated => visible($matrix->{generated}),
		rows => scalar @{ $matrix->{rows} },
		runs => [map { static_run($_) } @{ $matrix->{runs} }],
		taps => [taps($matrix->{runs})],
	);
	my $html = $template->output;
	$html =~ s/([^\x00-\x7f])/sprintf '&#x%X;', ord $1/ge;
	return $html;
}

# Character references mean nothing in style and script, so these are ASCII as they are.
sub source {
	my ($name) = @_;
	open my $file, '<', "$folder/$name" or die "page: $folder/$name: $!\n";
	local $/;
	my $text = <$file>;
	die "page: $folder/$name: expected ASCII\n" if $text =~ /[^\x00-\x7f]/;
	return $text;
}

# As the Content-Security-Policy has it; Digest::SHA leaves out the padding.
sub hash_of {
	my ($text) = @_;
	return 'sha256-' . sha256_base64($text) . '=';
}

# JSON that is inert in <script>, whatever it holds.
sub json {
	my ($value) = @_;
	my $text = JSON::PP->new->ascii->canonical->encode($value);
	$text =~ s/([<>&])/sprintf '\\u%04x', ord $1/ge;
	return $text;
}

# Control and direction characters as something that is seen and does nothing.
sub visible {
	my ($text) = @_;
	$text //= '';
	$text =~ s/([\x00-\x1f])/chr(0x2400 + ord $1)/ge;
	$text =~ s/([\x7f-\x9f\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{2069}\x{feff}])
		/sprintf '<U+%04X>', ord $1/gex;
	$text =~ s/[\x{d800}-\x{dfff}\x{fdd0}-\x{fdef}\x{fff0}-\x{ffff}]/\x{fffd}/g;
	return $text;
}

# --- data ---------------------------------------------------------------------

# What page.js reads: a row is [id, family, case, states, milliseconds, reasons]. `states` has a
# letter for each run, `milliseconds` a number between commas, and `reasons` says by run which of
# `why` belongs to the cell.  Most cells are alike, so this is a tenth of the matrix.
sub data_of {
	my ($matrix) = @_;
	my (@why, %seen);
	my $coder = JSON::PP->new->canonical;
	my $number = sub {
		my ($reason) = @_;
		return $seen{ $coder->encode($reason) } //= push(@why, $reason) - 1;
	};

	my @rows;
	for my $row (@{ $matrix->{rows} }) {
		my @cells = @{ $row->{cells} };
		my %reasons;
		for my $run (0 .. $#cells) {
			my $reason = $cells[$run] && reason_of($cells[$run]) or next;
			$reasons{$run} = $number->($reason);
		}
		push @rows, ["$row->{id}", "$row->{family}", "$row->{case}",
			join('', map { letter($_) } @cells),
			join(',', map { $_ && $_->{ms} // '' } @cells), \%reasons];
	}
	return {
		generated => $matrix->{generated}, cases => $matrix->{cases} // {},
		runs => [map { run_of($_) } @{ $matrix->{runs} }],
		rows => \@rows, why => \@why,
		places => [map { basename($_, '.bash') } glob "\Q$places\E/*.bash"],
	};
}

# The letters of data.js: as expected, and not.
my %letters = (pass => 'px', surprise => 'ax', fail => 'of', known => 'kf', skip => 'st',
	broken => 'bb');

sub letter {
	my ($cell) = @_;
	return '.' if !$cell;
	my $state = $cell->{surprise} ? 'surprise' : $cell->{state};
	my $letters = $letters{$state}
		// die "page: state '$state': expected pass, fail, known, skip or broken\n";
	return substr $letters, $cell->{unexpected} ? 1 : 0, 1;
}

sub reason_of {
	my ($cell) = @_;
	my %reason = map { defined $cell->{$_} ? ($_ => "$cell->{$_}") : () }
		qw(class reason call want got at link);
	$reason{notes} = [map { "$_" } @{ $cell->{notes} }] if @{ $cell->{notes} // [] };
	return %reason ? \%reason : undef;
}

sub run_of {
	my ($run) = @_;
	return { %{ head_of($run) }, tap => defined $run->{tap} ? 1 : 0 };
}

# The reports as they were, byte by byte, compressed: panel.js makes files of them.
sub taps {
	my ($runs) = @_;
	my @taps;
	for my $number (0 .. $#$runs) {
		my $tap = $runs->[$number]{tap} // next;
		my $compressed = Compress::Zlib::memGzip($tap);
		push @taps, { number => $number, tap => encode_base64($compressed, '') };
	}
	return @taps;
}

# --- without JavaScript -------------------------------------------------------

sub static_run {
	my ($run) = @_;
	my $facts = $run->{facts} // {};
	my $totals = $run->{totals} // {};
	return {
		name => visible($run->{name}),
		kernel => visible($facts->{kernel}),
		machine => visible($facts->{machine}),
		status => visible(status_of($run)),
		map { $_ => $totals->{$_} // 0 } qw(pass fail known skip broken unexpected),
	};
}

sub status_of {
	my ($run) = @_;
	my $status = join ': ', grep { defined } @$run{qw(status reason)};
	my ($first, @more) = @{ $run->{problems} // [] };

	return $status if !defined $first;
	my $count = @more . ' problem' . (@more == 1 ? '' : 's');
	return "$status; damaged: $first" . (@more ? ", and $count more" : '');
}

1;
