import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executable, type Outcome } from '../../support/commands.js';
import { one } from '../../support/updater/releases.js';
import { runProgramBeside } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater --customize', () => {
  it('writes a program that needs no configuration', async () => {
    world.publish(one);
    world.configureUrl();
    expect(await world.customize('-m', 'get-hello')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '"get-hello" is written: it installs what "config.yml" describes\n',
    });
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
    expect(told.stderr).toBe(
      'get-hello: -d/--dest is needed: it says where to install\nhint: get-hello --help\n',
    );
  });

  it('writes a program that goes by its own name, and takes neither -c nor -m', async () => {
    world.publish(one);
    world.configureUrl();
    await world.customize('-m', 'get-hello');
    const get = async (...args: string[]): Promise<Outcome> =>
      runProgramBeside(world.at('get-hello'), args, { cwd: world.folder });
    const help = (await get('--help')).stdout;
    expect(help).toMatch(/^Usage: get-hello -d DIR \[options\]\n/);
    expect(help).not.toMatch(/-c,|-m|gitian-updater/);
    expect(await get('-m', 'x')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "get-hello: unknown option '-m'\nhint: get-hello --help\n",
    });
    expect((await get('-d', 'dest')).stderr).toMatch(/^get-hello: hello 1\.0 is installed/m);
  });

  it.each([
    ['022', 0o755],
    ['077', 0o700],
  ])('writes a program that, with the umask %s, may be run by who may read it', async (umask, mode) => {
    world.configureUrl();
    const script = `umask ${umask}; exec "$0" -c config.yml -m get-hello`;
    const args = ['-c', script, executable('gitian-updater')];
    expect(await runProgramBeside('sh', args, { cwd: world.folder })).toMatchObject({ exitCode: 0 });
    expect(statSync(world.at('get-hello')).mode & 0o7777).toBe(mode);
  });

  it('refuses a destination, which the program would not have', async () => {
    world.configureUrl();
    const { exitCode, stderr } = await world.update('-m', 'get-hello');
    expect(stderr).toMatch(
      /--dest doesn't go with --customize: .*\nhint: run it again without --dest, or without --customize\n/,
    );
    expect(exitCode).toBe(2);
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });

  it('replaces what it wrote before, and nothing else unless it is told to', async () => {
    world.configureUrl();
    writeFileSync(world.at('notes'), 'mine\n');
    const refused = await world.customize('-m', 'notes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('"notes" is there already, and it is none that --customize wrote');
    expect(refused.stderr).toContain('hint: name another file, or replace this one with --force');
    expect(readFileSync(world.at('notes'), 'utf8')).toBe('mine\n');
    expect(await world.customize('-m', 'notes', '--force')).toMatchObject({ exitCode: 0 });
    expect(await world.customize('-q', '-m', 'notes')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    mkdirSync(world.at('folder'));
    const folder = await world.customize('-m', 'folder', '--force');
    expect(folder).toMatchObject({ exitCode: 2 });
    expect(folder.stderr).toContain('"folder" is there already, and it is not a file');
  });

  it('writes a program whose name is as long as any', async () => {
    world.publish(one);
    world.configureUrl();
    const name = 'n'.repeat(255);
    expect(await world.customize('-m', name)).toMatchObject({ exitCode: 0 });
    expect(readdirSync(world.folder).sort()).toEqual(['config.yml', name]);
  });

  it('refuses a configuration that is wrong', async () => {
    writeFileSync(world.at('config.yml'), 'signers: {}\n');
    expect(await world.customize('-m', 'get-hello')).toMatchObject({ exitCode: 2 });
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });
});
