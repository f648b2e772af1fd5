#!/usr/bin/perl
# Takes folders out of a target whose container has ended, by renaming: none of the guest's processes is left that
# could change them meanwhile. The session runs this as root, in its mount namespace:
#
#   take.pl INIT MERGED UPPER TO UID:GID FOLDER...
#
# INIT was the container's first process, which is the last to end. MERGED is the guest's root as it saw it, UPPER what
# it wrote. FOLDER, a path of plain names below the root, becomes TO/1, the next TO/2 and so on. What is in it gets that
# owner, and loses set-id bits, capabilities (a change of owner drops them), what lets others write, and extended
# attributes, lists of who may do what among them.
#
# Only files, directories and links that lie in UPPER as they are in MERGED are taken: the rest has to be copied. A file
# with another name elsewhere isn't either, since the guest could write to it later, nor a very deep or crowded tree.
# Then nothing is changed, and the exit code isn't 0.
use strict;
use warnings;
use Config;
use Fcntl ':mode';

exit 3 unless $Config{archname} =~ /^x86_64-/;
my ($llistxattr, $lremovexattr) = (195, 198);

my ($init, $merged, $upper, $to, $owner, @folders) = @ARGV;
my ($uid, $gid) = split /:/, $owner;

# The depth bounds the length of a path, so that whoever takes the files over can name them; the rest bounds memory.
my ($deepest, $most) = (12, 200_000);

sub keep { exit 3 }

# A zombie has ended.
sub lives {
  my ($pid) = @_;
  open(my $stat, '<', "/proc/$pid/stat") or return 0;
  my $line = <$stat>;
  return defined $line && $line !~ /\) [ZX] [^)]*$/;
}

# No link on the way, in either of the two.
sub check_way {
  my ($folder) = @_;
  for my $root ($merged, $upper) {
    my $at = $root;
    for my $part (split m{/}, $folder) {
      $at .= "/$part";
      keep() unless lstat $at and -d _;
    }
  }
}

sub names {
  my ($folder) = @_;
  opendir(my $handle, $folder) or keep();
  my @names;
  while (defined(my $name = readdir $handle)) {
    push @names, $name unless $name eq '.' or $name eq '..';
    keep() if @names > $most;
  }
  return sort @names;
}

# Calls with each path below a folder and what lstat says of it, a directory before what is in it.
sub walk {
  my ($folder, $depth, $visit) = @_;
  for my $name (names($folder)) {
    my $path = "$folder/$name";
    my @found = lstat $path or keep();
    $visit->($path, $depth, @found);
    walk($path, $depth + 1, $visit) if S_ISDIR($found[2]);
  }
}

# A directory that the guest renamed may have its content in a lower layer. Directories differ in size.
sub check_whole {
  my ($folder) = @_;
  my @upper = names("$upper/$folder");
  my @merged = names("$merged/$folder");
  keep() unless @upper == @merged;
  for my $index (0 .. $#upper) {
    keep() unless $upper[$index] eq $merged[$index];
    my $path = "$folder/$upper[$index]";
    my (undef, undef, $mode, undef, undef, undef, undef, $size, undef, $time) = lstat "$upper/$path" or keep();
    my (undef, undef, $shown, undef, undef, undef, undef, $shown_size, undef, $shown_time) = lstat "$merged/$path"
      or keep();
    keep() unless S_IFMT($mode) == S_IFMT($shown);
    if (S_ISDIR($mode)) { check_whole($path) }
    else { keep() unless $size == $shown_size and $time == $shown_time }
  }
}

sub check_own_files {
  my ($folder) = @_;
  my (%names, %found);
  walk("$upper/$folder", 1, sub {
    my ($path, $depth, undef, $inode, $mode, $links) = @_;
    keep() unless S_ISREG($mode) or S_ISDIR($mode) or S_ISLNK($mode);
    keep() if $depth > $deepest;
    return unless S_ISREG($mode) and $links > 1;
    $names{$inode} = $links;
    $found{$inode}++;
    keep() if keys %names > $most;
  });
  for my $inode (keys %names) { keep() unless $names{$inode} == $found{$inode} }
}

my $attributes = "\0" x 65_536;

# Those of `security` are the host's.
sub strip {
  my ($path) = @_;
  my $length = syscall($llistxattr, $path, $attributes, length $attributes);
  die "$path: $!\n" if $length < 0;
  for my $name (split /\0/, substr $attributes, 0, $length) {
    next if $name =~ /^security\./;
    syscall($lremovexattr, $path, $name) == 0 or die "$path: $name: $!\n";
  }
}

sub give {
  my ($path, $mode) = @_;
  strip($path);
  if (S_ISLNK($mode)) {
    require POSIX;
    POSIX::lchown($uid, $gid, $path) or die "$path: $!\n";
    return;
  }
  chown $uid, $gid, $path or die "$path: $!\n";
  my $wanted = ($mode & 0777 & ~022) | (S_ISDIR($mode) ? 0700 : 0400);
  return if S_IMODE($mode) == $wanted;
  chmod $wanted, $path or die "$path: $!\n";
}

sub hand_over {
  my ($folder) = @_;
  my (undef, undef, $mode) = lstat "$upper/$folder" or keep();
  give("$upper/$folder", $mode);
  walk("$upper/$folder", 1, sub { give($_[0], $_[4]) });
}

keep() if lives($init);
for my $folder (@folders) {
  check_way($folder);
  check_own_files($folder);
  check_whole($folder);
}
hand_over($_) for @folders;
for my $number (1 .. @folders) {
  rename "$upper/$folders[$number - 1]", "$to/$number" or die "$folders[$number - 1]: $!\n";
}
