import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Workspace } from '../../../src/core/workspace.js';
import { workspaceAddress } from '../../../src/target/ssh/workspace-address.js';

it('the key of machines, where it is missing, is said where to be had', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gitian-key-'));
  try {
    const address = workspaceAddress(new Workspace(folder), { port: 1, hostKey: undefined });
    const key = join(folder, 'var/id_rsa');
    await expect(address).rejects.toMatchObject({
      message: `the key that machines are logged in to with "${key}" can't be read: it does not exist`,
      hint: `copy it, and ${key}.pub, from the workspace that the base image was made in, or make the image again`,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
