import { manifestEntries } from '../../assertion/manifest.js';
import { folded, pathProblem } from '../package/paths.js';
import type { TrustedAssertion } from './check-assertions.js';

/** What all trusted assertions say alike. */
export interface Agreed {
  readonly name: string;
  readonly release: string;
  /** Path → SHA-256. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly optionals: readonly string[];
}

/** What the trusted assertions agree on, or why they don't; reasons are sentences. */
export function agreement(
  trusted: readonly TrustedAssertion[],
): { readonly agreed: Agreed; readonly problems?: undefined } | { readonly problems: readonly string[] } {
  const [first, ...others] = trusted;
  if (first === undefined)
    return { problems: ['there is no assertion in it that a configured signer signed'] };
  const problems = others.flatMap((other) => differences(first, other));
  if (problems.length > 0) return { problems };
  const { name, release, outManifest, optionals } = first.assertion;
  const outputs = new Map<string, string>();
  for (const { path, sha256 } of manifestEntries(outManifest)) {
    const problem = pathProblem(path) ?? (outputs.has(path) ? 'is there twice' : undefined);
    if (problem !== undefined)
      problems.push(`the manifest lists a file whose name ${JSON.stringify(path)} ${problem}`);
    outputs.set(path, sha256);
  }
  if (outputs.size === 0) problems.push('its manifest lists no file');
  if (new Set([...outputs.keys()].map(folded)).size < outputs.size) {
    problems.push('its manifest lists files whose names differ in case only');
  }
  if (release.trim() === '' || name.trim() === '')
    problems.push('its assertions name no package or no release');
  return problems.length > 0 ? { problems } : { agreed: { name, release, outputs, optionals } };
}

function differences(a: TrustedAssertion, b: TrustedAssertion): string[] {
  const told = (what: string): string => `${a.path} and ${b.path} don't agree on the ${what}`;
  const found: string[] = [];
  if (a.assertion.outManifest !== b.assertion.outManifest) found.push(told('outputs'));
  if (a.assertion.release !== b.assertion.release) found.push(told('release'));
  if (a.assertion.name !== b.assertion.name) found.push(told('name'));
  if (sorted(a.assertion.optionals) !== sorted(b.assertion.optionals)) found.push(told('optional files'));
  return found;
}

function sorted(names: readonly string[]): string {
  return [...names].sort().join('\n');
}
