import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../../../src/core/workspace.js';
import { workspaceAddress } from '../../../src/target/ssh/workspace-address.js';

let folder: string;
let key: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-key-'));
  key = join(folder, 'var/id_rsa');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const address = async (): Promise<unknown> =>
  workspaceAddress(new Workspace(folder), { port: 1, hostKey: undefined });

it('the key of machines, where it is missing, is said where to be had', async () => {
  await expect(address()).rejects.toMatchObject({
    message: `the key that machines are logged in to with "${key}" can't be read: it does not exist`,
    hint: `copy it, and ${key}.pub, from the workspace that the base image was made in, or make the image again`,
  });
});

it('a FIFO in the place of the key is waited for by nobody', async () => {
  mkdirSync(join(folder, 'var'));
  execFileSync('mkfifo', [key]);
  await expect(address()).rejects.toThrow(`"${key}" can't be read: it is not a file`);
});
