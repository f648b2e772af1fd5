import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import type { Outcome } from '../../support/commands.js';
import { Pause } from '../../support/faults/calls/pause.js';
import { commit, makeRepository } from '../../support/workspaces/git-repository.js';
import { outcomeOf } from '../../support/running-command.js';
import { until } from '../../support/until.js';

/** What the script of each commit does: the descriptor stays the same, and with it what its hash says. */
const commits = {
  good: 'echo good >$OUTDIR/out',
  fails: 'exit 1',
  hangs: 'echo hanging; sleep 300',
  better: 'echo better >$OUTDIR/out; touch $OUTDIR/more',
} as const;

describe.skipIf(cannotBuild)('gsign after a build that did not come to its end (root or sudo)', () => {
  let here: BuildWorkspace;
  let file: string;
  const hashes = new Map<string, string>();
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
    const repository = await makeRepository(join(here.path, 'repository'));
    for (const [name, run] of Object.entries(commits)) hashes.set(name, await commit(repository, { run }));
    file = await here.descriptor({
      more: `remotes: [{url: ${repository}, dir: clone}]\n`,
      script: 'sh -c "$(cat clone/run)"',
    });
    expect((await gbuild('good')).exitCode).toBe(0);
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
  });

  const args = (name: string): string[] => ['--commit', `clone=${hashes.get(name) ?? name}`, file];
  const gbuild = async (name: string): Promise<Outcome> => here.run('gbuild', args(name));
  const gsign = async (release: string): Promise<Outcome> =>
    here.run('gsign', ['--no-sign', '-s', 'me', '-r', release, file]);
  const expectRefused = async (): Promise<void> => {
    const before = here.read('result/test-res.yml');
    const { exitCode, stdout, stderr } = await gsign('refused');
    expect([exitCode, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(
      /^gsign: the result "result\/test-res\.yml" may be an earlier build's.*\nhint: gbuild test\.yml/,
    );
    expect(here.has('sigs/test/refused')).toBe(false);
    expect(here.read('result/test-res.yml')).toBe(before);
    expect(before).toContain(hashes.get('good'));
  };

  it('signs what was built, and says of which commit it is', async () => {
    const { exitCode, stderr } = await gsign('1');
    expect(stderr).toMatch(
      `test, release 1: 1 output, built from clone at ${hashes.get('good')?.slice(0, 12) ?? ''}\n`,
    );
    expect(exitCode).toBe(0);
  });

  it('refuses the result of the build before one that failed, whose result stays', async () => {
    expect((await gbuild('fails')).exitCode).toBe(1);
    await expectRefused();
  });

  it('refuses it after one whose commit could not be had', async () => {
    expect((await gbuild('no-such-commit')).exitCode).toBe(2);
    await expectRefused();
  });

  it('refuses it during a build, and after one that was killed in its midst', async () => {
    const build = here.start('gbuild', args('hangs'));
    const ended = outcomeOf(build);
    await until(
      () => here.has('var/build.log') && here.read('var/build.log').includes('\nhanging\n'),
      (hangs) => hangs,
      60_000,
    );
    await expectRefused();
    build.kill('SIGKILL');
    await ended;
    await expectRefused();
    await expect.poll(async () => here.remains(), { timeout: 10_000 }).toEqual([]);
  });

  it('signs what the next good build has made, and that is in place before the note goes', async () => {
    using pause = new Pause({ call: Infinity });
    const { exitCode, stderr } = await outcomeOf(here.start('gbuild', args('better'), pause.env));
    expect(exitCode, stderr).toBe(0);
    const ends = pause.calls.filter((call) => call.includes('/result/') && /^(?:rename|rm) /.test(call));
    expect(ends.map((call) => call.replace(/ .*\/result\/|\d[\d-]*(?:\.\w+)?-\w+(?=\.part)/g, ' '))).toEqual([
      'rename .test-res.yml. .part',
      'rename .test-how.json. .part',
      'rm test-unfinished',
    ]);
    expect(readdirSync(join(here.path, 'result')).sort()).toEqual(['test-how.json', 'test-res.yml']);
    expect((await gsign('2')).stderr).toMatch(
      `test, release 2: 2 outputs, built from clone at ${hashes.get('better')?.slice(0, 12) ?? ''}\n`,
    );
  });
});
