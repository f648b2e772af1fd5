import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failure, type GitianError } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { sha256File } from '../core/hashing.js';
import { LogWriter } from '../core/log-writer.js';
import { packageFile } from '../core/package-files.js';
import { start } from '../core/process.js';
import { shownPath } from '../core/shown-path.js';
import { Steps } from '../core/steps.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import { archiveArchitecture, type BaseChoice } from './choose.js';
import { contain, type ContainedWork } from './containment.js';
import { recordedPackages, recordedRelease } from './contents.js';
import { diagnose } from './diagnosis.js';
import { imageKinds, type ImageBackend } from './image-kinds.js';
import {
  installationFacts,
  planInstallation,
  type InstallationPlan,
  type MirrorWish,
} from './installation-plan.js';
import { InstallationFollower } from './installation-progress.js';
import { placeImage, refuseExisting, stagingBeside } from './places.js';
import { preflight } from './preflight.js';
import { writeBaseRecord, type BaseRecord } from './record.js';
import { hasWholeI386 } from './suites.js';
import { toolVersions } from './tool-versions.js';
import { workPlace, type WorkPlace } from './work-place.js';

/** A base image that is wanted. */
export interface BaseImageRequest {
  readonly choice: BaseChoice;
  readonly backend: ImageBackend;
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
  readonly image: string;
  readonly log: LogWriter;
  readonly host: BaseImageHost;
}

/**
 * Makes a base image and its record in the workspace. Refuses to overwrite one. When it fails or is interrupted, however
 * that comes about, nothing is left but the log.
 */
export async function makeBaseImage(request: BaseImageRequest, host: BaseImageHost): Promise<MadeBaseImage> {
  const { choice, workspace } = request;
  const kind = imageKinds[request.backend];
  const image = workspace.baseImage(choice, kind.ending);
  await refuseExisting(image);
  await preflight(kind.tools, request.path, archiveArchitecture(choice.architecture));
  if (choice.architecture === 'i386' && !hasWholeI386(choice.distro, choice.suite)) {
    const text = `Ubuntu gave up most of i386 after 19.04, so "${choice.suite}" may lack packages of a base image`;
    host.emit({ kind: 'warning', text });
  }
  const facts = await installationFacts(choice, request.mirrors);
  const plan = planInstallation(choice, facts, request.mirrors, kind.packages);
  const place = workPlace(request.memory, request.temporary);
  host.signal.throwIfAborted();
  await mkdir(workspace.var, { recursive: true });
  const follower = new InstallationFollower();
  await using log = await LogWriter.create(join(workspace.var, `base-${suiteArch(choice)}.log`), (bytes) => {
    follower.take(bytes);
  });
  const record = await work({ request, plan, place, image, log, host }, follower);
  return { path: image, record };
}

async function work(job: Job, follower: InstallationFollower): Promise<BaseRecord> {
  const { log, host, request } = job;
  const steps = new Steps(host.emit);
  const contained = await startContained(job);
  const finished = contained.ended.then((exitCode) => {
    if (exitCode !== 0) throw whyFailed(job);
  });
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
  await using staging = await stagingBeside(job.image);
  await Promise.all([unpack(job, contained, staging.path), finished]);
  const staged = { image: join(staging.path, 'image'), record: join(staging.path, 'record') };
  const record = await recordOf(job, staging.path);
  await writeFile(staged.record, writeBaseRecord(record));
  await chmod(staged.image, 0o444);
  job.host.signal.throwIfAborted();
  await placeImage(staged, job.image);
  return record;
}

async function startContained(job: Job): Promise<ContainedWork> {
  const { plan, place, request, log, host } = job;
  const [containment, script, customize, pack] = await Promise.all(
    [
      'share/base-image/contain.sh',
      'share/base-image/make-root.sh',
      'target-bin/customize-base.sh',
      imageKinds[request.backend].pack,
    ].map((name) => readFile(packageFile(name), 'utf8')),
  );
  const { own, extra } = plan.keyrings;
  return contain(
    {
      script: script ?? '',
      args: [request.choice.suite, ...own, '--', ...extra, '--', ...plan.mmdebstrap],
      env: {
        ...request.proxies,
        PATH: `${request.path}:/usr/sbin:/sbin`,
        HOME: '/root',
        LC_ALL: 'C.UTF-8',
        ...plan.env,
        GITIAN_CUSTOMIZE: customize ?? '',
        GITIAN_PACK: pack ?? '',
      },
      memory: place.memory,
      parent: place.parent,
      stderr: log,
      signal: host.signal,
    },
    containment ?? '',
  );
}

async function unpack(job: Job, contained: ContainedWork, directory: string): Promise<void> {
  const { exitCode, stderr } = await start({
    program: 'tar',
    args: ['--extract', '--no-same-owner', `--directory=${directory}`],
    stdin: contained.stdout,
    check: false,
  }).ended;
  if (exitCode === 0) return;
  contained.stop();
  await contained.ended;
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    throw failure('disk-full', { path: job.request.workspace.root });
  }
  throw whyFailed(job);
}

async function recordOf(job: Job, directory: string): Promise<BaseRecord> {
  const { choice, version, backend } = job.request;
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const names = (await readdir(join(directory, 'releases'))).sort();
  const releases = await Promise.all(names.map((name) => read(join('releases', name))));
  const tools = ['mmdebstrap', 'apt-get', ...imageKinds[backend].tools.map(({ program }) => program)];
  const image = join(directory, 'image');
  return {
    format: 1,
    distro: choice.distro,
    suite: choice.suite,
    architecture: choice.architecture,
    image: { sha256: await sha256File(image, job.host.signal), bytes: (await stat(image)).size },
    made: { at: new Date().toISOString(), by: { gitian: version, ...(await toolVersions(tools)) } },
    sourceDateEpoch: Number(await read('epoch')),
    sources: { installed: job.plan.sources, guest: job.plan.guestSources },
    releases: releases.map(recordedRelease),
    packages: recordedPackages(await read('installed'), await read('available')),
  };
}

function whyFailed({ request, plan, place, image, log }: Job): GitianError {
  const { root } = request.workspace;
  return diagnose(
    log.lastLines(200),
    {
      image: basename(image),
      suite: request.choice.suite,
      architecture: request.choice.architecture,
      keyrings: [...plan.keyrings.own, ...plan.keyrings.extra],
      directory: place.parent,
    },
    shownPath(log.path, root),
  );
}
