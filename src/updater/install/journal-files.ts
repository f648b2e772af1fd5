import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { quoteWord } from '../../core/processes/shell-quote.js';
import { applyJournal, type Changer } from './apply.js';
import { holds, ownHolder, type Holder } from './holder.js';
import { journalText, parseJournal, type Journal } from './journal.js';
import { demandOwnStaging, stagingPath } from './staging-folder.js';

/**
 * A journal in a staging folder: `journal.json`, or one that a process has claimed to carry it out:
 * `journal.<process>.<start time>.<boot>.json`, and `journal.<process>.json` where there is no /proc.
 */
export function isJournal(name: string): boolean {
  return journalName.test(name);
}

const journalName = /^journal(?:\.(\d+)(?:\.(\d+)\.([\da-f-]+))?)?\.json$/;

function claimName({ pid, startTime, bootId }: Holder): string {
  return ['journal', String(pid), ...(bootId === '' ? [] : [startTime, bootId]), 'json'].join('.');
}

/** Who has claimed a journal, if anybody has. */
function claimant(name: string): Holder | undefined {
  const [, pid, startTime = '', bootId = ''] = journalName.exec(name) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTime, bootId };
}

/** Writes a journal: from now on the new version counts, whatever happens. */
export async function commitJournal(staging: string, journal: Journal): Promise<void> {
  const draft = join(staging, 'draft');
  await using file = await open(draft, 'w');
  await file.writeFile(journalText(journal));
  await file.sync();
  await rename(draft, join(staging, 'journal.json'));
  await using folder = await open(staging, 'r');
  await folder.sync();
}

/**
 * Carries out the journal of a destination, if there is one, and returns whether there was. Only one process does, the one
 * whose rename of it succeeds; another that is at it is waited for. Throws `update-running` where it takes longer, and
 * `path-unusable` where others than this user may write journals.
 */
export async function finishJournal(
  destination: string,
  patience = 10_000,
  change?: Changer,
): Promise<boolean> {
  const staging = stagingPath(destination, true);
  await demandOwnStaging(staging);
  const ownName = claimName(await ownHolder());
  for (let waited = 0; ; waited += 50) {
    const name = (await readdir(staging)).find(isJournal);
    if (name === undefined) return waited > 0;
    const holder = name === ownName ? undefined : claimant(name);
    if (holder !== undefined && (await holds(holder))) {
      if (waited >= patience)
        throw failure('update-running', { path: destination, holder: `process ${String(holder.pid)}` });
      await sleep(50);
      continue;
    }
    const own = join(staging, ownName);
    const claimed = await rename(join(staging, name), own).then(() => true, isGone);
    if (claimed) return carryOut(own, destination, change);
  }
}

/** Carries out a journal that is claimed, and returns whether it was one. */
async function carryOut(own: string, destination: string, change: Changer | undefined): Promise<boolean> {
  const files = join(dirname(own), 'new');
  const journal = parseJournal(await readFile(own, 'utf8'));
  if (journal !== undefined) {
    if (journal.destination !== destination) throw elsewhere(destination, journal.destination);
    applyJournal(journal, files, change);
  }
  await rm(files, { recursive: true, force: true });
  await rm(own);
  return journal !== undefined;
}

/** A folder that was moved while it was half changed. */
function elsewhere(path: string, other: string): Error {
  const staging = stagingPath(path, true);
  return failure('destination-unusable', {
    path,
    reason: `an installation that was interrupted in it is one into "${other}"`,
    hint: `move the folder back there, or install anew with --force after: rm -r ${quoteWord(staging)}`,
  });
}

/** Whether an installation waits to be finished. */
export async function hasJournal(destination: string): Promise<boolean> {
  const staging = stagingPath(destination, true);
  return existsSync(staging) && (await readdir(staging)).some(isJournal);
}

function isGone(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw error;
}
