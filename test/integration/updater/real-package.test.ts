import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { updaterWorld } from '../../support/updater/world.js';

const hasZip = spawnSync('zip', ['-v'], { stdio: 'ignore' }).status === 0;

describe.skipIf(cannotBuild || !hasZip)('from a descriptor to an end user (root or sudo, and zip)', () => {
  const world = updaterWorld();
  let here: BuildWorkspace;
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
  });
  afterAll(() => here[Symbol.asyncDispose]());

  it('what a container built and two builders signed is packed, made canonical, and installed', async () => {
    const descriptor = await here.descriptor({
      name: 'hello',
      script: `mkdir -p $OUTDIR/bin\nprintf '#!/bin/sh\\necho hello\\n' > $OUTDIR/bin/hello\nchmod 755 $OUTDIR/bin/hello\nuname -m > $OUTDIR/machine`,
    });
    const built = await here.run('gbuild', ['-q', descriptor]);
    expect(built.exitCode, built.stderr).toBe(0);

    const evidence = world.at('package/gitian');
    mkdirSync(evidence, { recursive: true });
    cpSync(join(here.path, 'build/out'), world.at('package'), { recursive: true });
    const { home } = world.publisher;
    for (const who of ['alice', 'bob']) {
      const key = world.publisher.fingerprint(who);
      const signed = await here.run('gsign', ['-s', key, '-r', '1.0', descriptor], home.env);
      expect(signed.exitCode, signed.stderr).toBe(0);
      const made = join(here.path, 'sigs/hello/1.0', key, 'hello-build.assert');
      cpSync(made, join(evidence, `${who}.assert`));
      cpSync(`${made}.sig`, join(evidence, `${who}.assert.sig`));
      writeFileSync(join(evidence, `${who}-key.pgp`), home.export(key));
    }
    execFileSync('zip', ['-qr', '../hello.zip', '.'], { cwd: world.at('package') });
    const canonical = await here.run('canon-zip', [
      '2020-01-01',
      world.at('hello.zip'),
      world.at('hello.zip'),
    ]);
    expect(canonical.exitCode, canonical.stderr).toBe(0);

    world.server.put('/hello.zip', readFileSync(world.at('hello.zip')));
    world.configureUrl();
    const { exitCode, stderr } = await world.update();
    expect(exitCode, stderr).toBe(0);
    expect(execFileSync(join(world.dest, 'bin/hello')).toString()).toBe('hello\n');
    expect(statSync(join(world.dest, 'bin/hello')).mode & 0o111).toBe(0o111);
    expect(world.installed()['machine']).toBe('x86_64\n');
  });
});
