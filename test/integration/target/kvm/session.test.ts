import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRunFolder } from '../../../../src/target/kvm/run-folder.js';
import { Session } from '../../../../src/target/kvm/session.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-session-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform !== 'linux')('a session of KVM', () => {
  // What listens to the driver is started last, and has to end although it has only just begun.
  it('ends with a QEMU that ends at once, every time', { timeout: 60_000 }, async () => {
    for (let time = 0; time < 50; time += 1) {
      const run = await makeRunFolder(undefined);
      const session = new Session({
        folder: run.path,
        state: join(folder, 'state'),
        log: join(folder, 'log'),
        layer: undefined,
        program: 'false',
        args: [],
      });
      await session.ended;
      expect(existsSync(run.path)).toBe(false);
    }
  });
});
