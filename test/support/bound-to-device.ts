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
