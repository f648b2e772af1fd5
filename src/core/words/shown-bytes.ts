const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Writes a size for a person: `72.6 MiB`. */
export function shownBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  const text = unit === 0 || Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${text} ${units[unit] ?? ''}`;
}
