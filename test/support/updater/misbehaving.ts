import type { Misbehaviour } from '../servers/archive-server.js';
import type { FileServer } from './file-server.js';

/** Serves the package badly. */
export function misbehaving(server: FileServer, how: Misbehaviour): void {
  let count = 0;
  server.misbehave('/hello.zip', (request, response) => {
    const good = (): void => {
      server.answer(request, response);
    };
    how(request, response, { good, count: count++ });
  });
}
