import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot } from '../support/base-image.js';
import { expectOneSentence } from '../support/faults/calls/call-expectations.js';
import { callNetworkFaults } from '../support/faults/calls/call-network-faults.js';
import { CallScene } from '../support/faults/calls/call-scene.js';
import { strikes } from '../support/faults/calls/call-strikes.js';
import { FaultyNetwork } from '../support/faults/network/network.js';
import { NetworkSubjects } from '../support/faults/calls/network-subjects.js';
import type { SceneFault } from '../support/faults/scene-fault.js';
import { everyFault } from '../support/faults/selection.js';
import { SmallDisk } from '../support/faults/small-disk.js';
import type { Tree } from '../support/faults/tree.js';

let subjects: NetworkSubjects;
let network: FaultyNetwork;
let disk: SmallDisk;

const networkFaults = callNetworkFaults(() => network);

/** What publishers do while somebody updates. */
const movingFaults: readonly SceneFault[] = [
  {
    name: 'a newer release in its place',
    exitCodes: [2],
    quick: true,
    inject: () => {
      subjects.announce('3');
      return true;
    },
  },
  {
    name: 'a zip that is replaced while it is downloaded',
    exitCodes: [2],
    quick: true,
    inject: async () => {
      subjects.replace('2', '3');
      await network.web('change');
      return true;
    },
    heal: async () => network.web('answer'),
  },
];

// Each command is struck in the instant before it changes a file or starts a program, as in commands.test.ts.
describe.skipIf(!isRoot)('a command whose network fails (root)', () => {
  beforeAll(async () => {
    subjects = new NetworkSubjects();
    // The network sees the disks that are there before it.
    disk = new SmallDisk(64);
    network = await FaultyNetwork.start(subjects.served);
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    disk[Symbol.dispose]();
    subjects[Symbol.dispose]();
  });

  describe.each([
    { name: 'updater', faults: [...networkFaults, ...movingFaults] },
    { name: 'gverify', faults: networkFaults },
  ] as const)('$name', ({ name, faults }) => {
    const tried = faults.filter(({ quick }) => everyFault || quick);
    let scene: CallScene;
    let calls: readonly string[];
    let before: Tree;
    let after: readonly Tree[];
    beforeAll(async () => {
      scene = new CallScene(subjects[name], { disk, place: network });
      before = await scene.reset();
      calls = await scene.calls();
      after = [scene.see()];
      expect(calls.length).toBeGreaterThan(0);
      if (name === 'gverify') return;
      await scene.reset();
      subjects.announce('3');
      expect(await scene.run()).toMatchObject({ exitCode: 0 });
      after = [...after, scene.see()];
    });
    afterAll(() => {
      scene[Symbol.dispose]();
    });

    it.each(tried)('by $name', { timeout: 3_600_000 }, async (fault) => {
      for await (const { struck, found } of strikes(scene, calls, { fault, tried })) {
        const { exitCode, stdout, stderr } = struck.outcome;
        const about = `${struck.call}\n${stderr}`;
        // Who lacks a key says so of its signer, and why there is none in a warning.
        if (name === 'gverify' && exitCode === 1) {
          expect(stdout, about).toMatch(/^alice: BAD SIGNATURE \(key unknown/);
          expect(stderr, about).toMatch(/^gverify: warning: not all keys could be fetched: .+\n/m);
        } else expectOneSentence(struck, fault);
        expect([before, ...after], about).toContainEqual(found);
        if (exitCode === 0) expect(after, about).toContainEqual(found);
        // GnuPG's dirmngr remembers for hours which key server didn't answer.
        if (name === 'gverify') await scene.reset();
        const next = await scene.run();
        // What is installed already isn't installed again.
        const exitCodes = exitCode === 0 && name === 'updater' ? [0, 2] : [0];
        expect(exitCodes, `${about}${next.stderr}`).toContain(next.exitCode);
        expect(after, about).toContainEqual(scene.see());
      }
    });
  });
});
