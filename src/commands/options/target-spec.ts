import { readBaseRecord } from '../../base-record/read.js';
import { failure } from '../../core/errors/gitian-error.js';
import { plainName } from '../../core/words/safe-names.js';
import { suiteArch, type Configuration } from '../../core/workspace.js';
import type { TargetDriver, TargetSpec } from '../../target/target.js';
import type { CommandContext } from '../command.js';
import { machineSize } from './machine-size.js';
import { setting } from './settings.js';

type Environment = CommandContext['env'];

/** What a target is of when nothing says otherwise. */
const usualDistro = 'ubuntu';

/** What the environment makes of a target: `NPROCS`, `VMEM` and `DISTRO`, without which the base image's record knows. */
export async function targetSpec(
  configuration: Configuration,
  driver: TargetDriver,
  env: Environment,
): Promise<TargetSpec> {
  const spec = {
    ...configuration,
    distro: setting(env['DISTRO']) ?? (await recordedDistro(configuration, driver)) ?? usualDistro,
    ...machineSize(env),
  };
  const problems = driver.validate(spec);
  if (problems.length > 0) throw failure('target-unsuitable', { target: suiteArch(spec), problems });
  return spec;
}

/** Takes a suite, which becomes part of file names, and an architecture that base images are made for. */
export function plainConfiguration(suite: string, architecture: string): Configuration {
  if (!architectures.has(architecture)) {
    const expected = 'amd64 or i386';
    throw failure('usage-bad-value', { what: 'the architecture', value: architecture, expected });
  }
  return { suite: plainName(suite, 'the suite'), architecture };
}

/** `linux64` is an older word for amd64. */
const architectures: ReadonlySet<string> = new Set(['amd64', 'i386', 'linux64']);

/** Throws `backend-unusable` where the backend doesn't work on this host, for guests of these architectures. */
export async function requireUsable(
  driver: TargetDriver,
  architectures: readonly string[] = [],
): Promise<void> {
  const probe = await driver.probe(architectures);
  if (probe.usable) return;
  throw failure('backend-unusable', { backend: driver.name, reason: probe.reason, hint: probe.hint });
}

async function recordedDistro(
  configuration: Configuration,
  driver: TargetDriver,
): Promise<string | undefined> {
  const base = await driver.base(configuration);
  return base === undefined ? undefined : (await readBaseRecord(base.path))?.distro;
}
