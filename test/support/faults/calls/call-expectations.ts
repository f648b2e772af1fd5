import { expect } from 'vitest';
import type { Struck } from './call-strikes.js';
import type { SceneFault } from '../scene-fault.js';

/**
 * One sentence and the right exit code; or the fault came too late, and nothing is said. `others` are lines that aren't
 * the command's to say or to keep back.
 */
export function expectOneSentence(
  { outcome: { exitCode, stderr }, call }: Struck,
  fault: Pick<SceneFault, 'exitCodes' | 'onTerminal'>,
  others?: RegExp,
): void {
  const about = `${call}\n${stderr}`;
  expect([0, ...fault.exitCodes], about).toContain(exitCode);
  if (exitCode === null || exitCode === 0 || fault.onTerminal === true) return;
  const sentences = stderr
    .split('\n')
    .filter((line) => /^(?!hint: |log: )[a-z-]+: (?!warning: )/.test(line) && others?.test(line) !== true);
  expect(sentences.length, about).toBe(1);
  if (fault.exitCodes.includes(1)) expect(stderr, about).toMatch(/^hint: /m);
}
