import type { GitianEvent } from '../core/events.js';
import type { Io } from './io.js';
import { printableLine } from './printable.js';
import { styled } from './style.js';

type Event<K extends GitianEvent['kind']> = Extract<GitianEvent, { readonly kind: K }>;

/** What stands on the line of a step that begins. */
export function stepTitle({ title, log }: Event<'step-started'>): string {
  return printableLine(log === undefined ? title : `${title} (log in ${log})`);
}

/** How long a step took, and how it ended unless it is done. */
export function stepEnding({ outcome, milliseconds }: Event<'step-ended'>): string {
  const seconds = `${(milliseconds / 1000).toFixed(1)} s`;
  return outcome === 'done' ? seconds : `${outcome} after ${seconds}`;
}

/** What is said once, on lines of its own. */
export function saidLines(
  io: Pick<Io, 'lively'>,
  name: string,
  event: Event<'note' | 'asked' | 'warning'>,
): string {
  if (event.kind === 'asked') return event.text;
  if (event.kind === 'note') return `${printableLine(event.text)}\n`;
  return warningLines(io, name, event);
}

/** A warning and its hint, each on a line. */
export function warningLines(io: Pick<Io, 'lively'>, name: string, event: Event<'warning'>): string {
  const label = io.lively ? styled('yellow', 'warning') : 'warning';
  const hint = event.hint === undefined ? '' : `hint: ${printableLine(event.hint)}\n`;
  return `${name}: ${label}: ${printableLine(event.text)}\n${hint}`;
}

/** Whether text leaves the cursor at the beginning of a line. */
export function endsLine(text: string, before: boolean): boolean {
  return text === '' ? before : text.endsWith('\n');
}
