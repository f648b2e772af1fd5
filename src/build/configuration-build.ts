import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { readBaseRecord } from '../base-record/read.js';
import { failure, isFailure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { mindingTheDisk } from '../core/files/full-disk.js';
import { writeOver } from '../core/files/write-over.js';
import { LogWriter } from '../core/words/log-writer.js';
import { packageFile } from '../core/package-files.js';
import type { Steps } from '../core/steps.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import type { Descriptor } from '../descriptor/descriptor.js';
import { takesFiles, type TakenDirectory } from '../target/taken-files.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
import type { Archives } from './archives/archives.js';
import { buildScript } from './guest/build-script.js';
import { copyInputs } from './inputs/copy-inputs.js';
import { mergedOutput, runGuestStep } from './guest/guest-steps.js';
import type { Inputs } from './inputs/inputs.js';
import { baseManifest } from './manifest/base-manifest.js';
import type { LayerSettings } from './layers.js';
import { holdForScript, installHeld } from './network-policy.js';
import type { BuildOptions } from './options.js';
import type { ConfigurationJob } from './preflight.js';
import { leaveUp, preparedTarget } from './prepared-target.js';
import { provisioningEnvironment, provisioningSteps, sudoRule, upgradeStep } from './guest/provisioning.js';
import { runScript } from './guest/run-script.js';
import type { StartRecord } from './start-record.js';

/** What all configurations of one build have in common. */
export interface BuildContext {
  readonly descriptor: Descriptor;
  readonly inputs: Inputs;
  readonly referenceDatetime: string;
  readonly options: BuildOptions;
  readonly driver: TargetDriver;
  readonly archives: Archives;
  readonly workspace: Workspace;
  readonly steps: Steps;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly layers: LayerSettings;
  readonly starts: StartRecord;
}

/** Where one configuration's results are put: host directories, made here. */
export interface Destination {
  readonly outputs: string;
  /** Undefined when caches aren't kept. */
  readonly caches: string | undefined;
}

/** Builds one configuration in a target of its own; returns its base manifest. The outputs and caches are in `destination`. */
export async function buildConfiguration(
  context: BuildContext,
  job: ConfigurationJob,
  destination: Destination,
): Promise<string> {
  const { options, workspace } = context;
  const prepared = await preparedTarget(context, job, async (...packages) =>
    mindingTheDisk(workspace.root, () => provision(...packages)),
  );
  await using target = prepared.target;
  if (options.skipCleanup) await leaveUp(context, target);
  await mindingTheDisk(workspace.root, () => runIn(target, { context, job, destination }));
  return prepared.manifest;
}

/** From the inputs to the outputs, in a target that has its packages. */
async function runIn(
  target: StartedTarget,
  {
    context,
    job,
    destination,
  }: {
    readonly context: BuildContext;
    readonly job: ConfigurationJob;
    readonly destination: Destination;
  },
): Promise<void> {
  const { options, steps } = context;
  const staysUp = options.skipCleanup;
  // Programs that packages, or an earlier script, have put there run from now on.
  await using _held = await holdForScript(options.network, { ...context, target, staysUp });
  await steps.run('Preparing build environment', () => prepareEnvironment(context, target));
  await script(context, job, target);
  const results = [
    { from: 'out', to: destination.outputs },
    ...(destination.caches === undefined ? [] : [{ from: 'cache', to: destination.caches }]),
  ];
  await steps.run('Grabbing results from target', () => grab(target, results, staysUp));
  if (!staysUp) await steps.run('Stopping target', () => target.stop());
}

/** Everything up to the package manifest: it depends on nothing but the base image, the package lists and the archive. */
async function provision(
  context: BuildContext,
  job: ConfigurationJob,
  target: StartedTarget,
): Promise<string> {
  const { descriptor, options, steps, workspace } = context;
  await using log = await LogWriter.create(workspace.installLog);
  const shown = relative(workspace.root, workspace.installLog);
  await using archives = await context.archives.open(target);
  const { aptOptions } = archives;
  const upgrade = upgradeStep(await guestScript('upgrade-system.sh'), options.upgrade, aptOptions);
  return await installHeld({ ...context, target }, async () => {
    for (const step of [...provisioningSteps(descriptor, aptOptions), upgrade]) {
      await steps.run(step.title, () => runGuestStep(step, { target, archives, log }), shown);
    }
    return steps.run('Creating package manifest', () => packageManifest(context, job, target));
  });
}

async function packageManifest(
  { workspace }: BuildContext,
  { spec, base }: ConfigurationJob,
  target: StartedTarget,
): Promise<string> {
  const { stdout } = await target.run(['sh', '-s'], {
    user: 'root',
    env: provisioningEnvironment,
    stdin: Buffer.from(await guestScript('installed-packages.sh')),
  });
  const record = await readBaseRecord(base.path);
  const manifest = baseManifest(stdout, record?.packages ?? []);
  writeOver(workspace.manifest(spec), manifest);
  return manifest;
}

/** The build user's folders, sudo, inputs and caches. */
async function prepareEnvironment(
  { descriptor, inputs, options, workspace, emit }: BuildContext,
  target: StartedTarget,
): Promise<void> {
  const { name, enableCache, sudo, distro } = descriptor;
  const caches = enableCache ? ['common', name] : [];
  await target.run(['sh', '-s', ...caches], { stdin: Buffer.from(await guestScript('init-build.sh')) });
  if (sudo && options.allowSudo) {
    const { argv, stdin = '' } = sudoRule(distro);
    await target.run(mergedOutput(argv), { user: 'root', stdin: Buffer.from(stdin) });
  } else if (sudo) {
    emit({
      kind: 'warning',
      text: 'the descriptor asks for sudo in the target, which is not given',
      hint: 'gbuild --allow-sudo',
    });
  }
  await copyInputs(inputs, workspace.inputs, target);
  if (enableCache) await target.copyTo({ directory: workspace.caches, names: caches }, 'cache');
}

async function script(context: BuildContext, job: ConfigurationJob, target: StartedTarget): Promise<void> {
  const { descriptor, options, steps, workspace, emit, referenceDatetime } = context;
  const text = buildScript({
    descriptor,
    architecture: job.architecture,
    processors: options.processors,
    memory: options.memory,
    referenceDatetime,
  });
  await steps.run(`Creating build script (${relative(workspace.root, workspace.buildScript)})`, async () => {
    writeOver(workspace.buildScript, text);
    return Promise.resolve();
  });
  const passOn = options.streamLog
    ? (bytes: Uint8Array): void => {
        emit({ kind: 'stream', bytes });
      }
    : undefined;
  await using log = await LogWriter.create(workspace.buildLog, { passOn });
  const shown = relative(workspace.root, workspace.buildLog);
  const run = async (): Promise<void> => runScript(target, { text, architecture: job.architecture }, log);
  await steps.run('Running build script', run, shown);
  if (log.wasCut)
    emit({ kind: 'warning', text: `the script wrote more than "${shown}" may hold: it was cut` });
}

/** Brings results to the host: the files themselves where the target can hand them over and isn't needed any more. */
async function grab(
  target: StartedTarget,
  results: readonly TakenDirectory[],
  staysUp: boolean,
): Promise<void> {
  try {
    if (!staysUp && takesFiles(target)) await target.takeFrom(results);
    else for (const { from, to } of results) await target.copyFrom(from, to);
  } catch (error) {
    if (!isFailure(error, 'guest-path-missing', { path: 'out' })) throw error;
    throw failure('no-outputs-directory', { target: suiteArch(target.spec) }, { cause: error });
  }
}

/** The text of a script that runs in the guest. */
async function guestScript(name: string): Promise<string> {
  return await readFile(packageFile(`target-bin/${name}`), 'utf8');
}
