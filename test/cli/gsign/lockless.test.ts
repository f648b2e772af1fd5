import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../support/commands.js';
import { canTrace, lockless } from '../../support/lockless.js';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';

const here = gsignRoom();

describe.skipIf(!canTrace)('gsign where the storage of signatures has no locks (needs strace)', () => {
  it.each(['ENOLCK', 'ENOSYS'])(
    'signs, refuses what is there, and replaces it with --force (%s)',
    (error) => {
      const storage = lockless(here.at('sigs'), here.at('bin'), error);
      const gsign = (...args: string[]): Outcome =>
        here.workspace.run('gsign', ['-q', '-s', 'Bob B', '-r', '1.0', ...args], {
          ...here.home.env,
          PATH: storage.path,
        });
      const path = here.at('sigs/hello/1.0/Bob B/hello-build.assert');
      const verified = (): string => {
        here.home.gpg(['--verify', `${path}.sig`, path]);
        return readFileSync(path, 'utf8');
      };

      const descriptor = here.workspace.result('hello', { a: 'one' });
      expect(gsign(descriptor)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(storage.refusals()).toBe(1);
      const first = verified();

      here.workspace.result('hello', { a: 'another' });
      const again = gsign(descriptor);
      expect(again.exitCode).toBe(2);
      expect(again.stderr).toContain('--force');
      expect(verified()).toBe(first);

      expect(gsign('--force', descriptor)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(storage.refusals()).toBe(2);
      expect(verified()).not.toBe(first);
      expect(readdirSync(here.at('sigs/hello/1.0'))).toEqual(['Bob B']);
      expect(existsSync(here.at('var'))).toBe(false);
    },
  );
});
