const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Writes a size for a person: `72.6 MiB`. */
export function shownBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
