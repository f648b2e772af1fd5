import type { Descriptor } from '../../descriptor/descriptor.js';

/** One command for root in the target. */
export interface RootCommand {
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Whether it asks archives for something. */
  readonly usesArchives?: true;
}

/** A named step of bringing the target's packages to what the descriptor asks for. */
export interface GuestStep {
  readonly title: string;
  readonly commands: readonly RootCommand[];
}

/** What provisioning reads of a descriptor. */
export type ProvisioningFacts = Pick<Descriptor, 'multiarch' | 'repositories' | 'packages' | 'alternatives'>;

/** The environment of every provisioning command. */
export const provisioningEnvironment = { DEBIAN_FRONTEND: 'noninteractive' } as const;

/**
 * The steps from a pristine base image to a target with its packages, in order; what has nothing to do is left out.
 * `aptOptions` is how apt-get reaches the archives.
 */
export function provisioningSteps(facts: ProvisioningFacts, aptOptions: readonly string[] = []): GuestStep[] {
  const { multiarch, repositories, packages, alternatives } = facts;
  const aptGet = (
    verb: string,
    options: readonly string[] = [],
    names: readonly string[] = [],
  ): RootCommand => aptGetCommand(verb, [...aptOptions, ...options], names);
  const install = (names: readonly string[], options: readonly string[] = []): RootCommand =>
    aptGet('install', ['--no-install-recommends', '-y', ...options], names);
  const steps: GuestStep[] = [
    { title: 'Adding multiarch support', commands: multiarch.map(addArchitecture) },
    {
      title: 'Adding repositories to the sources list',
      commands: repositories.map(({ source }) => addSource(source)),
    },
    { title: 'Updating apt-get repository', commands: [aptGet('update', everyIndex)] },
    { title: 'Installing additional packages', commands: packages.length > 0 ? [install(packages)] : [] },
    ...repositories.map(({ distribution, packages: names }) => ({
      title: `Installing additional packages from repository ${distribution}`,
      commands: names.length > 0 ? [install(names, ['-t', distribution])] : [],
    })),
    { title: 'Setting alternatives', commands: alternatives.map(setAlternative) },
  ];
  return steps.filter((step) => step.commands.length > 0);
}

/** Brings the packages to the archive's state; `script` is `target-bin/upgrade-system.sh`. */
export function upgradeStep(script: string, again: boolean, aptOptions: readonly string[] = []): GuestStep {
  const argv = ['sh', '-s', again ? 'again' : 'once', ...aptOptions];
  return { title: 'Upgrading system', commands: [{ argv, stdin: script, usesArchives: true }] };
}

/** Lets the build user become root without a password. */
export function sudoRule(user: string): RootCommand {
  return {
    argv: ['tee', '--', `/etc/sudoers.d/${user}`],
    stdin: `%${user} ALL=(ALL) NOPASSWD: ALL\n`,
  };
}

function addArchitecture(architecture: string): RootCommand {
  return { argv: ['dpkg', '--add-architecture', architecture] };
}

function addSource(source: string): RootCommand {
  return { argv: ['tee', '-a', '--', '/etc/apt/sources.list'], stdin: `${source}\n` };
}

function setAlternative({
  package: name,
  path,
}: {
  readonly package: string;
  readonly path: string;
}): RootCommand {
  return { argv: ['update-alternatives', '--set', name, path] };
}

/** Without this, apt takes an archive that can't be reached for one that has nothing new. */
const everyIndex = ['-o', 'APT::Update::Error-Mode=any'];

/** A transfer that fails is tried again; dpkg writes plain lines to the log instead of a terminal's. */
function aptGetCommand(verb: string, options: readonly string[], names: readonly string[]): RootCommand {
  return {
    usesArchives: true,
    argv: [
      'apt-get',
      '-o',
      'Acquire::Retries=3',
      '-o',
      'Dpkg::Use-Pty=0',
      ...options,
      verb,
      ...(names.length > 0 ? ['--', ...names] : []),
    ],
  };
}
