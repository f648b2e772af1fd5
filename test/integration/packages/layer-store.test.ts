import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownMark } from '../../../src/core/files/owner-mark.js';
import { layerName, recipeName, type LayerRecipe } from '../../../src/packages/layers/layer-key.js';
import type { KeptLayer } from '../../../src/packages/layers/layer-record.js';
import { LayerStore, type HeldLayerFolder } from '../../../src/packages/layers/layer-store.js';
import { releaseUrls } from '../../../src/packages/layers/release-urls.js';
import { executable, runProgram } from '../../support/commands.js';

let room: string;
let store: LayerStore;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian layers '));
  store = new LayerStore(join(room, 'layers'));
});
afterEach(async () => {
  await rm(room, { recursive: true, maxRetries: 10 });
});

/** For what is left to programs that nobody waits for: one of them waits for all that is written to the disk. */
const patience = { timeout: 60_000 };

const noCopy = async (): Promise<void> => Promise.reject(new Error('nothing is to be copied'));
let made = 0;
/** Keeps a layer as a target seals it, and holds it. */
async function keepHeld(
  recipe: string,
  archives: string[],
  bytes = 1000,
): Promise<HeldLayerFolder | undefined> {
  const folder = join(room, `sealed-${String(made++)}`);
  mkdirSync(join(folder, 'upper'), { recursive: true });
  return store.keep({ recipe, archives, folder, bytes, manifest: 'packages\n', installLog: 'log\n' }, noCopy);
}

/** The same, and lets go of it. */
async function keep(...layer: Parameters<typeof keepHeld>): Promise<string | undefined> {
  const kept = await keepHeld(...layer);
  await kept?.[Symbol.asyncDispose]();
  return kept?.folder;
}

/** The layer of a recipe and a state, which isn't held. */
async function find(recipe: string, archives: string[]): Promise<KeptLayer | undefined> {
  const found = await store.find(recipe, archives);
  await found?.[Symbol.asyncDispose]();
  return found;
}

/** The archives of the newest layer of a recipe, which isn't held. */
async function newest(recipe: string): Promise<readonly string[] | undefined> {
  const found = await store.newest(recipe);
  await found?.[Symbol.asyncDispose]();
  return found?.archives;
}

describe('the layers of a user', () => {
  it('are found by what they were made of and the state of the archives', async () => {
    expect(await find('r', ['1'])).toBeUndefined();
    expect(await store.list()).toEqual([]);
    const folder = await keep('r', ['1', '2']);
    expect(folder).toBe(join(room, 'layers', layerName('r', ['1', '2'])));
    const found = await find('r', ['1', '2']);
    expect(found).toMatchObject({ folder, manifest: 'packages\n', installLog: 'log\n', bytes: 1000 });
    expect(await find('r', ['1'])).toBeUndefined();
    expect(await find('q', ['1', '2'])).toBeUndefined();
  });

  it('of which two builds make the same are kept once, and the other build keeps its own', async () => {
    const [first, second] = await Promise.all([keep('r', ['1']), keep('r', ['1'])]);
    expect([first, second].filter((one) => one === undefined)).toHaveLength(1);
    expect(readdirSync(join(room, 'layers'))).toHaveLength(1);
    expect(readdirSync(room).filter((name) => name.startsWith('sealed-'))).toHaveLength(1);
  });

  it('that were tampered with or may not be on the disk are removed and not used', async () => {
    const folder = (await keep('r', ['1'])) ?? '';
    await writeFile(join(folder, 'manifest'), 'other packages\n');
    expect(await find('r', ['1'])).toBeUndefined();
    const again = (await keep('r', ['1'])) ?? '';
    await expect.poll(() => existsSync(join(again, 'on-disk')), patience).toBe(true);
    const record = await readFile(join(again, 'layer.json'), 'utf8');
    await writeFile(join(again, 'layer.json'), record.replace(/"boot": "[^"]*"/, '"boot": "another"'));
    expect(await find('r', ['1'])).toBeDefined();
    await rm(join(again, 'on-disk'));
    expect(await find('r', ['1'])).toBeUndefined();
  });

  it('are removed although a killed process of the same number was removing one', async () => {
    const name = layerName('r', ['1']);
    await keep('r', ['1']);
    mkdirSync(join(room, 'layers', `.removed-${ownMark}-${'0'.repeat(12)}`, 'upper'), { recursive: true });
    expect(await store.remove(name)).toBe(true);
    expect(await store.list()).toEqual([]);
  });

  it('of any state of the archives are had, the last whole one first', async () => {
    await keep('r', ['1']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const last = (await keep('r', ['2'])) ?? '';
    expect(await newest('r')).toEqual(['2']);
    await writeFile(join(last, 'manifest'), 'other packages\n');
    expect(await newest('r')).toEqual(['1']);
    expect(await newest('q')).toBeUndefined();
  });

  it('are removed by their last use, and not while one is in use', async () => {
    const folders = [];
    for (const state of ['1', '2', '3', '4']) folders.push((await keep('r', [state])) ?? '');
    for (const [index, folder] of folders.entries())
      utimesSync(join(folder, 'layer.json'), 1000 + index, 1000 + index);
    const used = await find('r', ['1']);
    if (used !== undefined) await store.use(used);
    const holder = spawn('flock', ['--shared', folders[1] ?? '', 'sh', '-c', 'echo held; exec cat']);
    await once(holder.stdout, 'data');
    expect(await store.locked((await store.list()).map(({ name }) => name))).toEqual(
      new Set([layerName('r', ['2'])]),
    );
    await store.shrink(2000);
    expect((await store.list()).map(({ archives }) => archives[0]).sort()).toEqual(['1', '2']);
    holder.stdin.end();
    await once(holder, 'close');
    expect(await store.remove(layerName('r', ['2']))).toBe(true);
    await expect.poll(() => readdirSync(join(room, 'layers')), patience).toEqual([layerName('r', ['1'])]);
  });

  it('stay from the moment that they are kept or found until they are let go', async () => {
    const kept = await keepHeld('r', ['1']);
    const name = layerName('r', ['1']);
    expect(await store.remove(name)).toBe(false);
    const found = await store.find('r', ['1']);
    await kept?.[Symbol.asyncDispose]();
    expect(await store.remove(name)).toBe(false);
    await found?.[Symbol.asyncDispose]();
    expect(await store.remove(name)).toBe(true);
    expect(await store.find('r', ['1'])).toBeUndefined();
  });

  it('are found while somebody looks whether they are in use', async () => {
    const folder = (await keep('r', ['1'])) ?? '';
    const looker = spawn('flock', ['--exclusive', folder, 'sh', '-c', 'echo held; sleep 0.2']);
    await once(looker.stdout, 'data');
    expect(await newest('r')).toEqual(['1']);
  });

  it('are not found any more while they are removed', async () => {
    const folder = (await keep('r', ['1'])) ?? '';
    const remover = spawn('flock', [
      '--exclusive',
      folder,
      'sh',
      '-c',
      'echo held; sleep 0.2; mv "$0" "$0-"',
      folder,
    ]);
    await once(remover.stdout, 'data');
    expect(await store.find('r', ['1'])).toBeUndefined();
  });

  it('are listed and removed by gitian-cache', async () => {
    await keep('r', ['1'], 3 * 2 ** 20);
    const name = layerName('r', ['1']);
    mkdirSync(join(room, 'target-bookworm-amd64'));
    const command = (...args: string[]) =>
      runProgram(executable('gitian-cache'), args, { cwd: room, env: { GITIAN_CACHE: room } });
    const listed = command();
    expect(listed.stdout).toMatch(
      new RegExp(`^layer +3\\.0 MiB .* ${name}\\ntarget .* target-bookworm-amd64\\nall `),
    );
    expect(command('remove').exitCode).toBe(2);
    expect(command('remove', 'nothing').stderr).toContain('nothing is kept as "nothing"');
    expect(command('remove', '--max-size', 'much').exitCode).toBe(2);
    expect(command('remove', '--max-size', '3M').exitCode).toBe(0);
    expect(await store.list()).toHaveLength(1);
    expect(command('remove', name).exitCode).toBe(0);
    expect(await store.list()).toEqual([]);
    writeFileSync(join(room, 'target-bookworm-amd64.qcow2'), '');
    symlinkSync('/nowhere', join(room, 'target-bookworm-amd64.qcow2.layer'));
    expect(command('remove', '--all').exitCode).toBe(0);
    await expect
      .poll(() => readdirSync(room).filter((entry) => entry.startsWith('target')), patience)
      .toEqual([]);
  });
});

describe('what a layer depends on', () => {
  const recipe: LayerRecipe = {
    backend: 'lxc',
    version: '1',
    suite: 'bookworm',
    architecture: 'amd64',
    distro: 'debian',
    base: { image: 'i', record: 'r' },
    multiarch: [],
    repositories: [],
    packages: ['a', 'b'],
    alternatives: [],
    upgrade: false,
    archives: { areCached: true, leadOn: false },
    driver: { x: '1', y: '2' },
  };
  it('is the same whatever the order of packages, and another one for everything else', () => {
    const name = recipeName(recipe);
    expect(recipeName({ ...recipe, packages: ['b', 'a', 'b'], driver: { y: '2', x: '1' } })).toBe(name);
    const others: Partial<LayerRecipe>[] = [
      { backend: 'kvm' },
      { version: '2' },
      { base: { image: 'j', record: 'r' } },
      { base: { image: 'i', record: 's' } },
      { multiarch: ['i386'] },
      { repositories: [{ source: 'deb http://localhost x y' }] },
      { packages: ['a'] },
      { alternatives: [{ package: 'awk', path: '/usr/bin/mawk' }] },
      { upgrade: true },
      { archives: { areCached: false, leadOn: false } },
      { archives: { areCached: true, leadOn: true } },
      { driver: { x: '2', y: '2' } },
    ];
    const names = others.map((other) => recipeName({ ...recipe, ...other }));
    expect(new Set([name, ...names]).size).toBe(others.length + 1);
  });

  it('is asked of every signed index that apt lines name, where this host can ask', () => {
    expect(
      releaseUrls([
        'deb http://localhost/debian bookworm main contrib',
        'deb [arch=amd64 signed-by=/k] http://localhost/debian/ bookworm-updates main # why',
        'deb-src http://localhost/debian bookworm main',
        'deb http://localhost/flat ./',
        '',
      ]),
    ).toEqual([
      ['http://localhost/debian/dists/bookworm/InRelease', 'http://localhost/debian/dists/bookworm/Release'],
      [
        'http://localhost/debian/dists/bookworm-updates/InRelease',
        'http://localhost/debian/dists/bookworm-updates/Release',
      ],
      ['http://localhost/flat/./InRelease', 'http://localhost/flat/./Release'],
    ]);
    expect(releaseUrls(['deb file:/srv/archive bookworm main'])).toBeUndefined();
  });
});
