import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/files/hashing.js';
import { identify } from '../../../src/core/processes/process-identity.js';
import { realChanger, type Changer } from '../../../src/updater/install/apply.js';
import { journalText, parseJournal } from '../../../src/updater/install/journal.js';
import { commitJournal, finishJournal } from '../../../src/updater/install/journal-files.js';
import { foldersOf, installPlan } from '../../../src/updater/install/plan.js';

type Files = Readonly<Record<string, string>>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function read(root: string): Files {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(root, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

const sums = (files: Files): Map<string, string> =>
  new Map(Object.entries(files).map(([path, content]) => [path, sha256(content)]));

const destination = (): string => join(folder, 'dest');

/** A destination with the old version and a file of the user's, and the new version staged and committed. */
async function prepare(previous: Files, next: Files): Promise<string> {
  rmSync(destination(), { recursive: true, force: true });
  const staging = join(destination(), '.gitian-update');
  write(destination(), { ...previous, '.gitian-manifest': 'old', 'mine/own.txt': 'mine' });
  mkdirSync(join(staging, 'new'), { recursive: true });
  write(join(staging, 'new'), next);
  const plan = installPlan({ next: sums(next), previous: sums(previous) });
  await commitJournal(staging, {
    destination: destination(),
    removed: plan.removed,
    moves: plan.moves,
    manifest: 'new',
  });
  return staging;
}

const noBoot = '00000000-0000-4000-8000-000000000000';

/** Claims a staging folder's journal for a process, as of this boot or another. */
async function claim(staging: string, pid: number, boot?: string): Promise<string> {
  const { startTime, bootId } = (await identify(pid)) ?? { startTime: '1', bootId: noBoot };
  const claimed = join(staging, `journal.${String(pid)}.${startTime}.${boot ?? bootId}.json`);
  renameSync(join(staging, 'journal.json'), claimed);
  return claimed;
}

/** The real file system, broken off before its n-th change. */
function breaking(at: number): { readonly changer: Changer; readonly count: () => number } {
  let count = 0;
  const step =
    <A extends unknown[]>(change: (...args: A) => void) =>
    (...args: A): void => {
      count += 1;
      if (count === at) throw new Error('power cut');
      change(...args);
    };
  const { unlink, rmdir, mkdir, rename, write: writeText, sync } = realChanger;
  return {
    changer: {
      unlink: step(unlink),
      rmdir: step(rmdir),
      mkdir: step(mkdir),
      rename: step(rename),
      write: step(writeText),
      sync: step(sync),
    },
    count: () => count,
  };
}

const versions: readonly (readonly [string, Files, Files])[] = [
  [
    'files that change, come and go',
    { a: '1', 'b/c': '1', 'old/x/y': '1' },
    { a: '2', 'b/c': '1', 'new/z': '2' },
  ],
  ['a file that becomes a folder', { thing: '1' }, { 'thing/a': '2', 'thing/b/c': '2' }],
  ['a folder that becomes a file', { 'thing/a': '1', 'thing/b/c': '1' }, { thing: '2' }],
  ['names that change in case', { README: '1', 'Docs/a': '1' }, { Readme: '2', 'docs/a': '2' }],
];

describe('an installation', () => {
  it.each(versions)(
    'of %s, broken off at any change and any number of times, is finished',
    async (_, previous, next) => {
      const whole = breaking(0);
      await prepare(previous, next);
      await finishJournal(destination(), 0, whole.changer);
      const expected = read(join(folder, 'dest'));
      expect(expected).toEqual({ ...next, '.gitian-manifest': 'new', 'mine/own.txt': 'mine' });
      expect(whole.count()).toBeGreaterThan(4);
      for (let first = 1; first <= whole.count(); first++) {
        for (const second of [0, 1, 3]) {
          const staging = await prepare(previous, next);
          await expect(finishJournal(destination(), 0, breaking(first).changer)).rejects.toThrow('power cut');
          const again = breaking(second);
          await finishJournal(destination(), 0, again.changer).catch(() => undefined);
          await finishJournal(destination(), 0);
          expect(read(join(folder, 'dest'))).toEqual(expected);
          expect(readdirSync(staging)).toEqual([]);
        }
      }
    },
  );

  it('changes nothing before it is committed', async () => {
    const staging = await prepare({ a: '1' }, { a: '2' });
    rmSync(join(staging, 'journal.json'));
    expect(await finishJournal(destination(), 0)).toBe(false);
    expect(read(join(folder, 'dest'))).toMatchObject({ a: '1', '.gitian-manifest': 'old' });
  });

  it('is finished in its own destination only', async () => {
    await prepare({ a: '1' }, { a: '2' });
    const moved = join(folder, 'moved');
    renameSync(destination(), moved);
    await expect(finishJournal(moved, 0)).rejects.toMatchObject({
      code: 'destination-unusable',
      message: `the destination "${moved}" can't be used: an installation that was interrupted in it is one into "${destination()}"`,
    });
    expect(read(moved)).toMatchObject({ a: '1', '.gitian-manifest': 'old' });
    renameSync(moved, destination());
    expect(await finishJournal(destination(), 0)).toBe(true);
    expect(read(destination())).toMatchObject({ a: '2', '.gitian-manifest': 'new' });
  });

  it('changes nothing where a link has come into the place of a folder', async () => {
    await prepare({ 'b/c': '1', 'd/e': '1' }, { 'b/c': '2' });
    for (const name of ['b', 'd']) {
      renameSync(join(destination(), name), join(folder, `${name}-elsewhere`));
      symlinkSync(join(folder, `${name}-elsewhere`), join(destination(), name));
    }
    await expect(finishJournal(destination(), 0)).rejects.toMatchObject({
      code: 'destination-unusable',
      message: `the destination "${destination()}" can't be used: "b" in it is a link where a folder has to be`,
    });
    expect(readFileSync(join(folder, 'b-elsewhere/c'), 'utf8')).toBe('1');
    rmSync(join(destination(), 'b'));
    expect(await finishJournal(destination(), 0)).toBe(true);
    expect(read(folder)).toMatchObject({ 'b-elsewhere/c': '1', 'd-elsewhere/e': '1', 'dest/b/c': '2' });
  });

  it('waits for the process that is at it, and no longer than it was told', async () => {
    const staging = await prepare({ a: '1' }, { a: '2' });
    // The parent of this process lives, and is somebody else.
    const claimed = await claim(staging, process.ppid);
    await expect(finishJournal(destination(), 100)).rejects.toMatchObject({ code: 'update-running' });
    setTimeout(() => {
      rmSync(claimed);
    }, 100);
    expect(await finishJournal(destination(), 5000)).toBe(true);
  });

  it('takes over from a process that is dead', async () => {
    const staging = await prepare({ a: '1' }, { a: '2' });
    await claim(staging, 4194304);
    expect(await finishJournal(destination(), 0)).toBe(true);
    expect(read(join(folder, 'dest'))).toMatchObject({ a: '2' });
  });

  it('takes over from a process whose number is another one since a reboot', async () => {
    const staging = await prepare({ a: '1' }, { a: '2' });
    await claim(staging, process.ppid, noBoot);
    expect(await finishJournal(destination(), 0)).toBe(true);
    expect(read(join(folder, 'dest'))).toMatchObject({ a: '2' });
    expect(readdirSync(staging)).toEqual([]);
  });

  it('is done by one of several processes', async () => {
    const staging = await prepare({ a: '1' }, { a: '2' });
    const done = await Promise.all(
      [finishJournal(destination()), finishJournal(destination()), finishJournal(destination())].map((each) =>
        each.catch(String),
      ),
    );
    expect(done).toContain(true);
    expect(read(join(folder, 'dest'))).toMatchObject({ a: '2' });
    expect(existsSync(join(staging, 'journal.json'))).toBe(false);
  });
});

describe('parseJournal', () => {
  const journal = { destination: '/dest', removed: ['a'], moves: ['b/c'], manifest: 'text' };

  it('reads what journalText writes', () => {
    expect(parseJournal(journalText(journal))).toEqual(journal);
  });

  it.each([
    ['nothing', ''],
    ['another format', '{"format":2}'],
    ['a path out of the folder', journalText({ ...journal, moves: ['../x'] })],
    ['an absolute path', journalText({ ...journal, removed: ['/etc/passwd'] })],
    ['its own files', journalText({ ...journal, removed: ['.gitian-manifest'] })],
  ])('refuses %s', (_, text) => {
    expect(parseJournal(text)).toBeUndefined();
  });
});

describe('foldersOf', () => {
  it('names each once, outermost first', () => {
    expect(foldersOf(['a/b/c', 'a/d', 'e', 'x/y'])).toEqual(['a', 'a/b', 'x']);
  });
});
