import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { project } from '../../support/commands.js';

/** The commands that pack, as a reader types them, where the files lie below the folder they are typed in, and the zip. */
interface Recipe {
  readonly source: string;
  readonly commands: string;
  readonly files: string;
  readonly zip: string;
}

function recipe(page: string, places: Pick<Recipe, 'files' | 'zip'>): Recipe {
  const text = readFileSync(join(project, page), 'utf8').replaceAll('\\-', '-');
  const lines = text.split('\n');
  const packing = lines.findIndex((line) => line.includes('zip -q'));
  const begin = lines.findLastIndex((line, index) => index <= packing && /^(?:\.EX|```|done)/.test(line));
  const end = lines.findIndex((line, index) => index > packing && /^(?:\.EE|```)/.test(line));
  return { source: page, commands: lines.slice(begin + 1, end).join('\n'), ...places };
}

const recipes = [
  recipe('docs/end-users.md', { files: 'package', zip: 'hello.zip' }),
  recipe('share/man/canon-zip.1', { files: '.', zip: 'out/hello.zip' }),
];

/** Lists files by when they were made; a disk's file system mostly orders by names. */
const memory = '/dev/shm';

describe.skipIf(spawnSync('zip', ['-v']).status !== 0)('what is packed as a page says (needs zip)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'canon-zip-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const room = (): string => mkdtempSync(join(folder, 'made-'));

  function make(path: string, umask: string, names: readonly string[]): void {
    const script = `umask "$1"; shift; mkdir -p sub; for name; do
      echo "$name" >"$name"; echo "$name" >"sub/$name"; chmod u+x "sub/$name"
    done`;
    execFileSync('sh', ['-ec', `mkdir -p "$0"; cd "$0"; ${script}`, path, umask, ...names]);
  }

  /** The zip that the commands make of the files in a room. */
  function pack({ commands, files, zip }: Recipe, path: string): Buffer {
    const out = join(path, 'out');
    execFileSync('sh', ['-ec', `mkdir -p "$OUTDIR"; cd ${files === '.' ? 'package' : '.'}; ${commands}`], {
      cwd: path,
      env: {
        PATH: [join(project, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
        OUTDIR: out,
        REFERENCE_DATE: '2024-01-01',
      },
    });
    return readFileSync(join(path, zip));
  }

  function packed(page: Recipe, umask: string, names: readonly string[]): Buffer {
    const path = room();
    make(join(path, 'package'), umask, names);
    return pack(page, path);
  }

  const names = ['1', '2', '3', 'a b', 'B', 'grüße'];

  describe.each(recipes)('in $source', (page) => {
    it('is the same in whatever order its files were made', ({ expect }) => {
      const first = packed(page, '022', names);
      expect(packed(page, '022', names.toReversed()).equals(first)).toBe(true);
    });

    it('is the same under whatever umask its files were made', ({ expect }) => {
      const first = packed(page, '022', names);
      for (const umask of ['077', '002']) expect(packed(page, umask, names).equals(first)).toBe(true);
    });

    it('has nothing of an earlier zip', ({ expect }) => {
      const path = room();
      make(join(path, 'package'), '022', ['gone']);
      pack(page, path);
      rmSync(join(path, 'package'), { recursive: true });
      make(join(path, 'package'), '022', names);
      expect(pack(page, path).equals(packed(page, '022', names))).toBe(true);
    });
  });
});
