import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executable } from '../../support/commands.js';
import { noOrdinaryUser, OrdinaryUser } from '../../support/ordinary-user.js';

describe.skipIf(noOrdinaryUser !== undefined)(
  `what a guest's root wrote, and an ordinary user removes (${noOrdinaryUser ?? 'with sudo'})`,
  () => {
    let user: OrdinaryUser;
    let workspace = '';
    const target = 'target-bookworm-amd64';
    const remove = [executable('gitian-cache'), 'remove', '--all'];
    beforeAll(() => {
      user = new OrdinaryUser();
      workspace = join(user.home, 'work space');
    });
    afterAll(() => {
      user[Symbol.dispose]();
    });
    beforeEach(() => {
      execFileSync('rm', ['-rf', '--', workspace]);
      mkdirSync(join(workspace, target, 'rootfs'), { recursive: true });
      for (const folder of [workspace, join(workspace, target)]) chownSync(folder, user.uid, user.uid);
      writeFileSync(join(workspace, target, 'rootfs', 'file'), 'of root');
      execFileSync('runuser', ['-u', user.name, '--', 'sudo', '-K']);
    });
    const stays = (): string[] => readdirSync(workspace).filter((name) => name !== 'var');

    it('is gone when the command is, where sudo lets it', () => {
      user.setSudo('!requiretty');
      expect(user.run(workspace, remove)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(stays()).toEqual([]);
    });

    it('stays where sudo wants a password and there is no terminal, which is told, until sudo lets it', () => {
      user.setSudo('timestamp_timeout=5', 'PASSWD: ALL');
      const { exitCode, stderr } = user.run(workspace, remove);
      const [left = ''] = stays();
      expect(left).toMatch(/^target-bookworm-amd64\.old-/);
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^gitian-cache: not all could be removed: .*root.*\nhint: sudo rm -rf --one-file-system -- '.*old-[^']*'\n$/,
        ),
      ]);
      expect(stderr).toContain(join(workspace, left));
      user.setSudo('!requiretty');
      expect(user.run(workspace, remove)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(stays()).toEqual([]);
    });

    it('goes when sudo has been given the password in the terminal', async () => {
      user.setSudo('timestamp_timeout=5', 'PASSWD: ALL');
      const terminal = user.onTerminal(workspace, remove);
      await terminal.shows('password for');
      terminal.type(`${user.password}\r`);
      expect(await terminal.ended()).toBe(0);
      expect(existsSync(join(workspace, target))).toBe(false);
      expect(stays()).toEqual([]);
    });
  },
);
