import { describe, expect, it } from 'vitest';
import {
  accountRanges,
  chooseFirstId,
  idsOfContainer,
  subordinateRanges,
} from '../../../../src/target/lxc/files/first-id.js';

describe('the ids of a container', () => {
  const names = Array.from({ length: 200 }, (_, index) => `gitian-${String(index)}`);

  it('are the same for a name, and others for another name', () => {
    const chosen = names.map((name) => chooseFirstId(name, []));
    expect(names.map((name) => chooseFirstId(name, []))).toEqual(chosen);
    expect(new Set(chosen).size).toBeGreaterThan(190);
  });

  it('begin at a multiple of 65536, and are what systemd leaves to containers', () => {
    for (const first of names.map((name) => chooseFirstId(name, []))) {
      expect(first % idsOfContainer).toBe(0);
      expect(first).toBeGreaterThanOrEqual(0x4000_0000);
      expect(first + idsOfContainer - 1).toBeLessThanOrEqual(0x6fff_ffff);
    }
  });

  it("are nobody's: the next free ones are taken", () => {
    const first = chooseFirstId('name', []);
    const next = first === 0x6fff_0000 ? 0x4000_0000 : first + idsOfContainer;
    expect(chooseFirstId('name', [{ first: first + 1000, count: 1 }])).toBe(next);
    expect(chooseFirstId('name', [{ first: first - 10, count: 11 }])).toBe(next);
    expect(chooseFirstId('name', [{ first: first - 10, count: 10 }])).toBe(first);
    expect(chooseFirstId('name', [{ first: first + idsOfContainer, count: 10 }])).toBe(first);
  });

  it('may have to be shared when all are taken', () => {
    expect(chooseFirstId('name', [{ first: 0, count: 2 ** 31 }])).toBe(chooseFirstId('name', []));
  });
});

describe('who has ids on the host', () => {
  it('is read from subordinate ids', () => {
    expect(subordinateRanges('alice:100000:65536\n\nbroken\n1000:165536:10\n')).toEqual([
      { first: 100_000, count: 65_536 },
      { first: 165_536, count: 10 },
    ]);
  });

  it('is read from accounts', () => {
    expect(accountRanges('root:x:0:0:root:/root:/bin/sh\n+::::::\nbob:x:1073742824:100::/:\n')).toEqual([
      { first: 0, count: 1 },
      { first: 1_073_742_824, count: 1 },
    ]);
  });
});
