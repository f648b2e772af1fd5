import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../../src/core/processes/privilege.js';
import { freshFolder } from '../../../../src/target/lxc/prepare.js';

it("a target's folder is made anew although a killed process of the same number was at it", async () => {
  const room = await mkdtemp(join(tmpdir(), 'gitian-fresh-'));
  const folder = join(room, 'target-bookworm-amd64');
  for (const name of [folder, `${folder}.old-${String(process.pid)}`]) {
    mkdirSync(name);
    writeFileSync(join(name, 'file'), '');
  }
  await freshFolder(folder, root, new AbortController().signal);
  expect(readdirSync(room)).toEqual(['target-bookworm-amd64']);
  expect(readdirSync(folder)).toEqual([]);
  await rm(room, { recursive: true });
});
