import { describe, expect, it } from 'vitest';
import type { Changes, Outcome } from '../../../src/updater/outcome.js';
import { outcomeWords } from '../../../src/updater/outcome-words.js';

function installed(changes: Changes): Outcome {
  const facts = { name: 'hello', release: '1.0', previous: undefined, weight: 2, minimumWeight: 2 };
  return {
    kind: 'installed',
    package: { ...facts, signers: [], unlisted: [], missing: [] },
    changes,
    files: 3,
  };
}

describe('outcomeWords', () => {
  it.each([
    [['a'], '1 file added, 2 changed, 1 removed'],
    [['a', 'd'], '2 files added, 2 changed, 1 removed'],
    [[], '0 files added, 2 changed, 1 removed'],
  ])('counts %j that are added', (added, words) => {
    const outcome = installed({ added, changed: ['b', 'c'], removed: ['e'] });
    expect(outcomeWords(outcome, 'dest', 0).sentence).toBe(`hello 1.0 is installed in "dest": ${words}`);
  });
});
