import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlGroups } from '../../../../src/target/lxc/configuration/control-groups.js';
import type { StartedTarget } from '../../../../src/target/target.js';
import { baseImages, cannotBuild } from '../../../support/base-image.js';
import { containerRemains } from '../../../support/container-remains.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

const large = { ...spec, memory: 2500 };
const { controllers } = await controlGroups();

describe.skipIf(cannotBuild)('two containers (skipped without LXC and root or sudo)', () => {
  let places: TargetWorkspace[];
  let targets: StartedTarget[];
  beforeAll(async () => {
    const images = baseImages('bookworm', ['amd64']);
    places = await Promise.all([1, 2].map(async () => TargetWorkspace.create('lxc', images)));
    targets = await Promise.all(
      places.map(async (place) => {
        const driver = await place.driver();
        await driver.prepare(large);
        return driver.start(large);
      }),
    );
  }, 600_000);
  afterAll(async () => {
    for (const target of targets) await target.stop();
    for (const place of places) {
      expect(containerRemains(place.root)).toEqual([]);
      await place[Symbol.asyncDispose]();
    }
  });

  const first = async (script: string): Promise<string> => outputOf(targets[0], script);
  const second = async (script: string): Promise<string> => outputOf(targets[1], script);
  const outputOf = async (target: StartedTarget | undefined, script: string): Promise<string> =>
    (await target?.run(['bash', '-c', script], { user: 'root', check: false }))?.stdout ?? '';

  it('see nothing of each other', async () => {
    const address = (await first('hostname -I')).trim();
    const listens = `
      use Socket; use IO::Socket::INET;
      my $port = IO::Socket::INET->new(LocalPort => 7777, Listen => 1) or die;
      socket my $named, AF_UNIX, SOCK_STREAM, 0; bind $named, pack("Sa*", AF_UNIX, "\\0gitian-secret") or die; listen $named, 1;
      defined shmget 7777, 4096, 01666 or die;
      open STDOUT, ">/dev/null"; open STDERR, ">/dev/null"; fork and exit; sleep 60;`;
    await targets[0]?.run(['perl', '-e', listens, 'gitian-secret'], { user: 'root', leavesDaemons: true });
    const looks = `
      cat /proc/[0-9]*/cmdline /proc/net/unix | tr '\\0' '\\n' | grep -c gitian-[s]ecret
      cat /proc/sysvipc/shm | grep -c ' 7777 '
      for at in 127.0.0.1 ${address} 10.0.2.2; do timeout 2 bash -c "echo >/dev/tcp/$at/7777" 2>/dev/null && echo reached; done
      ls /dev/shm`;
    await first('touch /dev/shm/secret');
    expect(await first(looks)).toMatch(/^[2-9]\n1\nreached\nreached\nsecret\n$/);
    expect(await second(looks)).toBe('0\n0\n');
  });

  it.skipIf(!controllers.has('pids'))(
    'have so many processes each, and no more (skipped where no control group bounds them)',
    async () => {
      const bomb = `
        $SIG{CHLD} = "IGNORE";
        while ($started < 6000) { my $pid = fork; last if !defined $pid; if ($pid == 0) { sleep 600; exit } $started++ }
        print "$started $!{EAGAIN}\\n"; $SIG{TERM} = "IGNORE"; kill TERM => -getpgrp;`;
      const [, started, again] = /^(\d+) (\d+)$/m.exec(await first(`setsid -w perl -e '${bomb}'`)) ?? [];
      expect(Number(again)).toBeGreaterThan(0);
      expect(Number(started)).toBeGreaterThan(4000);
      expect(Number(started)).toBeLessThan(4352);
      // Neither the host nor the other one is short of any.
      expect(await second('echo alive')).toBe('alive\n');
    },
  );

  it.skipIf(!controllers.has('cpu') || availableParallelism() < 2)(
    'have as much of the processors as they were given (skipped where no control group bounds it)',
    async () => {
      // Each goes on until it has had a share, which on a busy host takes longer.
      const busy = `
        use Time::HiRes; my $begun = Time::HiRes::time;
        for (1..4) { fork and next; my $end = time + 3; 1 while time < $end || (times)[0] < 0.2; exit }
        1 while wait > 0; my (undef, undef, $user, $system) = times;
        print $user + $system, " ", Time::HiRes::time - $begun, "\\n";`;
      const [seconds = 0, took = 0] = (await first(`perl -e '${busy}'`)).split(' ').map(Number);
      expect(seconds).toBeGreaterThan(0.5);
      expect(took).toBeGreaterThan(2);
      expect(seconds).toBeLessThan(took + 0.5);
    },
  );
});
