import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedTarget, TargetSettings } from '../../../../src/target/target.js';
import { baseImages, cannotBuild, isRoot } from '../../../support/base-image.js';
import { containerRemains } from '../../../support/container-remains.js';
import { testBridge } from '../../../support/test-bridge.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';
import { until } from '../../../support/until.js';

const initPid = ({ workspace }: TargetWorkspace): number => {
  const state = JSON.parse(readFileSync(workspace.targetState, 'utf8')) as {
    details: { init: { pid: number } };
  };
  return state.details.init.pid;
};

/** Perl that traces a process that it has started, as soon as that has done this. */
const trace = (before: string): string => `perl -e '
  pipe my $done, my $does or die;
  my $pid = fork;
  if (!$pid) { ${before} close $done; close $does; sleep 20; exit }
  close $does;
  readline $done;
  my $traced = syscall 101, 16, $pid, 0, 0;
  kill KILL => $pid;
  exit($traced == 0 ? 0 : 1)'`;

describe.skipIf(cannotBuild)('what root of a container can do (skipped without LXC and root or sudo)', () => {
  let images: string[];
  let place: TargetWorkspace;
  let target: StartedTarget;
  beforeAll(async () => {
    images = baseImages('bookworm', ['amd64']);
    place = await TargetWorkspace.create('lxc', images);
    const driver = await place.driver();
    await driver.prepare(spec);
    target = await driver.start(spec);
  }, 600_000);
  afterAll(async () => {
    await target.stop();
    await place[Symbol.asyncDispose]();
  });

  const asRoot = async (script: string): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
    target.run(['bash', '-c', script], { user: 'root', check: false });

  it.each([
    ['mount', 'mount -t tmpfs tmpfs /mnt'],
    ['bind-mount', 'mount --bind /etc /mnt'],
    ['take its root file system apart', 'umount -l /dev/gitian-init'],
    ['write over its init', 'echo >/dev/gitian-init'],
    ['set the clock', 'date -s 2000-01-01'],
    ['name the host', 'hostname evil'],
    ['change the kernel', 'echo 1 >/proc/sys/kernel/sysrq'],
    ['change the hardware', 'f=$(find /sys -name uevent | head -n 1); echo add >"$f"'],
    ['read memory', 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem'],
    ["read the host's disk", 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk'],
    ['use a loop device', 'mknod /tmp/loop c 10 237 && head -c 1 /tmp/loop'],
    ['read the kernel log', 'dmesg'],
    ["trace another's process", trace('$) = "1000 1000"; $< = $> = 1000;')],
    ['change the network', 'ip link add x type dummy'],
    ['make a user namespace with powers', 'unshare --user --map-root-user mount -t tmpfs tmpfs /mnt'],
    ['end its init', 'kill -KILL 1 && sleep 0.2 && ! kill -0 1'],
  ])('does not include to %s', async (_title, script) => {
    expect((await asRoot(script)).exitCode).not.toBe(0);
  });

  it.each([
    ['trace a process of its own', trace('')],
    ['give files away', 'touch /tmp/f && chown 1000:1000 /tmp/f'],
    ['change the root directory', 'chroot / true'],
    ['switch users', 'su debian -c true'],
    ['set capabilities and set-id bits', 'chmod 4755 /tmp/f && setcap cap_net_raw+ep /tmp/f'],
    [
      'bind a low port',
      "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalPort => 80, Listen => 1) or exit 1'",
    ],
    ['use a terminal', 'script -qec "tty" /dev/null'],
    ['use shared memory', 'touch /dev/shm/x'],
  ])('includes to %s', async (_title, script) => {
    const { exitCode, stderr } = await asRoot(script);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('has no capability but those of the configuration, and a filter of system calls', async () => {
    const { stdout } = await asRoot('grep -E "CapBnd|CapEff|Seccomp:" /proc/self/status');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'CapEff: 00000000a80405fb CapBnd: 00000000a80405fb Seccomp: 2',
    );
  });

  it('sees nothing of the host', async () => {
    const { stdout } = await asRoot(
      'hostname; ls /proc | grep -cE "^[0-9]+$"; ls -A /dev/pts | head -n 3; cat /proc/mounts',
    );
    const [name, processes] = stdout.split('\n');
    expect(name).toBe('gitian');
    expect(Number(processes)).toBeLessThan(12);
    expect(stdout).not.toContain(place.root);
  });

  it('holds no open file of the host', () => {
    const folder = `/proc/${String(initPid(place))}/fd`;
    const open = readdirSync(folder).map((file) => readlinkSync(`${folder}/${file}`));
    expect(open.filter((path) => path !== '/dev/null' && !path.startsWith('anon_inode:'))).toEqual([]);
  });

  it('loses what eats too much memory, and not its init', async () => {
    await using small = await TargetWorkspace.create('lxc', images);
    const driver = await small.driver();
    await driver.prepare(spec);
    await using tight = await driver.start({ ...spec, memory: 64 });
    // No bigger than init each, so that nothing stands out.
    const many = 'for i in $(seq 600); do sleep 5 & done 2>/dev/null';
    await tight.run(['sh', '-c', many], { check: false, leavesDaemons: true });
    // There is no room for anything while they sleep.
    const { stdout } = await until(
      async () => tight.run(['echo', 'alive'], { check: false }),
      ({ exitCode }) => exitCode === 0,
    );
    expect(stdout).toBe('alive\n');
  });
});

describe.skipIf(cannotBuild)('the network (skipped without LXC and root or sudo)', () => {
  let images: string[];
  beforeAll(() => {
    images = baseImages('bookworm', ['amd64']);
  }, 600_000);

  /** What a target with these settings reads from a server that listens on the host. */
  const read = async (
    place: TargetWorkspace,
    settings: Partial<TargetSettings>,
    address: string,
    server: Server,
  ): Promise<{ answer: string; resolver: string }> => {
    const driver = await place.driver(settings);
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    const { port } = server.address() as { port: number };
    const script = `exec 3<>/dev/tcp/${address}/${String(port)} && cat <&3`;
    const { stdout } = await target.run(['timeout', '5', 'bash', '-c', script], { check: false });
    return { answer: stdout, resolver: (await target.run(['cat', '/etc/resolv.conf'])).stdout };
  };

  const listening = async (host: string): Promise<Server> => {
    const server = createServer((socket) => socket.end('hello')).listen(0, host);
    await once(server, 'listening');
    return server;
  };

  it("reaches the host's loopback only when that is wanted", async () => {
    await using place = await TargetWorkspace.create('lxc', images);
    const server = await listening('127.0.0.1');
    const { port: hostPort } = server.address() as { port: number };
    const wanted = await read(place, { reachesHostLoopback: true, hostPort }, '10.0.2.2', server);
    const unwanted = await read(place, {}, '10.0.2.2', server);
    server.close();
    expect(wanted).toEqual({ answer: 'hello', resolver: 'nameserver 10.0.2.3\n' });
    expect(unwanted.answer).toBe('');
  });

  it.skipIf(!isRoot)('may be a bridge of the host (skipped without root)', async () => {
    await using place = await TargetWorkspace.create('lxc', images);
    const bridge = testBridge;
    const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
    ip('link', 'add', bridge, 'type', 'bridge');
    try {
      ip('address', 'add', '10.213.7.1/24', 'dev', bridge);
      ip('link', 'set', bridge, 'up');
      const server = await listening('10.213.7.1');
      const settings = { bridge, guestAddress: '10.213.7.5', hostAddress: '10.213.7.1' };
      const { answer, resolver } = await read(place, settings, '10.213.7.1', server);
      server.close();
      expect(answer).toBe('hello');
      expect(resolver).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
      expect((await place.driver(settings)).features.hostAddress).toBe('10.213.7.1');
      expect(ip('-brief', 'link', 'show', 'master', bridge)).toBe('');
      expect(containerRemains(place.root)).toEqual([]);
    } finally {
      ip('link', 'delete', bridge);
    }
  });

  it('says that there is no such bridge', async () => {
    await using place = await TargetWorkspace.create('lxc', images);
    const driver = await place.driver({ bridge: 'no-such-bridge' });
    await driver.prepare(spec);
    await expect(driver.start(spec)).rejects.toMatchObject({ code: 'target-failed' });
    expect(containerRemains(place.root)).toEqual([]);
  });
});
