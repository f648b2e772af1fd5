import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../support/commands.js';
import type { QuickBackend } from '../support/faults/build/backend.js';
import { expectMakingEnd } from '../support/faults/making/expect-end.js';
import type { MakingFault } from '../support/faults/making/making-fault.js';
import { makingFaults } from '../support/faults/making/making-faults.js';
import { makingPlaces, nothingYet } from '../support/faults/making/making-places.js';
import { MakingScene } from '../support/faults/making/making-scene.js';
import { everyFault } from '../support/faults/selection.js';
import type { Station } from '../support/faults/making/stations.js';
import { stillMaking } from '../support/workspaces/making-image.js';
import { outcomeOf } from '../support/running-command.js';

/** Registers the making of a backend's base images under faults: in every place where each can come about, or in those of every test run. */
export function describeMaking(backend: QuickBackend): void {
  const tried = makingFaults
    .filter(({ backends }) => backends?.includes(backend) !== false)
    .map((fault) => ({ name: fault.name, fault, places: placesOf(fault, backend) }))
    .filter(({ places }) => places.length > 0);
  let scene: MakingScene;
  beforeAll(async () => {
    scene = await MakingScene.create(backend);
    await expectMakes(scene);
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  describe.each(tried)('$name', ({ fault, places }) => {
    afterAll(async () => {
      if (everyFault) await expectMakes(scene);
    });

    const runs = fault.inOneRun === true ? [places] : places.map((place) => [place]);
    it.each(runs.map((struckAt) => ({ before: struckAt.join(', '), struckAt })))(
      'before $before',
      async ({ struckAt }) => {
        scene.workspace.forget();
        const others = scene.workspace.others();
        const outcome = await struck(scene, fault, { backend, places: struckAt });
        // What is killed may leave something unfinished, which the next one takes away.
        if (outcome.exitCode === null || fault.leaves === true)
          await expectNextClearsUp(scene, backend, fault.onDisk);
        await expect.poll(() => scene.remains(), { timeout: 20_000, interval: 50 }).toEqual([]);
        for (const place of struckAt) expectEnd(outcome, fault, { backend, place });
        if (outcome.exitCode === 0) expectWhole(scene, outcome);
        if (outcome.exitCode !== 0) expect(scene.workspace.made()).toEqual([]);
        expect(scene.workspace.others()).toEqual(others);
        expect(scene.workspace.strangersInVar()).toEqual([]);
      },
    );
  });
}

/** Where a fault is tried. */
function placesOf(fault: MakingFault, backend: QuickBackend): readonly string[] {
  const all = fault.places?.(backend) ?? [...makingPlaces[backend].keys()];
  return everyFault ? all : all.filter((place) => fault.quick?.includes(place) === true);
}

interface StruckAt {
  readonly backend: QuickBackend;
  readonly places: readonly string[];
}

/** Makes an image into the fault, in one place after the other. */
async function struck(
  scene: MakingScene,
  fault: MakingFault,
  { backend, places }: StruckAt,
): Promise<Outcome> {
  const { stations } = scene;
  const [first = ''] = places;
  stations.reset();
  if (first === nothingYet) await fault.inject(scene, undefined, first);
  else stations.holdAt(stationOf(backend, first));
  const making = fault.onTerminal === true ? scene.startOnTerminal() : scene.start({ onDisk: fault.onDisk });
  const ended = outcomeOf(making);
  try {
    if (first !== nothingYet) {
      for (const place of places) {
        if (place !== first) stations.holdAt(stationOf(backend, place));
        expect(await stations.held(() => making.exitCode !== null), place).toBe(true);
        await fault.inject(scene, making, place);
      }
    }
    stations.release();
    return await ended;
  } catch (error) {
    // The next case finds nothing of this one.
    making.kill('SIGKILL');
    stations.release();
    await ended;
    throw error;
  } finally {
    await fault.heal?.(scene);
  }
}

function stationOf(backend: QuickBackend, place: string): Station {
  const station = makingPlaces[backend].get(place);
  if (station === undefined) throw new Error(`no place ${place}`);
  return station;
}

function expectEnd(
  outcome: Outcome,
  fault: MakingFault,
  { backend, place }: { readonly backend: QuickBackend; readonly place: string },
): void {
  expectMakingEnd(outcome, fault.inOneRun === true ? [0] : (fault.exitCodes?.(place, backend) ?? [1]));
  const { exitCode, stderr } = outcome;
  if (fault.says !== undefined && (exitCode === 1 || exitCode === 2)) expect(stderr).toMatch(fault.says);
}

function expectWhole(scene: MakingScene, { stdout }: Outcome): void {
  expect(stdout).toMatch(new RegExp(`^${scene.digest()} `));
}

async function expectNextClearsUp(
  scene: MakingScene,
  backend: QuickBackend,
  onDisk?: boolean,
): Promise<void> {
  const { stations } = scene;
  // What was killed has its locks until the last of it has ended.
  await expect.poll(stillMaking, { timeout: 20_000, interval: 50 }).toEqual([]);
  scene.ageRemains();
  stations.reset();
  stations.holdAt(stationOf(backend, 'asking the archive'));
  const next = scene.start({ onDisk });
  const ended = outcomeOf(next);
  expect(await stations.held(() => next.exitCode !== null)).toBe(true);
  next.kill('SIGTERM');
  expect(await ended).toMatchObject({ exitCode: 143 });
}

async function expectMakes(scene: MakingScene): Promise<void> {
  scene.workspace.forget();
  const outcome = await scene.make();
  expect(outcome.exitCode, outcome.stderr).toBe(0);
  expectWhole(scene, outcome);
  scene.workspace.forget();
}
