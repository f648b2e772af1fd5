import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forbidsUserNamespaces } from '../../../src/core/processes/user-namespaces.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-switches-'));
  for (const part of ['kernel', 'user']) mkdirSync(join(folder, part));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  ['kernel/unprivileged_userns_clone', '0', '1'],
  ['user/max_user_namespaces', '0', '96365'],
  ['kernel/apparmor_restrict_unprivileged_userns', '1', '0'],
])('%s forbids user namespaces when it is %s, and not when it is %s', async (path, forbidding, allowing) => {
  expect(await forbidsUserNamespaces(folder)).toBeUndefined();
  writeFileSync(join(folder, path), `${allowing}\n`);
  expect(await forbidsUserNamespaces(folder)).toBeUndefined();
  writeFileSync(join(folder, path), `${forbidding}\n`);
  expect(await forbidsUserNamespaces(folder)).toEqual({ name: path.replace('/', '.'), value: forbidding });
});
