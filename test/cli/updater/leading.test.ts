import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executable, project } from '../../support/commands.js';
import { isRoot } from '../../support/base-image.js';
import { runCommand } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();
const release = { release: '1.0', files: { hello: 'hello' } };
const canHaveNetworks =
  isRoot && spawnSync('unshare', ['--net', '--mount', 'ip', 'link'], { stdio: 'ignore' }).status === 0;

const [isPublic, isThisHost] = ['is no public host, and it may lead', 'is this host, where it may not lead'];
const followed = '';

describe.skipIf(!canHaveNetworks)('where a server may lead', () => {
  /** Updates from these places in a network of its own. */
  function update(...lines: string[]): { exitCode: number; stderr: string; asked: string[] } {
    world.publisher.publish(world.at('hello.zip'), release);
    const hosts = ['203.0.113.1 public.test', '10.9.0.1 lan.test', '127.0.0.1 here.test', ''];
    writeFileSync(world.at('hosts'), hosts.join('\n'));
    world.configure(lines);
    const inside = join(project, 'test/support/updater/own-network.js');
    const words = [process.execPath, inside, world.at('hello.zip'), world.at('hosts')];
    const command = [executable('gitian-updater'), '-c', 'config.yml', '-d', 'dest'];
    const options = { cwd: world.folder, encoding: 'utf8' } as const;
    const said = execFileSync('unshare', ['--net', '--mount', '--', ...words, ...command], options);
    return JSON.parse(said) as ReturnType<typeof update>;
  }

  it.each([
    ['public.test/to?http://203.0.113.2/x', followed],
    ['public.test/to?http://127.0.0.1/x', `"127.0.0.1" ${isPublic}`],
    ['public.test/to?http://0x7f.1:8080/x', `"127.0.0.1:8080" ${isPublic}`],
    ['public.test/to?http://[::1]/x', `"[::1]" ${isPublic}`],
    ['public.test/to?http://[::ffff:10.9.0.1]/x', `"[::ffff:a09:1]" ${isPublic}`],
    ['public.test/to?http://169.254.169.254/latest', `"169.254.169.254" ${isPublic}`],
    ['public.test/to?http://10.9.0.1/x', `"10.9.0.1" ${isPublic}`],
    ['public.test/to?http://here.test/x', `"here.test" ${isPublic}`],
    ['public.test/to?http://lan.test/x', `"lan.test" ${isPublic}`],
    ['public.test/to?http://public.test/to?http://lan.test/x', `"lan.test" ${isPublic}`],
    ['lan.test/to?http://10.9.0.2/x', followed],
    ['lan.test/to?http://public.test/x', followed],
    ['lan.test/to?http://here.test/x', `"here.test" ${isThisHost}`],
    ['lan.test/to?http://localhost/x', `"localhost" ${isThisHost}`],
    ['lan.test/to?http://public.test/to?http://lan.test/x', `"lan.test" ${isPublic}`],
    ['here.test/to?http://here.test/x', followed],
    ['here.test/to?http://lan.test/x', followed],
  ])('%s: %s', (url, says) => {
    const { exitCode, stderr, asked } = update('urls:', `- url: ${JSON.stringify(`http://${url}`)}`);
    expect(stderr).toContain(says);
    expect(exitCode).toBe(says === followed ? 0 : 2);
    expect(asked).toHaveLength(url.split('http:').length - (says === followed ? 0 : 1));
  });

  it.each([
    ['public.test', 'lan.test', `"lan.test" ${isPublic}`],
    ['public.test', '127.0.0.1', `"127.0.0.1" ${isPublic}`],
    ['lan.test', 'lan.test', followed],
  ])('a feed at %s announces a package at %s: %s', (at, place, says) => {
    const url = JSON.stringify(`http://${at}/feed?http://${place}/hello-1.0.zip`);
    const feed = ['rss:', `- url: ${url}`, '  xpath: //item/link/text()', '  pattern: hello'];
    const { exitCode, stderr, asked } = update(...feed);
    expect(stderr).toContain(says);
    expect(exitCode).toBe(says === followed ? 0 : 2);
    expect(asked).toEqual(says === followed ? [at, place] : [at]);
  });
});

describe('a server that a proxy is asked for', () => {
  it('leads nowhere that is plainly not public', async () => {
    world.publish(release);
    world.server.misbehave('http://elsewhere.example/hello.zip', (_request, response) =>
      response.writeHead(302, { location: world.server.url('/hello.zip') }).end(),
    );
    world.configure(['urls:', '- url: http://elsewhere.example/hello.zip']);
    const { exitCode, stderr } = await runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], {
      cwd: world.folder,
      env: { http_proxy: world.server.url('') },
    });
    expect(stderr).toContain(`"127.0.0.1:${String(world.server.port)}" ${isPublic}`);
    expect(exitCode).toBe(2);
    expect(world.server.requests).toHaveLength(1);
  });
});
