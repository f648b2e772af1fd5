import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeBaseRecord, type BaseRecord } from '../base-record/record.js';
import type { GitianError } from '../core/errors/gitian-error.js';
import type { Steps } from '../core/steps.js';
import type { LogWriter } from '../core/words/log-writer.js';
import { shownPath } from '../core/words/shown-path.js';
import { suiteArch } from '../core/workspace.js';
import type { ImageFiles } from './image-files.js';
import { imageKinds } from './image-kinds.js';
import { PartError } from './image-parts.js';
import { contain, type ContainedWork } from './installation/containment.js';
import { diagnose } from './installation/diagnosis.js';
import type { InstallationPlan } from './installation/installation-plan.js';
import type { InstallationFollower } from './installation/installation-progress.js';
import { machineEnvironment } from './machine-environment.js';
import type { BaseImageRequest } from './make-base-image.js';
import { makeRecord } from './make-record.js';
import { placeFiles, refuseExisting, stagingBeside } from './places.js';
import { always } from './preflight.js';
import { refused, takeImage } from './take-image.js';
import { readTexts } from './texts.js';
import type { WorkPlace } from './work-place.js';

/** Everything that is settled before the work begins. */
export interface ImageJob {
  readonly request: BaseImageRequest;
  readonly plan: InstallationPlan;
  readonly place: WorkPlace;
  readonly files: ImageFiles;
  /** What a machine lets in. */
  readonly key: string;
  readonly log: LogWriter;
  readonly signal: AbortSignal;
  /** Called when the image is whole, just before it is put in its place. */
  readonly beforePlacing: (image: string) => Promise<void>;
  readonly steps: Steps;
}

/** Makes what is asked for, and puts it in its place. */
export async function makeImage(job: ImageJob, follower: InstallationFollower): Promise<BaseRecord> {
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
async function keep(job: ImageJob, contained: ContainedWork, finished: Promise<void>): Promise<BaseRecord> {
  // Not before there is something to take: until then not even SIGKILL leaves anything.
  await Promise.race([once(contained.stdout, 'readable'), finished]);
  await using staging = await stagingBeside(job.files.image);
  const { request, plan, files, log, signal } = job;
  const { path: directory } = staging;
  const { root } = request.workspace;
  const named = { image: basename(files.image), log: shownPath(log.path, root) };
  const kind = imageKinds[request.backend];
  await takeImage({ ...named, stream: contained.stdout, finished, kind, directory, workspace: root });
  const record = await makeRecord({ request, plan, directory, signal }).catch((error: unknown) => {
    throw error instanceof PartError ? refused(named, error.problem) : error;
  });
  await writeFile(join(directory, 'record'), writeBaseRecord(record), { flag: 'wx' });
  const beside = Object.entries(files.beside);
  for (const name of ['image', ...beside.map(([staged]) => staged)])
    await chmod(join(directory, name), 0o444);
  signal.throwIfAborted();
  await refuseExisting(files);
  await job.beforePlacing(join(directory, 'image'));
  const places = [...beside, ['record', files.record], ['image', files.image]] as const;
  await placeFiles(places.map(([name, to]) => ({ from: join(directory, name), to })));
  return record;
}

async function startContained(job: ImageJob): Promise<ContainedWork> {
  const { plan, place, request, log, signal } = job;
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
      signal,
    },
    texts.contain,
  );
}

function whyFailed({ request, plan, place, files, log }: ImageJob): GitianError {
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
