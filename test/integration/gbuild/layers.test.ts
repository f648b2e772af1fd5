import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { GreetingArchive } from '../../support/servers/greeting-archive.js';

/** What a script could see of how its target came about: times, logs, ids, apt's files. */
const seen = `
  { find / -xdev -not -path '/proc*' -not -path '/sys*' -not -path '/dev*' -not -path "$HOME*" -printf '%p %y %m %U %G %s %T@ %l\\n' | sort
    cat /etc/machine-id /etc/resolv.conf /var/log/dpkg.log /var/log/apt/* || true
    zip --version; ls -la ~ | tail -n +2 | cut -c 1-30; } >$OUTDIR/seen 2>/dev/null`;

describe.skipIf(cannotBuild)('layers of gbuild (root or sudo)', () => {
  let here: BuildWorkspace;
  const layers = (): string[] => readdirSync(join(here.cache, 'layers'));
  const from = (): string =>
    (
      JSON.parse(here.read('var/layers.json')) as {
        configurations: Record<string, { from: string } | undefined>;
      }
    ).configurations['bookworm-amd64']?.from ?? '';
  const gbuild = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await here.run('gbuild', args, { GITIAN_LAYERS_MAX_SIZE: '1K' });
    expect(exitCode, stderr).toBe(0);
  };
  const results = (): string[] => [
    here.read('result/test-res.yml'),
    here.read('var/base-bookworm-amd64.manifest'),
  ];
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
  });

  it('give what a build from the base image gives, to the last byte', async () => {
    const more = 'packages: [zip, unzip]\n';
    await gbuild(await here.descriptor({ more, script: seen }));
    expect(from()).toBe('base image');
    // It is bigger than all may be, and was in use when the rest was removed.
    expect(layers()).toHaveLength(1);
    const first = results();
    await gbuild(await here.descriptor({ more: 'packages: [unzip, zip, zip]\n', script: seen }), '--timings');
    expect(from()).toBe('layer');
    expect(here.read('var/install.log')).toMatch(/apt-get .*install.* zip unzip/);
    expect(here.read('var/timings.json')).not.toContain('apt-get');
    // The descriptor is another one, and its hash is in the report.
    const withoutInputs = (text = ''): string => text.replace(/- in_manifest:[^]*?\n- base/, '- base');
    expect(results().map(withoutInputs)).toEqual(first.map(withoutInputs));
    const file = await here.descriptor({
      more,
      script: 'zip --version >$OUTDIR/zip; dpkg -l >$OUTDIR/packages',
    });
    await gbuild(file);
    expect(from()).toBe('layer');
    const fromLayer = results();
    await gbuild('--no-layer', file);
    expect(from()).toBe('base image');
    expect(results()).toEqual(fromLayer);
    expect(layers()).toHaveLength(1);
    expect(await here.remains()).toEqual([]);
  });

  it('are not used when they are not whole, and made anew', async () => {
    const file = await here.descriptor({ more: 'packages: [zip, unzip]\n', script: 'true' });
    const [name = ''] = layers();
    writeFileSync(join(here.cache, 'layers', name, 'manifest'), 'something else');
    rmSync(join(here.cache, 'layers', name, 'on-disk'), { force: true });
    await gbuild(file);
    expect(from()).toBe('base image');
  });

  it('that are frozen have to be there', async () => {
    const file = await here.descriptor({ more: 'packages: [bc]\n', script: 'true' });
    const { exitCode, stderr } = await here.run('gbuild', ['--frozen', file]);
    expect([exitCode, stderr.includes('hint: build once without --frozen\n')]).toEqual([2, true]);
  });

  it('of what an archive had are used as long as it has it, and when it has it again, but for --frozen', async () => {
    await using archive = await GreetingArchive.start();
    const file = await here.descriptor({ more: archive.descriptorLines, script: 'greeting >$OUTDIR/said' });
    const said = async (...args: string[]): Promise<readonly [string, string]> => {
      const { exitCode, stderr } = await here.run('gbuild', [...args, file], archive.env);
      expect(exitCode, stderr).toBe(0);
      return [from(), here.read('build/out/said')];
    };
    archive.offer('hello');
    expect(await said()).toEqual(['base image', 'hello\n']);
    expect(await said()).toEqual(['layer', 'hello\n']);
    archive.offer('bye');
    expect(await said('--frozen')).toEqual(['frozen layer', 'hello\n']);
    expect(JSON.parse(here.read('result/test-how.json'))).toMatchObject({
      configurations: (JSON.parse(here.read('var/layers.json')) as { configurations: unknown })
        .configurations,
    });
    const { stderr } = await here.run('gsign', ['--no-sign', '-s', 'me', '-r', 'frozen', file]);
    expect(stderr).toContain(
      'gsign: warning: the result of "test.yml" was built from a frozen layer (bookworm-amd64); ',
    );
    expect(await said()).toEqual(['base image', 'bye\n']);
    expect(here.read('var/timings.json')).toContain('Checking that the layer is current');
    expect(await said()).toEqual(['layer', 'bye\n']);
    archive.offer('hello');
    expect(await said()).toEqual(['layer', 'hello\n']);
    expect(await here.remains()).toEqual([]);
  });
});
