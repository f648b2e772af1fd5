import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot } from '../support/base-image.js';
import { expectOneSentence, strikes } from '../support/faults/call-expectations.js';
import { diskFaults, readOnlyDisk, signalFaults } from '../support/faults/call-faults.js';
import { CallScene, type Struck } from '../support/faults/call-scene.js';
import { everyFault } from '../support/faults/selection.js';
import { Subjects } from '../support/faults/subjects.js';
import type { Tree } from '../support/faults/tree.js';

/** What GnuPG says is shown below the sentence. */
const signing = /^gpg: /;

const tried = [...signalFaults, ...diskFaults].filter(({ quick }) => everyFault || quick);

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
      let before: Tree;
      let after: Tree;
      let calls: readonly string[];
      beforeAll(async () => {
        scene = new CallScene(subjects[name]);
        await scene.reset();
        calls = await scene.calls();
        after = scene.see();
        before = await scene.reset();
        expect(calls.length).toBeGreaterThan(0);
      });
      afterAll(() => {
        scene[Symbol.dispose]();
      });

      it.each(tried)('by $name', { timeout: 1_800_000 }, async (fault) => {
        for await (const { struck, found } of strikes(scene, calls, { fault, tried })) {
          expectOneSentence(struck, fault, name === 'gsign' ? signing : undefined);
          // Where nothing may be written, nothing can be taken away or put back either.
          if (fault === readOnlyDisk || name === 'cacheRemove') expectNoHalfFiles(found, { before, after });
          else expectWhole(struck, found, { before, after });
          if (name === 'cacheRemove' && fault !== readOnlyDisk) expectNothingLeft(struck, found, before);
          // What is done already needn't be done again.
          const next = await scene.run();
          const isDone = isDeepStrictEqual(onlyOf(found, after), after);
          const isFinished = next.stderr.includes('an installation that was interrupted has been finished');
          if (!isDone && !isFinished) expect(next.exitCode, `${struck.outcome.stderr}${next.stderr}`).toBe(0);
          expect(scene.see(), `after ${struck.call}`).toEqual(after);
        }
      });
    },
  );
});

/** What is in a tree of what is in another. */
function onlyOf(tree: Tree, other: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name in other));
}

/** Every file that is to stay is as it was, or as it will be. Of a signature and what it is over, one may be older. */
function expectNoHalfFiles(found: Tree, { before, after }: Record<'before' | 'after', Tree>): void {
  for (const [name, what] of Object.entries(found)) {
    if (what.startsWith('verified: ')) continue;
    if (name in before || name in after) expect([before[name], after[name]], name).toContain(what);
  }
}

/** Of things that are removed one after the other nothing is there under another name, but of what is killed. */
function expectNothingLeft({ outcome, call }: Struck, found: Tree, before: Tree): void {
  if (outcome.exitCode === 0) expect(found, call).toEqual({});
  else if (outcome.exitCode !== null) expect(onlyOf(found, before), call).toEqual(found);
}

/** All is as it was, or all is done. What is killed may leave something more, until the next run. */
function expectWhole(
  { outcome, call }: Struck,
  found: Tree,
  { before, after }: Record<'before' | 'after', Tree>,
): void {
  if (outcome.exitCode === 0) expect(found, call).toEqual(after);
  else if (outcome.exitCode !== null) expect([before, after], call).toContainEqual(found);
}
