import { describe, expect, it } from 'vitest';
import { recordedPackages, recordedRelease, type Part } from '../../../src/base-image/contents.js';

const stanza = (name: string, version: string, architecture: string, file: string, sum: string): string =>
  `Package: ${name}\nArchitecture: ${architecture}\nVersion: ${version}\nFilename: pool/${file}\nSHA256: ${sum}\n`;

const installed = (text: string): Part => ({ path: 'installed', text });

describe('the packages of a record', () => {
  it('are those installed, with what the indexes say of just that version, sorted by bytes', () => {
    const available = [
      stanza('zlib1g', '1', 'amd64', 'z.deb', 'aa'),
      stanza('Z', '1', 'all', 'Z.deb', 'bb'),
      stanza('hello', '2', 'amd64', 'new.deb', 'cc'),
      stanza('hello', '1', 'amd64', 'old.deb', 'dd'),
      'Package: hello\nVersion: 1\nArchitecture: amd64\nStatus: install ok installed\n',
    ].join('\n');
    expect(recordedPackages(installed('zlib1g 1 amd64\nhello 1 amd64\nZ 1 all\n'), available)).toEqual([
      { name: 'Z', version: '1', architecture: 'all', file: 'pool/Z.deb', sha256: 'bb' },
      { name: 'hello', version: '1', architecture: 'amd64', file: 'pool/old.deb', sha256: 'dd' },
      { name: 'zlib1g', version: '1', architecture: 'amd64', file: 'pool/z.deb', sha256: 'aa' },
    ]);
  });

  it('are never recorded without a hash', () => {
    expect(() =>
      recordedPackages(installed('hello 1 amd64\n'), stanza('hello', '2', 'amd64', 'x', 'aa')),
    ).toThrow('no index has "hello 1 amd64"');
  });
});

describe('the releases of a record', () => {
  it('are what the signed file says', () => {
    const file =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian\nSuite: oldstable\n' +
      'Codename: bookworm\nDate: Sat, 11 Jul 2026 10:16:37 UTC\nSHA256:\n 00 1 main/Codename: x\n';
    expect(recordedRelease({ path: 'releases/a', text: file })).toMatchObject({
      origin: 'Debian',
      suite: 'oldstable',
      codename: 'bookworm',
      date: '2026-07-11T10:16:37.000Z',
    });
  });
});
