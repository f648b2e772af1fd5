import { describe, expect, it } from 'vitest';
import { inputManifest, manifestEntries, strangeLines } from '../../../src/assertion/manifest.js';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const one = '1'.repeat(40);
const two = '2'.repeat(40);

describe('manifestEntries', () => {
  it('reads what sha256sum writes', () => {
    expect(manifestEntries(`${a}  src/x y.tar.gz\n${b} *bin/z\n`)).toEqual([
      { sha256: a, path: 'src/x y.tar.gz' },
      { sha256: b, path: 'bin/z' },
    ]);
  });

  it('reads lines that end as in DOS', () => {
    expect(manifestEntries(`${a}  x\r\n`)).toEqual([{ sha256: a, path: 'x' }]);
  });

  it('has nothing in nothing', () => {
    expect(manifestEntries('')).toEqual([]);
    expect(strangeLines('')).toEqual([]);
  });

  it('leaves out what is no entry, and tells where it is', () => {
    const manifest = `${a}  x\nsha256sum: no such file\n${b.toUpperCase()}  y\n\n${b}  z\n`;
    expect(manifestEntries(manifest).map(({ path }) => path)).toEqual(['x', 'z']);
    expect(strangeLines(manifest)).toEqual([2, 3]);
  });
});

describe('inputManifest', () => {
  it('reads descriptor, files, and remotes without a newline between them', () => {
    const manifest = `${a}  hello-desc.yml\n${b}  hello.tar.gz\ngit:${one} hellogit:${two} other dir`;
    expect(inputManifest(manifest)).toEqual({
      descriptor: { sha256: a, path: 'hello-desc.yml' },
      files: [{ sha256: b, path: 'hello.tar.gz' }],
      remotes: [
        { commit: one, dir: 'hello' },
        { commit: two, dir: 'other dir' },
      ],
    });
  });

  it('reads remotes on lines of their own, as a file with DOS line ends may have them', () => {
    expect(inputManifest(`${a}  hello-desc.yml\ngit:${one} hello\r\ngit:${two} other\r\n`).remotes).toEqual([
      { commit: one, dir: 'hello' },
      { commit: two, dir: 'other' },
    ]);
  });

  it('knows the descriptor by its name only', () => {
    expect(inputManifest(`${a}  hello.tar.gz\n`)).toEqual({
      descriptor: undefined,
      files: [{ sha256: a, path: 'hello.tar.gz' }],
      remotes: [],
    });
  });
});
