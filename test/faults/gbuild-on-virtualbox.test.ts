import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotMakeMachines } from '../support/base-image.js';
import { BuildWorkspace } from '../support/build-workspace.js';
import { expectOneSentence } from '../support/faults/call-expectations.js';
import { signalFaults } from '../support/faults/call-faults.js';
import { Pause } from '../support/faults/pause.js';
import { everyFault } from '../support/faults/selection.js';
import { SmallDisk } from '../support/faults/small-disk.js';
import { outcomeOf } from '../support/running-command.js';
import { until } from '../support/until.js';
import { cannotRunVirtualBox, standInEnvironment } from '../support/virtualbox/environment.js';
import { VirtualBoxHome } from '../support/virtualbox/home.js';

// Without layers the packages come anew each time, which takes a machine on an emulated processor a minute.
const steps = [
  'Stopping target if it is up',
  'Making a new image copy',
  'Starting target',
  'Updating apt-get repository',
  'Upgrading system',
  'Creating package manifest',
  'Preparing build environment',
  'Creating build script',
  'Running build script',
  'Grabbing results from target',
  'Stopping target',
  'Generating report',
];

const unavailable = cannotMakeMachines || cannotRunVirtualBox || !everyFault;

describe.skipIf(unavailable)('gbuild on the stand-in for VirtualBox (GITIAN_FAULTS=all)', () => {
  let home: VirtualBoxHome;
  let disk: SmallDisk;
  let workspace: BuildWorkspace;
  let env: Record<string, string>;
  beforeAll(async () => {
    home = new VirtualBoxHome();
    disk = new SmallDisk(64);
    workspace = await BuildWorkspace.create([home.image], disk.path);
    env = { USE_LXC: '', USE_VBOX: '1', ...standInEnvironment(home.path) };
    await workspace.descriptor({ script: 'echo hello >$OUTDIR/hello' });
  });
  afterAll(async () => {
    await workspace.run('stop-target', [], env);
    await workspace[Symbol.asyncDispose]();
    disk[Symbol.dispose]();
    home[Symbol.dispose]();
  });

  describe.each(signalFaults)('$name', (fault) => {
    it.each(steps)('in "%s"', { timeout: 600_000 }, async (step) => {
      using pause = new Pause({ step, time: 1 });
      const build = workspace.start('gbuild', ['test.yml'], { ...env, ...pause.env });
      const ended = outcomeOf(build);
      expect(await pause.held(() => build.exitCode !== null, 300_000)).toBe(true);
      fault.inject(disk, build);
      pause.release();
      expectOneSentence({ outcome: await ended, call: step, happened: true }, fault);
      // A machine whose command was killed is saved, within seconds.
      await until(
        async () => [...home.processes, ...(await workspace.remains())],
        (left) => left.length === 0,
        60_000,
      );
      expect(['saved', 'poweroff']).toContain(home.state);
      expect(workspace.has('var/target.json')).toBe(false);
    });
  });

  it('works again after all that', { timeout: 600_000 }, async () => {
    const { exitCode, stderr } = await workspace.run('gbuild', ['test.yml'], env);
    expect(exitCode, stderr).toBe(0);
    expect(readdirSync(join(workspace.path, 'build/out'))).toEqual(['hello']);
  });
});
