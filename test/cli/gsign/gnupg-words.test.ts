import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';

const here = gsignRoom();

describe("gsign translates GnuPG's words", () => {
  it('for a key that is not there', () => {
    const { exitCode, stderr } = here.gsign('-s', 'nobody', here.workspace.result('hello', { a: 'a' }));
    expect(stderr).toContain('gsign: nothing was signed: "gpg" has no secret key for "nobody"\n');
    expect(stderr).toContain('hint: ');
    expect(exitCode).toBe(1);
    expect(existsSync(here.at('sigs'))).toBe(false);
  });

  it('for an expired and a revoked key', () => {
    here.home.generate('expired@example.org', { at: '20200101T000000', expires: '1y' });
    const revoked = here.home.generate('revoked@example.org');
    here.home.revoke(revoked, 1);
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'expired@example.org', descriptor).stderr).toContain('the key has expired\n');
    expect(here.gsign('-s', 'revoked@example.org', descriptor).stderr).toContain(
      'the key has been revoked\n',
    );
  });

  it('for a passphrase that nobody can be asked for', () => {
    here.home.gpg([
      '--passphrase',
      'secret',
      '--quick-generate-key',
      'locked@example.org',
      'ed25519',
      'sign',
      'never',
    ]);
    here.home.stopAgent();
    const { exitCode, stderr } = here.gsign(
      '-s',
      'locked@example.org',
      here.workspace.result('hello', { a: 'a' }),
    );
    expect(stderr).toContain('has no way to ask for the passphrase');
    expect(stderr).toContain('export GPG_TTY');
    expect(exitCode).toBe(1);
  });

  it('for a wrong passphrase and a refused one', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    here.home.stopAgent();
    const options = 'gpg --batch --pinentry-mode';
    expect(
      here.gsign(
        '-s',
        'locked@example.org',
        '-p',
        `${options} loopback --passphrase wrong --detach-sign`,
        descriptor,
      ).stderr,
    ).toContain('was given a wrong passphrase');
    expect(
      here.gsign('-s', 'locked@example.org', '-p', `${options} cancel --detach-sign`, descriptor).stderr,
    ).toContain('was not given the passphrase');
    expect(
      here.gsign(
        '-s',
        'locked@example.org',
        '-p',
        `${options} loopback --passphrase secret --detach-sign`,
        descriptor,
      ).exitCode,
    ).toBe(0);
  });
});
