import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandName } from '../../../../src/cli/command-files.js';
import { quoteWords } from '../../../../src/core/processes/shell-quote.js';
import { baseImages, cannotBuild, isRoot } from '../../../support/base-image.js';
import { boundToDevice } from '../../../support/bound-to-device.js';
import type { Outcome } from '../../../support/commands.js';
import { containerRemains } from '../../../support/container-remains.js';
import { outcomeOf, startCommand } from '../../../support/running-command.js';
import { TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

/**
 * A host with addresses that no list of its devices has: a bridge without guests, an address of its loopback's, and those
 * that clouds answer at, which aren't there yet when the target starts. It answers at one port, and notes datagrams, those
 * for everybody who asks for names or services included.
 */
const strangeHost = String.raw`
  ip link set lo up
  ip link add bridge0 type bridge
  ip address add 172.17.0.1/16 dev bridge0
  ip link set bridge0 up
  ip route add 224.0.0.0/4 dev bridge0
  ip address add 198.51.100.7/32 dev lo
  exec perl -MSocket=:all -MIO::Select -e '
    $| = 1;
    socket(my $tcp, PF_INET, SOCK_STREAM, 0) or die $!;
    socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die $!;
    for my $socket ($tcp, $udp) { bind($socket, pack_sockaddr_in(7777, INADDR_ANY)) or die $!; }
    listen($tcp, 99) or die $!;
    for my $group (qw(224.0.0.251 239.1.2.3)) {
      setsockopt($udp, 0, IP_ADD_MEMBERSHIP, pack_ip_mreq(inet_aton($group), inet_aton("172.17.0.1"))) or die $!;
    }
    print "ready\n";
    my $select = IO::Select->new($tcp, $udp, \*STDIN);
    for (;;) {
      for my $ready ($select->can_read) {
        exit if $ready == \*STDIN;
        if ($ready == $tcp) {
          my $from = accept(my $client, $tcp);
          my (undef, $address) = unpack_sockaddr_in(getsockname $client);
          print "tcp ", inet_ntoa($address), "\n";
          syswrite $client, "secret\n";
        } else {
          recv($udp, my $word, 99, 0);
          print "udp $word\n";
        }
      }
    }'`;

/** Perl that sends a datagram to an address from each of these devices; `''` is none in particular. */
const datagrams = (devices: readonly string[]): string => String.raw`
  for my $device (${devices.map((device) => `"${device}"`).join(', ')}) {
    socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die;
    setsockopt($socket, 0, IP_MULTICAST_TTL, 32) or die;
    setsockopt($socket, SOL_SOCKET, 25, "$device\0") or die if $device;
    send($socket, "to $ARGV[0]", 0, pack_sockaddr_in(7777, inet_aton($ARGV[0])));
  }`;

const ofClouds = ['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192'];
const groups = ['224.0.0.251', '239.1.2.3'];
const ofHost = ['172.17.0.1', '198.51.100.7', '127.0.0.1', '127.1.2.3', '10.0.2.2'];

describe.skipIf(cannotBuild || !isRoot)('a host with addresses that its devices do not list (root)', () => {
  let place: TargetWorkspace;
  let host: ChildProcess;
  const seen: string[] = [];
  const inHost = (): string[] => ['--net', '--target', String(host.pid), '--'];
  const call = async (name: CommandName, args: readonly string[]): Promise<Outcome> =>
    outcomeOf(
      startCommand(name, args, {
        cwd: place.root,
        env: { USE_LXC: '1', GITIAN_CACHE: join(place.root, 'user-cache') },
        within: ['nsenter', ...inHost()],
      }),
    );
  beforeAll(async () => {
    place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
    host = spawn('unshare', ['--net', '--', 'sh', '-euc', strangeHost], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (host.stdout === null) throw new Error('the host has no output');
    const lines = createInterface({ input: host.stdout });
    await once(lines, 'line');
    lines.on('line', (line: string) => seen.push(line));
    for (const [name, ...args] of [
      ['make-clean-vm', '--suite', 'bookworm', '--arch', 'amd64'],
      ['start-target', '64', 'bookworm-amd64'],
    ] as const)
      expect(await call(name, args)).toMatchObject({ exitCode: 0, stderr: '' });
    for (const address of ofClouds) {
      const late = ['ip', 'address', 'add', `${address}/32`, 'dev', 'lo'];
      await once(spawn('nsenter', [...inHost(), ...late], { stdio: 'inherit' }), 'close');
    }
  }, 600_000);
  afterAll(async () => {
    expect(await call('stop-target', [])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(containerRemains(place.root)).toEqual([]);
    const closed = once(host, 'close');
    host.stdin?.end();
    await closed;
    rmSync(join(place.root, 'user-cache'), { recursive: true, force: true });
    await place[Symbol.asyncDispose]();
  });

  it.each([...ofHost, ...ofClouds, ...groups])('keeps %s out of reach', async (address) => {
    const by = async (words: readonly string[]): Promise<number | null> =>
      (await call('on-target', [quoteWords(words)])).exitCode;
    const plain = `exec 3<>/dev/tcp/${address}/7777 && read -t 3 word <&3 && [ "$word" = secret ]`;
    expect(await by(['timeout', '5', 'bash', '-c', plain])).not.toBe(0);
    expect(await by(boundToDevice(address, 7777))).not.toBe(0);
    expect(await by(['perl', '-MSocket=:all', '-e', datagrams(['', 'tap0']), address])).toBe(0);
  });

  it('is not reached by IPv6, of which the guest has addresses of its links alone', async () => {
    const others = "grep -v -e ' lo$' -e '^fe80' /proc/net/if_inet6";
    expect(await call('on-target', [others])).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('hears what it says to itself, and has heard nothing else', async () => {
    const own = ['172.17.0.1', ...groups];
    for (const address of own) {
      const speak = ['perl', '-MSocket=:all', '-e', datagrams(['']), address];
      await once(spawn('nsenter', [...inHost(), ...speak], { stdio: 'inherit' }), 'close');
    }
    await expect.poll(() => seen).toEqual(own.map((address) => `udp to ${address}`));
  });
});
