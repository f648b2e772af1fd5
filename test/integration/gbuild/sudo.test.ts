import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chown, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { executable } from '../../support/commands.js';
import { noOrdinaryUser, OrdinaryUser } from '../../support/ordinary-user.js';
import type { TypedTerminal } from '../../support/typed-terminal.js';
import { TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { triesAll, unlessAll } from '../../support/tries-all.js';

const skipped = cannotBuild ? 'needs root or sudo, and LXC' : noOrdinaryUser;

const descriptor = `name: hello
distro: debian
suites: [bookworm]
architectures: [amd64]
packages: []
remotes: []
files: []
reference_datetime: '2020-02-29 12:00:00'
script: |
  echo hello >$OUTDIR/hello
`;

describe.skipIf(skipped !== undefined)(
  `gbuild where sudo wants a password (${skipped ?? 'with sudo'})`,
  () => {
    let user: OrdinaryUser;
    let place: TargetWorkspace;
    let question = '';
    beforeAll(async () => {
      const images = baseImages('bookworm', ['amd64']);
      user = new OrdinaryUser();
      question = `[sudo] password for ${user.name}: `;
      place = await TargetWorkspace.create('lxc', images);
      for (const folder of ['', 'inputs', 'build', 'build/out', 'result']) {
        mkdirSync(join(place.root, folder), { recursive: true });
        await chown(join(place.root, folder), user.uid, user.uid);
      }
      await writeFile(join(place.root, 'hello.yml'), descriptor);
      await writeFile(join(place.root, 'build/out/kept'), '');
      await writeFile(join(place.root, 'result/hello-res.yml'), 'kept');
    }, 600_000);
    afterAll(async () => {
      await place[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    });
    beforeEach(() => {
      user.setSudo('timestamp_timeout=5', 'PASSWD: ALL');
      execFileSync('runuser', ['-u', user.name, '--', 'sudo', '-K']);
    });

    const gbuild = (env: Readonly<Record<string, string>> = {}): TypedTerminal =>
      user.onTerminal(place.root, [executable('gbuild'), 'hello.yml'], env);
    const expectUntouched = (): void => {
      expect(readdirSync(join(place.root, 'build/out'))).toEqual(['kept']);
      expect(readdirSync(join(place.root, 'result'))).toEqual(['hello-res.yml']);
    };

    it('asks before anything is begun; who breaks off there has changed nothing', async () => {
      const terminal = gbuild();
      await terminal.shows(question);
      terminal.type('\x03');
      expect(await terminal.ended()).toBe(130);
      expect(terminal.shown).toMatch(/\n\S*gbuild:\S* interrupted by SIGINT\r\n$/);
      expectUntouched();
    });

    it('is refused before anything is begun, on lines of their own', async () => {
      user.setSudo('passwd_tries=2', 'PASSWD: ALL');
      const terminal = gbuild();
      for (const times of [1, 2]) {
        await terminal.shows(question, times);
        terminal.type('wrong\n');
      }
      expect(await terminal.ended()).toBe(2);
      expect(terminal.shown).toContain('Sorry, try again.\r\n');
      expect(terminal.shown).toMatch(/\n\S*gbuild:\S* starting a container needs root, and sudo refuses\r\n/);
      expectUntouched();
    });

    it('attempts nothing where sudo asks again and again', async () => {
      user.setSudo('timestamp_timeout=0', 'PASSWD: ALL');
      const terminal = gbuild();
      await terminal.shows(question);
      terminal.type(`${user.password}\n`);
      expect(await terminal.ended()).toBe(2);
      expect(terminal.shown).toContain('sudo asks again although it has the password');
      expectUntouched();
    });

    it('attempts nothing where the package cache can not be used', () => {
      user.setSudo('!requiretty');
      const cache = mkdtempSync(join(user.home, 'cache-'));
      const env = { GITIAN_CACHE: cache };
      const { exitCode, stderr } = user.run(place.root, [executable('gbuild'), 'hello.yml'], env);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`"${cache}`)]);
      expectUntouched();
    });

    it.skipIf(!triesAll)(`keeps still while sudo asks in the middle of a step${unlessAll}`, async () => {
      user.setSudo('timestamp_timeout=0.01', 'PASSWD: ALL');
      const big = join(place.root, 'inputs/big');
      writeFileSync(big, '');
      await truncate(big, 2e9);
      await writeFile(join(place.root, 'hello.yml'), descriptor.replace('files: []', 'files: [big]'));
      const terminal = gbuild();
      await terminal.shows(question);
      terminal.type(`${user.password}\n`);
      await terminal.shows(question, 2);
      await sleep(500);
      terminal.type('wrong\n');
      await terminal.shows(question, 3);
      await sleep(500);
      const [, , afterFirst = '', afterSecond] = terminal.shown.split(question);
      expect(afterFirst.trim()).toBe('Sorry, try again.');
      expect(afterSecond).toBe('');
      terminal.type('\x03');
      expect(await terminal.ended()).toBe(130);
    });

    it('builds once it has the password', async () => {
      await writeFile(join(place.root, 'hello.yml'), descriptor);
      const terminal = gbuild();
      await terminal.shows(question);
      terminal.type(`${user.password}\n`);
      expect(await terminal.ended(), terminal.shown).toBe(0);
      expect(terminal.shown.split(question)).toHaveLength(2);
      expect(readFileSync(join(place.root, 'build/out/hello'), 'utf8')).toBe('hello\n');
      expect(existsSync(join(place.root, 'result/hello-unfinished'))).toBe(false);
    });
  },
);
