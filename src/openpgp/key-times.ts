import type { Revocation } from './engine.js';

/** The earliest of some times; undefined where none is known. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The revocation that decides: one that may mean a stolen key before a retirement, then the earliest. */
export function decidingRevocation(revocations: readonly Revocation[]): Revocation | undefined {
  const serious = revocations.filter(({ reason }) => reason !== 'retired');
  const candidates = serious.length > 0 ? serious : revocations;
  return [...candidates].sort((a, b) => a.at - b.at)[0];
}
