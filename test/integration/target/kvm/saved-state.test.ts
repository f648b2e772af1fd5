import { watch } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownMark } from '../../../../src/core/files/owner-mark.js';
import { Workspace } from '../../../../src/core/workspace.js';
import { Housekeeping } from '../../../../src/housekeeping/housekeeping.js';
import { thingsTable } from '../../../../src/housekeeping/kept-thing.js';
import {
  findState,
  placeState,
  removeState,
  sealState,
  stateFiles,
  type SavedState,
} from '../../../../src/target/kvm/saved/saved-state.js';
import { listStates, makingFolder, statesFolder } from '../../../../src/target/kvm/saved/states-folder.js';
import { ended, unseen } from '../../../support/marks.js';
import { oddName } from '../../../support/workspaces/target-workspace.js';

describe('saved states of machines', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), oddName));
  });
  afterEach(async () => {
    await rm(cache, { recursive: true });
  });

  const made = async (words = 'devices'): Promise<SavedState> => {
    const state = stateFiles(await makingFolder(cache));
    await writeFile(state.memory, 'memory');
    await truncate(state.memory, 64 * 2 ** 20);
    await writeFile(state.devices, words);
    await writeFile(state.disk, 'disk');
    await writeFile(state.guest, '{}');
    await sealState(state);
    return state;
  };
  const everything = async (): Promise<string[]> => readdir(statesFolder(cache));

  it('are found whole, and take no more of the disk than was written', async () => {
    expect(await findState(cache, 'one')).toBeUndefined();
    const placed = await placeState(await made(), cache, 'one');
    expect(await findState(cache, 'one')).toEqual(placed);
    const [listed] = await listStates(cache);
    expect(listed?.name).toBe('one');
    expect(listed?.bytes).toBeLessThan(2 ** 20);
    expect((await stat(statesFolder(cache))).mode & 0o777).toBe(0o700);
  });

  it.each<readonly [string, (state: SavedState) => Promise<void>]>([
    ['memory of another size', async ({ memory }) => truncate(memory, 1)],
    ['memory that was written to', async ({ memory }) => utimes(memory, 1, 1)],
    ['other devices', async ({ devices }) => appendFile(devices, '!')],
    ['another disk', async ({ disk }) => writeFile(disk, 'disc')],
    ['another guest', async ({ guest }) => writeFile(guest, '{"users": {}}')],
    ['no memory', async ({ memory }) => rm(memory)],
    ['no note', async ({ folder }) => rm(join(folder, 'state.json'))],
    ['an empty note', async ({ folder }) => writeFile(join(folder, 'state.json'), '')],
  ])('are removed with %s', async (_what, spoil) => {
    await spoil(await placeState(await made(), cache, 'one'));
    expect(await findState(cache, 'one')).toBeUndefined();
    expect(await everything()).toEqual([]);
  });

  it('that two make at the same time become one', async () => {
    const states = [await made('the first'), await made('the second')] as const;
    await Promise.all(states.map(async (state) => placeState(state, cache, 'one')));
    expect(await findState(cache, 'one')).toBeDefined();
    expect(await everything()).toEqual(['one']);
  });

  // Where nothing is there, what is there a moment later is somebody's who has just made it.
  it('stay where another command looks for them as they are put in their place', async () => {
    const lost: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const name = `state-${String(round)}`;
      const state = await made();
      const looks = Array.from({ length: 4 }, async () => findState(cache, name));
      await pause(round % 4);
      const placed = await placeState(state, cache, name);
      await Promise.all(looks);
      if ((await findState(cache, name)) === undefined) lost.push(round);
      await removeState(placed);
    }
    expect(lost).toEqual([]);
    expect(await everything()).toEqual([]);
  });

  it('are removed by their makers alone, or when those have ended', async () => {
    const mine = await made();
    const left = `.making-${ended}-abc`;
    await mkdir(join(statesFolder(cache), left));
    await mkdir(join(statesFolder(cache), `.gone-${ended}-one`));
    const elsewhere = `.making-${unseen}-abc`;
    await mkdir(join(statesFolder(cache), elsewhere));
    await findState(cache, 'one');
    expect((await everything()).sort()).toEqual([basename(mine.folder), elsewhere].sort());
    await removeState(mine);
    expect(await everything()).toEqual([elsewhere]);
  });

  it('are removed although a killed process of the same number was removing one', async () => {
    const { folder } = await placeState(await made(), cache, 'one');
    const left = join(statesFolder(cache), `.gone-${ownMark}-one`);
    await mkdir(join(left, 'files'), { recursive: true });
    await removeState(stateFiles(folder));
    expect(await everything()).toEqual([basename(left)]);
  });

  it('are listed and removed by gitian-cache', async () => {
    const housekeeping = new Housekeeping(cache, new Workspace(cache));
    await placeState(await made(), cache, 'kvm-bookworm-amd64-1');
    await placeState(await made(), cache, 'kvm-bookworm-amd64-2');
    const things = await housekeeping.list();
    expect(things).toMatchObject([{ name: 'kvm-bookworm-amd64-1' }, { name: 'kvm-bookworm-amd64-2' }]);
    expect(thingsTable(things)).toMatch(/^machine +\d+\.\d KiB +[-\d]+ [:\d]+ +kvm-bookworm-amd64-1\n/);
    await housekeeping.remove(['kvm-bookworm-amd64-1']);
    expect(await everything()).toEqual(['kvm-bookworm-amd64-2']);
    await housekeeping.removeAll();
    expect(await everything()).toEqual([]);
  });

  it('are at most eight: those that were not used for the longest go', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `state-${String(index)}`);
    for (const [index, name] of names.slice(0, 8).entries()) {
      const { folder } = await placeState(await made(), cache, name);
      await utimes(folder, 1000 + index, 1000 + index);
    }
    await findState(cache, 'state-0');
    await placeState(await made(), cache, 'state-8');
    expect((await everything()).sort()).toEqual(names.filter((name) => name !== 'state-1'));
  });

  it('go under another name, so that nobody finds the half of one, also where they are too many', async () => {
    for (let index = 0; index < 8; index++) await placeState(await made(), cache, `state-${String(index)}`);
    const moved: string[] = [];
    const watcher = watch(statesFolder(cache), (_event, name) => void moved.push(String(name)));
    try {
      await placeState(await made(), cache, 'state-8');
      await expect.poll(() => moved.filter((name) => name.startsWith('.gone-'))).not.toEqual([]);
    } finally {
      watcher.close();
    }
    expect(await everything()).toHaveLength(8);
  });
});
