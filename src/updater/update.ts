import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { Emit } from '../core/events.js';
import type { Configuration } from './configuration.js';
import { examine, type Accepted } from './examine.js';
import { fetchPackage } from './fetch-package.js';
import { hasJournal, finishJournal } from './install/journal-files.js';
import { destinationPath, inspectDestination, type DestinationState } from './install/destination.js';
import { install } from './install/install.js';
import { inTheWay, remedyOf } from './install/in-the-way.js';
import { installPlan } from './install/plan.js';
import { Staging } from './install/staging.js';
import { stagingPath } from './install/staging-folder.js';
import type { Proxies } from '../http/client.js';
import type { Outcome, Refusal } from './outcome.js';
import { beginWaiting, endWaiting, readWaiting, waitingPackage } from './waiting.js';

/** What an update is asked to do. */
export interface UpdateRequest {
  readonly configuration: Configuration;
  /** As the user typed it, from the current directory. */
  readonly destination: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** GnuPG to check signatures with, instead of openpgp.js. */
  readonly gpg: string | undefined;
  readonly proxies: Proxies;
  /** How long to wait for a server, in milliseconds. */
  readonly timeout: number;
  /** The program that runs, which may lie in the destination. */
  readonly program: string;
  /** Where dry runs work. */
  readonly temporary: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** What an update needs of the world. */
export interface UpdateServices {
  readonly emit: Emit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Carries out the journal of a destination in a process that outlives this one. */
  readonly finish: (destination: string) => Promise<void>;
}

/**
 * Looks for the newest release, checks it, and installs it. What it throws is no verdict on a package: among others
 * `path-unusable` where somebody else could write to what is installed before it is.
 */
export async function update(request: UpdateRequest, services: UpdateServices): Promise<Outcome> {
  for (;;) {
    const outcome = await updateOnce(request, services);
    if (outcome !== 'appeared') return outcome;
  }
}

/** The outcome; 'appeared' where the destination has since this began, so that another staging folder is its. */
async function updateOnce(request: UpdateRequest, services: UpdateServices): Promise<Outcome | 'appeared'> {
  const destination = await destinationPath(request.destination);
  const first = await inspectDestination(destination, request.program);
  if (first.kind === 'foreign') return { ...first, kind: 'not-ours', paths: [] };
  const exists = first.kind !== 'absent';
  if (exists && !request.dryRun) await removeForsaken(stagingPath(destination, false));
  await using staging = request.dryRun
    ? await Staging.temporary(request.temporary)
    : await Staging.open(stagingPath(destination, exists), request.destination);
  if (exists && !request.dryRun && (await hasJournal(destination)) && (await finishJournal(destination))) {
    services.emit({ kind: 'warning', text: 'an installation that was interrupted has been finished' });
  }
  await staging.clear();
  // What was there may have been an interrupted installation's.
  const state = await inspectDestination(destination, request.program);
  if (state.kind === 'foreign') return { ...state, kind: 'not-ours', paths: [] };
  if (!exists && state.kind !== 'absent') return 'appeared';
  const outcome = await new Update({ ...request, destination }, services, { staging, state }).run();
  // Whatever is known now, only what no place could give whole is worth going on with.
  if (outcome.kind !== 'not-downloaded') await staging.forgetDownload();
  return outcome;
}

/** What a killed run left beside a destination that has appeared since. */
async function removeForsaken(path: string): Promise<void> {
  if (!existsSync(path)) return;
  await using staging = await Staging.open(path, path);
  await staging.clear();
  await staging.forgetDownload();
}

/** Where an update works, and what is there. */
interface Place {
  readonly staging: Staging;
  readonly state: Exclude<DestinationState, { kind: 'foreign' }>;
}

class Update {
  readonly #request: UpdateRequest;
  readonly #services: UpdateServices;
  readonly #staging: Staging;
  readonly #state: Place['state'];

  constructor(request: UpdateRequest, services: UpdateServices, { staging, state }: Place) {
    this.#request = request;
    this.#services = services;
    this.#staging = staging;
    this.#state = state;
  }

  async run(): Promise<Outcome> {
    const { configuration, destination } = this.#request;
    const other = this.#otherInstalled();
    if (other !== undefined) return other;
    const waiting = configuration.waitingPeriod > 0 ? await readWaiting(destination) : undefined;
    if (waiting === undefined) return this.#newest();
    const until = Math.min(waiting.since, this.#services.now()) + this.#period;
    if (until > this.#services.now())
      return { kind: 'waiting', release: waiting.release, until, begun: false };
    const found = await this.#examine(waitingPackage(destination), 'the package that waited');
    const outcome = found.kind === 'accepted' ? await this.#install(found) : found;
    if (!this.#request.dryRun && outcome.kind !== 'not-ours') await endWaiting(destination);
    return outcome;
  }

  /** Whatever may be offered is another package than the one configured or the one installed. */
  #otherInstalled(): Refusal | undefined {
    const [expected, found] = [this.#request.configuration.name, this.#installed?.name];
    return expected === undefined || found === undefined || expected === found
      ? undefined
      : { kind: 'other-package', place: 'destination', expected, found };
  }

  /** Milliseconds that a package waits. */
  get #period(): number {
    return this.#request.configuration.waitingPeriod * 3_600_000;
  }

  async #newest(): Promise<Outcome> {
    const { configuration, dryRun, destination } = this.#request;
    const fetched = await fetchPackage(
      { ...this.#request, installed: this.#installed, path: this.#staging.package },
      (path, url) => this.#examine(path, url),
      this.#services.emit,
    );
    if (fetched.kind !== 'accepted') return fetched;
    if (configuration.waitingPeriod === 0 || dryRun) {
      const outcome = await this.#install(fetched);
      if (outcome.kind === 'installed') await endWaiting(destination);
      return outcome;
    }
    const since = this.#services.now();
    const { release } = fetched.facts;
    await beginWaiting(destination, this.#staging.package, { release, since });
    return { kind: 'waiting', release, until: since + this.#period, begun: true };
  }

  get #installed(): Extract<DestinationState, { kind: 'installed' }>['manifest'] | undefined {
    return this.#state.kind === 'installed' ? this.#state.manifest : undefined;
  }

  async #examine(path: string, source: string): ReturnType<typeof examine> {
    const { dryRun } = this.#request;
    const into = dryRun ? undefined : this.#staging.files;
    if (into !== undefined) {
      await rm(into, { recursive: true, force: true });
      await mkdir(into);
    }
    const examination = { ...this.#request, installed: this.#installed, into, now: this.#services.now() };
    return examine({ path, source }, examination, this.#services.emit);
  }

  async #install({ facts, files, optionals }: Accepted): Promise<Outcome> {
    const { destination, dryRun, force, signal } = this.#request;
    const plan = installPlan({ next: files, previous: this.#installed?.sums ?? new Map<string, string>() });
    const changes = { added: plan.added, changed: plan.changed, removed: plan.removed };
    const exists = this.#state.kind !== 'absent';
    const obstacles = dryRun
      ? exists
        ? await inTheWay(destination, plan, force)
        : []
      : await install({
          destination,
          exists,
          staging: this.#staging.path,
          plan,
          manifest: { name: facts.name, release: facts.release, optionals, sums: files },
          force,
          signal,
          finish: this.#services.finish,
        });
    const remedy = remedyOf(obstacles);
    if (remedy !== undefined) {
      const paths = obstacles.map(({ words }) => words);
      return { kind: 'not-ours', reason: 'there is something in the way', paths, remedy };
    }
    return {
      kind: dryRun ? 'would-install' : 'installed',
      package: facts,
      changes,
      files: plan.moves.length,
    };
  }
}
