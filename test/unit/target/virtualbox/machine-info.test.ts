import { describe, expect, it } from 'vitest';
import { isUp, parseMachineInfo } from '../../../../src/target/virtualbox/vboxmanage/machine-info.js';

/** Lines in the shape and order of VirtualBox 7. */
const output = String.raw`name="Gitian-bookworm-amd64"
encryption="disabled"
groups="/"
ostype="Debian (64-bit)"
UUID="7b1c9d0e-6d3a-4f6e-9a51-0a2a5f4c1d22"
CfgFile="/home/me/VirtualBox VMs/Gitian-bookworm-amd64/Gitian-bookworm-amd64.vbox"
SnapFldr="/home/me/VirtualBox VMs/Gitian-bookworm-amd64/Snapshots"
LogFldr="/home/me/VirtualBox VMs/Gitian-bookworm-amd64/Logs"
hardwareuuid="7b1c9d0e-6d3a-4f6e-9a51-0a2a5f4c1d22"
memory=2000
cpuexecutioncap=100
firmware="EFI"
cpus=2
VMState="saved"
VMStateChangeTime="2026-01-02T03:04:05.678000000"
VMStateFile="/home/me/VirtualBox VMs/Gitian-bookworm-amd64/Snapshots/{1}.sav"
storagecontrollername0="SATA"
"SATA-0-0"="/home/me/a \"quoted\" \\ disk=1.vdi"
natnet1="nat"
nic1="nat"
nictype1="virtio"
Forwarding(0)="guestssh,tcp,,2223,,22"
Forwarding(1)="web,udp,127.0.0.1,8080,10.0.2.15,80"
Forwarding(2)="broken"
nic2="none"
VideoMode="720,400,0"@0,0 1
GuestMemoryBalloon=0
SnapshotName="Gitian-Clean"
SnapshotUUID="aa"
SnapshotName-1="later, \"mine\""
SnapshotUUID-1="bb"
CurrentSnapshotName="later, \"mine\""
CurrentSnapshotUUID="bb"
CurrentSnapshotNode="SnapshotName-1"
`;

describe('what showvminfo says of a machine', () => {
  it('is read', () => {
    expect(parseMachineInfo(output)).toEqual({
      uuid: '7b1c9d0e-6d3a-4f6e-9a51-0a2a5f4c1d22',
      state: 'saved',
      memory: 2000,
      processors: 2,
      network: 'nat',
      forwardings: [
        { name: 'guestssh', protocol: 'tcp', hostAddress: '', hostPort: 2223, guestPort: 22 },
        { name: 'web', protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 8080, guestPort: 80 },
      ],
      snapshots: ['Gitian-Clean', 'later, "mine"'],
      logs: '/home/me/VirtualBox VMs/Gitian-bookworm-amd64/Logs',
    });
  });

  it('is read with line ends of another system, and after words that come first', () => {
    const info = parseMachineInfo(`WARNING: something\r\n${output.replaceAll('\n', '\r\n')}`);
    expect([info?.state, info?.snapshots.length]).toEqual(['saved', 2]);
  });

  it.each(['', 'VMState="running"\n', 'UUID="x"\n', 'Name: Gitian-bookworm-amd64\n'])(
    'is nothing else: %j',
    (text) => {
      expect(parseMachineInfo(text)).toBeUndefined();
    },
  );

  it.each([
    ['poweroff', false],
    ['saved', false],
    ['aborted', false],
    ['aborted-saved', false],
    ['running', true],
    ['paused', true],
    ['starting', true],
    ['saving', true],
    ['gurumeditation', true],
  ])('tells that in the state %s it is up: %s', (state, up) => {
    const info = parseMachineInfo(output.replace('saved', state));
    expect(info !== undefined && isUp(info)).toBe(up);
  });
});
