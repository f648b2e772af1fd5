import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { reportToYaml, type Report } from '../assertion/report.js';
import { mindingTheDisk } from '../core/files/full-disk.js';
import { sha256 } from '../core/files/hashing.js';
import { makeFolder } from '../core/files/make-folder.js';
import { removeTree, staging } from '../core/files/staging.js';
import { Steps } from '../core/steps.js';
import { lockWorkspace } from '../core/locks/workspace-lock.js';
import { suiteArch, type Configuration, type Workspace } from '../core/workspace.js';
import { writeWhole } from '../core/files/write-whole.js';
import { loadDescriptor, type LoadedDescriptor } from '../descriptor/load.js';
import { attachRunning } from '../target/choose-driver.js';
import { needsRoot } from '../target/needs-root.js';
import type { TargetDriver, TargetHost } from '../target/target.js';
import { openArchives, type Archives, type ArchiveSettings } from './archives/archives.js';
import { cacheManifests, mergeCaches, noCaches, prepareCaches } from './caches.js';
import { buildConfiguration, type BuildContext } from './configuration-build.js';
import { demandPolicy } from './network-policy.js';
import { fetchInputs, type Inputs } from './inputs/inputs.js';
import { demandLayers, type LayerSettings } from './layers.js';
import type { BuildOptions } from './options.js';
import { hashTree, manifestText } from './outputs/hash-tree.js';
import { moveTree } from '../core/files/move-tree.js';
import { configurationsOf, demandFolders, preflight, type ConfigurationJob } from './preflight.js';
import { referenceDatetime } from './inputs/reference-datetime.js';
import { StartRecord } from './start-record.js';
import { keepTimings } from './timings.js';
import { noteFinished, noteUnfinished } from './unfinished.js';

/** What is to be built, and how. */
export interface BuildRequest {
  readonly descriptorPath: string;
  readonly options: BuildOptions;
}

/** The world a build works in. */
export interface BuildHost extends TargetHost {
  /** The driver for the configurations that the descriptor turns out to have. */
  readonly driverFor: (configurations: readonly Configuration[]) => Promise<TargetDriver>;
  readonly archives: ArchiveSettings;
  readonly layers: LayerSettings;
}

/** What a build has come to. */
export interface BuildResult {
  readonly report: Report;
  /** `<sha256>  <name>-res.yml`, as `sha256sum` prints it. */
  readonly resultLine: string;
}

/**
 * Builds every configuration of a descriptor and writes the report. All that can be checked is checked before anything
 * is started or removed; `build/out` and the report appear whole, at the end, or not at all. Until then an earlier report
 * stays, but can't be signed.
 */
export async function build(
  { descriptorPath, options }: BuildRequest,
  host: BuildHost,
): Promise<BuildResult> {
  const { workspace, emit } = host;
  const loaded = await loadDescriptor(descriptorPath);
  for (const text of loaded.warnings) emit({ kind: 'warning', text });
  await demandFolders(workspace);
  const wanted = configurationsOf(loaded.descriptor, options);
  const driver = await host.driverFor(wanted.map(({ spec }) => spec));
  const jobs = await preflight(driver, wanted);
  await using _lock = await lockWorkspace(workspace, `gbuild ${basename(descriptorPath)}`);
  return await mindingTheDisk(workspace.root, () => buildChecked({ loaded, options, driver, jobs }, host));
}

/** A build that nothing speaks against before anything is started. */
interface CheckedBuild {
  readonly loaded: LoadedDescriptor;
  readonly options: BuildOptions;
  readonly driver: TargetDriver;
  readonly jobs: readonly ConfigurationJob[];
}

async function buildChecked(checked: CheckedBuild, host: BuildHost): Promise<BuildResult> {
  const { workspace, emit, signal } = host;
  const { options, driver, jobs } = checked;
  const { descriptor } = checked.loaded;
  demandLayers(options, driver);
  await using archives = await archivesOf(checked, host);
  demandPolicy(options.network, driver, archives);
  using _root = await rootFor(driver, host);
  await noteUnfinished(workspace, descriptor.name);
  const steps = new Steps(emit);
  await using _timings = keepTimings(steps, { workspace, emit, show: options.showTimings });
  const inputs = await inputsOf(checked, host, steps);
  const context: BuildContext = {
    descriptor,
    inputs,
    referenceDatetime: referenceDatetime(descriptor, inputs),
    options,
    driver,
    archives,
    workspace,
    steps,
    emit,
    signal,
    layers: host.layers,
    starts: new StartRecord(workspace),
  };
  await steps.run('Stopping target if it is up', () => stopTarget(host));
  await emptyBuild(workspace);
  await context.starts.begin();
  if (descriptor.enableCache) await prepareCaches(workspace, descriptor.name);
  await using stage = await staging(workspace.build);
  const outputs = join(stage.path, 'out');
  await mkdir(outputs);
  const baseManifests = await buildAll(context, { jobs, stage: stage.path, outputs }, host);
  const report = await steps.run('Generating report', () =>
    reportOn(context, { outputs, baseManifests, signal }),
  );
  await moveTree(outputs, workspace.out);
  const resultLine = await publish(context, report);
  await noteFinished(workspace, descriptor.name);
  return { report, resultLine };
}

async function archivesOf(
  { loaded: { descriptor }, options: { offline, network }, driver, jobs }: CheckedBuild,
  { archives: settings, signal }: BuildHost,
): Promise<Archives> {
  const { hostAddress } = driver.features;
  return openArchives({ settings, descriptor, jobs, offline, network, hostAddress, signal });
}

async function inputsOf(
  { loaded: { descriptor, sha256: descriptorSha256 }, options }: CheckedBuild,
  { workspace, emit, signal }: BuildHost,
  steps: Steps,
): Promise<Inputs> {
  const fetch = async (progress?: (text: string) => void): Promise<Inputs> =>
    fetchInputs(descriptor, options, { workspace, emit, signal, descriptorSha256, progress });
  if (descriptor.files.length === 0 && descriptor.remotes.length === 0) return fetch();
  return steps.run(descriptor.remotes.length > 0 ? 'Fetching inputs' : 'Checking inputs', fetch);
}

/** Obtains root where the driver needs it, or the target that is up and will be stopped: sudo may ask, and may refuse. */
async function rootFor(driver: TargetDriver, host: BuildHost): Promise<Disposable | undefined> {
  await using _running = await attachRunning(host, 'stop');
  return needsRoot(driver) ? await driver.obtainRoot() : undefined;
}

async function stopTarget(host: BuildHost): Promise<void> {
  const running = await attachRunning(host, 'stop');
  await running?.stop();
}

async function emptyBuild(workspace: Workspace): Promise<void> {
  await removeTree(workspace.build);
  await makeFolder(workspace.build);
}

/** Builds all configurations one after another; returns `<suite>-<arch>` → base manifest. */
async function buildAll(
  context: BuildContext,
  {
    jobs,
    stage,
    outputs,
  }: { readonly jobs: readonly ConfigurationJob[]; readonly stage: string; readonly outputs: string },
  host: BuildHost,
): Promise<Map<string, string>> {
  const { descriptor, options, workspace, emit } = context;
  const manifests = new Map<string, string>();
  for (const job of jobs) {
    const name = suiteArch(job.spec);
    context.steps.begin(name);
    emit({ kind: 'heading', text: `Building for ${job.spec.suite} ${job.architecture}` });
    // Of several that are left up (--skip-cleanup) there can be but the last.
    if (manifests.size > 0) await stopTarget(host);
    const own = join(stage, name);
    const caches = descriptor.enableCache && !options.cacheReadOnly ? join(own, 'cache') : undefined;
    manifests.set(name, await buildConfiguration(context, job, { outputs: join(own, 'out'), caches }));
    for (const path of await moveTree(join(own, 'out'), outputs)) {
      emit({
        kind: 'warning',
        text: `the output ${JSON.stringify(path)} of ${name} replaces an earlier configuration's`,
      });
    }
    if (caches !== undefined) await mergeCaches(workspace, descriptor.name, caches);
  }
  context.steps.begin(undefined);
  return manifests;
}

async function reportOn(
  { descriptor, inputs, workspace }: BuildContext,
  made: {
    readonly outputs: string;
    readonly baseManifests: ReadonlyMap<string, string>;
    readonly signal: AbortSignal;
  },
): Promise<Report> {
  const { enableCache, name } = descriptor;
  const caches = enableCache ? await cacheManifests(workspace, name, made.signal) : noCaches;
  return {
    outManifest: manifestText(await hashTree(made.outputs, made.signal)),
    inManifest: inputs.manifest,
    baseManifests: made.baseManifests,
    cacheCommonManifest: caches.common,
    cachePackageManifest: caches.package,
  };
}

/** Writes the report, and beside it how it came about: what the report's fixed format has no place for. */
async function publish(
  { workspace, descriptor, driver, options, starts }: BuildContext,
  report: Report,
): Promise<string> {
  const text = reportToYaml(report);
  const digest = sha256(text);
  const path = workspace.result(descriptor.name);
  await writeWhole(path, text);
  const how = {
    result: digest,
    backend: driver.name,
    network: options.network,
    configurations: starts.notes,
  };
  await writeWhole(workspace.howBuilt(descriptor.name), `${JSON.stringify(how, undefined, 2)}\n`);
  return `${digest}  ${basename(path)}`;
}
