import { existsSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const world = updaterWorld();

describe('a file', () => {
  it('is installed from, and stays', async () => {
    writeFileSync(world.at('local package.zip'), '');
    world.publisher.publish(world.at('local package.zip'), small);
    world.configureUrl();
    const url = pathToFileURL(world.at('local package.zip')).href;
    expect((await world.update('-u', url)).exitCode).toBe(0);
    expect(existsSync(world.at('local package.zip'))).toBe(true);
    expect(world.server.requests).toEqual([]);
  });

  it.each([
    ['missing.zip', /it does not exist/],
    ['', /it is not a file/],
  ])('%j is told to be no package', async (name, says) => {
    world.configureUrl();
    const { exitCode, stderr } = await world.update('-u', pathToFileURL(world.at(name)).href);
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
  });

  it('is one of several places given with -u', async () => {
    world.publish(small);
    world.configureUrl('/elsewhere.zip');
    const { exitCode } = await world.update('-u', 'file:///missing.zip', world.server.url('/hello.zip'));
    expect(exitCode).toBe(0);
  });
});
