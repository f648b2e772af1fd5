import { rm } from 'node:fs/promises';
import { exists } from '../core/files/exists.js';
import { readOwnText } from '../core/files/own-file.js';
import { saysMissing } from '../core/words/system-words.js';
import type { Workspace } from '../core/workspace.js';
import { writeWhole } from '../core/files/write-whole.js';
import { isAlive, processIdentity, type ProcessIdentity } from '../core/processes/process-identity.js';
import { anyObject, count, object, optional, parseJson, text } from '../core/shape.js';
import type { TargetSpec } from './target.js';

/** What `var/target.json` says of the target that is up. */
export interface TargetState {
  /** Which backend runs it. */
  readonly backend: string;
  readonly spec: TargetSpec;
  /** The process whose end is the target's; undefined where only the backend's own programs can tell. */
  readonly process?: ProcessIdentity;
  /** ISO 8601. */
  readonly since: string;
  /** What only the backend understands, and checks. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The state of the target that is up in this workspace; what a dead one left is removed on the occasion. `isUp` tells
 * whether it is up: by default its process does, and a target without one is up.
 */
export async function liveState(
  workspace: Workspace,
  isUp: (state: TargetState) => Promise<boolean> = processLives,
): Promise<TargetState | undefined> {
  const state = await readState(workspace);
  if (state !== undefined && (await isUp(state))) return state;
  // Where nothing may be written, even what isn't there can't be removed.
  if (await exists(workspace.targetState)) await removeState(workspace);
  return undefined;
}

/** Whether a target's process lives, where it has one. */
export async function processLives({ process }: TargetState): Promise<boolean> {
  return process === undefined || isAlive(process);
}

/** Writes the state, whole or not at all. */
export async function writeState(workspace: Workspace, state: TargetState): Promise<void> {
  await writeWhole(workspace.targetState, `${JSON.stringify(state, null, 2)}\n`);
}

/** Removes the state; nothing happens where there is none. */
export async function removeState(workspace: Workspace): Promise<void> {
  await rm(workspace.targetState).catch((error: unknown) => {
    if (!saysMissing(error)) throw error;
  });
}

/** Which backend's target this workspace recorded last; whether it is still up, that backend knows. */
export async function recordedBackend(workspace: Workspace): Promise<string | undefined> {
  return (await readState(workspace))?.backend;
}

async function readState(workspace: Workspace): Promise<TargetState | undefined> {
  const json = await readOwnText(workspace.targetState);
  return json === undefined ? undefined : parseState(json);
}

/** Reads the text of a state file; undefined when it isn't one of ours. */
export function parseState(json: string): TargetState | undefined {
  return parseJson(json, targetState);
}

const targetState = object<TargetState>({
  backend: text,
  spec: object<TargetSpec>({
    suite: text,
    architecture: text,
    distro: text,
    memory: count,
    processors: count,
  }),
  process: optional(processIdentity),
  since: text,
  details: anyObject,
});
