import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { canary, type HostileDescriptor } from '../../support/hostile/descriptor.js';
import { hostileDescriptors } from '../../support/hostile/all.js';
import { triesAll, unlessAll } from '../../support/tries-all.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';

const refused = hostileDescriptors.filter((one) => one.expect === 'refused');
const harmless = hostileDescriptors.filter((one) => one.expect === 'harmless');

type Choice = (one: HostileDescriptor, index: number) => boolean;

/** Every one is held against the validator in the unit tests; through the command goes every fourth. */
const everyFourth: Choice = (_, index) => index % 4 === 0;

/** And every third into a container. */
const everyThird: Choice = (_, index) => index % 3 === 0;

const others =
  (choice: Choice): Choice =>
  (one, index) =>
    !choice(one, index);

async function isRefused({ title, bytes }: HostileDescriptor): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gitian-hostile-'));
  try {
    writeFileSync(join(folder, 'hostile.yml'), bytes);
    const { exitCode, stdout, stderr } = await outcomeOf(
      startCommand('gbuild', ['hostile.yml'], { cwd: folder }),
    );
    expect(exitCode, `${title}: ${stderr}`).toBe(2);
    expect(stdout, title).toBe('');
    expect(stderr, title).toMatch(/^(?:gbuild: warning: .*\n(?:hint: .*\n)?)*gbuild: .*hostile\.yml/);
    expect(stderr.match(/^gbuild: (?!warning)/gm), title).toHaveLength(1);
    expect(readdirSync(folder), title).toEqual(['hostile.yml']);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function isHarmless({ bytes }: HostileDescriptor): Promise<void> {
  await using here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
  writeFileSync(join(here.path, 'hostile.yml'), bytes);
  const { exitCode, stderr } = await here.run('gbuild', ['hostile.yml']);
  expect([0, 1, 2], stderr).toContain(exitCode);
  expect(stderr).not.toContain('this is a bug');
  for (const folder of [here.path, homedir(), tmpdir(), '/', process.cwd()]) {
    expect(existsSync(join(folder, canary))).toBe(false);
  }
  expect(await here.remains()).toEqual([]);
}

describe('gbuild of a hostile descriptor', () => {
  it.concurrent.each(refused.filter(everyFourth))('is refused in one message: $title', isRefused);

  // One test: a list of what was skipped is no use with two hundred lines of the same.
  it.skipIf(!triesAll)(
    `is refused in one message: all others${unlessAll}`,
    { timeout: 1_200_000 },
    async () => {
      for (const one of refused.filter(others(everyFourth))) await isRefused(one);
    },
  );

  it.skipIf(cannotBuild).each(harmless.filter(everyThird))(
    'is harmless, and stays in the target: $title (root or sudo)',
    isHarmless,
  );
  it.skipIf(cannotBuild || !triesAll).each(harmless.filter(others(everyThird)))(
    `is harmless, and stays in the target: $title (root or sudo)${unlessAll}`,
    isHarmless,
  );
});
