import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds that happens outside of this process; fails with what was seen last. */
export async function until<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  milliseconds = 20_000,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`never came: ${JSON.stringify(seen)}`);
    await sleep(20);
  }
}
