import { defineErrors, entry } from './define.js';

/** YAML files in general, and descriptors. */
export const descriptorErrors = defineErrors({
  'yaml-broken': entry(
    2,
    (p: { source: string; line: number; column: number; problem: string }) =>
      `${p.source}:${String(p.line)}:${String(p.column)}: ${p.problem}`,
  ),
  'yaml-unusable': entry(2, (p: { source: string; problem: string }) => `${p.source}: ${p.problem}`),
  'descriptor-invalid': entry(2, (p: { source: string; count: number; first: string }) =>
    p.count === 1 ? p.first : `${p.source} has ${String(p.count)} problems:`,
  ),
});
