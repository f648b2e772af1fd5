import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BaseImageRequest } from '../../../src/base-image/make-base-image.js';
import { ImageRegistration } from '../../../src/base-image/registration.js';
import { markOf, ownMark } from '../../../src/core/files/owner-mark.js';
import type { ListedMachine } from '../../../src/target/machine-registrar.js';

const choice = { distro: 'debian', suite: 'bookworm', architecture: 'amd64' };
const mark = '.base-bookworm-amd64.vdi.registering.';

let folder: string;
let removed: ListedMachine[];
let refusal: Error | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-registration-'));
  removed = [];
  refusal = undefined;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const image = (): string => join(folder, 'base-bookworm-amd64.vdi');

function registration(): ImageRegistration {
  return new ImageRegistration({
    registrar: {
      check: () => Promise.resolve(),
      register: () => Promise.resolve(),
      remove: async (machine) => {
        await Promise.resolve();
        if (refusal !== undefined) throw refusal;
        removed.push(machine);
      },
    },
    request: { choice } as BaseImageRequest,
    files: { image: image(), record: `${image()}.json`, beside: {} },
  });
}

/** Puts an image and its record in their places, after a registration has begun. */
async function begun(): Promise<ImageRegistration> {
  const one = registration();
  writeFileSync(image(), 'an image');
  await one.begin(image());
  writeFileSync(`${image()}.json`, '{}');
  return one;
}

/** As if the process that made the mark had been killed. */
async function killed(): Promise<{ readonly uuid: string }> {
  await begun();
  const [name = ''] = readdirSync(folder).filter((each) => each.startsWith(mark));
  const [uuid = ''] = readFileSync(join(folder, name), 'utf8').split(' ');
  const { pid } = spawnSync('true');
  writeFileSync(join(folder, `${mark}${markOf(pid)}-0123456789ab`), readFileSync(join(folder, name)));
  rmSync(join(folder, name));
  return { uuid };
}

describe('a registration that was killed', () => {
  it('is seen, and its machine and image are taken away', async () => {
    const { uuid } = await killed();
    const next = registration();
    expect(await next.isThere()).toBe(true);
    await next.takeAwayLeft();
    expect(removed).toEqual([{ uuid, configuration: choice, disk: image() }]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await next.isThere()).toBe(false);
  });

  it('has no claim to an image that was put there since', async () => {
    await killed();
    utimesSync(image(), 1, 1);
    await registration().takeAwayLeft();
    expect(removed).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(['base-bookworm-amd64.vdi', 'base-bookworm-amd64.vdi.json']);
  });

  it('stays whole where its machine can not be taken away', async () => {
    await killed();
    refusal = new Error('it is locked');
    await expect(registration().takeAwayLeft()).rejects.toThrow('it is locked');
    expect(readdirSync(folder)).toHaveLength(3);
  });
});

describe('a registration', () => {
  it('that is under way is seen, and nothing of it taken away by another', async () => {
    await begun();
    const other = registration();
    expect(await other.isThere()).toBe(true);
    await other.takeAwayLeft();
    expect(removed).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(3);
    expect(readdirSync(folder).some((name) => name.startsWith(`${mark}${ownMark}`))).toBe(true);
  });

  it('that failed takes its machine and its image away itself', async () => {
    const one = await begun();
    await one.undo();
    expect([removed.length, readdirSync(folder)]).toEqual([1, []]);
  });

  it('that had not begun takes nothing away', async () => {
    writeFileSync(image(), 'an image');
    await registration().undo();
    expect([removed, readdirSync(folder)]).toEqual([[], ['base-bookworm-amd64.vdi']]);
  });
});
