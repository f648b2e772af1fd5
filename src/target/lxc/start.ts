import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import { findProgram } from '../../core/processes/find-programs.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { HeldFolder } from '../../core/files/held-folder.js';
import { isOwn } from '../../core/files/own-links.js';
import { writeOver } from '../../core/files/write-over.js';
import { packageFile } from '../../core/package-files.js';
import { hostEnvironment } from '../../core/processes/process.js';
import { suiteArch } from '../../core/workspace.js';
import { identify } from '../../core/processes/process-identity.js';
import { hostAddresses } from '../host-addresses.js';
import { targetRunning } from '../refusals.js';
import { writeState } from '../state.js';
import type { StartedTarget, TargetHost, TargetSettings, TargetSpec } from '../target.js';
import { bridgeOf } from './configuration/bridge.js';
import { containerConfig } from './configuration/config.js';
import { controlGroups } from './configuration/control-groups.js';
import { failureReason } from './session/failure-reason.js';
import { firstIdFor } from './files/first-id.js';
import { Session, type SessionSpec, type SessionStart } from './session/session.js';
import { LxcTarget, type ContainerWorld } from './started-target.js';

/** Where an LXC that can filter system calls keeps its own list. */
const seccompSign = '/usr/share/lxc/config/common.seccomp';

/** A prepared target that is to be started. */
export interface PreparedContainer {
  readonly spec: TargetSpec;
  readonly name: string;
  /** Path of the base image. */
  readonly base: string;
  /** Whether it has nothing but its loopback, from its first process to its last. */
  readonly offline?: boolean | undefined;
}

/** Starts a prepared target as a container. */
export async function startContainer(
  prepared: PreparedContainer,
  world: Pick<ContainerWorld, 'host' | 'privilege'>,
): Promise<StartedTarget> {
  const { spec, name, base } = prepared;
  const { host, privilege } = world;
  const { workspace, settings, signal } = host;
  const targetFolder = workspace.target(spec);
  await makeFolder(workspace.var);
  writeOver(workspace.targetLog, '');
  writeConfig(targetFolder, spec, await configText(prepared, host));
  const network = networkOf(prepared, settings);
  const { targetLog: log, targetState: state } = workspace;
  signal.throwIfAborted();
  const firstId = settings.privileged ? 0 : await firstIdFor(name);
  const { hostPort } = settings;
  const ids = { firstId, hostPort, hostAddresses: hostAddresses() };
  const session = new Session({ name, base, targetFolder, log, state, network, ...ids }, privilege);
  // What can't be started can't be ended either, and the first of it is told.
  const end = async (): Promise<unknown> => session.stop().catch(() => undefined);
  const abort = (): void => void end();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const begun = await session.begun();
    signal.throwIfAborted();
    if (begun.kind === 'busy') throw targetRunning(spec);
    if (begun.kind === 'failed') throw await startFailure(spec, begun, log);
    warnUnshifted(session.unshifted, host.emit);
    const [init, process] = await Promise.all([identify(begun.initPid), identify(begun.sessionPid)]);
    if (init === undefined || process === undefined) {
      throw failure('target-lost', { target: suiteArch(spec), reason: 'it ended as soon as it was up' });
    }
    const since = new Date().toISOString();
    await writeState(workspace, { backend: 'lxc', spec, process, since, details: { name, init } });
    const restart = async (): Promise<StartedTarget> => startContainer({ ...prepared, offline: true }, world);
    return new LxcTarget(
      { name, spec, init, session: process },
      { ...world, restart, users: session.users, detached: false },
      session,
    );
  } catch (error) {
    await end();
    // What fails while an interruption ends the session fails because of it.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function networkOf({ offline = false }: PreparedContainer, settings: TargetSettings): SessionSpec['network'] {
  if (offline) return 'none';
  if (settings.bridge !== undefined) return 'bridge';
  return settings.reachesHostLoopback ? 'own-with-host' : 'own';
}

/** Root obeys what is in that folder, so that nobody else may have a hand in it. session.sh looks again. */
function writeConfig(path: string, spec: TargetSpec, text: string): void {
  using folder = new HeldFolder(path);
  const { uid, mode } = folder.state;
  if (!isOwn(uid) || (mode & 0o5777) !== 0o700) {
    const { reason, hint } = failureReason('target-folder', notOwn);
    throw failure('target-failed', { target: suiteArch(spec), reason, hint });
  }
  folder.write('config', text, { manner: 'anew' });
}

/** As session.sh says it. */
const notOwn = "it is another user's, or others may write in it";

function warnUnshifted(reason: string | undefined, emit: Emit): void {
  if (reason === undefined) return;
  const text = `root of the container is root of this host, because it has no user namespace: ${reason}`;
  emit({
    kind: 'warning',
    text,
    hint: 'docs/backends.md says what that means; the kernel has to be 6.2 or newer',
  });
}

async function configText(
  { spec, name, offline = false }: PreparedContainer,
  { settings }: TargetHost,
): Promise<string> {
  const path = hostEnvironment()['PATH'] ?? '';
  const init = await findProgram('catatonit', path);
  if (init === undefined) throw failure('tool-missing', { tools: ['catatonit'], packages: ['catatonit'] });
  const seccomp = await readFile(seccompSign).then(
    () => packageFile('share/lxc/system-calls'),
    () => undefined,
  );
  return containerConfig({
    name,
    spec,
    init,
    seccomp,
    controlGroups: await controlGroups(),
    hostProcessors: availableParallelism(),
    bridge: offline ? undefined : bridgeOf(settings),
  });
}

async function startFailure(
  spec: TargetSpec,
  { stage }: Extract<SessionStart, { kind: 'failed' }>,
  log: string,
): Promise<Error> {
  const { reason, hint } = failureReason(stage, await readFile(log, 'utf8'));
  return failure('target-failed', { target: suiteArch(spec), reason, hint }, { log });
}
