import fc from 'fast-check';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryPath, linkProblem } from '../../../../src/target/tar/entry-name.js';

describe('entryPath', () => {
  it.each([
    ['a', ['a']],
    ['./a', ['a']],
    ['a//b/./c/', ['a', 'b', 'c']],
    ['.', []],
    ['-rf/a b', ['-rf', 'a b']],
    ['...', ['...']],
  ])('splits %j', (path, parts) => {
    expect(entryPath(path)).toEqual({ parts });
  });

  it('lets no path out', () => {
    const words = fc.array(fc.constantFrom('..', '.', '', 'a', '/', 'b'), { maxLength: 8 });
    fc.assert(
      fc.property(words, (parts) => {
        const { parts: taken } = entryPath(parts.join('/'));
        if (taken !== undefined) expect(posix.resolve('/root', ...taken).startsWith('/root')).toBe(true);
      }),
    );
  });
});

describe('linkProblem', () => {
  it.each([
    [['l'], 'a'],
    [['l'], 'a/b'],
    [['l'], './a'],
    [['a', 'l'], '../b'],
    [['a', 'b', 'l'], '../../c/d'],
    [['l'], 'nowhere'],
    [['l'], '.'],
  ])('lets %j point to %j', (parts, target) => {
    expect(linkProblem(parts, target)).toBeUndefined();
  });

  it('lets no combination of links lead out', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 });
    const target = fc.array(fc.oneof(name, fc.constant('..')), { minLength: 1, maxLength: 5 });
    const links = fc.array(fc.record({ path, target }), { maxLength: 8 });
    fc.assert(
      fc.property(links, path, (made, start) => {
        const accepted = new Map(
          made
            .filter((each) => linkProblem(each.path, each.target.join('/')) === undefined)
            .map((each) => [each.path.join('/'), each.target]),
        );
        // The extractor makes no link below a link.
        for (const key of [...accepted.keys()]) {
          if ([...accepted.keys()].some((other) => key.startsWith(`${other}/`))) accepted.delete(key);
        }
        expect(leadsOut(start, accepted)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Walks a path as the kernel does, following links; true when it climbs out of the root. */
function leadsOut(start: readonly string[], links: ReadonlyMap<string, readonly string[]>): boolean {
  let place: string[] = [];
  const steps = [...start];
  for (let walked = 0; steps.length > 0 && walked < 200; walked++) {
    const step = steps.shift() ?? '';
    if (step === '..') {
      if (place.length === 0) return true;
      place = place.slice(0, -1);
      continue;
    }
    const target = links.get([...place, step].join('/'));
    if (target === undefined) place.push(step);
    else steps.unshift(...target);
  }
  return false;
}
