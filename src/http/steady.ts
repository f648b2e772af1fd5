import type { Readable } from 'node:stream';
import { TransferProblem } from './problem.js';

/** A server that sends fewer bytes in one timeout than this holds us up, whatever it sends. */
const leastBytes = 1024;

/**
 * The chunks of a body, as long as they come at a useful pace. The client's timeout sees a server that falls silent;
 * this sees one that sends a byte now and then.
 */
export async function* steady(
  body: Readable,
  timeout: number,
  now: () => number = () => performance.now(),
): AsyncIterable<Buffer> {
  let [since, bytes] = [now(), 0];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const passed = now() - since;
    if (passed > 2 * timeout) {
      if (bytes < leastBytes) {
        throw new TransferProblem(
          `it is too slow: ${String(bytes)} bytes in ${String(Math.round(passed / 1000))} s`,
          { passing: false },
        );
      }
      [since, bytes] = [now(), 0];
    }
    yield chunk;
  }
}
