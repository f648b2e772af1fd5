#!/usr/bin/perl
# Listens on the loopback of the network it is started in, and passes every connection on. Ends with its stdin.
#
#   forward.pl SOCKET NAME   to the driver's socket; says on which port it listens, and takes the socket's folder with it
#                            at its end should nobody else be left to do so
#   forward.pl PORT ADDRESS  from a port to the same one at another address
use strict;
use warnings;
use Errno qw(EAGAIN EINPROGRESS EINTR);
use File::Basename qw(dirname);
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY inet_aton);

# What is in the container may ask as often as it likes.
use constant { CONNECTIONS => 64, CHUNK => 65536 };

my ($from, $to) = @ARGV;
my $fixed = $from =~ /^[0-9]+$/;
$SIG{PIPE} = 'IGNORE';
$| = 1;

socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
bind($listener, pack_sockaddr_in($fixed ? $from : 0, INADDR_LOOPBACK)) or die "bind: $!\n";
listen($listener, SOMAXCONN) or die "listen: $!\n";
$listener->blocking(0);
my ($port) = unpack_sockaddr_in(getsockname $listener);
print "$port\n" if !$fixed;

# A connection is two ways: { from, to, held, ended }. What was read of one and not yet written is held, a chunk at most.
my %connections;
my $next = 0;

for (;;) {
  my ($readable, $writable) = watched();
  if (select($readable, $writable, undef, undef) < 0) {
    next if $! == EINTR;
    die "select: $!\n";
  }
  last if vec($readable, fileno STDIN, 1) && !sysread(STDIN, my $ignored, CHUNK);
  for my $id (keys %connections) {
    my $ways = $connections{$id};
    my $alive = 1;
    for my $way (@$ways) {
      $alive &&= fill($way) if vec($readable, fileno $way->{from}, 1);
      $alive &&= drain($way) if length $way->{held};
    }
    delete $connections{$id} if !$alive || !grep { !$_->{ended} || length $_->{held} } @$ways;
  }
  welcome() if vec($readable, fileno $listener, 1);
}

if (!$fixed) {
  unlink $from;
  rmdir dirname($from);
}

sub watched {
  my ($readable, $writable) = ('', '');
  vec($readable, fileno STDIN, 1) = 1;
  vec($readable, fileno $listener, 1) = 1 if keys %connections < CONNECTIONS;
  for my $way (map { @$_ } values %connections) {
    if (length $way->{held}) { vec($writable, fileno $way->{to}, 1) = 1 }
    elsif (!$way->{ended}) { vec($readable, fileno $way->{from}, 1) = 1 }
  }
  return ($readable, $writable);
}

sub welcome {
  accept(my $guest, $listener) or return;
  setsockopt($guest, IPPROTO_TCP, TCP_NODELAY, 1);
  socket(my $host, $fixed ? PF_INET : PF_UNIX, SOCK_STREAM, 0) or return;
  $_->blocking(0) for $guest, $host;
  my $place = $fixed ? pack_sockaddr_in($from, inet_aton($to)) : pack_sockaddr_un($from);
  # One that is under way fails, where it does, when something is read or written.
  connect($host, $place) or $! == EINPROGRESS or return;
  $connections{ $next++ } = [
    { from => $guest, to => $host, held => '', ended => 0 },
    { from => $host, to => $guest, held => '', ended => 0 },
  ];
  return;
}

# False when the connection is broken, as of the others.
sub fill {
  my ($way) = @_;
  my $count = sysread($way->{from}, $way->{held}, CHUNK);
  return $! == EAGAIN || $! == EINTR if !defined $count;
  if ($count == 0) {
    $way->{ended} = 1;
    shutdown($way->{to}, SHUT_WR);
  }
  return 1;
}

sub drain {
  my ($way) = @_;
  my $count = syswrite($way->{to}, $way->{held});
  return $! == EAGAIN || $! == EINTR if !defined $count;
  substr($way->{held}, 0, $count, '');
  return 1;
}
