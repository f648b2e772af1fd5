import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failure, type GitianError } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { outOfRoom } from '../core/files/full-disk.js';
import { LogWriter } from '../core/words/log-writer.js';
import { howToReplace, tar, withPackage } from '../core/processes/find-programs.js';
import { makeFolder } from '../core/files/make-folder.js';
import { start } from '../core/processes/process.js';
import { shownPath } from '../core/words/shown-path.js';
import { Steps } from '../core/steps.js';
import { lockWorkspace } from '../core/locks/workspace-lock.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import { archiveArchitecture, type BaseChoice } from './choose.js';
import { contain, type ContainedWork } from './installation/containment.js';
import { diagnose } from './installation/diagnosis.js';
import { imageFiles, type ImageFiles } from './image-files.js';
import { imageKinds, type ImageBackend } from './image-kinds.js';
import {
  installationFacts,
  planInstallation,
  type InstallationPlan,
  type MirrorWish,
} from './installation/installation-plan.js';
import { InstallationFollower } from './installation/installation-progress.js';
import { machineEnvironment } from './machine-environment.js';
import { makeRecord } from './make-record.js';
import { placeFiles, refuseExisting, refuseFullDisk, removeUnfinished, stagingBeside } from './places.js';
import { always, preflight } from './preflight.js';
import { writeBaseRecord, type BaseRecord } from '../base-record/record.js';
import { registerImage } from './register-image.js';
import { hasWholeI386 } from './archives/suites.js';
import { readTexts } from './texts.js';
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

/** Everything that is settled before the work begins. */
interface Job {
  readonly request: BaseImageRequest;
  readonly plan: InstallationPlan;
  readonly place: WorkPlace;
  readonly files: ImageFiles;
  /** What a machine lets in. */
  readonly key: string;
  readonly log: LogWriter;
  readonly host: BaseImageHost;
  readonly steps: Steps;
}

/**
 * Makes a base image and its record in the workspace. Refuses to overwrite one. When it fails or is interrupted, however
 * that comes about, nothing is left but the log.
 */
export async function makeBaseImage(request: BaseImageRequest, host: BaseImageHost): Promise<MadeBaseImage> {
  const { choice, workspace } = request;
  const kind = imageKinds[request.backend];
  const files = imageFiles(workspace, choice, kind);
  await refuseExisting(files);
  await removeUnfinished(files.image);
  await refuseFullDisk(workspace.root);
  const registrar = await kind.registrar?.({ workspace, ...host });
  await registrar?.check(choice);
  await preflight(kind.tools, request.path, archiveArchitecture(choice.architecture));
  if (choice.architecture === 'i386' && !hasWholeI386(choice.distro, choice.suite)) {
    const text = `Ubuntu gave up most of i386 after 19.04, so "${choice.suite}" may lack packages of a base image`;
    host.emit({ kind: 'warning', text });
  }
  const facts = await installationFacts(choice, request.mirrors);
  const plan = planInstallation({ choice, facts, wish: request.mirrors, further: kind.packages });
  const place = workPlace(request.memory, request.temporary, kind.room);
  host.signal.throwIfAborted();
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
  const record = await work({ request, plan, place, files, key, log, host, steps }, follower);
  if (registrar !== undefined) await registerImage({ registrar, request, files, record }, host, steps);
  return { path: files.image, record };
}

/** Nobody else makes an image of this configuration meanwhile. */
async function lockImage(workspace: Workspace, choice: BaseChoice): Promise<AsyncDisposable> {
  return lockWorkspace({ locks: workspace.imageLocks(choice) }, 'make-base-vm', (_, holder) =>
    failure('base-being-made', { name: basename(workspace.baseImage(choice)), holder }),
  );
}

async function work(job: Job, follower: InstallationFollower): Promise<BaseRecord> {
  const { log, steps, request } = job;
  const contained = await startContained(job);
  const finished = Promise.race([
    contained.ended.then((exitCode) => {
      if (exitCode !== 0) throw whyFailed(job);
    }),
    // A disk that takes no log takes no image either, which would show after minutes.
    log.broken.then((reason) => {
      contained.stop();
      throw reason;
    }),
  ]);
  // Whoever waits for it next is told.
  finished.catch(() => undefined);
  const logName = shownPath(log.path, request.workspace.root);
  const until = (part: 'installing' | 'packing') => async (show: (text: string) => void) => {
    follower.show = show;
    await Promise.race([follower.begun(part), finished]);
  };
  try {
    await steps.run('Asking the archive', until('installing'), logName);
    await steps.run(`Installing ${request.choice.distro} ${suiteArch(request.choice)}`, until('packing'));
    return await steps.run('Packing', async (show) => {
      follower.show = show;
      return keep(job, contained, finished);
    });
  } finally {
    contained.stop();
    await contained.ended.catch(() => undefined);
  }
}

/** Takes what comes out, and puts it in its place with its record. */
async function keep(job: Job, contained: ContainedWork, finished: Promise<void>): Promise<BaseRecord> {
  // Not before there is something to take: until then not even SIGKILL leaves anything.
  await Promise.race([once(contained.stdout, 'readable'), finished]);
  await using staging = await stagingBeside(job.files.image);
  await unpack(job, contained, staging.path);
  await finished;
  const { request, plan, files, host } = job;
  const record = await makeRecord({ request, plan, directory: staging.path, signal: host.signal });
  await writeFile(join(staging.path, 'record'), writeBaseRecord(record));
  const beside = Object.entries(files.beside);
  for (const name of ['image', ...beside.map(([staged]) => staged)])
    await chmod(join(staging.path, name), 0o444);
  host.signal.throwIfAborted();
  await refuseExisting(files);
  const places = [...beside, ['record', files.record], ['image', files.image]] as const;
  await placeFiles(places.map(([name, to]) => ({ from: join(staging.path, name), to })));
  return record;
}

async function startContained(job: Job): Promise<ContainedWork> {
  const { plan, place, request, log, host } = job;
  const texts = await readTexts({
    contain: 'share/base-image/contain.sh',
    script: 'share/base-image/make-root.sh',
    customize: 'target-bin/customize-base.sh',
    pack: imageKinds[request.backend].pack,
  });
  return contain(
    {
      script: texts.script,
      args: [
        request.choice.suite,
        ...plan.keyrings.own,
        '--',
        ...plan.keyrings.extra,
        '--',
        ...plan.mmdebstrap,
      ],
      env: {
        ...request.proxies,
        PATH: `${request.path}:/usr/sbin:/sbin`,
        HOME: '/root',
        LC_ALL: 'C.UTF-8',
        ...plan.env,
        GITIAN_CUSTOMIZE: texts.customize,
        GITIAN_PACK: texts.pack,
        ...(await machineEnvironment(request, job.key)),
      },
      memory: place.memory,
      parent: place.parent,
      stderr: log,
      signal: host.signal,
    },
    texts.contain,
  );
}

async function unpack(job: Job, contained: ContainedWork, directory: string): Promise<void> {
  const { exitCode, stderr } = await start({
    program: tar.program,
    args: ['--extract', '--no-same-owner', `--directory=${directory}`],
    stdin: contained.stdout,
    check: false,
  }).ended.catch((error: unknown) => {
    throw withPackage(error, tar);
  });
  // Half of an archive comes of what made it, which has the reason.
  if (exitCode === 0 || /Unexpected EOF|does not look like a tar/.test(stderr)) return;
  const path = job.request.workspace.root;
  if (outOfRoom.test(stderr)) throw failure('disk-full', { path });
  const [, reason = 'tar failed'] = /^tar: (?:.*: )?(.+)$/m.exec(stderr) ?? [];
  throw failure('not-writable', { path, reason, hint: tarHint });
}

/** What keeps tar from writing is the disk, or tar. */
const tarHint = `${howToReplace(tar)}; dmesg, findmnt -T .`;

function whyFailed({ request, plan, place, files, log }: Job): GitianError {
  const { root } = request.workspace;
  return diagnose(
    log.lastLines(200),
    {
      image: basename(files.image),
      suite: request.choice.suite,
      architecture: request.choice.architecture,
      keyrings: [...plan.keyrings.own, ...plan.keyrings.extra],
      directory: place.parent,
      disk: request.disk,
      programs: [...always, ...imageKinds[request.backend].tools],
    },
    shownPath(log.path, root),
  );
}
