import { execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandName } from '../../../src/cli/command-files.js';
import { filesOfImage, machineStates } from '../base-image.js';
import type { Outcome } from '../commands.js';
import { isRunning } from '../processes.js';
import { outcomeOf, startCommand } from '../running-command.js';

/** What a test's descriptor says beside its name, suite and script. */
export interface DescriptorParts {
  readonly name?: string;
  readonly suites?: readonly string[];
  readonly architectures?: readonly string[];
  readonly script: string;
  /** Further lines of YAML. */
  readonly more?: string;
}

/**
 * Packages of real builds are fetched once for all tests of a user, and machines boot once; no test touches the user's
 * own cache. Layers are each test's own.
 */
const testCache = join(
  process.env['GITIAN_TEST_CACHE'] ?? join(tmpdir(), 'gitian-test-cache'),
  `cache-${String(process.getuid?.() ?? 0)}`,
);
const shared = { packages: join(testCache, 'packages'), machines: join(machineStates, 'machines') };

/** A workspace for real builds: a folder of its own with base images linked into it. */
export class BuildWorkspace implements AsyncDisposable {
  readonly path: string;
  /** What is kept for all workspaces of a user, here for this one alone. */
  readonly cache: string;

  private constructor(path: string, cache: string) {
    this.path = path;
    this.cache = cache;
  }

  /** `images` are base images made by make-base-vm; `parent` is where the folder is made. */
  static async create(
    images: readonly string[],
    parent = tmpdir(),
    name = 'gitian-build-',
  ): Promise<BuildWorkspace> {
    const cache = await mkdtemp(join(tmpdir(), 'gitian-user-cache-'));
    for (const [name, folder] of Object.entries(shared)) {
      await mkdir(folder, { recursive: true });
      await symlink(folder, join(cache, name));
    }
    const workspace = new BuildWorkspace(await realpath(await mkdtemp(join(parent, name))), cache);
    await mkdir(join(workspace.path, 'inputs'));
    for (const image of images) {
      for (const { file, place } of filesOfImage(image)) {
        const to = join(workspace.path, place);
        if (existsSync(to)) continue;
        await mkdir(dirname(to), { recursive: true });
        await symlink(file, to);
      }
    }
    return workspace;
  }

  /** Writes `<name>.yml` and returns its file name. */
  async descriptor({
    name = 'test',
    suites = ['bookworm'],
    architectures = ['amd64'],
    script,
    more = '',
  }: DescriptorParts): Promise<string> {
    const indented = script.replace(/^/gm, '  ').trimEnd();
    const date = more.includes('reference_datetime') ? '' : "reference_datetime: '2020-02-29 12:00:00'\n";
    const lists = ['packages', 'remotes', 'files']
      .filter((key) => !more.includes(`${key}:`))
      .map((key) => `${key}: []\n`);
    await writeFile(
      join(this.path, `${name}.yml`),
      `name: ${name}\ndistro: debian\nsuites: [${suites.join(', ')}]\narchitectures: [${architectures.join(', ')}]\n` +
        `${lists.join('')}${date}${more}script: |\n${indented}\n`,
    );
    return `${name}.yml`;
  }

  /** Runs a real command here, with the LXC backend, if the environment has no other. */
  async run(
    name: CommandName,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    return outcomeOf(this.start(name, args, env));
  }

  /** Starts a real command here, as {@link BuildWorkspace.run} does. */
  start(
    name: CommandName,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    return startCommand(name, args, {
      cwd: this.path,
      env: { USE_LXC: '1', GITIAN_CACHE: this.cache, ...env },
    });
  }

  /** A file of the workspace, as text. */
  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.path, path));
  }

  /** What belongs to this workspace and lives outside of its files: processes and mounts. */
  async remains(): Promise<string[]> {
    return [...(await processesBelow(this.path)), ...mountsBelow(this.path)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('stop-target', []);
    await rm(this.path, { recursive: true, force: true });
    await rm(this.cache, { recursive: true, force: true });
  }
}

/** Processes whose command line, root or working directory names the folder; vitest's own workers don't count. */
async function processesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
      const places = await Promise.all([
        realpath(`/proc/${pid}/cwd`).catch(() => ''),
        realpath(`/proc/${pid}/root`).catch(() => ''),
      ]);
      const mounts = unescaped(readFileSync(`/proc/${pid}/mounts`, 'utf8'));
      const belongs =
        [words, mounts].some((text) => text.includes(folder)) ||
        places.some((place) => place.startsWith(folder));
      if (belongs && isRunning(Number(pid))) found.push(`process ${pid}: ${words}`);
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}

/** A list of mounts, with blanks and other characters as they are. */
function unescaped(mounts: string): string {
  return mounts.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

function mountsBelow(folder: string): string[] {
  return execFileSync('mount', { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => `mount ${line}`);
}
