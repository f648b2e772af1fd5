import { spawn } from 'node:child_process';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../../src/assertion/read.js';
import { sha256 } from '../../../src/core/files/hashing.js';
import { baseImages, cannotBuild, runsI386 } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { commit, makeRepository } from '../../support/workspaces/git-repository.js';
import { executable } from '../../support/commands.js';
import { outcomeOf } from '../../support/running-command.js';

const workspace = async (...architectures: readonly string[]): Promise<BuildWorkspace> =>
  BuildWorkspace.create(baseImages('bookworm', architectures.length > 0 ? architectures : ['amd64']));

describe.skipIf(cannotBuild)('gbuild in real containers (root or sudo)', () => {
  it('puts outputs into build/out, and their hashes into the report and onto stdout', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: 'echo hi > "$OUTDIR/a b"; mkdir $OUTDIR/.d; echo ho > $OUTDIR/.d/f',
    });
    const { exitCode, stdout, stderr } = await here.run('gbuild', [file]);
    expect(stderr).toContain('--- Building for bookworm amd64 ---');
    expect(exitCode).toBe(0);
    const outputs = `${sha256('ho\n')}  .d/f\n${sha256('hi\n')}  a b\n`;
    const report = here.read('result/test-res.yml');
    expect(stdout).toBe(`${outputs}${sha256(report)}  test-res.yml\n`);
    expect(report).toContain(
      `--- !!omap\n- out_manifest: |\n    ${outputs.trimEnd().replace('\n', '\n    ')}\n`,
    );
    expect(report).toContain(`${sha256(here.read(file))}  test-desc.yml`);
    expect(report).toMatch(
      /- base_manifests: !!omap\n {2}- bookworm-amd64: \|\n {6}[0-9a-f]{64} {2}adduser_/,
    );
    expect(here.read('build/out/a b')).toBe('hi\n');
    expect(readdirSync(here.path).sort()).toEqual([
      'base-bookworm-amd64',
      'base-bookworm-amd64.json',
      'build',
      'inputs',
      'result',
      'target-bookworm-amd64',
      'test.yml',
      'var',
    ]);
    expect(readdirSync(join(here.path, 'build'))).toEqual(['out']);
    expect(await here.remains()).toEqual([]);
  });

  it('shows names of outputs on a terminal with what it would obey made visible', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: `touch "$OUTDIR/invoice$(printf '\\342\\200\\256')fdp.exe"`,
    });
    const child = spawn('script', ['-qec', `'${executable('gbuild')}' ${file}`, '/dev/null'], {
      cwd: here.path,
      env: { ...process.env, USE_LXC: '1', GITIAN_CACHE: here.cache },
    });
    const { stdout } = await outcomeOf(child);
    expect(stdout).toContain(`${sha256('')}  invoice\\u202efdp.exe\r\n`);
  });

  it('gives the script the environment that descriptors rely on', async () => {
    await using here = await workspace();
    writeFileSync(join(here.path, 'inputs/in put'), 'text');
    const file = await here.descriptor({
      more: 'files: ["in put"]\n',
      script: `
        {
          pwd; id -un; umask; uname -m; hostname; cat "in put"; echo
          echo "$LANG $LC_ALL $HOME $OUTDIR $GBUILD_BITS \${MAKEOPTS[*]} $NUM_PROCS $NUM_MEM $REFERENCE_DATETIME $REFERENCE_DATE $REFERENCE_TIME"
          ls ~
          stat -c '%U %a' "in put"
          sudo -n true 2>/dev/null || echo no sudo
        } > $OUTDIR/said`,
    });
    const { exitCode } = await here.run('gbuild', ['-j', '3', '-m', '1500', file]);
    expect(exitCode).toBe(0);
    expect(here.read('build/out/said')).toBe(
      `/home/debian/build
debian
0002
x86_64
gitian
text
en_US.UTF-8 en_US.UTF-8 /home/debian /home/debian/out 64 -j3 3 1500 2020-02-29 12:00:00 2020-02-29 12:00:00
build
cache
install
out
debian 644
no sudo
`,
    );
    expect(here.read('var/build-script')).toContain('MAKEOPTS=(-j3)');
  });

  it('takes files, links to files and a git clone in', async () => {
    await using here = await workspace();
    const clone = await makeRepository(join(here.path, 'inputs/clone'));
    const hash = await commit(clone, { 'a file': 'cloned', 'sub/file': 'x' });
    writeFileSync(join(here.path, 'elsewhere'), 'linked');
    symlinkSync('../elsewhere', join(here.path, 'inputs/link'));
    const file = await here.descriptor({
      more: `files: [link]\nremotes: [{url: ${clone}, dir: clone}]\n`,
      script:
        'cat link "clone/a file" > $OUTDIR/all; git -C clone rev-parse HEAD > $OUTDIR/commit; touch clone/stray',
    });
    const missing = await here.run('gbuild', [file]);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('gbuild --commit clone=COMMIT');
    const { exitCode, stderr } = await here.run('gbuild', [
      '--commit',
      `clone=${hash.slice(0, 9)}`,
      '--skip-fetch',
      file,
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(here.read('build/out/all')).toBe('linkedcloned');
    expect(here.read('build/out/commit')).toBe(`${hash}\n`);
    expect(here.read('result/test-res.yml')).toMatch(
      new RegExp(`${sha256('linked')}  link\n +git:${hash} clone\n`),
    );
  });

  it('writes the script and its output to the terminal too when CI is set', async () => {
    await using here = await workspace();
    const { stderr } = await here.run(
      'gbuild',
      [await here.descriptor({ script: 'echo said; echo warned >&2' })],
      { CI: 'true' },
    );
    expect(stderr).toMatch(/\+ echo said\nsaid\n\+ echo warned\nwarned\n/);
    expect(here.read('var/build.log')).toMatch(/\+ echo said\nsaid\n\+ echo warned\nwarned\n$/);
  });

  it('installs packages, architectures and alternatives, and lists what is installed', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      more: 'packages: [zip, zip, "libc6:i386", mawk]\nmultiarch: [i386]\nalternatives: [{package: awk, path: /usr/bin/mawk}]\n',
      script:
        'zip --version | head -n 2 > $OUTDIR/zip; dpkg --print-foreign-architectures > $OUTDIR/arch; readlink /etc/alternatives/awk > $OUTDIR/awk',
    });
    const { exitCode } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(0);
    expect(here.read('build/out/arch')).toBe('i386\n');
    expect(here.read('build/out/awk')).toBe('/usr/bin/mawk\n');
    const manifest = here.read('var/base-bookworm-amd64.manifest');
    expect(manifest).toMatch(/^[0-9a-f]{64} {2}zip_3\.\S+_amd64\.deb$/m);
    expect(manifest).toMatch(/^[0-9a-f]{64} {2}libc6_\S+_i386\.deb$/m);
    expect(manifest.split('\n').sort()).toEqual(['', ...new Set(manifest.trimEnd().split('\n'))].sort());
  });

  it.skipIf(!runsI386)('builds every suite and architecture into one build/out (i386)', async () => {
    await using here = await workspace('amd64', 'i386');
    const file = await here.descriptor({
      architectures: ['amd64', 'i386'],
      script: 'uname -m > $OUTDIR/$GBUILD_BITS; getconf LONG_BIT >> $OUTDIR/$GBUILD_BITS',
    });
    expect((await here.run('gbuild', [file])).exitCode).toBe(0);
    expect(here.read('build/out/64')).toBe('x86_64\n64\n');
    expect(here.read('build/out/32')).toBe('i686\n32\n');
    expect(here.read('result/test-res.yml')).toMatch(/- bookworm-amd64: \|[^-]*[\s\S]*- bookworm-i386: \|/);
  });

  it('takes caches in and out, and only in with --cache-read-only', async () => {
    await using here = await workspace();
    const script =
      'cat $GBUILD_PACKAGE_CACHE/n $GBUILD_COMMON_CACHE/n > $OUTDIR/seen || true; echo x >> $GBUILD_PACKAGE_CACHE/n; echo y >> $GBUILD_COMMON_CACHE/n';
    const file = await here.descriptor({ more: 'enable_cache: true\n', script });
    expect((await here.run('gbuild', [file])).exitCode).toBe(0);
    expect((await here.run('gbuild', [file])).exitCode).toBe(0);
    expect(here.read('build/out/seen')).toBe('x\ny\n');
    expect((await here.run('gbuild', ['--cache-read-only', file])).exitCode).toBe(0);
    expect(here.read('cache/test/n')).toBe('x\nx\n');
    expect(here.read('cache/common/n')).toBe('y\ny\n');
    const report = await readReport(Buffer.from(here.read('result/test-res.yml')), 'test-res.yml');
    expect(report.cacheCommonManifest).toBe(`${sha256('y\ny\n')}  n\n`);
    expect(report.cachePackageManifest).toBe(`${sha256('x\nx\n')}  n\n`);
  });

  it('becomes root only where the descriptor and --allow-sudo say so', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      more: 'sudo: true\n',
      script: 'sudo -n id -un > $OUTDIR/who || echo refused > $OUTDIR/who',
    });
    const refused = await here.run('gbuild', [file]);
    expect(refused.stderr).toContain('warning: the descriptor asks for sudo');
    expect(here.read('build/out/who')).toBe('refused\n');
    expect((await here.run('gbuild', ['--allow-sudo', file])).exitCode).toBe(0);
    expect(here.read('build/out/who')).toBe('root\n');
  });

  it('leaves the target up with --skip-cleanup, for on-target and the next build to use', async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: 'ls ~/mark > $OUTDIR/marks 2>&1 || true; touch ~/mark; false',
    });
    const failed = await here.run('gbuild', ['--skip-cleanup', file]);
    expect(failed.exitCode).toBe(1);
    const inside = await here.run('on-target', ['ls', '~/mark', ';', 'exit', '3']);
    expect(inside).toMatchObject({ exitCode: 3, stdout: '/home/debian/mark\n' });
    expect((await here.run('stop-target', [])).exitCode).toBe(0);
    const again = await here.descriptor({ script: 'ls ~/mark > $OUTDIR/marks' });
    expect((await here.run('gbuild', ['--skip-image', again])).exitCode).toBe(0);
    expect(here.read('build/out/marks')).toBe('/home/debian/mark\n');
    await here.run('gbuild', [again]);
    expect((await here.run('gbuild', [again])).exitCode).toBe(1);
    expect(await here.remains()).toEqual([]);
  });
});
