import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { canary } from '../../support/hostile/descriptor.js';
import { hostileDescriptors } from '../../support/hostile/all.js';
import { triesAll } from '../../support/tries-all.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';

const refused = hostileDescriptors.filter((one) => one.expect === 'refused');
const harmless = hostileDescriptors.filter((one) => one.expect === 'harmless');

/** Every one is held against the validator in the unit tests; through the command goes every fourth. */
const sample = refused.filter((_, index) => index % 4 === 0);
/** And every third into a container. */
const built = harmless.filter((_, index) => triesAll || index % 3 === 0);

describe('gbuild of a hostile descriptor', () => {
  it.concurrent.each(sample)('is refused in one message: $title', async ({ bytes }) => {
    const folder = await mkdtemp(join(tmpdir(), 'gitian-hostile-'));
    try {
      writeFileSync(join(folder, 'hostile.yml'), bytes);
      const { exitCode, stdout, stderr } = await outcomeOf(
        startCommand('gbuild', ['hostile.yml'], { cwd: folder }),
      );
      expect(exitCode, stderr).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^(?:gbuild: warning: .*\n(?:hint: .*\n)?)*gbuild: .*hostile\.yml/);
      expect(stderr.match(/^gbuild: (?!warning)/gm)).toHaveLength(1);
      expect(readdirSync(folder)).toEqual(['hostile.yml']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.skipIf(cannotBuild).each(built)(
    'is harmless, and stays in the target: $title (root or sudo)',
    async ({ bytes }) => {
      await using here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
      writeFileSync(join(here.path, 'hostile.yml'), bytes);
      const { exitCode, stderr } = await here.run('gbuild', ['hostile.yml']);
      expect([0, 1, 2], stderr).toContain(exitCode);
      expect(stderr).not.toContain('this is a bug');
      for (const folder of [here.path, homedir(), tmpdir(), '/', process.cwd()]) {
        expect(existsSync(join(folder, canary))).toBe(false);
      }
      expect(await here.remains()).toEqual([]);
    },
  );
});
