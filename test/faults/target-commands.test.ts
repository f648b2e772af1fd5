import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotBuild, cannotMakeMachines, isRoot } from '../support/base-image.js';
import { expectOneSentence } from '../support/faults/calls/call-expectations.js';
import {
  diskFaults,
  readOnlyDisk,
  signalFaults,
  type CallFault,
} from '../support/faults/calls/call-faults.js';
import { callHostFaults, restart } from '../support/faults/calls/call-host-faults.js';
import { callProgramFaults, programFaultsOf } from '../support/faults/calls/call-program-faults.js';
import type { CallScene } from '../support/faults/calls/call-scene.js';
import { callSecondCommands } from '../support/faults/calls/call-second-commands.js';
import { strikes, type Struck } from '../support/faults/calls/call-strikes.js';
import { programs } from '../support/faults/program-faults.js';
import type { SceneFault } from '../support/faults/scene-fault.js';
import { everyFault } from '../support/faults/selection.js';
import { TargetWorld } from '../support/faults/target-world.js';
import type { Tree } from '../support/faults/tree.js';
import { cannotRunMachines } from '../support/machine-remains.js';
import type { Vital } from '../support/faults/up-target.js';
import { until } from '../support/until.js';
import { cannotRunVirtualBox } from '../support/virtualbox/environment.js';

let world: TargetWorld;

// Who hasn't looked for the target yet finds none.
const killed = (what: Vital, name = `the container's ${what}`): CallFault => ({
  name: `the death of ${name}`,
  exitCodes: [1, 2],
  quick: what === 'init',
  inject: () => world.kill(what),
});

/** The program that enters a container shares its stderr and its exit code with what runs there. */
function expectGuestsEnd(struck: Struck, fault: SceneFault): void {
  const { exitCode, stderr } = struck.outcome;
  if (callProgramFaults.includes(fault) && exitCode === 64)
    expect(stderr).toBe('lxc-attach: unknown option -- -P\n');
  else expectOneSentence(struck, fault, /^lxc-attach: /);
}

const machineDies = [killed('init', "the machine's QEMU")];

/** What a target doesn't outlive. */
const killing = {
  lxc: [killed('init'), killed('session'), killed('slirp4netns')],
  kvm: machineDies,
  vbox: machineDies,
};

const restarted = restart({
  state: () => {
    const state = world.state();
    world.kill('session');
    return state;
  },
  gone: async () => world.gone(),
});

/** How a command ends that finds none. */
const noTarget = { exitCodes: [2] } as const;

const surroundings: readonly SceneFault[] = [
  ...callHostFaults,
  restarted,
  ...callProgramFaults,
  ...callSecondCommands,
];

/** What a target's session starts in turn, but for its shell. */
const ofSession = {
  lxc: [
    ...Object.keys(programs.lxc).filter((name) => name !== 'git' && name !== 'lxc-attach'),
    ...['setsid', 'unshare', 'perl', 'ip', 'mkfifo', 'timeout', 'find', 'stat'],
    ...['cat', 'cp', 'ls', 'mkdir', 'rm', 'rmdir', 'touch'],
  ],
  kvm: ['qemu-system-x86_64', 'setpriv', 'flock', 'mkfifo'],
  vbox: [],
};

const cannotStart = {
  lxc: cannotBuild,
  kvm: cannotMakeMachines || cannotRunMachines || !everyFault,
  vbox: cannotMakeMachines || cannotRunVirtualBox || !everyFault,
};

/** What a command that writes files is tried with in every test run, where another one is tried with the rest. */
const ofFiles: readonly SceneFault[] = [...signalFaults, ...diskFaults];

interface TriedCommand {
  readonly faults: readonly SceneFault[];
  /** Of which a usual run has the quick ones; all if left out. */
  readonly usual?: readonly SceneFault[];
}

function triedOf({ faults, usual = faults }: TriedCommand): readonly SceneFault[] {
  return everyFault ? faults : usual.filter(({ quick }) => quick);
}

// As with the commands that need no target: before each thing that the command does to the host, or before one; then of
// the two ways of copying the one that writes to the host is enough.
describe.each(['lxc', 'kvm', 'vbox'] as const)('a command for a target of %s that is up', (backend) => {
  describe.skipIf(cannotStart[backend] || !isRoot)('(root)', () => {
    beforeAll(async () => {
      world = await TargetWorld.create(backend);
    });
    afterAll(async () => {
      await world[Symbol.asyncDispose]();
    });

    const common = [...signalFaults, ...killing[backend], ...surroundings];
    const commands = [
      { command: 'on-target', faults: common, usual: common },
      { command: 'copy-to-target', faults: common, usual: [] },
      { command: 'copy-from-target', faults: [...common, ...diskFaults], usual: ofFiles },
    ] as const;
    describe.each(commands.filter(({ usual }) => everyFault || usual.length > 0))('$command', (one) => {
      const { command } = one;
      const tried = triedOf(one);
      let scene: CallScene;
      let before: Tree;
      let after: Tree;
      let made: string;
      let calls: readonly string[];
      beforeAll(async () => {
        scene = world.scene(command);
        await scene.reset();
        calls = await scene.calls();
        after = scene.see();
        made = await world.made();
        before = await scene.reset();
        expect(calls.length).toBeGreaterThan(0);
        expect([before, '']).not.toEqual([after, made]);
      });
      afterAll(() => {
        scene[Symbol.dispose]();
      });

      it.each(tried)('by $name', { timeout: 1_800_000 }, async (fault) => {
        for await (const { struck, found } of strikes(scene, calls, { fault, tried })) {
          if (command === 'on-target') expectGuestsEnd(struck, fault);
          else expectOneSentence(struck, fault);
          // Who is killed, or may not write, takes nothing away: the next copy does.
          const leavesDrafts = struck.outcome.exitCode === null || fault === readOnlyDisk;
          expectNoHalfFiles(leavesDrafts ? withoutDrafts(found) : found, { before, after });
          // The target is as good as before, or is gone and can be started again.
          if (fault === restarted) expectOneSentence({ ...struck, outcome: await scene.run() }, noTarget);
          if (struck.outcome.exitCode !== null || fault === restarted) await scene.reset();
          const next = await scene.run();
          expect(next.exitCode, `${struck.call}\n${struck.outcome.stderr}${next.stderr}`).toBe(0);
          expect([scene.see(), await world.made()], `after ${struck.call}`).toEqual([after, made]);
        }
      });
    });

    it('leaves nothing when the target is stopped', async () => {
      expect(await world.remains()).toEqual([]);
    });
  });
});

// Machines start in a second or two, and there are some three hundred starts: `npm run faults` tries them.
describe.each(['lxc', 'kvm', 'vbox'] as const)('a command of the life of a target of %s', (backend) => {
  describe.skipIf(cannotStart[backend] || !isRoot)('(root)', () => {
    beforeAll(async () => {
      world = await TargetWorld.create(backend);
    });
    afterAll(async () => {
      await world[Symbol.asyncDispose]();
    });

    const inside = programFaultsOf(ofSession[backend], () => world);
    const commands = [
      { command: 'make-clean-vm', faults: [...ofFiles, ...surroundings], usual: ofFiles },
      { command: 'start-target', faults: [...ofFiles, ...surroundings, ...inside] },
      {
        command: 'stop-target',
        faults: [...ofFiles, ...surroundings, ...killing[backend], ...inside],
        usual: [...signalFaults, ...killing[backend]],
      },
    ] as const;
    describe.each(commands)('$command', (one) => {
      const { command } = one;
      const tried = triedOf(one);
      let scene: CallScene;
      let calls: readonly string[];
      beforeAll(async () => {
        scene = world.lifeScene(command);
        await scene.reset();
        calls = await scene.calls();
        expect(calls.length).toBeGreaterThan(0);
      });
      afterAll(() => {
        scene[Symbol.dispose]();
      });

      it.each(tried)('by $name', { timeout: 1_800_000 }, async (fault) => {
        for await (const { struck } of strikes(scene, calls, { fault, tried })) {
          expectOneSentence(struck, fault);
          // Who is killed is followed by what belongs to it, within seconds.
          await until(
            async () => world.remains(),
            (left) => left.length === 0,
          );
          await scene.reset();
          const next = await scene.run();
          expect(next.exitCode, `${struck.call}\n${struck.outcome.stderr}${next.stderr}`).toBe(0);
        }
        expect(await world.remains()).toEqual([]);
      });
    });
  });
});

function withoutDrafts(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).filter(([name]) => !/(?:^|\/)\.gitian-copy\.[^/]+\.part$/.test(name)),
  );
}

/** Every file is as it was, or as it will be. */
function expectNoHalfFiles(found: Tree, { before, after }: Record<'before' | 'after', Tree>): void {
  for (const [name, what] of Object.entries(found)) expect([before[name], after[name]], name).toContain(what);
  expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(before)));
}
