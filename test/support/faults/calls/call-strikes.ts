import type { Outcome } from '../../commands.js';
import { outcomeOf } from '../../running-command.js';
import type { CallScene } from './call-scene.js';
import { Pause } from './pause.js';
import type { SceneFault } from '../scene-fault.js';
import { everyFault, mostCalls } from '../selection.js';
import type { Tree } from '../tree.js';

/** What came of a command that was struck. */
export interface Struck {
  readonly outcome: Outcome;
  /** What it was about to do. */
  readonly call: string;
  /** False where the fault couldn't come about, or the command has not so many calls. */
  readonly happened: boolean;
}

/** Strikes a command in one call after the other, each time in a world made anew, and gives what came of it and what is there then. */
export async function* strikes(
  scene: CallScene,
  calls: readonly string[],
  { fault, tried }: { readonly fault: SceneFault; readonly tried: readonly SceneFault[] },
): AsyncGenerator<{ readonly struck: Struck; readonly found: Tree }> {
  // On a terminal a command may do something more.
  const own = fault.onTerminal === true ? await callsOnTerminal(scene) : calls;
  const fitting = [...own.entries()].filter(([, call]) => fault.fits?.(call) !== false);
  const share = (tried.indexOf(fault) + 0.5) / tried.length;
  for (const [index] of spread(fitting, everyFault ? mostCalls : 1, share)) {
    await scene.reset();
    const struck = await strike(scene, fault, index + 1);
    if (struck.happened) yield { struck, found: scene.see() };
  }
}

/** So many of these, one in each part of them, at that share of it. */
function spread<T>(all: readonly T[], most: number, share: number): readonly T[] {
  const parts = Math.min(most, all.length);
  return Array.from(
    { length: parts },
    (_, part) => all[Math.floor(((part + share) * all.length) / parts)] as T,
  );
}

async function callsOnTerminal(scene: CallScene): Promise<string[]> {
  await scene.reset();
  return scene.calls(true);
}

/** Runs the command into a fault at its n-th call, counted from 1. */
async function strike(scene: CallScene, fault: SceneFault, n: number): Promise<Struck> {
  using pause = new Pause({ call: n });
  const command = fault.onTerminal === true ? scene.startOnTerminal(pause) : scene.start(pause);
  const ended = outcomeOf(command);
  const held = await pause.held(() => command.exitCode !== null);
  const call = pause.calls[n - 1] ?? '';
  let happened = false;
  try {
    happened = held && (await fault.inject(scene.disk, command, { scene, pause, call })) === true;
  } finally {
    pause.release();
    await ended;
    await fault.heal?.(scene);
    scene.heal();
  }
  const outcome = await ended;
  if (!happened || fault.onTerminal !== true) return { outcome, happened, call };
  return { outcome: { ...outcome, exitCode: await scene.codeOnTerminal() }, happened, call };
}
