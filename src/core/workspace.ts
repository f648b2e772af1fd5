import { dirname, join } from 'node:path';

/** One configuration of a build: what is written `<suite>-<architecture>` in file names. */
export interface Configuration {
  readonly suite: string;
  readonly architecture: string;
}

/** `<suite>-<architecture>`, as in the names of base images, targets and manifests. */
export function suiteArch(of: Configuration): string {
  return `${of.suite}-${of.architecture}`;
}

/**
 * Every file and folder that may appear in a workspace, the directory a command is run in.
 * `base` is `$GITIAN_BASE` where that is set: the root for `sigs/` and `var/`.
 */
export class Workspace {
  readonly root: string;
  readonly base: string;

  constructor(root: string, base: string = root) {
    this.root = root;
    this.base = base;
  }

  /** Files and git clones that a build reads. */
  get inputs(): string {
    return join(this.root, 'inputs');
  }

  /** Emptied at the start of a build. */
  get build(): string {
    return join(this.root, 'build');
  }

  /** Where outputs land, of all suites and architectures together. */
  get out(): string {
    return join(this.build, 'out');
  }

  get results(): string {
    return join(this.root, 'result');
  }

  /** The report of a build. */
  result(name: string): string {
    return join(this.results, `${name}-res.yml`);
  }

  /** Lies there from the beginning of a build to its end where there is an earlier result; empty. */
  unfinished(name: string): string {
    return join(this.results, `${name}-unfinished`);
  }

  /** How the result of a build came about: backend, network policy, what each configuration started from, and the result's digest. */
  howBuilt(name: string): string {
    return join(this.results, `${name}-how.json`);
  }

  /** Kept between builds of descriptors that say `enable_cache: true`. */
  get caches(): string {
    return join(this.root, 'cache');
  }

  /** Logs and state. */
  get var(): string {
    return join(this.base, 'var');
  }

  get installLog(): string {
    return join(this.var, 'install.log');
  }

  get buildLog(): string {
    return join(this.var, 'build.log');
  }

  get buildScript(): string {
    return join(this.var, 'build-script');
  }

  get targetLog(): string {
    return join(this.var, 'target.log');
  }

  /** How long each step of the last build took. */
  get timings(): string {
    return join(this.var, 'timings.json');
  }

  /** What the last build's targets had their packages from. */
  get layers(): string {
    return join(this.var, 'layers.json');
  }

  manifest(configuration: Configuration): string {
    return join(this.var, `base-${suiteArch(configuration)}.manifest`);
  }

  /** The private key that machines of this workspace are logged in to with. */
  get sshKey(): string {
    return join(this.var, 'id_rsa');
  }

  get sshPublicKey(): string {
    return `${this.sshKey}.pub`;
  }

  /** The ssh host key of a machine that was made by hand, as it was when it was first seen. */
  hostKey(machine: string): string {
    return join(this.var, `${machine}.hostkey`);
  }

  /** State of the started target: who runs it, where, since when. */
  get targetState(): string {
    return join(this.var, 'target.json');
  }

  /** What a command locks that changes a workspace: the directory, and the state below `$GITIAN_BASE` where that is another. */
  get locks(): readonly string[] {
    return [...new Set([this.root, this.base])].map((folder) => join(folder, 'var', 'lock'));
  }

  /** What `make-base-vm` locks that makes a base image of a configuration, for whichever backend: they have one log. */
  imageLocks(configuration: Configuration): readonly string[] {
    return this.locks.map((lock) => join(dirname(lock), `base-${suiteArch(configuration)}.lock`));
  }

  /** The base image of a configuration, `base-<suite>-<arch>`; a backend adds its own ending. */
  baseImage(configuration: Configuration, ending = ''): string {
    return join(this.root, `base-${suiteArch(configuration)}${ending}`);
  }

  /** The throw-away copy that a build runs in. */
  target(configuration: Configuration, ending = ''): string {
    return join(this.root, `target-${suiteArch(configuration)}${ending}`);
  }

  get allSignatures(): string {
    return join(this.base, 'sigs');
  }

  /** Where assertions of a package lie. */
  signatures(name: string): string {
    return join(this.allSignatures, name);
  }
}
