import type { Readable } from 'node:stream';
import type { Emit } from '../core/events.js';
import type { OutputTo } from '../core/processes/process.js';
import type { Configuration, Workspace } from '../core/workspace.js';

/**
 * The contract between the tool and its backends.
 *
 * A driver is stateless and cheap to make. The order of calls is `probe`, `validate`, `prepare`, `start`, and then
 * whatever the started target is asked, until `stop` or `detach`. Every call may be aborted through the host's signal
 * and then leaves no process, mount, network or state file behind. Nothing outside a driver's folder and the registry
 * asks which backend it is: callers read `features` instead.
 */
export interface TargetDriver {
  readonly name: BackendName;
  readonly features: TargetFeatures;

  /** Whether this backend works on this host, for guests of these architectures. Never throws, changes nothing, asks nobody. */
  probe(architectures?: readonly string[]): Promise<Probe>;

  /** What this backend can't do of `spec`; pure. */
  validate(spec: TargetSpec): readonly string[];

  /** The base image of a configuration, or undefined when `make-base-vm` has not made it. */
  base(configuration: Configuration): Promise<BaseImage | undefined>;

  /**
   * Makes the target of `spec` pristine: a copy-on-write child of its base image with nothing of earlier runs in it.
   * Stops it first if it is up. Throws `base-image-missing` without a base image. Idempotent.
   */
  prepare(spec: TargetSpec): Promise<void>;

  /** Whether `prepare` was done once for this configuration, so that `start` has something to start. */
  isPrepared(configuration: Configuration): Promise<boolean>;

  /**
   * Starts the prepared target and resolves when it answers and its network is up. Throws `target-not-prepared` before
   * `prepare`, `target-running` when this workspace's target is up already, `target-failed` when it can't be started; a
   * failed start leaves nothing behind. Stays prepared: what the last run wrote is there.
   */
  start(spec: TargetSpec): Promise<StartedTarget>;

  /**
   * Finds the target that is up in this workspace, whichever process started it, or undefined when none is. It counts
   * as detached: only `stop` ends it. State that a dead process left behind is cleaned away on the occasion. `purpose`
   * is what for, as it is said where something is lacking for it.
   */
  attach(purpose?: AttachPurpose): Promise<StartedTarget | undefined>;
}

/**
 * A target that is up: the only thing that can run and copy.
 *
 * Disposing stops it, unless it was detached. If it dies by itself, everything under way rejects with `target-lost`.
 */
export interface StartedTarget extends AsyncDisposable {
  readonly spec: TargetSpec;

  /**
   * Runs an argument list in the home directory of `user`, in the guest's own environment (see `guest-environment.ts`)
   * and with umask 022. Arguments arrive as they are; stdin, stdout and stderr are binary-safe; the exit code comes back unchanged,
   * 128 + n for signal n. With `check` (the default) an exit code that isn't 0 throws `guest-command-failed`.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;

  /**
   * Copies files and directories into the guest directory `to`, made if it is missing, below the home of the user
   * unless absolute. Contents, executable bits, links and times survive; owner is the user; modes lose what umask 022 takes.
   */
  copyTo(what: HostFiles, to: string, options?: CopyOptions): Promise<void>;

  /**
   * Copies what lies under the guest directory `from` (not the directory itself), or only `names` of it, into the host
   * directory `to`. Throws `guest-path-missing` where there is no such thing.
   * The guest is hostile: nothing is written outside `to`, no special file is made, owners and set-id bits are dropped,
   * links that lead out of `to` are refused with `guest-file-refused`.
   */
  copyFrom(from: string, to: string, options?: CopyFromOptions): Promise<void>;

  /** Ends the target and all its processes, mounts and networks. Idempotent. What it wrote stays, for `--skip-image`. */
  stop(): Promise<void>;

  /** Leaves the target up when this process ends; `attach` finds it. Idempotent. */
  detach(): Promise<void>;
}

/** What the target that is up is wanted for. */
export type AttachPurpose = 'use' | 'stop';

/** The backends there are, the original's default first; the registry says which file makes each. */
export const backendNames = ['kvm', 'lxc', 'vbox'] as const;

/** A backend's name, as `--backend` takes it. */
export type BackendName = (typeof backendNames)[number];

/** What callers may ask of a backend, as plain data. */
export interface TargetFeatures {
  /** What the guest calls the host. */
  readonly hostAddress: string;
  /** The option with which `make-base-vm` makes this backend's base images, such as `--lxc`. */
  readonly makeBaseOption: string;
  /** Ending of this backend's base images, such as `.qcow2`. */
  readonly baseImageEnding: string;
  /** Whether its targets can do what `cuts-network.ts` says. */
  readonly cutsNetwork?: true;
}

/** What a target is to be. */
export interface TargetSpec extends Configuration {
  /** `ubuntu` or `debian`: also the name of the build user. */
  readonly distro: string;
  /** In MiB. */
  readonly memory: number;
  readonly processors: number;
}

/** A base image that exists. */
export interface BaseImage {
  readonly path: string;
  /** SHA-256 of the image, from its record; undefined for an image that somebody else made. */
  readonly digest: string | undefined;
}

/** Whether a backend works here; if not, why, and what to type. */
export type Probe =
  { readonly usable: true } | { readonly usable: false; readonly reason: string; readonly hint: string };

/** How a command runs in the guest. */
export interface RunOptions {
  /** The build user by default. */
  readonly user?: string;
  /** Added to the guest's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing by default; 'inherit' is this process's own, a terminal included. */
  readonly stdin?: Uint8Array | Readable | 'inherit';
  readonly stdout?: OutputTo;
  readonly stderr?: OutputTo;
  readonly check?: boolean;
  /** Doesn't wait for output of processes that the command leaves behind. */
  readonly leavesDaemons?: boolean;
  /** Ends the command, and only it. The host's signal ends it too. */
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface RunResult {
  readonly exitCode: number;
  /** Empty unless captured. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Files and directories by name below one host directory. */
export interface HostFiles {
  readonly directory: string;
  readonly names: readonly string[];
  /** Copies what links lead to, instead of the links. */
  readonly followLinks?: boolean;
}

/** How files are copied. */
export interface CopyOptions {
  /** Whose files they are in the guest; the build user by default. */
  readonly user?: string;
  readonly signal?: AbortSignal;
}

/** How files are copied from the guest. */
export interface CopyFromOptions extends CopyOptions {
  /** Names in the directory; all that is in it by default. */
  readonly names?: readonly string[];
}

/** What a driver is made with: the world it works in. */
export interface TargetHost {
  readonly workspace: Workspace;
  readonly emit: Emit;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
  readonly settings: TargetSettings;
}

/** What the environment may say about targets; see `docs/backends.md`. */
export interface TargetSettings {
  /** `LXC_BRIDGE`: a veth on this bridge instead of a network of its own. */
  readonly bridge: string | undefined;
  /** `LXC_GUEST_IP`: the guest's address on the bridge. */
  readonly guestAddress: string;
  /** `GITIAN_HOST_IP`: what the guest calls the host. */
  readonly hostAddress: string;
  /** Whether the guest may reach what listens on the host's loopback, as a package cache there needs. */
  readonly reachesHostLoopback: boolean;
  /** The port of the package cache that `MIRROR_HOST` names, which may be at one of this host's addresses. */
  readonly hostPort: number | undefined;
  /** `LXC_PRIVILEGED`: root of a container is root of the host, as in the original. */
  readonly privileged: boolean;
  /** `KVM`: the QEMU program to run. */
  readonly qemu: string | undefined;
  /** `GITIAN_ACCEL`: how QEMU runs the guest's instructions, instead of the fastest way that works. */
  readonly acceleration: string | undefined;
  /** `GITIAN_CACHE`, or where the user's caches are: what serves all workspaces. */
  readonly cache: string;
  /** `XDG_RUNTIME_DIR`: a folder of the user's for sockets. */
  readonly runtime: string | undefined;
}
