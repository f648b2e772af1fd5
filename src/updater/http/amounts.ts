/** Bytes for a person: `3.2 MiB`. */
export function amount(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const text = unit === 0 || Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${text} ${units[unit] ?? ''}`;
}

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
    const speed = `${amount(Math.round(((position - from) * 1000) / (at - begun)))}/s`;
    if (total === undefined) return `${amount(position)}, ${speed}`;
    return `${String(Math.floor((position * 100) / total))} % of ${amount(total)}, ${speed}`;
  };
}
