import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot } from '../support/base-image.js';
import { expectOneSentence } from '../support/faults/calls/call-expectations.js';
import { diskFaults, readOnlyDisk, signalFaults } from '../support/faults/calls/call-faults.js';
import { callHostFaults, ofFolder, restart } from '../support/faults/calls/call-host-faults.js';
import { callProgramFaults } from '../support/faults/calls/call-program-faults.js';
import { CallScene } from '../support/faults/calls/call-scene.js';
import { callSecondCommands } from '../support/faults/calls/call-second-commands.js';
import { strikes, type Struck } from '../support/faults/calls/call-strikes.js';
import type { SceneFault } from '../support/faults/scene-fault.js';
import { everyFault } from '../support/faults/selection.js';
import { Subjects } from '../support/faults/calls/subjects.js';
import type { Tree } from '../support/faults/tree.js';

/** What GnuPG says is shown below the sentence. */
const signing = /^gpg: /;

const faults: readonly SceneFault[] = [
  ...signalFaults,
  ...diskFaults,
  ...callHostFaults,
  restart(ofFolder),
  ...callProgramFaults,
  ...callSecondCommands,
];
const tried = faults.filter(({ quick }) => everyFault || quick);

// Each command is struck in the instant before it changes a file or starts a program: before each of them in turn with
// `npm run faults`, else by two faults before one, which is another for each.
describe.skipIf(!isRoot)('a command struck before something that it does to the host (root)', () => {
  let subjects: Subjects;
  beforeAll(() => {
    subjects = new Subjects();
  });
  afterAll(() => {
    subjects[Symbol.dispose]();
  });

  describe.each(['gsign', 'gverify', 'canonZip', 'updater', 'cacheList', 'cacheRemove'] as const)(
    '%s',
    (name) => {
      let scene: CallScene;
      let alone: Trees;
      let beside: Trees;
      let calls: readonly string[];
      beforeAll(async () => {
        scene = new CallScene(subjects[name]);
        const before = await scene.reset();
        calls = await scene.calls();
        alone = { before: [before], after: [scene.see()] };
        beside = await withOthers(scene, alone);
        expect(calls.length).toBeGreaterThan(0);
      });
      afterAll(() => {
        scene[Symbol.dispose]();
      });

      it.each(tried)('by $name', { timeout: 1_800_000 }, async (fault) => {
        const trees = callSecondCommands.includes(fault) ? beside : alone;
        for await (const { struck, found } of strikes(scene, calls, { fault, tried })) {
          if (name === 'gverify' && callProgramFaults.includes(fault)) expectAnswer(struck);
          else expectOneSentence(struck, fault, name === 'gsign' ? signing : undefined);
          // Where nothing may be written, nothing can be taken away or put back either.
          if (fault === readOnlyDisk || name === 'cacheRemove') expectNoHalfFiles(found, trees);
          else expectWhole(struck, found, trees);
          if (name === 'cacheRemove' && !mayLeave(fault))
            expectNothingLeft(struck, found, trees.before[0] ?? {});
          // What is done already needn't be done again, nor what somebody who outlives the command has done meanwhile.
          const next = await scene.run();
          const isDone = trees.after.some((after) => isDeepStrictEqual(onlyOf(found, after), after));
          const isFinished =
            /an installation that was interrupted has been finished|is installed already/.test(next.stderr);
          if (!isDone && !isFinished) expect(next.exitCode, `${struck.outcome.stderr}${next.stderr}`).toBe(0);
          expect(trees.after, `after ${struck.call}`).toContainEqual(scene.see());
        }
      });
    },
  );
});

/** Nothing can be taken away, or what would do it is missing or ended with the terminal: the next one does. */
function mayLeave(fault: SceneFault): boolean {
  return fault === readOnlyDisk || fault.onTerminal === true || callProgramFaults.includes(fault);
}

/** What is wrong with GnuPG is an answer, too. */
function expectAnswer(struck: Struck): void {
  const { exitCode, stdout, stderr } = struck.outcome;
  if (exitCode !== 1 || !stderr.startsWith('not verified: '))
    expectOneSentence(struck, { exitCodes: [1, 2] });
  else expect(stdout.split('\n', 2).join('\n')).toMatch(/^\w+: BAD SIGNATURE \(.*GnuPG.*\)\n\w+: .*GnuPG/);
}

/** What may be there when a command has done nothing yet, and when it has done everything. */
interface Trees {
  readonly before: readonly Tree[];
  readonly after: readonly Tree[];
}

/** The same where others have done their work before it. */
async function withOthers(scene: CallScene, { before, after }: Trees): Promise<Trees> {
  const trees = { before: [...before], after: [...after] };
  for (const other of scene.subject.others ?? []) {
    await scene.reset();
    await scene.runBeside(other);
    trees.before.push(scene.see());
    await scene.run();
    trees.after.push(scene.see());
  }
  return trees;
}

/** What is in a tree of what is in another. */
function onlyOf(tree: Tree, other: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name in other));
}

/** Every file that is to stay is as it was, or as it will be. Of a signature and what it is over, one may be older. */
function expectNoHalfFiles(found: Tree, { before, after }: Trees): void {
  const trees = [...before, ...after];
  for (const [name, what] of Object.entries(found)) {
    if (what.startsWith('verified: ')) continue;
    if (trees.some((tree) => name in tree))
      expect(
        trees.map((tree) => tree[name]),
        name,
      ).toContain(what);
  }
}

/** Of things that are removed one after the other nothing is there under another name, but of what is killed. */
function expectNothingLeft({ outcome, call }: Struck, found: Tree, before: Tree): void {
  if (outcome.exitCode === 0) expect(found, call).toEqual({});
  else if (outcome.exitCode !== null) expect(onlyOf(found, before), call).toEqual(found);
}

/** All is as it was, or all is done. What is killed may leave something more, until the next run. */
function expectWhole({ outcome, call }: Struck, found: Tree, { before, after }: Trees): void {
  const about = `${call}\n${outcome.stderr}`;
  if (outcome.exitCode === 0) expect(after, about).toContainEqual(found);
  else if (outcome.exitCode !== null) expect([...before, ...after], about).toContainEqual(found);
}
