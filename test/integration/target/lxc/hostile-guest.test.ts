import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CutsNetwork } from '../../../../src/target/cuts-network.js';
import type { StartedTarget } from '../../../../src/target/target.js';
import { baseImages, cannotBuild, isRoot } from '../../../support/base-image.js';
import { sendToEach } from '../../../support/bound-to-device.js';
import { executable } from '../../../support/commands.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';
import { sha256 } from '../../../support/digest.js';

/** Perl that makes system calls, and exits with 1 if they are forbidden: what else is wrong with them doesn't matter. */
const call = (words: string, before = ''): string =>
  `perl -e '${before} exit(syscall(${words}) < 0 && ($!{EPERM} || $!{EAFNOSUPPORT}))'`;

/** System calls of amd64, by what they would be good for. */
const calls = {
  'put a key into a keyring': call('248, my $t = "user", my $n = "name", my $k = "secret", 6, -2'),
  'ask the host for a key': call('249, my $t = "user", my $n = "name", 0, -2'),
  "open the keyring of the host's root": call('250, 0, -4, 1'),
  'go into a user namespace of its own': call('272, 0x10000000'),
  'start a process in one': call('56, 0x10000011, 0, 0, 0, 0'),
  'open files by their handles': call('304, -100, $h, 0', 'my $h = pack("Lll2", 8, 1, 2, 0);'),
  'load a module': call('175, 0, 0, my $p = ""'),
  'load one from a file': call('313, -1, my $p = "", 0'),
  'take one out': call('176, my $n = "gitian-none", 0'),
  'load a program into the kernel': call('321, 0, $a, 64', 'my $a = "\\0" x 64;'),
  'watch the processor': call('298, $a, 0, -1, -1, 0', 'my $a = pack("LLQ13", 1, 112);'),
  'handle page faults': call('323, 1'),
  'queue system calls': call('425, 1, $a', 'my $a = "\\0" x 120;'),
  'send raw frames': call('41, 17, 3, 0'),
  'send raw packets': call('41, 2, 3, 1'),
  'talk to what the host runs in': call('41, 40, 1, 0'),
  'give a socket a policy of its own': call(
    '54, fileno($s), 0, 17, $p, 168',
    'socket(my $s, 2, 2, 0); my $p = "\\0" x 40 . pack("S", 2) . "\\0" x 118 . pack("C", 1) . "\\0" x 7;',
  ),
} as const;

/** What a shell can try. */
const commands = {
  'mount control groups':
    'mkdir -p /tmp/c && mount -t cgroup -o memory c /tmp/c || mount -t cgroup2 c /tmp/c',
  'mount its disk again': 'mount -o remount,rw /proc/sys || mount -o bind,remount,rw /sys',
  'have the kernel run a program at a crash': 'echo "|/tmp/x" >/proc/sys/kernel/core_pattern',
  'have it run one for new hardware': 'echo /tmp/x >/sys/kernel/uevent_helper',
  'have it run one for a module': 'echo /tmp/x >/proc/sys/kernel/modprobe',
  'press the magic key': 'echo h >/proc/sysrq-trigger',
  "read the kernel's memory": 'head -c 1 /proc/kcore || head -c 1 /dev/mem',
  "read the kernel's log": 'head -c 1 /proc/kmsg || dmesg',
  'write over its init': 'echo >/dev/gitian-init || chmod 777 /dev/gitian-init',
  'route around the rules':
    'ip route add 10.0.0.0/8 dev tap0 || ip xfrm policy flush || ip link set tap0 down',
} as const;

// Else the tests below could be passed by a mistake in the calls.
describe.skipIf(!isRoot)('root of the host (skipped without root)', () => {
  it.each(Object.entries(calls))('can %s', (_what, script) => {
    expect(spawnSync('sh', ['-c', script]).status).toBe(0);
  });
});

describe.skipIf(cannotBuild).each([
  ['with a user namespace', false],
  ['without one (LXC_PRIVILEGED)', true],
] as const)('root of a container %s (skipped without LXC and root or sudo)', (_title, privileged) => {
  let place: TargetWorkspace;
  let target: StartedTarget;
  beforeAll(async () => {
    place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
    const driver = await place.driver({ privileged });
    await driver.prepare(spec);
    target = await driver.start(spec);
  }, 600_000);
  afterAll(async () => {
    await target.stop();
    await place[Symbol.asyncDispose]();
  });

  const asRoot = async (script: string): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
    target.run(['bash', '-c', script], { user: 'root', check: false });
  const init = (): number => {
    const state: unknown = JSON.parse(readFileSync(place.workspace.targetState, 'utf8'));
    return (state as { details: { init: { pid: number } } }).details.init.pid;
  };

  it.each(Object.entries({ ...calls, ...commands }))("can't %s", async (_what, script) => {
    expect((await asRoot(script)).exitCode).not.toBe(0);
  });

  it("can't read the host's disk by its number", async (context) => {
    const read = (name: string, file: string): string =>
      readFileSync(`/sys/class/block/${name}/${file}`, 'utf8').trim();
    // One that holds nothing could be read by nobody.
    const disk = readdirSync('/sys/class/block').find((name) => read(name, 'size') !== '0');
    if (disk === undefined) return context.skip();
    const numbers = read(disk, 'dev').replace(':', ' ');
    const { exitCode } = await asRoot(`mknod /tmp/disk b ${numbers} && head -c 1 /tmp/disk`);
    expect(exitCode).not.toBe(0);
  });

  it("doesn't see the host by leaving its root directory", async () => {
    const escape = `perl -e 'mkdir "/tmp/r"; chroot "/tmp/r"; chdir ".." for 1..99; chroot "."; exec "/bin/ls", "$ARGV[0]"' '${place.workspace.var}'`;
    expect((await asRoot(escape)).exitCode).not.toBe(0);
    expect((await asRoot(`ls '/proc/1/root${place.workspace.var}'`)).exitCode).not.toBe(0);
  });

  // lxc-attach is the host's program, and for a moment a process of the guest.
  it("can't write over the host's program that starts its commands", async () => {
    const digest = (): string => sha256(readFileSync('/usr/bin/lxc-attach'));
    const before = digest();
    await asRoot(`
      cp /usr/sbin/chroot /usr/sbin/chroot.real
      cat >/tmp/attack <<'END'
        for try in $(seq 400); do
          for exe in /proc/[0-9]*/exe; do
            case $(readlink $exe) in *lxc-attach*|*memfd*) echo x >>$exe && echo written >/tmp/written;; esac
          done
        done 2>/dev/null
        echo >/tmp/attacked
END
      printf '#!/proc/self/exe\\n' >/usr/sbin/chroot
      nohup sh /tmp/attack >/dev/null 2>&1 &`);
    for (let attempt = 0; attempt < 5; attempt++) await asRoot('true').catch(() => undefined);
    expect(digest()).toBe(before);
    // The guest can't be used any more, and that is all.
    await target.stop();
    const driver = await place.driver({ privileged });
    await driver.prepare(spec);
    target = await driver.start(spec);
  });

  // What can open a terminal can type into it, and whoever started the command reads that.
  it("can't open the terminal that the host's commands were started in", () => {
    const onTerminal = (guestCommand: string, streams: string): string => {
      const command = `${executable('on-target')} -u root '${guestCommand}' ${streams}`;
      const options = { cwd: place.root, encoding: 'utf8' } as const;
      return spawnSync('script', ['-qec', command, '/dev/null'], options).stdout;
    };
    expect(onTerminal('exec 3<>/dev/tty; echo still here', '</dev/null 2>&1 | cat')).toMatch(
      /\/dev\/tty: No such device or address\s+still here/,
    );
    expect(onTerminal('ps -o tty= $$; ls /dev/pts', '')).toMatch(/^pts\/(\d+)\s+\1\s+ptmx\s*$/);
  });

  // A route to many at once is found without the rules that a route to one has to pass.
  it('sends nothing to the network that was cut', async () => {
    const send = sendToEach(['224.0.0.251', '239.255.255.250', '255.255.255.255', '10.0.2.255'], [5353]);
    const sent = 'cat /sys/class/net/tap0/statistics/tx_packets';
    let before: string;
    {
      await using _cut = await (target as StartedTarget & CutsNetwork).cutNetwork();
      // Up to the cut the guest's kernel may send something of its own.
      before = (await asRoot(sent)).stdout;
      expect(await asRoot(send)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      expect((await asRoot(sent)).stdout).toBe(before);
    }
    await asRoot(send);
    expect(Number((await asRoot(sent)).stdout)).toBeGreaterThan(Number(before));
  });

  if (privileged) {
    it('is root of the host, and can make device files', async () => {
      expect(
        readFileSync(`/proc/${String(init())}/uid_map`, 'utf8')
          .split(/\s+/)
          .slice(1, 3),
      ).toEqual(['0', '0']);
      expect((await asRoot('mknod /tmp/null c 1 3')).exitCode).toBe(0);
    });
    return;
  }

  it('is nobody on the host', (context) => {
    const warning = place.events.find(({ kind }) => kind === 'warning');
    if (warning !== undefined) return context.skip(JSON.stringify(warning));
    const [first = ''] =
      /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${String(init())}/status`, 'utf8'))?.slice(1) ?? [];
    expect(Number(first)).toBeGreaterThanOrEqual(0x4000_0000);
  });
});

describe.skipIf(cannotBuild)('what root of a container writes (skipped without LXC and root or sudo)', () => {
  let place: TargetWorkspace;
  beforeAll(async () => {
    place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
  }, 600_000);
  afterAll(async () => place[Symbol.asyncDispose]());

  it('has the same owners, modes and capabilities with a user namespace and without', async () => {
    const make = `
      cd /root && touch mine && install -o 1000 -g 100 /dev/null theirs && install -m 6755 /bin/true suid
      chown 1:65534 suid && chmod 6755 suid && cp /bin/true capable && setcap cap_chown+ep capable && mkfifo pipe
      mv /usr/share/doc /usr/share/moved && rm -r /usr/share/man && ln -s x link && chown -h 7:8 link`;
    const look = `cd /root && stat -c '%n %F %u:%g %a' * && getcap capable && ls /usr/share/moved | head -n 1; ls /usr/share/man`;
    const seen: string[] = [];
    for (const [making, looking] of [
      [false, true],
      [true, false],
    ] as const) {
      await (await place.driver()).prepare(spec);
      for (const [privileged, script] of [
        [making, make],
        [looking, look],
      ] as const) {
        await using target = await (await place.driver({ privileged })).start(spec);
        seen.push((await target.run(['bash', '-c', script], { user: 'root', check: false })).stdout);
      }
    }
    expect(seen[1]).toContain('suid regular file 1:65534 6755');
    expect(seen[1]).toContain('theirs regular empty file 1000:100 755');
    expect(seen[1]).toContain('capable cap_chown=ep');
    expect(seen[3]).toBe(seen[1]);
  });

  it.skipIf(!isRoot)("is out of other users' reach on the host (skipped without root)", async () => {
    await (await place.driver()).prepare(spec);
    execFileSync('chmod', ['755', place.root]);
    const folder = place.workspace.target(spec);
    expect(existsSync(folder)).toBe(true);
    const look = (user: string): number | null =>
      spawnSync('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'ls', folder]).status;
    expect([look('0'), look('65534')]).toEqual([0, 2]);
  });
});

describe.skipIf(cannotBuild || !isRoot)('a base image (skipped without LXC and root)', () => {
  it.each([false, true])(
    'whose /etc leads to a folder of the host writes nothing there',
    async (privileged) => {
      await using place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
      const [tree, out] = ['tree', 'out'].map((name) => join(place.root, name)) as [string, string];
      mkdirSync(out);
      chmodSync(out, 0o777);
      chmodSync(place.root, 0o755);
      mkdirSync(tree);
      symlinkSync(out, join(tree, 'etc'));
      const image = (await (await place.driver()).base(spec))?.path ?? '';
      rmSync(image);
      execFileSync('sh', ['-c', 'tar -C "$0" -c . | tar2sqfs -q "$1"', tree, image]);
      const driver = await place.driver({ privileged });
      await driver.prepare(spec);
      await expect(driver.start(spec)).rejects.toThrow('/etc is a link in it');
      expect(readdirSync(out)).toEqual([]);
    },
  );
});
