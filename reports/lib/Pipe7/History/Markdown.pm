# SPDX-License-Identifier: ISC
# A history for a wiki or an issue.
package Pipe7::History::Markdown;
use strict;
use warnings;
use Pipe7::History ();
use Pipe7::History::Text qw(title_of labels heading of_course lines_of notices);
use Pipe7::Markdown qw(escaped code table);
use Pipe7::Text qw(LEGEND);
use Exporter qw(import);
our @EXPORT_OK = qw(markdown_of_history);

sub markdown_of_history {
	my ($history) = @_;
	my $text = code(LEGEND) . "\n";

	for my $series (@{ $history->{series} }) {
		my @labels = labels($series);
		$text .= "\n### " . escaped(title_of($series, \@labels)) . "\n";
		my @notices = notices($series, \@labels);
		$text .= join '', "\n", map { '- ' . escaped($_) . "\n" } @notices if @notices;
		for my $course (Pipe7::History::COURSES) {
			my @of = of_course($series, $course) or next;
			$text .= "\n#### " . escaped(heading($course, $series, \@labels)) . "\n\n";
			$text .= table([qw(states identity facts)],
					map { [code($_->[0]), code($_->[1]), escaped($_->[2])] }
					lines_of(\@labels, @of));
		}
	}
	return $text;
}

1;
