#!/usr/bin/perl
# Mounts a target's overlay with every owner shifted, so that root of the container is nobody on the host:
#
#   mount-shifted.pl FIRST PLACE ROOTFS TARGET LOWER...
#
# Ids 0 to 65535 of the files in TARGET (which holds `upper` and `work`) and in each LOWER are shown as FIRST and up; on
# disk they stay what they are, so that a target can be used again without a shift. PLACE is an empty folder for the
# mounts on the way. The overlay of them appears at ROOTFS. Prints the guest's files of users, in hexadecimal.
#
# mount(8) can do this only since util-linux 2.39, and an overlay's work folder has to be made by somebody who has an id
# in there, but with root's capabilities: that is what a secure bit is for. The kernel has to know ids of squashfs
# mounts (6.2) and of the file system that TARGET is on.
#
# It is on the way of every start, so that it loads nothing: POSIX and Fcntl take longer than all that is done here.
use strict;
use warnings;
use Config;

my ($first, $place, $rootfs, $target, @lower) = @ARGV;
my $ids = 65536;

# The newer system calls have the same number on every machine.
my %call = (open_tree => 428, move_mount => 429, fsopen => 430, fsconfig => 431, fsmount => 432, mount_setattr => 442);
my %own = (x86_64 => { unshare => 272, prctl => 157 }, aarch64 => { unshare => 97, prctl => 167 });
my ($machine) = split /-/, $Config{archname};
%call = (%call, %{ $own{$machine} // die "the system calls of $machine are unknown\n" });
my ($here, $empty, $nonblocking) = (-100, '', 0x800);

sub call {
  my ($name, @words) = @_;
  my $result = syscall($call{$name}, @words);
  die "$name: $!\n" if $result < 0;
  return $result;
}

# An open file of a user namespace that maps the ids. Nobody stays in it.
sub shift_of_ids {
  pipe(my $told, my $tell) && pipe(my $held, my $hold) or die "pipe: $!\n";
  my $child = fork() // die "fork: $!\n";
  if ($child == 0) {
    close $hold;
    syswrite($tell, syscall($call{unshare}, 0x10000000) == 0 ? '+' : '-');
    sysread($held, my $end, 1);
    kill KILL => $$;
  }
  sysread($told, my $answer, 1);
  die "there are no user namespaces\n" if $answer ne '+';
  for my $kind ('uid_map', 'gid_map') {
    open(my $map, '>', "/proc/$child/$kind") or die "$kind: $!\n";
    syswrite($map, "0 $first $ids\n") or die "$kind: $!\n";
  }
  open(my $namespace, '<', "/proc/$child/ns/user") or die "namespace: $!\n";
  close $hold;
  waitpid($child, 0);
  return $namespace;
}

sub attach {
  my ($mount, $to) = @_;
  call('move_mount', $mount, $empty, $here, $to, 4);
}

# Shows the folder `from` at `to`, with shifted ids.
sub show_shifted {
  my ($namespace, $from, $to) = @_;
  mkdir $to or die "$to: $!\n";
  my $mount = call('open_tree', $here, $from, 0x80001);
  my $attributes = pack('Q4', 0x100000, 0, 0, fileno($namespace));
  call('mount_setattr', $mount, $empty, 0x1000, $attributes, length $attributes);
  attach($mount, $to);
}

sub overlay {
  my @options = @_;
  my $context = call('fsopen', my $type = 'overlay', 1);
  for (@options) {
    my ($key, $value) = split /=/, $_, 2;
    if (defined $value) { call('fsconfig', $context, 1, $key, $value, 0) }
    else { call('fsconfig', $context, 0, $key, 0, 0) }
  }
  call('fsconfig', $context, 6, 0, 0, 0);
  return call('fsmount', $context, 1, 0);
}

# The guest's own files of users, as one text with a NUL between them. Nothing leads out of where they are read.
sub users {
  chroot $rootfs and chdir '/' or die "$rootfs: $!\n";
  return join "\0", map { text($_) } '/etc/passwd', '/etc/group';
}

sub text {
  my ($path) = @_;
  sysopen(my $file, $path, $nonblocking) or return '';
  return '' unless -f $file;
  read $file, my $text, 1 << 18;
  return $text;
}

# Changing the user id leaves the capabilities (PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP).
call('prctl', 28, 4, 0, 0, 0);
my $namespace = shift_of_ids();
show_shifted($namespace, $target, "$place/target");
my @names;
for my $from (@lower) {
  push @names, 'lower' . @names;
  show_shifted($namespace, $from, "$place/$names[-1]");
}
chdir $place or die "$place: $!\n";

# From here on what is made belongs to the container's root.
$) = "$first $first";
$> = $first;
my @layers = ('source=gitian', 'lowerdir=' . join(':', @names), 'upperdir=target/upper', 'workdir=target/work');
my @options = (@layers, 'index=off', 'redirect_dir=on', 'metacopy=off');
# What the guest writes needn't survive a power cut.
my $root = eval { overlay(@options, 'volatile') } // overlay(@options);
attach($root, $rootfs);
print unpack('H*', users()), "\n";
