# SPDX-License-Identifier: ISC
# Finds runs: in files, directories and archives, as `prove -a` and containers/matrix leave them.
package Pipe7::Sources;
use strict;
use warnings;
use Archive::Tar;
use CPAN::Meta::YAML;
use Digest::SHA qw(sha256);
use File::Basename qw(basename);
use IO::Uncompress::Gunzip qw($GunzipError);
use POSIX qw(strftime);
use Exporter qw(import);
our @EXPORT_OK = qw(sources read_file);

# A run of the suite takes half a MiB, an archive of a matrix some ten.  What is much larger is
# neither, and would be read into memory several times; so would a great many of nothing.
use constant { SIZE_MAX => 32 << 20, ARCHIVE_MAX => 128 << 20, ENTRIES_MAX => 10_000 };

# Deeper is no directory of runs.
use constant DEPTH_MAX => 16;

my $like_tap = qr/^(?:1\.\.\d+|(?:not )?ok\b|Bail out!)/m;

# Returns the runs in PATH..., each { name, source, bytes, date }, and the text of the first
# claims.tsv that lies beside them.  The date is of ISO 8601, or undef.  Dies with one line.
sub sources {
	my (@paths) = @_;
	my (@found, $claims, %seen);

	for my $path (@paths) {
		my ($runs, $theirs) = in_path($path, 0);

		$claims //= $theirs;
		push @found, grep { !$seen{ identity($_) }++ } @$runs;
	}
	return (\@found, $claims);
}

# One run is found twice where a directory lies beside its archive.  Without a date in it, another
# place may have printed the same.
sub identity {
	my ($run) = @_;
	my $name = $run->{bytes} =~ /^# fact: date=/m ? '' : $run->{name};

	return "$name\0" . sha256($run->{bytes});
}

# `depth` is that of the path below one that the user named.  What is no run is an error there.
sub in_path {
	my ($path, $depth) = @_;

	return in_directory($path, $depth) if -d $path;
	my $bytes = $path eq '-' ? read_handle(\*STDIN, $path, ARCHIVE_MAX)
		: read_file($path, ARCHIVE_MAX);
	if ($bytes =~ /^\x1f\x8b/) {
		$bytes = gunzip($bytes, $path);
	} elsif ($bytes =~ /^(?:BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|PK\x03\x04)/) {
		die "'$path': expected TAP, or an archive that is a tar, perhaps gzipped\n";
	}
	return in_archive($path, $bytes, $depth) if is_tar($bytes);
	expect_size($path, length $bytes, SIZE_MAX);
	die "'$path': expected TAP: there is no plan and no test line in it\n"
		if $depth == 0 && $bytes !~ $like_tap;
	return ([runs_in($path, $path, $bytes)]);
}

# A program that ran several profiles, as the first process of a kernel, printed a report for each.
sub runs_in {
	my ($path, $source, $bytes, $date) = @_;
	my ($first, @more) = split /^(?=TAP version \d+\r?$)/m, $bytes;
	my %run = (name => run_name($path), date => $date);
	my $number = 1;

	$first .= shift @more if @more && $first !~ /^TAP version \d/;
	return (
		{ %run, source => $source, bytes => $first // '' },
		map { { %run, source => "$source#" . ++$number, bytes => $_ } } @more,
	);
}

# With the directories in it, but not those that links lead to.
sub in_directory {
	my ($path, $depth) = @_;
	my ($date) = date_of_name($path);
	my (@runs, $claims);

	die "'$path': expected directories that are nested less deep\n" if $depth > DEPTH_MAX;
	opendir my $directory, $path or die "'$path': $!\n";
	my @names = sort grep { !/^\./ } readdir $directory;
	my @files = grep { -f "$path/$_" } @names;
	my @directories = grep { -d "$path/$_" && !-l "$path/$_" } @names;
	my @archives = grep { /\.(?:tar|tar\.gz|tgz)$/ } @files;
	for my $name ((grep { /\.tap(?:\.gz)?$/ } @files), @archives, @directories) {
		my ($inner, $theirs) = in_path("$path/$name", $depth + 1);
		push @runs, @$inner;
		$claims //= $theirs;
	}
	$_->{date} //= $date for @runs;
	$claims = read_file("$path/claims.tsv") if -f "$path/claims.tsv";
	die "'$path': expected a directory with .tap files or archives in it\n"
		if $depth == 0 && !@runs;
	return (\@runs, $claims);
}

# Some archives have the TAP in files of that name; those of prove have it in files that are named
# as the tests, and meta.yml says in what order they ran and when.
sub in_archive {
	my ($path, $bytes, $depth) = @_;
	my ($date) = date_of_name($path);
	open my $handle, '<', \$bytes or die "'$path': $!\n";
	my $tar = Archive::Tar->new;
	my $entries = 0;
	local $Archive::Tar::WARN = 0;

	# Asked before the content of an entry is read.
	my $checked = sub {
		expect_size($path, $_[0]->size, SIZE_MAX);
		die "'$path': expected at most " . ENTRIES_MAX . " files\n"
			if ++$entries > ENTRIES_MAX;
		return 1;
	};
	$tar->read($handle, 0, { filter_cb => $checked })
		or die "'$path': " . one_line($tar->error) . "\n";
	my @files = grep { $_->is_file } $tar->get_files;
	my ($meta) = grep { basename($_->full_path) eq 'meta.yml' } @files;
	my ($claims) = grep { basename($_->full_path) eq 'claims.tsv' } @files;
	my @tap = grep { $_->name =~ /\.tap$/ } @files;
	@tap = grep { is_test($_, $meta) } @files if !@tap;
	die "'$path': expected an archive with TAP in it\n" if !@tap && $depth == 0;
	my %told = $meta ? told_by($meta->get_content) : ();
	@tap = sort { order($told{ $a->full_path }) <=> order($told{ $b->full_path }) } @tap;
	my @runs = map {
		my $name = $_->full_path;
		runs_in($name, "$path:$name", $_->get_content // '',
			$told{$name}{date} // $told{''}{date} // $date);
	} @tap;
	return (\@runs, $claims && $claims->get_content);
}

# A test may have printed nothing; an archive that prove did not make has what it likes in it.
sub is_test {
	my ($file, $meta) = @_;

	return $file->full_path !~ m{(?:^|/)(?:\.[^/]*|meta\.yml|claims\.tsv)$}
		&& ($meta || ($file->get_content // '') =~ $like_tap);
}

sub order {
	my ($told) = @_;

	return $told->{number} // 9**9;
}

# What meta.yml of an archive says of each file, and under '' of all of them.
sub told_by {
	my ($text) = @_;
	my $meta = eval { CPAN::Meta::YAML->read_string($text)->[0] };
	my %told;

	return if ref $meta ne 'HASH';
	$told{''}{date} = iso($meta->{start_time});
	my $number = 0;
	my $files = $meta->{file_attributes};
	for my $file (ref $files eq 'ARRAY' ? @$files : ()) {
		next if ref $file ne 'HASH' || !defined $file->{description};
		$told{ $file->{description} } =
			{ number => $number++, date => iso($file->{start_time}) };
	}
	return %told;
}

sub iso {
	my ($seconds) = @_;

	return defined $seconds && $seconds =~ /^(\d{1,11})(?:\.\d*)?$/
		? strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $1) : undef;
}

# As containers/matrix names its directories, or as anybody writes a day.
sub date_of_name {
	my ($path) = @_;

	return "$1-$2-$3T$4:$5:$6Z"
		if $path =~ m{(?:^|/)(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.[^/]*/?$};
	return "$1-$2-$3" if $path =~ m{(\d{4})-([01]\d)-([0-3]\d)[^/]*/?$};
	return;
}

sub run_name {
	my ($path) = @_;

	return basename($path) =~ s/\.gz$//r =~ s/\.tap$//r;
}

sub is_tar {
	my ($bytes) = @_;

	return length $bytes > 262 && substr($bytes, 257, 5) eq 'ustar';
}

sub gunzip {
	my ($bytes, $path) = @_;
	my $inflated = IO::Uncompress::Gunzip->new(\$bytes, MultiStream => 1);

	die "'$path': not a whole gzip file\n" if !$inflated;
	return read_handle($inflated, $path, ARCHIVE_MAX, sub { $GunzipError });
}

sub read_file {
	my ($path, $size_max) = @_;

	open my $file, '<:raw', $path or die "'$path': $!\n";
	return read_handle($file, $path, $size_max // SIZE_MAX);
}

sub read_handle {
	my ($handle, $path, $size_max, $fault) = @_;
	my ($bytes, $n) = ('', 1);

	while ($n) {
		$n = read $handle, $bytes, 1 << 20, length $bytes;
		die "'$path': " . ($fault ? one_line($fault->()) : $!) . "\n"
			if !defined $n || $n < 0;
		expect_size($path, length $bytes, $size_max);
	}
	return $bytes;
}

sub expect_size {
	my ($path, $size, $most) = @_;

	die "'$path': expected at most " . ($most >> 20) . " MiB\n" if $size > $most;
}

sub one_line {
	my ($text) = @_;

	return ($text // 'cannot be read') =~ s/\s+/ /gr;
}

1;
