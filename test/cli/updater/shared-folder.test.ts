import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { journalText } from '../../../src/updater/install/journal.js';
import type { Outcome } from '../../support/commands.js';
import { one, two } from '../../support/updater/releases.js';
import { runCommand } from '../../support/updater/run-command.js';
import { filesIn, updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();
const nobody = 65534;

/** Does something in the shared folder as another user. */
function asNobody(script: string): void {
  execFileSync('sh', ['-ec', script], { cwd: world.at('shared'), uid: nobody, gid: nobody });
}

/** What another user would have installed: a file removed, and one of theirs put into a folder of root's. */
function journal(destination: string): string {
  return journalText({ destination, removed: ['precious'], moves: ['authorized_keys'], manifest: 'theirs' });
}

/** A staging folder of another user's that waits to be carried out. */
function plantStaging(name: string, destination: string): void {
  asNobody(`mkdir -p '${name}/new' && echo theirs > '${name}/new/authorized_keys'`);
  asNobody(`cat > '${name}/journal.json' <<'END'\n${journal(destination)}\nEND`);
}

function expectRefused({ exitCode, stderr }: Outcome, path: string, reason: string): void {
  expect(stderr).toBe(
    `gitian-updater: "${path}" can't be used: ${reason}\n` +
      'hint: see whose it is, who may write there, and take it away: ls -ld\n',
  );
  expect(exitCode).toBe(2);
  expect(filesIn(world.at('roots'))).toEqual({ precious: 'kept' });
  expect(world.server.requests).toEqual([]);
}

const hello = (): Promise<Outcome> => world.update('-d', 'shared/hello');
const beside = (): string => world.at('shared/.hello.gitian-update');

beforeEach(() => {
  chmodSync(world.folder, 0o755);
  mkdirSync(world.at('shared'));
  chmodSync(world.at('shared'), 0o1777);
  mkdirSync(world.at('roots'), { mode: 0o700 });
  writeFileSync(world.at('roots/precious'), 'kept');
  world.publish(one);
  world.configureUrl();
});

describe.skipIf(process.getuid?.() !== 0)('gitian-updater where another user may write (needs root)', () => {
  it('carries out no journal of theirs beside a destination to come', async () => {
    plantStaging('.hello.gitian-update', world.at('roots'));
    expectRefused(await hello(), beside(), "it is another user's");
    expect(existsSync(world.at('shared/hello'))).toBe(false);
  });

  it('works in no folder that their link leads to, nor in one that they may write in', async () => {
    asNobody(`ln -s '${world.at('roots')}' .hello.gitian-update`);
    expectRefused(await hello(), beside(), "it is another user's link");
    execFileSync('rm', [beside()]);
    symlinkSync(world.at('roots'), beside());
    expectRefused(await hello(), beside(), 'it is not a folder');
    execFileSync('rm', [beside()]);
    mkdirSync(beside());
    chmodSync(beside(), 0o770);
    expectRefused(await hello(), beside(), 'others may write in it');
  });

  it('installs there, where none is planted, out of their reach', async () => {
    const { exitCode } = await hello();
    expect(exitCode).toBe(0);
    expect(filesIn(world.at('shared/hello'))).toMatchObject(one.files);
    expect(readdirSync(world.at('shared'))).toEqual(['hello']);
  });

  it('leaves what they put beside a destination that is there', async () => {
    await hello();
    world.server.requests.length = 0;
    plantStaging('.hello.gitian-update', world.at('roots'));
    expectRefused(await hello(), beside(), "it is another user's");
  });

  it('finishes no installation of theirs in a destination', async () => {
    mkdirSync(world.at('shared/hello'));
    chownSync(world.at('shared/hello'), nobody, nobody);
    plantStaging('hello/.gitian-update', world.at('roots'));
    chownSync(world.at('shared/hello'), 0, 0);
    const staging = world.at('shared/hello/.gitian-update');
    expectRefused(await hello(), staging, "it is another user's");
    const args = ['--finish', world.at('shared/hello')];
    const finished = await runCommand('gitian-updater', args, { cwd: world.folder });
    expectRefused(finished, staging, "it is another user's");
  });

  it('installs into no folder, and through no link, that they made before', async () => {
    asNobody('mkdir hello && ln -s ../roots link');
    const refused = await hello();
    expect(refused.stderr).toBe(
      `gitian-updater: the destination "${world.at('shared/hello')}" can't be used: it is another user's, in a folder where anybody may make one\n` +
        'hint: name another folder with --dest, or see whose it is: ls -ld\n',
    );
    expect(refused.exitCode).toBe(2);
    expect(readdirSync(world.at('shared/hello'))).toEqual([]);
    expectRefused(
      await world.update('-d', 'shared/link'),
      world.at('shared/link'),
      "it is another user's link",
    );
  });

  it('installs into another user’s folder elsewhere, and removes nothing behind a link in it', async () => {
    expect((await world.update()).exitCode).toBe(0);
    const manifest = join(world.dest, '.gitian-manifest');
    const listed = `${readFileSync(manifest, 'utf8')}  "sub/precious": "${'0'.repeat(64)}"\n`;
    writeFileSync(manifest, listed);
    symlinkSync(world.at('roots'), join(world.dest, 'sub'));
    chownSync(world.dest, nobody, nobody);
    world.publish(two);
    expect((await world.update()).exitCode).toBe(0);
    expect(filesIn(world.dest)).toMatchObject(two.files);
    expect(filesIn(world.at('roots'))).toEqual({ precious: 'kept' });
    expect(statSync(world.dest).uid).toBe(nobody);
  });
});
