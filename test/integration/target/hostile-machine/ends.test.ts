import { execFileSync } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cutsNetwork } from '../../../../src/target/cuts-network.js';
import { cannotMakeMachines } from '../../../support/base-image.js';
import { cannotRunMachines } from '../../../support/machine-remains.js';
import { rootOfMachine } from '../../../support/workspaces/root-of-machine.js';
import { spec } from '../../../support/workspaces/target-workspace.js';
import { triesAll, unlessAll } from '../../../support/tries-all.js';
import { until } from '../../../support/until.js';

/** What ends a machine from within, as root. */
const ends = {
  reboots: 'echo b >/proc/sysrq-trigger',
  'powers off': 'echo o >/proc/sysrq-trigger; sleep 60',
  panics: 'echo c >/proc/sysrq-trigger',
} as const;

/** The same, and the guest stays: its kernel stands still. */
const hangs = `echo 0 >/proc/sys/kernel/panic; ${ends.panics}`;

/** Puts a program of the guest's in the place of one that the host starts in it. */
const replaced = (program: string, script: string): string =>
  `printf '%s\\n' '#!/bin/sh' '${script}' 'sleep 60' >"$(command -v ${program})"`;

// Root of a machine owns its console, and whether it answers.
describe.skipIf(cannotRunMachines || cannotMakeMachines)('a machine that was started, whose root', () => {
  const machine = rootOfMachine();
  const { root, sealed } = machine;

  it('floods its console is logged up to a bound, and goes on', async () => {
    const { targetLog } = machine.place.workspace;
    const say = String.raw`printf '\033]0;title\007\033[2J\377\376\nhint: type this\n' >/dev/ttyS0`;
    // As much as it takes: how fast an emulated line is says the host.
    const flood = 'head -c 1200000 /dev/zero >/dev/ttyS0';
    await root(`${say}; ${flood}; timeout 1 cat /dev/urandom >/dev/ttyS1`);
    expect(await readFile(targetLog, 'latin1')).toContain('\u001b[2J\u00ff\u00fe');
    const { size } = await stat(targetLog);
    expect(size).toBeGreaterThan(1 << 18);
    expect(size).toBeLessThanOrEqual(1 << 20);
    expect(await root('echo up')).toMatchObject({ stdout: 'up\n' });
  });

  const lost = { code: 'target-lost' } as const;
  const steps: Readonly<Record<string, (end: string) => Promise<unknown>>> = {
    'a command': root,
    'a copy into it': async (end) => {
      await root(replaced('tar', end));
      const what = { directory: import.meta.dirname, names: ['ends.test.ts'] };
      await machine.target.copyTo(what, 'there', { user: 'root' });
    },
    'a copy out of it': async (end) => {
      await root(replaced('tar', end));
      await machine.target.copyFrom('/etc', join(machine.place.root, 'taken'), { user: 'root' });
    },
    'the sealing': async (end) => {
      await root(replaced('setarch', end));
      await sealed();
    },
  };
  const moments = Object.entries(ends).flatMap(([how, end]) =>
    Object.keys(steps).map((step) => ({ how, step, end })),
  );
  const usual = ({ how, step }: (typeof moments)[number]): boolean =>
    how === 'reboots' || step === 'a command';
  const title = '$how in the middle of $step is gone';
  const isGone = async ({ step, end }: (typeof moments)[number]): Promise<void> => {
    await expect(steps[step]?.(end)).rejects.toMatchObject(lost);
    await expect(root('echo up')).rejects.toMatchObject(lost);
  };
  it.each(moments.filter(usual))(title, isGone);
  it.skipIf(!triesAll).each(moments.filter((moment) => !usual(moment)))(`${title}${unlessAll}`, isGone);

  it('reboots while its network is cut, or while it is stopped, is gone', async () => {
    if (!cutsNetwork(machine.target)) throw new Error('it can not be cut');
    const cut = await machine.target.cutNetwork();
    await expect(root(ends.reboots)).rejects.toMatchObject(lost);
    await cut[Symbol.asyncDispose]();
    await machine.target.stop();
    await machine.driver.prepare(spec);
    machine.target = await machine.driver.start(spec);
    await root(replaced('sync', ends.reboots));
  });

  // Its port may be another machine's by then, which has the same key.
  it('powers off before a command that found it speaks to it is not looked for any longer', async () => {
    const { process: qemu } = JSON.parse(await readFile(machine.place.workspace.targetState, 'utf8')) as {
      process: { pid: number };
    };
    await machine.target.detach();
    const found = await (await machine.place.driver()).attach();
    process.kill(qemu.pid, 'SIGKILL');
    const begun = performance.now();
    await expect(found?.run(['true'])).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('its QEMU ended') as string,
    });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('takes the drivers of its disk and network away ends where a command does', async () => {
    await root('cd /sys/bus/virtio/drivers/virtio_blk && for it in virtio*; do echo $it >unbind; done');
    expect((await root('cat /etc/passwd /usr/bin/perl')).exitCode).not.toBe(0);
  });

  it.skipIf(!triesAll)(`stands still is ended by an interruption${unlessAll}`, async () => {
    const interruption = new AbortController();
    await machine.target.stop();
    const own = await machine.place.driver({}, interruption.signal);
    await own.prepare(spec);
    machine.target = await own.start(spec);
    const running = root(hangs);
    await pause(2000);
    const begun = performance.now();
    interruption.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
    await machine.target.stop();
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it.skipIf(!triesAll)(`stands still is stopped all the same${unlessAll}`, async () => {
    await root(`(sleep 1; ${hangs}) </dev/null >/dev/null 2>&1 &`);
    await pause(2000);
    const begun = performance.now();
    await machine.target.stop();
    expect(performance.now() - begun).toBeLessThan(90_000);
  });

  // Each is a socket of QEMU's, until it can't take another connection: neither for ssh nor for its monitor.
  it.skipIf(!triesAll)(
    `opens more than QEMU may is stopped by another command${unlessAll}`,
    { timeout: 600_000 },
    async () => {
      const { process: qemu } = JSON.parse(await readFile(machine.place.workspace.targetState, 'utf8')) as {
        process: { pid: number };
      };
      execFileSync('prlimit', ['--pid', String(qemu.pid), '--nofile=512']);
      await root(`ip route del 10.0.2.2; (while perl -MSocket -e '
        for my $port (1024 .. 20000) {
          socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die;
          bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or next;
          send($socket, "x", 0, pack_sockaddr_in(9, inet_aton("10.0.2.2")));
        }'; do :; done) </dev/null >/dev/null 2>&1 &`);
      const opened = async (): Promise<number> => (await readdir(`/proc/${String(qemu.pid)}/fd`)).length;
      await machine.target.detach();
      await until(opened, (count) => count === 512, 60_000);
      const found = await (await machine.place.driver()).attach();
      await expect(found?.run(['true'])).rejects.toMatchObject(lost);
      const begun = performance.now();
      await found?.stop();
      expect(performance.now() - begun).toBeLessThan(60_000);
    },
  );

  it.each([
    ['reboots', ends.reboots],
    ['sleeps', 'echo mem >/sys/power/state'],
  ])(
    `%s as soon as it is saved with its layer boots${unlessAll}`,
    { skip: !triesAll, timeout: 600_000 },
    async (_, end) => {
      const later = `(sleep 0.4; ${end}) </dev/null >/dev/null 2>&1 &`;
      await root(`echo kept >/kept; printf '%s\\n' '#!/bin/sh' '${later}' >"$(command -v setarch)"`);
      await machine.driver.prepareFrom(spec, await sealed());
      machine.target = await machine.driver.start(spec);
      expect(await root('cat /kept')).toMatchObject({ stdout: 'kept\n' });
    },
  );
});
