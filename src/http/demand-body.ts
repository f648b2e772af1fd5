import type { Answer } from './client.js';
import { TransferProblem } from './problem.js';

/** Accepts an answer that brings what was asked for; anything else is a {@link TransferProblem} with a sentence. */
export function demandBody(answer: Answer): void {
  demandStatus(answer.status);
  const encoding = answer.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new TransferProblem(`the server packs it with ${encoding}, which it wasn't asked for`, {
      passing: false,
    });
  }
}

/** Accepts the status of an answer that brings a body; any other is a {@link TransferProblem} with a sentence. */
export function demandStatus(status: number): void {
  if (status === 200 || status === 206) return;
  throw new TransferProblem(statusWords(status), {
    passing: status >= 500 || status === 408 || status === 425 || status === 429,
  });
}

/** What a status means, as a sentence's end: `the server says 404 (there is no such file)`. */
export function statusWords(status: number): string {
  return `the server says ${String(status)}${meaning[status] ?? ''}`;
}

const meaning: Readonly<Record<number, string>> = {
  401: ' (a password is needed)',
  403: ' (it is not given to us)',
  404: ' (there is no such file)',
  407: ' (the proxy wants a password)',
  410: ' (the file is gone)',
  429: ' (too many requests)',
  500: ' (it has an error)',
  502: ' (it gets no answer itself)',
  503: ' (it is busy)',
  504: ' (it gets no answer itself)',
};
