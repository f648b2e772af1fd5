import { describe, expect, it } from 'vitest';
import type { GitianError } from '../../../src/core/errors/gitian-error.js';
import { keysIn, weightIn } from '../../../src/verify/signer-list.js';
import { readSigners } from '../../../src/verify/signers-file.js';

const a = 'A'.repeat(40);
const b = '1234567890'.repeat(4);

function problems(text: string): readonly string[] {
  try {
    readSigners(Buffer.from(text), 'signers.yml');
    return [];
  } catch (error) {
    return (error as GitianError).lines;
  }
}

describe('readSigners', () => {
  it('reads a fingerprint, several, and those with a weight', () => {
    const signers = readSigners(
      Buffer.from(
        [
          `alice: ${a.toLowerCase()}`,
          `bob@example.org: [0x${a}, "1234 5678 9012 3456 7890  1234 5678 9012 3456 7890"]`,
          `Carol C.: {keys: ${b}, weight: 3}`,
          `dave:\n  keys:\n  - ${b}\n`,
        ].join('\n'),
      ),
      'signers.yml',
    );
    expect(signers).toEqual(
      new Map([
        ['alice', { keys: [a], weight: 1 }],
        ['bob@example.org', { keys: [a, b], weight: 1 }],
        ['Carol C.', { keys: [b], weight: 3 }],
        ['dave', { keys: [b], weight: 1 }],
      ]),
    );
    expect([keysIn(signers)?.('alice'), keysIn(signers)?.('nobody'), keysIn(undefined)]).toEqual([
      [a],
      [],
      undefined,
    ]);
    expect([weightIn(signers)('Carol C.'), weightIn(signers)('nobody'), weightIn(undefined)('x')]).toEqual([
      3, 1, 1,
    ]);
  });

  it('names everything that is wrong, with its line', () => {
    expect(
      problems(
        [
          'alice: 2346C9A6',
          'bob: []',
          `carol: {keys: ${a}, weight: many}`,
          `dave: {key: ${a}}`,
          'erin:',
          `frank: {keys: ${a}, weight: 1.5}`,
          `grace: {keys: ${a}, weight: -1}`,
          `heidi: ${a.slice(-16)}`,
          '',
        ].join('\n'),
      ),
    ).toEqual([
      'line 1: a key of "alice" must be a fingerprint of 40 hexadecimal digits',
      'line 2: "bob" has no key',
      'line 3: the weight of "carol" must be a whole number',
      'line 4: a key of "dave" must be a fingerprint of 40 hexadecimal digits',
      'line 4: "key" is neither "keys" nor "weight"',
      'line 5: a key of "erin" must be a fingerprint of 40 hexadecimal digits',
      'line 6: the weight of "frank" must be a whole number',
      'line 7: the weight of "grace" must be a whole number',
      'line 8: a key of "heidi" must be a fingerprint of 40 hexadecimal digits',
    ]);
  });

  it.each(['--- ~', '[]', 'text', '{}'])('refuses %j', (text) => {
    expect(problems(text)).toEqual(['it must be a map of signers to the fingerprints of their keys']);
  });
});
