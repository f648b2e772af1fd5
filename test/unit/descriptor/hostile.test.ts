import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { loadDescriptor } from '../../../src/descriptor/load.js';
import { hostileDescriptors } from '../../support/hostile/all.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-hostile-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('hostile descriptors', () => {
  it('are many, and no two are called the same', () => {
    expect(hostileDescriptors.length).toBeGreaterThanOrEqual(60);
    expect(new Set(hostileDescriptors.map(({ title }) => title)).size).toBe(hostileDescriptors.length);
  });

  describe.each(hostileDescriptors.map((hostile) => [hostile.title, hostile] as const))(
    '%s',
    (_, hostile) => {
      it(hostile.expect === 'refused' ? 'is refused' : `is harmless: ${hostile.because ?? ''}`, async () => {
        const path = join(folder, 'descriptor.yml');
        await writeFile(path, hostile.bytes);
        const began = process.cpuUsage();
        const outcome = await loadDescriptor(path, 'descriptor.yml').catch((error: unknown) => error);
        const { user, system } = process.cpuUsage(began);
        // Computing time, which other work on the machine doesn't add to.
        expect((user + system) / 1e6).toBeLessThan(1);
        expect(Object.keys(Object.prototype)).toEqual([]);
        if (hostile.expect === 'harmless')
          expect(outcome).toMatchObject({ descriptor: { name: 'test', sudo: false } });
        else expectRefusal(outcome);
      });
    },
  );
});

function expectRefusal(outcome: unknown): void {
  expect(outcome).toBeInstanceOf(GitianError);
  if (!(outcome instanceof GitianError)) return;
  expect(outcome.exitCode).toBe(2);
  expect(outcome.message).toContain('descriptor.yml');
  expect(outcome.message).not.toContain('\n');
  expect(outcome.message.length).toBeLessThan(500);
  expect(outcome.lines.length).toBeLessThanOrEqual(51);
  for (const line of outcome.lines) expect(line).toMatch(/^descriptor\.yml:\d+:\d+: |^and \d+ more$/);
}
