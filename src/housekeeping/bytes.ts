import { failure } from '../core/errors/gitian-error.js';

const units: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/** Reads a size such as `500M` or `2.5G`. Throws `usage-bad-value`. */
export function parseBytes(text: string, what: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  if (number === '')
    throw failure('usage-bad-value', { what, value: text, expected: 'a size such as 500M or 10G' });
  return Math.round(Number(number) * (units[unit.toUpperCase()] ?? 1));
}
