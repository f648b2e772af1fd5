import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';
import { SignatureRepository } from '../../support/workspaces/signature-repository.js';

describe('gverify --all over hundreds of assertions', () => {
  const copies = 200;
  let home: GnupgHome;
  let repository: SignatureRepository;

  beforeAll(() => {
    home = new GnupgHome();
    home.generate('alice@example.org');
    home.generate('bob@example.org');
    writeFileSync(join(home.path, 'keys'), home.export());
    repository = new SignatureRepository(home);
    repository.sign('alice', { a: '1' });
    repository.sign('bob', { a: '2' });
    for (let index = 0; index < copies; index++) {
      const project = `project${String(index).padStart(3, '0')}`;
      cpSync(join(repository.path, 'sigs/hello'), join(repository.path, 'many', project), {
        recursive: true,
      });
    }
  });
  afterAll(() => {
    repository[Symbol.dispose]();
    home[Symbol.dispose]();
  });

  it('finds the same in several threads as in one, in the same order', () => {
    const all = repository.gverify('--all', '--json', '--keys', join(home.path, 'keys'), 'many');
    expect(all.exitCode).toBe(1);
    const { releases } = JSON.parse(all.stdout) as { releases: { path: string }[] };
    expect(releases.map(({ path }) => path)).toEqual(
      Array.from({ length: copies }, (_, index) => `project${String(index).padStart(3, '0')}/1.0`),
    );
    // So few are verified in one thread.
    const one = repository.gverify('--all', '--json', '--keys', join(home.path, 'keys'), 'many/project007');
    const [expected] = (JSON.parse(one.stdout) as { releases: object[] }).releases;
    for (const release of releases) expect({ ...release, path: '1.0' }).toEqual(expected);
  });
});
