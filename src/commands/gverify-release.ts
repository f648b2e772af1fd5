import { join, resolve } from 'node:path';
import { printableLine } from '../cli/printable.js';
import { printableJson } from '../core/words/printable-json.js';
import { shownPath } from '../core/words/shown-path.js';
import { Workspace } from '../core/workspace.js';
import type { KeyRing } from '../openpgp/in-process/key-ring.js';
import { assertionFile, releaseName } from '../signing/place.js';
import type { ReleasePlace } from '../verify/check-release.js';
import type { CompareOptions } from '../verify/compare-signers.js';
import { packageName } from '../verify/package-name.js';
import type { Policy } from '../verify/policy.js';
import { renderText, verdict } from '../verify/shown/render-text.js';
import { settle, type Settled } from '../verify/settle.js';
import { keysIn, weightIn, type SignerList } from '../verify/signer-list.js';
import { verifyRelease } from '../verify/verify-release.js';
import type { CommandContext, SpeakingContext } from './command.js';
import { gitianBase } from './gitian-base.js';
import { formatOf, policyOf, type GverifyOptions } from './options/gverify-options.js';
import { verifyFetching } from './options/verify-fetching.js';
import { engineOf, keysOf, signersOf } from './options/verify-trust.js';

/** Verifies the release of one descriptor, and prints the answer. */
export async function verifyOne(
  path: string,
  options: GverifyOptions,
  silent: CommandContext,
): Promise<void> {
  const context = { ...silent, emit: silent.speak(false) };
  const verification = await verificationOf(path, options, context);
  const verify = (): Promise<Settled> => verified(verification, options, context);
  const settled = await verifyFetching({ verify, unknownKeys }, options, context);
  const unknown = unknownKeys(settled);
  if (unknown.length > 0) {
    const { tellUnknownKeys } = await import('./options/unknown-keys.js');
    await tellUnknownKeys(unknown, options, context);
  }
  context.io.stdout.write(await rendered(settled, options, context));
  context.emit({ kind: 'note', text: verdict(settled, verification.policy) });
  if (!settled.holds) context.exit(1);
}

/** Everything that is read once, however often it is verified with it. */
interface Verification {
  readonly place: ReleasePlace;
  readonly compare: CompareOptions;
  readonly policy: Policy;
  readonly signers: SignerList | undefined;
  readonly ring: KeyRing | undefined;
}

async function verificationOf(
  path: string,
  options: GverifyOptions,
  context: SpeakingContext,
): Promise<Verification> {
  const name = await packageName(path);
  const release = releaseName(options.release ?? 'current');
  const signers = await signersOf(options, context);
  const folder = join(destinationOf(options, name, context), release);
  return {
    place: { folder, shown: shownPath(folder, context.cwd), file: assertionFile(name) },
    compare: {
      subject: { release, name },
      compareTo: options.compareTo,
      strict: options.strict === true,
      weightOf: weightIn(signers),
    },
    policy: policyOf(options),
    signers,
    ring: await keysOf(options, context),
  };
}

async function verified(
  { place, compare, policy, signers, ring }: Verification,
  options: GverifyOptions,
  context: CommandContext,
): Promise<Settled> {
  await using engine = await engineOf(options, context, ring);
  const trust = { engine, keysOf: keysIn(signers), now: Date.now() / 1000 };
  return settle(await verifyRelease(place, compare, trust), policy);
}

/** The keys that are not at hand, by the longest names that the signatures have for them, each once. */
function unknownKeys({ report }: Settled): readonly string[] {
  const keys = report.outcomes.flatMap(({ checked: { verdict } }) =>
    verdict.kind === 'key-unknown' ? (verdict.keyId ?? []) : [],
  );
  return [...new Set(keys)].sort();
}

function destinationOf(options: GverifyOptions, name: string, context: CommandContext): string {
  if (options.destination !== undefined) return resolve(context.cwd, options.destination);
  return new Workspace(context.cwd, gitianBase(context)).signatures(name);
}

async function rendered(settled: Settled, options: GverifyOptions, context: CommandContext): Promise<string> {
  const { report, holds } = settled;
  const { subject } = report;
  switch (formatOf(options)) {
    case 'json': {
      const { summarize } = await import('../verify/repository/release-summary.js');
      const { json } = summarize(subject.release, settled, true);
      return `${printableJson({ holds, releases: [json] }, 2)}\n`;
    }
    case 'github': {
      const { summarize } = await import('../verify/repository/release-summary.js');
      const { renderGithub } = await import('../verify/shown/render-github.js');
      return renderGithub([summarize(subject.release, settled, false)]);
    }
    case 'text': {
      const markup = options.markup ?? isTerminal(context);
      const text = renderText(report, { verbose: options.verbose === true, markup, safe: printableLine });
      return options.explain === true ? `${text}${await explained(settled)}` : text;
    }
  }
}

async function explained({ report }: Settled): Promise<string> {
  const { explain } = await import('../verify/explain.js');
  const { renderExplanation } = await import('../verify/shown/render-explanation.js');
  return explain(report)
    .map((explanation) => `\n${renderExplanation(explanation).map(printableLine).join('\n')}\n`)
    .join('');
}

function isTerminal({ io, env }: CommandContext): boolean {
  return (
    'isTTY' in io.stdout &&
    io.stdout.isTTY === true &&
    (env['NO_COLOR'] ?? '') === '' &&
    env['TERM'] !== 'dumb'
  );
}
