import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotMakeMachines } from '../support/base-image.js';
import { BuildWorkspace } from '../support/build-workspace.js';
import { buildSteps, stepsSaid } from '../support/faults/build-scene.js';
import { expectOneSentence } from '../support/faults/call-expectations.js';
import { signalFaults } from '../support/faults/call-faults.js';
import { Pause } from '../support/faults/pause.js';
import { everyFault } from '../support/faults/selection.js';
import { SmallDisk } from '../support/faults/small-disk.js';
import { outcomeOf } from '../support/running-command.js';
import { until } from '../support/until.js';
import { cannotRunVirtualBox, standInEnvironment } from '../support/virtualbox/environment.js';
import { VirtualBoxHome } from '../support/virtualbox/home.js';

/** Those of a descriptor without anything to fetch or to install, and of a backend without layers. */
const steps = buildSteps.filter(
  (step) =>
    !/^(?:Fetching|Looking for a layer|Adding|Installing|Setting|Sealing|Starting target again)/.test(step),
);

// The packages are looked for anew each time, which takes a machine on an emulated processor half a minute.
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
    mkdirSync(join(workspace.path, 'result'));
    writeFileSync(join(workspace.path, 'result/test-res.yml'), 'the old report');
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
      const outcome = await ended;
      expect(fault.exitCodes, outcome.stderr).toContain(outcome.exitCode);
      expectOneSentence({ outcome, call: step, happened: true }, fault);
      // A machine whose command was killed is saved, within seconds.
      await until(
        async () => [...home.processes, ...(await workspace.remains())],
        (left) => left.length === 0,
        60_000,
      );
      expect(['saved', 'poweroff']).toContain(home.state);
      expect(workspace.has('var/target.json')).toBe(false);
      expect(workspace.read('result/test-res.yml')).toBe('the old report');
      expect(workspace.has('result/test-unfinished')).toBe(true);
    });
  });

  it('works again after all that', { timeout: 600_000 }, async () => {
    const { exitCode, stderr } = await workspace.run('gbuild', ['test.yml'], env);
    expect(exitCode, stderr).toBe(0);
    // A new step has to be put into the list, and with it under every signal.
    expect(stepsSaid(stderr)).toEqual(steps);
    expect(readdirSync(join(workspace.path, 'build/out'))).toEqual(['hello']);
  });
});
