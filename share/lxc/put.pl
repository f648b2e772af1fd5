#!/usr/bin/perl
# Copies files of the host into a container, without a stream between: the kernel moves their bytes.
#
#   put.pl INIT STARTED WRITER READER FROM TO... <NAMES
#
# INIT is the container's first process, and STARTED when it began, as /proc says. Files are written as WRITER and read as READER, both `uid:gid,gid,...` in the
# host's ids, so neither gets at more than it could anyway. NAMES, each with a NUL behind it, lie in the host's folder
# FROM; each TO is a folder of the guest below the one before it, the first one absolute. A name may end in `/.`: then
# it may be a link to a folder.
#
# Contents, links and times survive; modes lose what umask 022 takes. Whatever is odd (a special file, a very deep tree,
# a machine whose system calls aren't known here, anything that fails) ends this with an exit code that isn't 0: then
# the files have to go as a stream, which also says what is wrong.
#
# Everything that is the guest's is looked up with the guest's root as root: a link of the guest's leads nowhere else.
# Nothing may be loaded from there, so no module is loaded once it is.
use strict;
use warnings;
use Config;
use Fcntl ':mode', 'O_RDONLY', 'O_WRONLY', 'O_CREAT', 'O_EXCL', 'O_NOFOLLOW', 'O_NONBLOCK';

my ($init, $started, $writer, $reader, $source, @to) = @ARGV;

exit 3 unless $Config{archname} =~ /^x86_64-/;
my ($sendfile, $newfstatat, $utimensat) = (40, 262, 280);
my ($here, $no_follow) = (-100, 0x100);
my $deepest = 200;
@INC = ();

sub become {
  my ($uid, $groups) = split /:/, $_[0];
  my ($gid) = split /,/, $groups;
  $> = 0;
  $) = join ' ', $gid, split /,/, $groups;
  $> = $uid;
  die "can't be $_[0]\n" unless $> == $uid;
}

sub reading {
  my ($folder) = @_;
  become($reader);
  chdir $folder or die "$!\n";
}

sub writing {
  my ($folder) = @_;
  become($writer);
  chdir $folder or die "$!\n";
}

# Kind and mode, size, device and inode, number of names, and times as the kernel takes them, of a file in the current folder.
sub look {
  my ($name) = @_;
  my $found = "\0" x 144;
  return unless syscall($newfstatat, $here, $name, $found, $no_follow) == 0;
  my ($device, $inode, $names, $mode) = unpack 'QQQL', $found;
  my $size = unpack 'x48q', $found;
  my $time = substr $found, 88, 16;
  return { mode => $mode, size => $size, id => "$device:$inode", names => $names, times => $time . $time };
}

sub open_folder {
  my ($name) = @_;
  opendir(my $handle, $name) or die "$!\n";
  return $handle;
}

# Makes a folder of the current one, or finds it; a link is none.
sub make_folder {
  my ($name) = @_;
  my $found = look($name);
  return if $found && S_ISDIR($found->{mode});
  unlink $name if $found;
  mkdir $name, 0755 or die "$!\n";
  return 1;
}

my %copied;

sub copy_content {
  my ($name, $file, $to) = @_;
  sysopen(my $in, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) or die "$!\n";
  writing($to->{handle});
  unlink $name;
  sysopen(my $out, $name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, $file->{mode} & 0755) or die "$!\n";
  my $left = $file->{size};
  while ($left > 0) {
    my $done = syscall($sendfile, fileno $out, fileno $in, 0, $left);
    die "$!\n" if $done <= 0;
    $left -= $done;
  }
  syscall($utimensat, fileno $out, 0, $file->{times}, 0) == 0 or die "$!\n";
}

sub copy_link {
  my ($name, $file, $to) = @_;
  my $target = readlink $name // die "$!\n";
  writing($to->{handle});
  unlink $name;
  symlink $target, $name or die "$!\n";
  syscall($utimensat, $here, $name, $file->{times}, $no_follow) == 0 or die "$!\n";
}

sub copy_folder {
  my ($name, $from, $file, $to, $depth) = @_;
  writing($to->{handle});
  my $is_new = make_folder($name);
  my $inner = { handle => open_folder($name), path => "$to->{path}/$name" };
  while (defined(my $entry = readdir $from)) {
    next if $entry eq '.' or $entry eq '..';
    reading($from);
    copy($entry, $inner, $depth + 1);
  }
  return unless $is_new;
  writing($to->{handle});
  chmod $file->{mode} & 0755, $name or die "$!\n";
  syscall($utimensat, $here, $name, $file->{times}, $no_follow) == 0 or die "$!\n";
}

# Copies what is called `name` in the current folder.
sub copy {
  my ($name, $to, $depth) = @_;
  die "too deep\n" if $depth > $deepest;
  my $file = look($name) or die "$!\n";
  if (S_ISDIR($file->{mode})) { return copy_folder($name, open_folder($name), $file, $to, $depth) }
  if (S_ISLNK($file->{mode})) { return copy_link($name, $file, $to) }
  die "not a file\n" unless S_ISREG($file->{mode});
  my $first = $file->{names} > 1 ? $copied{$file->{id}} : undef;
  if (defined $first) {
    writing($to->{handle});
    unlink $name;
    link $first, $name or die "$!\n";
    return;
  }
  copy_content($name, $file, $to);
  $copied{$file->{id}} = "$to->{path}/$name" if $file->{names} > 1;
}

# A folder of the guest, made where it is missing.
sub into {
  my ($at, @names) = @_;
  for my $name (@names) {
    writing($at->{handle});
    make_folder($name) unless -d $name;
    $at = { handle => open_folder($name), path => "$at->{path}/$name" };
  }
  return $at;
}

# Makes the guest's root ours. The number may be another process's by now.
sub enter {
  chdir "/proc/$init" or die "$!\n";
  open(my $stat, '<', 'stat') or die "$!\n";
  my ($fields) = <$stat> =~ /.*\) (.*)/;
  die "it has ended\n" unless (split / /, $fields)[19] eq $started;
  chroot 'root' or die "$!\n";
}

# Where a name leads, which is looked up while the host's root is still ours: the folder that it lies in or, for a folder
# that may be a link, that folder itself.
sub found {
  my ($name, $from) = @_;
  my $is_folder = $name =~ s{/\.$}{};
  my @parents = split m{/}, $name;
  my $last = pop @parents;
  die "no plain name\n" if grep { $_ eq '' or $_ eq '..' } @parents, $last;
  chdir $_ or die "$!\n" for $from, @parents, $is_folder ? $last : ();
  return { parents => \@parents, last => $last, is_folder => $is_folder, handle => open_folder('.') };
}

umask 022;
reading($source);
my $from = open_folder('.');
my @names = do { local $/ = "\0"; map { chomp; $_ } <STDIN> };
my @found = map { found($_, $from) } @names;
become('0:0');
enter();
become($writer);
my $root = { handle => open_folder('/'), path => '' };
my $to = into($root, grep { $_ ne '' } map { split m{/} } @to);
for my $found (@found) {
  my $folder = into($to, @{ $found->{parents} });
  reading($found->{handle});
  if (!$found->{is_folder}) { copy($found->{last}, $folder, 0) }
  else { copy_folder($found->{last}, $found->{handle}, look('.'), $folder, 0) }
}
