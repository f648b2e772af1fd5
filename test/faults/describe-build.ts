import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../support/commands.js';
import type { FaultyBackend } from '../support/faults/build/backend.js';
import type { BuildFault } from '../support/faults/build/build-fault.js';
import { buildFaults } from '../support/faults/build/build-faults.js';
import { BuildScene } from '../support/faults/build/build-scene.js';
import {
  comesWithLayer,
  placeOf,
  stepsOf,
  stepsSaid,
  type BuildStep,
} from '../support/faults/build/build-steps.js';
import { Pause } from '../support/faults/calls/pause.js';
import { everyFault } from '../support/faults/selection.js';
import { outcomeOf } from '../support/running-command.js';

/** Registers builds of a backend under faults: in every step in which each can come about, or in those of every test run. */
export function describeBuild(backend: FaultyBackend): void {
  const buildSteps = stepsOf(backend);
  const tried = buildFaults
    .filter(({ backends }) => backends?.includes(backend) !== false)
    .map((fault) => {
      const steps = (everyFault ? fault.steps : fault.quick).filter((step) => buildSteps.includes(step));
      return { name: fault.name, fault, steps };
    })
    .filter(({ steps }) => steps.length > 0);
  let scene: BuildScene;
  beforeAll(async () => {
    scene = await BuildScene.create(backend);
    const { exitCode, stderr } = await scene.build();
    expect(exitCode, stderr).toBe(0);
    // A new step has to be put into the list, and with it under every fault.
    expect(stepsSaid(stderr)).toEqual(buildSteps);
    scene.age();
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  describe.each(tried)('$name', ({ fault, steps }) => {
    // That builds work after it, the next case shows up to its step, and this one up to the end.
    afterAll(async () => {
      if (everyFault && fault.inOneBuild !== true) await expectNextWorks(scene);
    });

    const places = fault.inOneBuild === true ? [steps] : steps.map((step) => [step]);
    const named = places.map((struckIn) => ({ where: shown(struckIn), struckIn }));
    it.each(named)('in $where', async ({ struckIn }) => {
      const kept = scene.kept();
      const outcome = await struck(scene, fault, struckIn);
      for (const step of struckIn) expectEnd(outcome, fault, step);
      if (fault.takesKeeper === true) expect(await scene.prepare()).toMatchObject({ exitCode: 0 });
      // After a SIGKILL the session ends by itself, at once but not in the same instant; VirtualBox saves its machine.
      const timeout = backend === 'vbox' ? 60_000 : 10_000;
      await expect.poll(async () => scene.remains(), { timeout, interval: 50 }).toEqual([]);
      if (outcome.exitCode === 0) scene.age();
      else {
        expect(scene.kept()).toEqual(kept);
        expect(scene.workspace.has('result/test-unfinished')).toBe(true);
        expect(['old', 'new\n']).toContain(scene.workspace.read('cache/test/file'));
      }
    });
  });

  it('works again after all that', async () => {
    await expectNextWorks(scene);
  });
}

function shown(steps: readonly BuildStep[]): string {
  return steps.length === 1 ? steps.join() : `each of ${String(steps.length)} steps`;
}

/** Runs a build into the fault, in one step after the other. */
async function struck(scene: BuildScene, fault: BuildFault, steps: readonly BuildStep[]): Promise<Outcome> {
  const [first, ...others] = steps;
  if (first === undefined) throw new Error('no step');
  using pause = new Pause(placeOf(first));
  if (!comesWithLayer(first)) scene.emptyCache();
  const build = fault.onTerminal === true ? scene.startOnTerminal(pause) : scene.start(pause);
  const ended = outcomeOf(build);
  const strike = async (step: BuildStep): Promise<void> => {
    if (!(await pause.held(() => build.exitCode !== null)))
      throw new Error(`ended before "${step}":\n${(await ended).stderr}`);
    if (fault.moment === 'going on') pause.release();
    await fault.inject(scene, build, { pause, step });
  };
  try {
    await strike(first);
    for (const step of others) {
      pause.goOnTo(placeOf(step));
      await strike(step);
    }
    pause.release();
    return await ended;
  } catch (error) {
    // The next case finds nothing of this one.
    build.kill('SIGKILL');
    await ended;
    throw error;
  } finally {
    await fault.heal?.(scene);
  }
}

function expectEnd({ exitCode, stderr }: Outcome, fault: BuildFault, step: BuildStep): void {
  const strike = fault.strike(step);
  const sentences = stderr.split('\n').filter((line) => /^gbuild: (?!warning: )/.test(line));
  if (strike === undefined || (strike === 'either' && exitCode === 0)) {
    expect([exitCode, sentences], stderr).toEqual([0, []]);
    return;
  }
  if (strike === 'either') {
    expect([1, 2], stderr).toContain(exitCode);
    expect(stderr, stderr).toMatch(/^gbuild: (?!this is a bug).*\n(?:.*\n)*hint: /m);
    return;
  }
  expect(strike.exitCodes, stderr).toContain(exitCode);
  expect(stderr, stderr).toMatch(strike.says);
  if (exitCode !== null) expect(sentences, stderr).toHaveLength(1);
  if (strike.log !== undefined) expect(stderr).toContain(`\nlog: ${strike.log}\n`);
}

async function expectNextWorks(scene: BuildScene): Promise<void> {
  const { exitCode, stderr } = await scene.build();
  expect(exitCode, stderr).toBe(0);
  expect(readdirSync(join(scene.workspace.path, 'build'))).toEqual(['out']);
  expect(scene.workspace.has('result/test-unfinished')).toBe(false);
  expect(scene.workspace.read('result/test-res.yml')).toMatch(/^--- !!omap\n/);
  expect(await scene.remains()).toEqual([]);
  scene.age();
}
