import { shownBytes } from '../../core/words/shown-bytes.js';

/** Milliseconds between two reports. */
const interval = 200;

/** Reports how far a transfer is that began at `from`, a few times a second; undefined in between. */
export function pace(
  from: number,
  total: number | undefined,
  now: () => number = () => performance.now(),
): (position: number) => string | undefined {
  const begun = now();
  let last = begun;
  return (position) => {
    const at = now();
    if (at - last < interval) return undefined;
    last = at;
    const speed = `${shownBytes(Math.round(((position - from) * 1000) / (at - begun)))}/s`;
    if (total === undefined) return `${shownBytes(position)}, ${speed}`;
    return `${String(Math.floor((position * 100) / total))} % of ${shownBytes(total)}, ${speed}`;
  };
}
