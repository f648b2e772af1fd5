import type { GitianEvent } from '../core/events.js';
import { unreachable } from '../core/unreachable.js';
import type { Io } from './io.js';
import { movingLine, type MovingLine } from './moving-line.js';
import { printableLine } from './printable.js';
import { printableStream } from './printable-stream.js';
import { styled } from './style.js';
import { endsLine, saidLines, stepEnding, stepTitle } from './told.js';
import type { Words } from './words.js';

/** Lines for a person at a terminal: the innermost running step moves at the bottom. */
export function livelyWords(io: Io, name: string): Words {
  const running: { readonly id: number; readonly title: string }[] = [];
  let line: MovingLine | undefined;
  let isLent = false;
  let lineBegins = true;
  const shown = printableStream();
  const write = (text: string): void => {
    if (line === undefined) io.stderr.write(text);
    else line.above(text);
    lineBegins = endsLine(text, lineBegins);
  };
  const say = (text: string): void => {
    write(`${lineBegins ? '' : '\n'}${text}`);
  };
  const showInnermost = (): void => {
    line?.end();
    if (!lineBegins) io.stderr.write('\n');
    lineBegins = true;
    const innermost = running.at(-1);
    line = innermost === undefined || isLent ? undefined : movingLine(io.stderr, innermost.title);
  };
  const emit = (event: GitianEvent): void => {
    switch (event.kind) {
      case 'heading':
        say(`${styled('bold', printableLine(event.text))}\n`);
        return;
      case 'step-started':
        running.push({ id: event.id, title: stepTitle(event) });
        showInnermost();
        return;
      case 'step-progress':
        if (running.at(-1)?.id === event.id) line?.show(printableLine(event.text));
        return;
      case 'step-ended':
        running.splice(0, running.length, ...running.filter(({ id }) => id !== event.id));
        say(`${mark(event.outcome)} ${printableLine(event.title)} ${styled('dim', stepEnding(event))}\n`);
        showInnermost();
        return;
      case 'note':
      case 'asked':
      case 'warning':
        say(saidLines(io, name, event));
        return;
      case 'terminal-lent':
      case 'terminal-returned':
        isLent = event.kind === 'terminal-lent';
        showInnermost();
        return;
      case 'stream':
        write(shown(event.bytes));
        return;
      default:
        unreachable(event);
    }
  };
  return {
    emit,
    close: () => {
      running.length = 0;
      showInnermost();
    },
  };
}

function mark(outcome: 'done' | 'failed' | 'interrupted' | 'skipped'): string {
  return outcome === 'failed' || outcome === 'interrupted' ? styled('red', '✗') : styled('green', '✓');
}
