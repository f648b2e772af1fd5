/**
 * Words for a guest that connect to a port through each of its devices in turn, and exit with 0 when something answers.
 * A socket that is bound to a device isn't held by rules of routing, and needs no root.
 */
export function boundToDevice(address: string, port: number): string[] {
  const script = String.raw`
    for my $device (grep { $_ ne "lo" } map { s{.*/}{}r } glob "/sys/class/net/*") {
      socket(my $socket, PF_INET, SOCK_STREAM, 0) or die;
      setsockopt($socket, SOL_SOCKET, 25, "$device\0") or die "$device: $!";
      exit 0 if connect($socket, pack_sockaddr_in($ARGV[1], inet_aton($ARGV[0])));
    }
    exit 3`;
  return ['timeout', '20', 'perl', '-MSocket', '-e', script, address, String(port)];
}

/**
 * A shell line for root of a guest that sends each address to itself at the ports, by UDP, from each of its devices and
 * from none, over so many hops that a group's address is passed on.
 */
export function sendToEach(addresses: readonly string[], ports: readonly number[]): string {
  return String.raw`perl -MSocket=:all -e '
      for my $port (qw(${ports.join(' ')})) {
        for my $to (qw(${addresses.join(' ')})) {
          for my $from (INADDR_ANY, inet_aton("10.0.2.100")) {
            for my $device ("", grep { $_ ne "lo" } map { s{.*/}{}r } glob "/sys/class/net/*") {
              socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die;
              setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1) or die;
              setsockopt($socket, 0, IP_MULTICAST_TTL, 32) or die;
              setsockopt($socket, SOL_SOCKET, 25, "$device\0") or die if $device;
              bind($socket, pack_sockaddr_in(0, $from)) or next;
              send($socket, $to, 0, pack_sockaddr_in($port, inet_aton($to)));
            }
          }
        }
      }'`;
}
