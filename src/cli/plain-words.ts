import type { GitianEvent } from '../core/events.js';
import { unreachable } from '../core/unreachable.js';
import type { Io } from './io.js';
import { printableLine } from './printable.js';
import { printableStream } from './printable-stream.js';
import { endsLine, saidLines, stepEnding, stepTitle } from './told.js';
import type { Words } from './words.js';

/** Lines for a log or a pipe. A step's time is put on its own line, unless something else was said meanwhile. */
export function plainWords(io: Io, name: string): Words {
  // The step whose line waits for its time.
  let open: number | undefined;
  let lineBegins = true;
  const shown = printableStream();
  const freshLine = (): void => {
    if (!lineBegins) io.stderr.write('\n');
    lineBegins = true;
    open = undefined;
  };
  const say = (text: string): void => {
    freshLine();
    io.stderr.write(text);
    lineBegins = text.endsWith('\n');
  };
  const emit = (event: GitianEvent): void => {
    switch (event.kind) {
      case 'heading':
        say(`--- ${printableLine(event.text)} ---\n`);
        return;
      case 'step-started':
        say(stepTitle(event));
        open = event.id;
        return;
      case 'step-progress':
        return;
      case 'step-ended':
        if (open === event.id) io.stderr.write(` ${stepEnding(event)}\n`);
        else say(`${printableLine(event.title)}: ${stepEnding(event)}\n`);
        open = undefined;
        lineBegins = true;
        return;
      case 'note':
      case 'asked':
      case 'warning':
        say(saidLines(io, name, event));
        return;
      case 'terminal-lent':
        freshLine();
        return;
      case 'terminal-returned':
        return;
      case 'stream': {
        if (open !== undefined) freshLine();
        const text = shown(event.bytes);
        io.stderr.write(text);
        lineBegins = endsLine(text, lineBegins);
        return;
      }
      default:
        unreachable(event);
    }
  };
  return {
    emit,
    close: freshLine,
  };
}
