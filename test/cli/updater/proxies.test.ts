import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runCommand } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const world = updaterWorld();

describe('a proxy from the environment', () => {
  it('is asked for http', async () => {
    world.publish(small);
    world.server.put('http://elsewhere.example/hello.zip', world.server.content('/hello.zip'));
    world.configure(['urls:', '- url: http://elsewhere.example/hello.zip']);
    const args = ['-c', 'config.yml', '-d', 'dest'];
    const { exitCode } = await runCommand('gitian-updater', args, {
      cwd: world.folder,
      env: { http_proxy: world.server.url('') },
    });
    expect(exitCode).toBe(0);
    expect(world.server.requests.map(({ url }) => url)).toEqual(['http://elsewhere.example/hello.zip']);
  });

  it('is not asked for what no_proxy names', async () => {
    world.publish(small);
    world.configureUrl();
    const env = { http_proxy: 'http://127.0.0.1:9', no_proxy: '127.0.0.1' };
    expect(
      (await runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], { cwd: world.folder, env }))
        .exitCode,
    ).toBe(0);
  });

  it('tunnels https', async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once('data', (bytes) => {
        asked.push(bytes.toString().split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 502 No\r\n\r\n');
      });
      socket.on('error', () => undefined);
    });
    const port = await new Promise<number>((resolve) =>
      proxy.listen(0, '127.0.0.1', () => {
        resolve((proxy.address() as AddressInfo).port);
      }),
    );
    world.configure(['urls:', '- url: https://elsewhere.example/hello.zip']);
    const env = { https_proxy: `http://127.0.0.1:${String(port)}` };
    const { exitCode } = await runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], {
      cwd: world.folder,
      env,
    });
    proxy.close();
    expect(asked[0]).toBe('CONNECT elsewhere.example:443 HTTP/1.1');
    expect(exitCode).toBe(2);
  });
});
