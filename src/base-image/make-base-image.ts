import { basename, join } from 'node:path';
import type { BaseRecord } from '../base-record/record.js';
import { CleanUp } from '../core/clean-up.js';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { makeFolder } from '../core/files/make-folder.js';
import { lockWorkspace } from '../core/locks/workspace-lock.js';
import { Steps } from '../core/steps.js';
import { LogWriter } from '../core/words/log-writer.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import type { MachineRegistrar } from '../target/machine-registrar.js';
import { hasWholeI386 } from './archives/suites.js';
import { archiveArchitecture, type BaseChoice } from './choose.js';
import { imageFiles, type ImageFiles } from './image-files.js';
import { imageKinds, type ImageBackend } from './image-kinds.js';
import {
  installationFacts,
  planInstallation,
  type InstallationPlan,
  type MirrorWish,
} from './installation/installation-plan.js';
import { InstallationFollower } from './installation/installation-progress.js';
import { makeImage } from './make-image.js';
import { refuseExisting, refuseFullDisk, removeUnfinished } from './places.js';
import { preflight } from './preflight.js';
import { ImageRegistration } from './registration.js';
import { workPlace, type WorkPlace } from './work-place.js';
import { workspaceKey } from './workspace-key.js';

/** A base image that is wanted. */
export interface BaseImageRequest {
  readonly choice: BaseChoice;
  readonly backend: ImageBackend;
  /** Size of a machine's disk in MiB. */
  readonly disk: number;
  /** Memory in MiB and processors of a machine that is registered. */
  readonly size: { readonly memory: number; readonly processors: number };
  readonly mirrors: MirrorWish;
  readonly workspace: Workspace;
  /** `PATH`, for the preflight. */
  readonly path: string;
  /** How much memory there is for making it, in bytes. */
  readonly memory: number;
  /** `TMPDIR`: where it is made if not in memory. */
  readonly temporary: string | undefined;
  /** `http_proxy` and the like, for reaching the archive. */
  readonly proxies: Readonly<Record<string, string>>;
  /** This tool's version, for the record. */
  readonly version: string;
}

/** The world that an image is made in. */
export interface BaseImageHost {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** A base image that was made. */
export interface MadeBaseImage {
  readonly path: string;
  readonly record: BaseRecord;
}

/**
 * Makes a base image and its record in the workspace. Refuses to overwrite one. When it fails or is interrupted, however
 * that comes about, nothing is left but the log.
 */
export async function makeBaseImage(request: BaseImageRequest, host: BaseImageHost): Promise<MadeBaseImage> {
  const { choice, workspace } = request;
  const kind = imageKinds[request.backend];
  const files = imageFiles(workspace, choice, kind);
  const registrar = await kind.registrar?.({ workspace, ...host });
  const registration = registrar && new ImageRegistration({ registrar, request, files });
  if (registration !== undefined && (await registration.isThere())) {
    // Whoever has the lock is at it.
    await using _lock = await lockImage(workspace, choice);
    await registration.takeAwayLeft();
  }
  await refuseImpossible(request, files, registrar);
  const { plan, place } = await settle(request, host);
  await using _lock = await lockImage(workspace, choice);
  // The one that had the lock may have made it.
  await refuseExisting(files);
  await makeFolder(workspace.var);
  const key = kind.machine === undefined ? '' : await workspaceKey(workspace, host.signal);
  const follower = new InstallationFollower();
  await using log = await LogWriter.create(join(workspace.var, `base-${suiteArch(choice)}.log`), {
    passOn: (bytes) => {
      follower.take(bytes);
    },
  });
  const steps = new Steps(host.emit);
  await using cleanUp = new CleanUp(host.emit);
  cleanUp.add('remove the base image and its machine', async () => registration?.undo());
  const beforePlacing = async (image: string): Promise<void> => registration?.begin(image);
  const { signal } = host;
  const job = { request, plan, place, files, key, log, signal, beforePlacing, steps };
  const record = await makeImage(job, follower);
  await registration?.run(record, steps);
  cleanUp.commit();
  return { path: files.image, record };
}

/** Throws what keeps the image from being made, as far as it is known before the work, and changes nothing that is used. */
async function refuseImpossible(
  { choice, backend, workspace, path }: BaseImageRequest,
  files: ImageFiles,
  registrar: MachineRegistrar | undefined,
): Promise<void> {
  await refuseExisting(files);
  await removeUnfinished(files.image);
  await refuseFullDisk(workspace.root);
  await registrar?.check(choice);
  await preflight(imageKinds[backend].tools, path, archiveArchitecture(choice.architecture));
}

/** Where it comes from, and where it is made. */
async function settle(
  { choice, backend, mirrors, memory, temporary }: BaseImageRequest,
  host: BaseImageHost,
): Promise<{ readonly plan: InstallationPlan; readonly place: WorkPlace }> {
  if (choice.architecture === 'i386' && !hasWholeI386(choice.distro, choice.suite)) {
    const text = `Ubuntu gave up most of i386 after 19.04, so "${choice.suite}" may lack packages of a base image`;
    host.emit({ kind: 'warning', text });
  }
  const { packages, room } = imageKinds[backend];
  const facts = await installationFacts(choice, mirrors);
  const plan = planInstallation({ choice, facts, wish: mirrors, further: packages });
  host.signal.throwIfAborted();
  return { plan, place: workPlace(memory, temporary, room) };
}

/** Nobody else makes an image of this configuration meanwhile. */
async function lockImage(workspace: Workspace, choice: BaseChoice): Promise<AsyncDisposable> {
  return lockWorkspace({ locks: workspace.imageLocks(choice) }, 'make-base-vm', (_, holder) =>
    failure('base-being-made', { name: basename(workspace.baseImage(choice)), holder }),
  );
}
