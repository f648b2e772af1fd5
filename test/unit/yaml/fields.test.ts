import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { Fields } from '../../../src/yaml/fields.js';
import { readYaml } from '../../../src/yaml/read.js';
import type { YamlPath } from '../../../src/yaml/value.js';

const fieldsOf = (text: string, foreignKeys: readonly string[] = []): Fields =>
  new Fields(readYaml(Buffer.from(text), 'f.yml'), 'f.yml', foreignKeys);

/** The sentence of the one problem that `note` notes. */
function problem(text: string, note: (fields: Fields) => void): string {
  const fields = fieldsOf(text);
  try {
    fields.whole('configuration-invalid', ['signers', 'list'], () => {
      note(fields);
    });
  } catch (error) {
    if (error instanceof GitianError) return error.message;
    throw error;
  }
  return '';
}

describe('a problem', () => {
  const text = 'signers:\n  abc:   {weight: 1}\nlist: [x]\n';

  it('with a value is told where the value is, with all of its path', () => {
    expect(
      problem(text, (fields) => {
        fields.problem(['signers', 'abc'], 'is no signer');
      }),
    ).toBe('f.yml:2:10: signers.abc: is no signer');
    expect(
      problem(text, (fields) => {
        fields.problem(['list', 0], 'is no item');
      }),
    ).toBe('f.yml:3:8: list[0]: is no item');
  });

  it('with a key is told where the key is, with the path of what it is in', () => {
    expect(
      problem(text, (fields) => {
        fields.keyProblem(['signers', 'abc'], 'is no fingerprint');
      }),
    ).toBe('f.yml:2:3: signers: is no fingerprint');
    expect(
      problem(text, (fields) => {
        fields.keyProblem(['signers'], 'is no key');
      }),
    ).toBe('f.yml:1:1: is no key');
  });
});

describe('a key that is not known', () => {
  const warnings = (text: string, at: YamlPath = []): readonly string[] => {
    const fields = fieldsOf(text, ['theirs']);
    fields.map(at, ['name', 'below'], () => undefined);
    return fields.warnings;
  };

  it("is another program's at the top only", () => {
    expect(warnings('theirs: 1\n')).toEqual([`f.yml:1:1: "theirs" is another program's key, and ignored`]);
    expect(warnings('below:\n  theirs: 1\n', ['below'])).toEqual([
      'f.yml:2:3: the key "theirs" is not known, and ignored',
    ]);
  });

  it('is shown in part where it is long', () => {
    expect(warnings(`${'k'.repeat(61)}: 1\n`)).toEqual([
      `f.yml:1:1: the key "${'k'.repeat(60)}"… is not known, and ignored`,
    ]);
  });
});

it('of a list, what is no map is left out of what is read', () => {
  const fields = fieldsOf('list: [{name: a}, b]\n');
  expect(fields.listOfMaps(['list'], ['name'], (path) => fields.value([...path, 'name']))).toEqual(['a']);
  expect(fields.problemCount).toBe(1);
});
