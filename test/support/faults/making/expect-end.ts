import { expect } from 'vitest';
import type { Outcome } from '../../commands.js';

/** Expects of a make-base-vm that it ended with one of these exit codes, and in one sentence, with a hint, where it made nothing. Null is for one that was killed. */
export function expectMakingEnd({ exitCode, stderr }: Outcome, exitCodes: readonly (number | null)[]): void {
  expect(exitCodes, stderr).toContain(exitCode);
  if (exitCode === null) return;
  const sentences = stderr.split('\n').filter((line) => /^make-base-vm: (?!warning: )/.test(line));
  expect(sentences.length, stderr).toBe(exitCode === 0 ? 0 : 1);
  if (exitCode !== 1 && exitCode !== 2) return;
  expect(stderr).toMatch(/^make-base-vm: (?!this is a bug).*\n(?:.*\n)*hint: /m);
}
