import { relative } from 'node:path';
import { isFailure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import type { Steps, StepTime } from '../core/steps.js';
import type { Workspace } from '../core/workspace.js';
import { writeWhole } from '../core/files/write-whole.js';

/** Where a build's times go. */
export interface TimingsPlace {
  readonly workspace: Workspace;
  readonly emit: Emit;
  /** Whether the table is shown as well. */
  readonly show: boolean;
}

/** Writes `var/timings.json` when it is disposed, also after a build that failed, and shows the table if it is asked for. */
export function keepTimings(steps: Steps, { workspace, emit, show }: TimingsPlace): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      const { times, elapsed } = steps;
      if (show) emit({ kind: 'asked', text: timingsTable(times, elapsed) });
      try {
        await writeWhole(workspace.timings, timingsJson(times, elapsed));
      } catch (error) {
        // Whoever has no room left hears of it from the build itself.
        if (isFailure(error, 'disk-full')) return;
        const file = relative(workspace.root, workspace.timings);
        emit({ kind: 'warning', text: `"${file}" can't be written: ${String(error)}` });
      }
    },
  };
}

/** The text of `var/timings.json`: every step in the order of their beginnings, in milliseconds since the process began. */
export function timingsJson(times: readonly StepTime[], elapsed: number): string {
  const steps = inOrder(times).map(({ title, section, begun, milliseconds, outcome }) => ({
    title,
    ...(section === undefined ? {} : { configuration: section }),
    begun: Math.round(begun),
    milliseconds: Math.round(milliseconds),
    outcome,
  }));
  return `${JSON.stringify({ format: 1, milliseconds: Math.round(elapsed), steps }, undefined, 1)}\n`;
}

/** The table that `--timings` prints: when each step began, how long it took, and what was spent outside of steps. */
export function timingsTable(times: readonly StepTime[], elapsed: number): string {
  const lines = ['  began   took  step'];
  const add = (begun: string, took: number, title: string): void => {
    lines.push(`${begun.padStart(7)}${seconds(took).padStart(7)}  ${title}`);
  };
  let section: string | undefined;
  for (const step of inOrder(times)) {
    if (step.section !== section && step.section !== undefined)
      lines.push(`${' '.repeat(16)}${step.section}`);
    section = step.section;
    add(
      seconds(step.begun),
      step.milliseconds,
      step.outcome === 'done' ? step.title : `${step.title} (${step.outcome})`,
    );
  }
  const spent = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  add('', elapsed - spent, 'outside of steps');
  add('', elapsed, 'all in all');
  return `${lines.join('\n')}\n`;
}

function inOrder(times: readonly StepTime[]): StepTime[] {
  return [...times].sort((a, b) => a.begun - b.begun);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
