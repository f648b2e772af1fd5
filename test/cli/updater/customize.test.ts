import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { one } from '../../support/updater/releases.js';
import { runProgramBeside } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater --customize', () => {
  it('writes a program that needs no configuration', async () => {
    world.publish(one);
    world.configureUrl();
    expect(await world.update('-m', 'get-hello')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(statSync(world.at('get-hello')).mode & 0o7777).toBe(0o750);
    rmSync(world.at('config.yml'));
    mkdirSync(world.dest);
    // The program may lie in the folder it installs into.
    for (const [index, type] of ['commonjs', 'module'].entries()) {
      writeFileSync(world.at('package.json'), JSON.stringify({ type }));
      const program = index === 0 ? 'dest/get-hello' : 'get-hello';
      if (index === 0) writeFileSync(world.at(program), readFileSync(world.at('get-hello')), { mode: 0o750 });
      const ran = await runProgramBeside(world.at(program), ['-d', 'dest', ...(index === 0 ? [] : ['-f'])], {
        cwd: world.folder,
      });
      expect(ran.stderr).toContain('hello 1.0 is installed');
      expect(ran.exitCode).toBe(0);
    }
    const told = await runProgramBeside(world.at('get-hello'), [], { cwd: world.folder });
    expect(told).toMatchObject({ exitCode: 2 });
    expect(told.stderr).toContain('-d/--dest is needed');
  });

  it('refuses a configuration that is wrong', async () => {
    writeFileSync(world.at('config.yml'), 'signers: {}\n');
    expect(await world.update('-m', 'get-hello')).toMatchObject({ exitCode: 2 });
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });
});
