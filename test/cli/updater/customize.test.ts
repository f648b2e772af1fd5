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
    expect(await world.update('-m', 'get-hello')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '"get-hello" is written: it installs what "config.yml" describes\n',
    });
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

  it('replaces what it wrote before, and nothing else unless it is told to', async () => {
    world.configureUrl();
    writeFileSync(world.at('notes'), 'mine\n');
    const refused = await world.update('-m', 'notes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('"notes" is there already, and it is none that --customize wrote');
    expect(refused.stderr).toContain('hint: name another file, or replace this one with --force');
    expect(readFileSync(world.at('notes'), 'utf8')).toBe('mine\n');
    expect(await world.update('-m', 'notes', '--force')).toMatchObject({ exitCode: 0 });
    expect(await world.update('-q', '-m', 'notes')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    mkdirSync(world.at('folder'));
    const folder = await world.update('-m', 'folder', '--force');
    expect(folder).toMatchObject({ exitCode: 2 });
    expect(folder.stderr).toContain('"folder" is there already, and it is not a file');
  });

  it('refuses a configuration that is wrong', async () => {
    writeFileSync(world.at('config.yml'), 'signers: {}\n');
    expect(await world.update('-m', 'get-hello')).toMatchObject({ exitCode: 2 });
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });
});
