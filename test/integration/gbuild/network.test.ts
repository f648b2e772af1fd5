import { describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { GreetingArchive } from '../../support/servers/greeting-archive.js';

const workspace = async (): Promise<BuildWorkspace> =>
  BuildWorkspace.create(baseImages('bookworm', ['amd64']));

/** Writes down what it reaches: the name server by TCP, and the package archive by apt. */
const script = `
  cd $OUTDIR
  timeout 10 bash -c 'echo >/dev/tcp/10.0.2.3/53' && touch network
  (cd /tmp && apt-get download hello) && touch packages
  touch done`;

describe.skipIf(cannotBuild)('gbuild --network (root or sudo)', () => {
  it.each([
    ['full', ['done', 'network', 'packages']],
    ['packages', ['done', 'packages']],
    ['none', ['done']],
  ])('%s reaches what it says, and is written down', async (policy, reached) => {
    await using here = await workspace();
    const file = await here.descriptor({ script: script.replaceAll(/ && touch \w+$/gm, '$& || :') });
    const { exitCode, stdout, stderr } = await here.run('gbuild', ['--network', policy, file]);
    expect([exitCode, stderr.includes('warning')]).toEqual([0, false]);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  '));
    expect(lines.slice(0, -1).map(([, name]) => name)).toEqual(reached);
    expect(JSON.parse(here.read('result/test-how.json'))).toEqual({
      result: lines.at(-1)?.[0],
      backend: 'lxc',
      network: policy,
      configurations: {
        'bookworm-amd64': { from: 'base image', archives: [expect.stringMatching(/^[0-9a-f]{64}$/)] },
      },
    });
    expect(await here.remains()).toEqual([]);
  });

  it('lets packages reach the package cache alone while they are installed, whatever it lets the script', async () => {
    await using here = await workspace();
    await using archive = await GreetingArchive.start();
    const reach = `timeout 10 bash -c 'echo >/dev/tcp/10.0.2.3/53'`;
    archive.offer('hello', `echo network >/reached; ${reach} || echo nothing >/reached`);
    const file = await here.descriptor({
      more: archive.descriptorLines,
      script: `
        cp /reached $OUTDIR/package
        ${reach} && echo network >$OUTDIR/script || echo nothing >$OUTDIR/script`,
    });
    const reached = async (policy: string): Promise<string[]> => {
      const { exitCode, stderr } = await here.run('gbuild', ['--network', policy, file], archive.env);
      expect(exitCode, stderr).toBe(0);
      return ['package', 'script'].map((name) => here.read(`build/out/${name}`).trimEnd());
    };
    expect(await reached('full')).toEqual(['nothing', 'network']);
    expect(here.read('var/layers.json')).toContain('"base image"');
    expect(await reached('none')).toEqual(['nothing', 'nothing']);
    expect(here.read('var/layers.json')).toContain('"layer"');
    expect(await here.remains()).toEqual([]);
  });

  it("holds for what a package has put in the place of programs, before the script's first line too", async () => {
    await using here = await workspace();
    await using archive = await GreetingArchive.start();
    archive.offer(
      'hello',
      `: >/reached; chmod 666 /reached; mv /bin/mkdir /bin/mkdir.real
      printf '%s\\n' '#!/bin/bash' 'timeout 10 bash -c "echo >/dev/tcp/10.0.2.3/53" && echo network >>/reached' \\
        'exec mkdir.real "$@"' >/bin/mkdir
      chmod 755 /bin/mkdir`,
    );
    const file = await here.descriptor({ more: archive.descriptorLines, script: 'cp /reached $OUTDIR/' });
    const reached = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stderr } = await here.run('gbuild', [...args, file], archive.env);
      expect(exitCode, stderr).toBe(0);
      return here.read('build/out/reached');
    };
    expect(await reached('--network', 'none')).toBe('');
    expect(await reached('--network', 'packages')).toBe('');
    expect(await reached('--network', 'none', '--skip-image')).toBe('');
    expect(await reached()).not.toBe('');
  });

  it('packages lets a script ask the package cache, and have no tunnel of it to somewhere else', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: `
        eval "$(apt-config shell proxy Acquire::https::Proxy)"
        address=\${proxy#http://}
        exec 3<>/dev/tcp/\${address/://}
        printf 'CONNECT example.org:443 HTTP/1.1\\r\\nHost: example.org\\r\\n\\r\\n' >&3
        head -n 1 <&3 | tr -d '\\r' >$OUTDIR/said`,
    });
    const { exitCode, stderr } = await here.run('gbuild', ['--network', 'packages', file]);
    expect(exitCode, stderr).toBe(0);
    expect(here.read('build/out/said')).toBe(
      'HTTP/1.1 403 port 443 of "example.org" is no archive of the base image or the descriptor\n',
    );
  });

  it('holds for what the script leaves running, until the outputs are taken, and no longer', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: `
        setsid bash -c 'until { echo >/dev/tcp/10.0.2.3/53; } 2>/dev/null; do :; done; echo >>$0' $OUTDIR/late & disown
        sleep 1; touch $OUTDIR/late`,
    });
    expect((await here.run('gbuild', ['--network', 'none', file])).exitCode).toBe(0);
    expect(here.read('build/out/late')).toBe('');
    const staying = await here.run('gbuild', ['--network', 'none', '--skip-cleanup', file]);
    expect([staying.exitCode, here.read('build/out/late')]).toEqual([0, '']);
    const reaches = await here.run('on-target', ['timeout 10 bash -c "echo >/dev/tcp/10.0.2.3/53"']);
    expect(reaches).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await here.run('stop-target', [])).exitCode).toBe(0);
    expect(await here.remains()).toEqual([]);
  });

  it("is refused before anything is started where it is none of these, or the cache is somebody else's", async () => {
    await using here = await workspace();
    const file = await here.descriptor({ script: 'true' });
    const odd = await here.run('gbuild', ['--network', 'some', file]);
    expect([odd.exitCode, odd.stderr]).toEqual([2, expect.stringContaining('full, packages or none')]);
    const foreign = await here.run('gbuild', ['--network', 'packages', file], { MIRROR_HOST: '127.0.0.1' });
    expect([foreign.exitCode, foreign.stderr]).toEqual([
      2,
      expect.stringContaining('which MIRROR_HOST turns off'),
    ]);
    expect(here.has('result')).toBe(false);
  });
});
