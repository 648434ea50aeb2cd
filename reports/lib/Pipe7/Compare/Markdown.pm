# SPDX-License-Identifier: ISC
# A comparison as a comment to a pull request.
package Pipe7::Compare::Markdown;
use strict;
use warnings;
use Pipe7::Compare ();
use Pipe7::Compare::Text qw(entries head_of counted notices);
use Pipe7::Markdown qw(escaped code table);
use Pipe7::Text qw(cut);
use Exporter qw(import);
our @EXPORT_OK = qw(markdown_of_comparison);

# What GitHub takes as a comment is 65536 characters.  Some are left for the lines that say what
# was left out.
use constant { CHARACTERS_MAX => 65_536, RESERVED => 1024 };

# More lines than this are folded; a text of others is cut to so many characters.
use constant { SHOWN_MAX => 10, TEXT_MAX => 300 };

sub markdown_of_comparison {
	my ($comparison, $why) = @_;
	my $several = @{ $comparison->{pairs} } > 1;
	my $text = '**pipe7**: ' . counted($comparison) . "\n\n";

	add(\$text, 'gate', '', map { '- ' . told($_) . "\n" } @$why) if @$why;
	$text .= join '', map { sides($_) } $several ? () : @{ $comparison->{pairs} };
	pairs(\$text, @{ $comparison->{pairs} }) if $several;
	my @notices = map { '- ' . told($_) . "\n" } notices($comparison);
	add(\$text, 'not compared, or not whole', '', @notices) if @notices;
	for my $class (Pipe7::Compare::CLASSES) {
		my @rows = map { row_of($_, $several) } entries($comparison, $class) or next;
		my $head = table(['identity', ($several ? 'runs' : ()), 'became', 'told']);
		add(\$text, $class, $head, @rows);
	}
	my @values = map { line([
		code($_->{name}), ($several ? code($_->{run}) : ()),
		map { told($_) } @$_{qw(old new)},
	]) } @{ $comparison->{values} };
	my $head = table(['value', ($several ? 'run' : ()), 'old', 'new']);
	add(\$text, 'values', $head, @values) if @values;
	return $text;
}

sub sides {
	my ($pair) = @_;

	return join('', map { "$_: " . told(head_of($pair->{$_})) . "  \n" } qw(old new)) . "\n";
}

sub pairs {
	my ($text, @pairs) = @_;
	my @lines;

	for my $pair (@pairs) {
		my @counts = map { $pair->{counts}{$_} } Pipe7::Compare::CLASSES, 'same';
		push @lines, line([@lines + 1, code(cut($pair->{name}, TEXT_MAX)), @counts]);
	}
	add($text, 'runs', table(['run', 'name', Pipe7::Compare::CLASSES, 'same']), @lines);
}

sub told {
	my ($text) = @_;

	return escaped(cut($text, TEXT_MAX));
}

sub row_of {
	my ($entry, $several) = @_;

	return line([
		code($entry->{id}), ($several ? escaped($entry->{runs}) : ()),
		escaped($entry->{becomes}), join '<br>', map { told($_) } @{ $entry->{lines} },
	]);
}

sub line {
	my ($cells) = @_;

	return '| ' . join(' | ', @$cells) . " |\n";
}

# As many lines as fit; how many do not is said.
sub add {
	my ($text, $title, $head, @lines) = @_;
	my $count = @lines;
	my $folded = $count > SHOWN_MAX;
	my ($begin, $end) = $folded
		? ("<details><summary>$title: $count</summary>\n\n", "\n</details>\n\n")
		: ("#### $title\n\n", "\n");
	my $room = CHARACTERS_MAX - RESERVED - length($$text) - length($begin . $head . $end);
	my $body = '';

	while (@lines && length($body) + length($lines[0]) <= $room) {
		$body .= shift @lines;
	}
	if ($body eq '') {
		$$text .= "$title: $count more\n\n";
		return;
	}
	my $left = @lines;
	$$text .= $begin . $head . $body . ($left ? "\n$left more\n" : '') . $end;
}

1;
