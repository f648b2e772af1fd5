import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable } from '../../support/commands.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runProgramBeside } from '../../support/updater/run-command.js';
import { filesIn, UpdaterWorld } from '../../support/updater/world.js';

const signers = ['alice', 'bob'];
const before: PackageSpec = { release: '1', files: { a: '1', 'b/c': '1', 'gone/d': '1' }, signers };
const after: PackageSpec = { release: '2', files: { a: '2', 'b/c': '2', 'new/e': '2' }, signers };

const world = new UpdaterWorld();
beforeAll(async () => {
  await world.open();
  world.fresh();
});
afterAll(async () => {
  world.clean();
  await world[Symbol.asyncDispose]();
});

/** What an update does to the disk, a line each: the call, and the paths below the folder of all. */
async function changesOf(spec: PackageSpec): Promise<readonly string[]> {
  world.publish(spec);
  world.configureUrl();
  const options = ['-f', '-qq', '-y', '-s', '4096', '-o', world.at('trace')];
  const calls = ['-e', 'trace=fsync,fdatasync,rename,unlink', '-e', 'signal=none'];
  const words = [executable('gitian-updater'), '-c', 'config.yml', '-d', 'dest'];
  // One thread for file work, so that its calls have an order.
  const env = { UV_THREADPOOL_SIZE: '1' };
  const { exitCode } = await runProgramBeside('strace', [...options, ...calls, ...words], {
    cwd: world.folder,
    env,
  });
  expect(exitCode).toBe(0);
  const trace = readFileSync(world.at('trace'), 'utf8').replaceAll(world.folder, '');
  rmSync(world.at('trace'));
  return trace.split('\n').flatMap((line) => {
    const [, call = '', open, from, to] =
      /^\d+ +(\w+)\((?:\d+<([^>]*)>|"([^"]*)"(?:, "([^"]*)")?)\) += 0$/.exec(line) ?? [];
    const paths = [open, from, to].filter((path) => path !== undefined).join(' ');
    return call === '' ? [] : [`${call.replace('fdatasync', 'fsync')} ${paths}`];
  });
}

/** Demands that each of these is done, and before the next `what`. */
function expectAll(done: readonly string[], changes: readonly string[], what: RegExp): void {
  const end = changes.findIndex((change) => what.test(change));
  expect(end).toBeGreaterThan(-1);
  expect(changes.slice(0, end)).toEqual(expect.arrayContaining([...done]));
}

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe.skipIf(!canTrace)('a power cut finds on the disk (needs strace)', () => {
  it('all of a first installation before it is in its place, and then its place', async () => {
    const changes = await changesOf(before);
    const staged = '/.dest.gitian-update/new';
    const paths = [...Object.keys(filesIn(world.dest)), 'b', 'gone', 'gitian'].map((path) => `/${path}`);
    const written = ['', ...paths].map((path) => `fsync ${staged}${path}`);
    const put = changes.findIndex((change) => change === `rename ${staged} /dest`);
    expectAll(written, changes, /^rename .* \/dest$/);
    expect(changes.slice(put)).toContain('fsync ');
  });

  it('all of an update before the first change, and all changes before nobody knows of them any more', async () => {
    // So that its folder stays.
    writeFileSync(`${world.dest}/gone/mine`, 'mine');
    const changes = await changesOf(after);
    const staging = '/dest/.gitian-update';
    const staged = ['', '/a', '/b', '/b/c', '/new', '/new/e', '/gitian', '/gitian/alice.assert'];
    const written = staged.map((path) => `fsync ${staging}/new${path}`);
    expectAll([...written, `fsync ${staging}/draft`], changes, /^rename .*\/journal\.json$/);
    const committed = changes.slice(changes.findIndex((change) => /^rename .*\/journal\.json$/.test(change)));
    expectAll([`fsync ${staging}`], committed, /^unlink \/dest\/gone\/d$/);
    expectAll([`fsync ${staging}/manifest`], committed, /^rename .* \/dest\/\.gitian-manifest$/);
    const put = committed.slice(committed.findIndex((change) => change.endsWith(' /dest/.gitian-manifest')));
    const folders = ['', '/b', '/gitian', '/new', '/gone'].map((path) => `fsync /dest${path}`);
    expectAll(folders, put, /^unlink .*\/journal\..*\.json$/);
  });
});
