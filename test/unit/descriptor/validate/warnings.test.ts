import { describe, expect, it } from 'vitest';
import { descriptorText } from '../../../support/samples/descriptor-text.js';
import { validate } from '../../../support/samples/validated.js';

describe('a warning', () => {
  const warningsOf = (text: string): readonly string[] => validate(text).warnings;

  it('tells unknown keys with their place and the nearest known one', () => {
    const text = descriptorText({
      packages: undefined,
      ipackages: '[curl]',
      remotes: '[{url: /x, dir: x, comit: main}]',
      colour: 'red',
    });
    expect(warningsOf(text)).toEqual([
      'x.yml:5:29: the key "comit" is not known, and ignored: did you mean "commit"?',
      'x.yml:10:1: the key "ipackages" is not known, and ignored: did you mean "packages"?',
      'x.yml:11:1: the key "colour" is not known, and ignored',
    ]);
  });

  it.each([
    ['Name', 'name'],
    ['suite', 'suites'],
    ['architecture', 'architectures'],
    ['remote', 'remotes'],
    ['enable-cache', 'enable_cache'],
    ['reference_date', 'reference_datetime'],
    ['optional', 'optionals'],
  ])('suggests for %s the key %s', (key, known) => {
    expect(warningsOf(descriptorText({ [key]: 'x' }))).toEqual([
      `x.yml:11:1: the key "${key}" is not known, and ignored: did you mean "${known}"?`,
    ]);
  });

  it('tells the keys of forks', () => {
    const text = descriptorText({
      backports_packages: '[x]',
      repositories: '[{source: deb http://x y, distribution: y, key: k, name: n}]',
    });
    expect(warningsOf(text)).toEqual([
      'x.yml:11:1: "backports_packages" is another program\'s key, and ignored',
      'x.yml:12:58: the key "key" is not known, and ignored',
      'x.yml:12:66: the key "name" is not known, and ignored',
    ]);
  });

  it('tells keys that are there twice, and the last one counts', () => {
    const { descriptor, warnings } = validate(`name: first\n${descriptorText()}`);
    expect(descriptor.name).toBe('test');
    expect(warnings).toEqual(['x.yml:2:1: the key "name" is here again, and the last one counts']);
  });

  it('tells suites and architectures that would be built twice', () => {
    const { descriptor, warnings } = validate(
      descriptorText({ suites: '[a, b, a]', architectures: '[i386, i386]' }),
    );
    expect(descriptor).toMatchObject({ suites: ['a', 'b'], architectures: ['i386'] });
    expect(warnings).toEqual([
      'x.yml:3:16: suites[2]: "a" is here again, and counts once',
      'x.yml:4:23: architectures[1]: "i386" is here again, and counts once',
    ]);
  });
});
