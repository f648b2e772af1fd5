import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../support/commands.js';
import { Authority, hasOpenSsl } from '../../support/servers/authority.js';
import { runCommand } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

describe.skipIf(!hasOpenSsl)('a server over https (needs openssl)', () => {
  const world = updaterWorld();
  let authority: Authority;
  let server: Server;
  let plain: boolean;
  beforeAll(async () => {
    authority = new Authority();
    server = createServer((request, response) => {
      if (plain) response.writeHead(302, { location: world.server.url('/hello.zip') }).end();
      else world.server.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    authority[Symbol.dispose]();
  });

  /** Installs from the server, which shows this certificate; `trusted` is what the user trusts beside the usual ones. */
  async function update(name: string, trusted?: string, ...times: string[]): Promise<Outcome> {
    server.setSecureContext(authority.certificate(name, ...times));
    world.publish({ release: '1.0', files: { hello: 'hello' } });
    world.configure([
      'urls:',
      `- url: https://127.0.0.1:${String((server.address() as AddressInfo).port)}/hello.zip`,
    ]);
    const env: Record<string, string> = trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted };
    return runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], { cwd: world.folder, env });
  }

  it('that an authority vouches for is installed from', async () => {
    plain = false;
    expect(await update('IP:127.0.0.1', authority.path)).toMatchObject({ exitCode: 0 });
    expect(world.installed()).toEqual({ hello: 'hello' });
  });

  it('that leads to plain http is not followed', async () => {
    plain = true;
    const { exitCode, stderr } = await update('IP:127.0.0.1', authority.path);
    expect(stderr).toContain('it leads from https to http');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['nobody vouches for', 'IP:127.0.0.1', false, [], /its certificate is refused: /],
    [
      'has a certificate for another name',
      'DNS:example.org',
      true,
      [],
      /its certificate is refused: .*altnames/,
    ],
    [
      'has a certificate that has ended',
      'IP:127.0.0.1',
      true,
      ['-days', '-1'],
      /its certificate is refused: certificate has expired/,
    ],
  ] as const)('that %s is told, and nothing is installed', async (_, name, isTrusted, times, says) => {
    plain = false;
    const { exitCode, stderr } = await update(name, isTrusted ? authority.path : undefined, ...times);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/this is a bug/);
    expect(exitCode).toBe(2);
    expect(existsSync(world.dest)).toBe(false);
  });
});
