import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { assertionToYaml } from '../assertion/assertion.js';
import { readReport } from '../assertion/read.js';
import { CleanUp } from '../core/clean-up.js';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { foundAt } from '../core/files/found-at.js';
import { followOwn } from '../core/files/own-links.js';
import { mindingTheDisk } from '../core/files/full-disk.js';
import { holdFolder } from '../core/locks/hold-folder.js';
import { sha256 } from '../core/files/hashing.js';
import { whoHasOpen } from '../core/locks/who-has-open.js';
import { byBytes } from '../core/words/bytes-order.js';
import { shownPath } from '../core/words/shown-path.js';
import type { Workspace } from '../core/workspace.js';
import { loadDescriptor } from '../descriptor/load.js';
import { verdictReason } from '../openpgp/verdict-words.js';
import { isGood, type SignatureVerdict } from '../openpgp/verdict.js';
import { checkResult } from './check-result.js';
import { reusedPackages } from './reused-packages.js';
import { demandPlace, holds, type PlaceRules } from './demand-place.js';
import { resultSummary } from './result-summary.js';
import { assertionPlace, type AssertionPlace } from './place.js';
import type { Signer } from './signer.js';
import { putAllInPlace, Staging } from './staging.js';

/** More than a result of a million outputs has, in bytes. */
const longest = 256 << 20;

/** What to sign, and as whom. */
export interface SigningRequest {
  readonly workspace: Workspace;
  /** The descriptors whose results are signed. */
  readonly descriptors: readonly string[];
  /** `sigs/<name>` without it. */
  readonly destination: string | undefined;
  readonly release: string;
  readonly signer: string;
  /** Undefined: the assertion only, to be signed elsewhere. */
  readonly signing: Signer | undefined;
  readonly force: boolean;
  readonly allowEmpty: boolean;
  readonly signal: AbortSignal;
}

/** What was written for one descriptor. */
export interface SignedResult {
  readonly place: AssertionPlace;
  /** SHA-256 of the assertion. */
  readonly sha256: string;
  readonly signatureSha256: string | undefined;
  /** What the signature is worth; undefined where none was made or it couldn't be checked here. */
  readonly verdict: SignatureVerdict | undefined;
}

/**
 * Turns results into signed assertions. All are looked at before any is signed, and all are signed and verified before
 * any is put into place: a failure or an interrupt on the way leaves what was there.
 */
export async function signResults(request: SigningRequest, emit: Emit): Promise<readonly SignedResult[]> {
  const prepared: Prepared[] = [];
  for (const descriptor of request.descriptors) prepared.push(await prepare(request, descriptor, emit));
  refuseTwins(prepared);
  for (const one of prepared) tell(one, emit);
  await using cleanUp = new CleanUp(emit);
  const made: { readonly staging: Staging; readonly result: SignedResult }[] = [];
  for (const { place, bytes } of prepared) {
    const staging = cleanUp.use('remove the staging folder', await Staging.create(place, bytes));
    const signed = await mindingTheDisk(dirname(staging.assertion), () =>
      sign(staging, bytes, request.signing),
    );
    made.push({ staging, result: { place, sha256: sha256(bytes), ...signed } });
  }
  // Whoever signs at the same time puts a whole assertion there before this one or after it, where the disk has locks.
  for (const [folder, shown] of await releasesOf(prepared)) {
    const hold = await holdFolder(folder, 'exclusive');
    if (hold === 'busy') throw await releaseBusy(folder, shownPath(shown, request.workspace.root));
    if (hold !== undefined) cleanUp.use('let go of the release', hold);
  }
  request.signal.throwIfAborted();
  // Somebody may have signed meanwhile.
  for (const one of prepared) await demandPlace(one, rulesOf(request));
  await putAllInPlace(
    made.map(({ staging }) => staging),
    emit,
  );
  return made.map(({ result }) => result);
}

/**
 * The folders of the releases, each with a path that leads there. All who lock several do so in the same order, or two of
 * them would wait for each other; and each once, however many links lead there, or one would wait for itself.
 */
async function releasesOf(prepared: readonly Prepared[]): Promise<readonly (readonly [string, string])[]> {
  const paths = prepared.map(({ place }) => dirname(place.folder));
  const found = await Promise.all(paths.map(async (path) => [await realpath(path), path] as const));
  return [...new Map(found)].sort(([a], [b]) => byBytes(a, b));
}

async function releaseBusy(release: string, path: string): Promise<Error> {
  const holders = await whoHasOpen(release, { locked: true });
  return failure('release-busy', { path, holders });
}

interface Prepared {
  readonly descriptor: string;
  readonly destination: string;
  readonly place: AssertionPlace;
  readonly bytes: Uint8Array;
  /** What the user is told of it before anything is signed. */
  readonly summary: string;
  /** Configurations that didn't get their packages anew, and how. */
  readonly reused: readonly string[];
}

async function prepare(request: SigningRequest, descriptorPath: string, emit: Emit): Promise<Prepared> {
  const { workspace, release, signer } = request;
  const { descriptor, sha256: digest, warnings } = await loadDescriptor(descriptorPath);
  for (const text of warnings) emit({ kind: 'warning', text });
  const { name, optionals } = descriptor;
  const destination = request.destination ?? workspace.signatures(name);
  const place = assertionPlace({ destination, release, signer, name });
  const named = request.destination === undefined ? [workspace.allSignatures, destination] : [destination];
  for (const path of named) followOwn(path, shownPath(path, workspace.root));
  const resultPath = shownPath(workspace.result(name), workspace.root);
  // Before the result is read: a build that ends in between has put a new one there.
  await refuseOutdated(request.workspace, { name, resultPath, descriptorPath });
  const result = await readResult(workspace.result(name), resultPath, descriptorPath);
  const report = await readReport(result, resultPath);
  checkResult({ report, resultPath, descriptorPath, name, sha256: digest }, request.allowEmpty);
  const reused = await reusedIn(workspace.howBuilt(name), result);
  const text = assertionToYaml({ ...report, release, name, type: 'build', optionals });
  const summary = resultSummary(report, { name, release });
  const bytes = Buffer.from(text);
  await demandPlace({ place, destination, bytes }, rulesOf(request));
  return { descriptor: descriptorPath, destination, place, bytes, summary, reused };
}

function rulesOf({ workspace, force, signing }: SigningRequest): PlaceRules {
  return { root: workspace.root, force, signs: signing !== undefined };
}

function tell({ descriptor, summary, reused }: Prepared, emit: Emit): void {
  emit({ kind: 'note', text: summary });
  if (reused.length === 0) return;
  const text = `the result of "${descriptor}" was built ${reused.join(' and ')}; a release is better built without --frozen and --skip-image`;
  emit({ kind: 'warning', text });
}

/** How a result was built is known of those that were built here. */
async function reusedIn(howBuilt: string, result: Uint8Array): Promise<readonly string[]> {
  const how = await readBoundedFile(howBuilt, longest);
  if (how.kind !== 'read') return [];
  return reusedPackages(Buffer.from(how.bytes).toString(), sha256(result));
}

/** A build that has begun and not come to its end leaves the result of an earlier one, and a note beside it. */
async function refuseOutdated(
  workspace: Workspace,
  of: { readonly name: string; readonly resultPath: string; readonly descriptorPath: string },
): Promise<void> {
  const note = workspace.unfinished(of.name);
  const begun = (await foundAt(note))?.mtime;
  if (begun === undefined) return;
  const { resultPath: path, descriptorPath: descriptor } = of;
  throw failure('result-outdated', { path, mark: shownPath(note, workspace.root), descriptor, begun });
}

async function readResult(file: string, path: string, descriptor: string): Promise<Uint8Array> {
  const read = await readBoundedFile(file, longest);
  if (read.kind === 'read') return read.bytes;
  if (read.kind === 'missing') throw failure('result-missing', { path, descriptor });
  throw failure('file-unreadable', { what: 'result', path, reason: read.reason });
}

function refuseTwins(prepared: readonly Prepared[]): void {
  for (const { place } of prepared) {
    const twins = prepared.filter((other) => other.place.assertion === place.assertion);
    if (twins.length > 1) {
      const descriptors = twins.map(({ descriptor }) => descriptor);
      throw failure('assertion-twice', { path: place.assertion, descriptors });
    }
  }
}

/** A signature that its own key doesn't find good is not put anywhere, nor are other bytes than were to be signed. */
async function sign(
  { assertion, signature }: Staging,
  bytes: Uint8Array,
  signer: Signer | undefined,
): Promise<Pick<SignedResult, 'signatureSha256' | 'verdict'>> {
  if (signer === undefined) return { signatureSha256: undefined, verdict: undefined };
  await signer.sign(assertion);
  if (!(await holds(assertion, bytes))) {
    throw failure('assertion-changed', { program: signer.name, file: basename(assertion) });
  }
  const made = await readFile(signature);
  const verdict = await signer.verify({ bytes, signature: made });
  if (verdict !== undefined && !isGood(verdict)) {
    throw failure('signature-wrong', {
      program: signer.name,
      reason: verdictReason(verdict) ?? verdict.kind,
    });
  }
  return { signatureSha256: sha256(made), verdict };
}
