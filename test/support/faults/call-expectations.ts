import { expect } from 'vitest';
import type { CallFault } from './call-faults.js';
import type { CallScene, Struck } from './call-scene.js';
import { everyFault } from './selection.js';
import type { Tree } from './tree.js';

/** Strikes a command in one call after the other, each time in a world made anew, and gives what came of it and what is there then. */
export async function* strikes(
  scene: CallScene,
  calls: readonly string[],
  { fault, tried }: { readonly fault: CallFault; readonly tried: readonly CallFault[] },
): AsyncGenerator<{ readonly struck: Struck; readonly found: Tree }> {
  for (const n of chosenCalls(calls.length, tried, fault)) {
    await scene.reset();
    const struck = await scene.strike(fault, n);
    if (struck.happened) yield { struck, found: scene.see() };
  }
}

/** The calls, counted from 1, in which a fault is tried: all of them, or one, which is another for each fault. */
function chosenCalls(count: number, tried: readonly CallFault[], fault: CallFault): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return everyFault ? all : [1 + Math.floor(((tried.indexOf(fault) + 0.5) / tried.length) * count)];
}

/**
 * One sentence and the right exit code; or the fault came too late, and nothing is said. `others` are lines that aren't
 * the command's to say or to keep back.
 */
export function expectOneSentence(
  { outcome: { exitCode, stderr }, call }: Struck,
  fault: CallFault,
  others?: RegExp,
): void {
  const about = `${call}\n${stderr}`;
  expect([0, ...fault.exitCodes], about).toContain(exitCode);
  if (exitCode === null || exitCode === 0) return;
  const sentences = stderr
    .split('\n')
    .filter((line) => /^(?!hint: |log: )[a-z-]+: (?!warning: )/.test(line) && others?.test(line) !== true);
  expect(sentences.length, about).toBe(1);
  if (fault.exitCodes.includes(1)) expect(stderr, about).toMatch(/^hint: /m);
}
