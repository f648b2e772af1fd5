import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileServer } from './file-server.js';

/** How a server answers for the n-th time, from 0; `good` answers well. */
export type BadAnswer = (
  good: () => void,
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => void;

/** Serves the package badly. */
export function misbehaving(server: FileServer, how: BadAnswer): void {
  let count = 0;
  server.misbehave('/hello.zip', (request, response) => {
    const good = (): void => {
      server.answer(request, response);
    };
    how(good, request, response, count++);
  });
}
