import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cannotMakeMachines, isRoot } from '../support/base-image.js';
import type { Outcome } from '../support/commands.js';
import { expectMakingEnd } from '../support/faults/making/expect-end.js';
import {
  registeringFaults,
  type RegisteringFault,
} from '../support/faults/registering/registering-faults.js';
import { handingOver, registeringPlaces } from '../support/faults/registering/registering-places.js';
import { RegisteringScene } from '../support/faults/registering/registering-scene.js';
import { everyFault } from '../support/faults/selection.js';
import { outcomeOf } from '../support/running-command.js';
import { cannotRunVirtualBox } from '../support/virtualbox/environment.js';

const unavailable = cannotMakeMachines || cannotRunVirtualBox || !isRoot;

describe.skipIf(unavailable || !everyFault)(
  'make-base-vm that registers a machine with the stand-in for VirtualBox (root, and GITIAN_FAULTS=all)',
  () => {
    let scene: RegisteringScene;
    beforeAll(() => {
      scene = new RegisteringScene();
    }, 1_800_000);
    afterEach(() => {
      scene.forget();
    });
    afterAll(() => {
      scene[Symbol.dispose]();
    });

    describe.each(registeringFaults.map((fault) => ({ name: fault.name, fault })))('$name', ({ fault }) => {
      it.each((fault.places ?? []).map((place) => ({ place })))('before $place', async ({ place }) => {
        const others = scene.workspace.others();
        const outcome = await struck(scene, fault, place);
        if (outcome.exitCode === null || fault.leaves === true) await nextTakesAway(scene, outcome);
        await expect.poll(() => scene.remains(), { timeout: 60_000, interval: 50 }).toEqual([]);
        expectMakingEnd(outcome, fault.exitCodes?.(place) ?? [1]);
        if (outcome.exitCode === 0) {
          expect(scene.workspace.made()).toEqual(['base-bookworm-amd64.vdi', 'base-bookworm-amd64.vdi.json']);
          expect(scene.finished()).toEqual(['poweroff', 'Gitian-Clean']);
        } else {
          expect([scene.workspace.made(), scene.listed()]).toEqual([[], []]);
        }
        expect(scene.workspace.others()).toEqual(others);
        expect(scene.workspace.strangersInVar()).toEqual([]);
      });
    });
  },
);

/** Makes an image, and its machine into the fault. */
async function struck(scene: RegisteringScene, fault: RegisteringFault, place: string): Promise<Outcome> {
  const { stations } = scene;
  stations.reset();
  const [first, ...next] = registeringPlaces.get(place) ?? [];
  if (first === undefined) throw new Error(`no place ${place}`);
  stations.holdAt(first);
  const making = fault.onTerminal === true ? scene.startOnTerminal() : scene.start();
  const ended = outcomeOf(making);
  try {
    await expectHeld(scene, making, place);
    for (const station of next) {
      stations.holdAt(station);
      await expectHeld(scene, making, place);
    }
    await fault.inject(scene, making);
    stations.release();
    await stations.wentOn();
    return await ended;
  } catch (error) {
    making.kill('SIGKILL');
    stations.release();
    await ended;
    throw error;
  } finally {
    await fault.heal?.(scene);
  }
}

async function expectHeld(
  { stations }: RegisteringScene,
  making: ChildProcess,
  place: string,
): Promise<void> {
  expect(await stations.held(() => making.exitCode !== null), place).toBe(true);
}

/** What a killed one left, and one that could take nothing away, goes before the next one begins its work. */
async function nextTakesAway(scene: RegisteringScene, { exitCode }: Outcome): Promise<void> {
  if (exitCode === 0) return;
  const { stations } = scene;
  stations.reset();
  stations.holdAt(handingOver);
  const next = scene.start();
  const ended = outcomeOf(next);
  if (await stations.held(() => next.exitCode !== null)) {
    expect(scene.listed()).toEqual([]);
    next.kill('SIGTERM');
    stations.release();
  }
  expect(await ended).toMatchObject({ exitCode: 143 });
}
