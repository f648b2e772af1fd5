import type { BackendName } from '../target/target.js';
import type { NeededTool } from './preflight.js';

/** What makes a base image one for a backend: the root file system itself is the same for all. */
export interface ImageKind {
  /** Ending of the image's name. */
  readonly ending: string;
  /** Packages beyond those that every guest has. */
  readonly packages: readonly string[];
  /** The file of this package with shell text that packs the root file system "$1" into the file "$2". */
  readonly pack: string;
  readonly tools: readonly NeededTool[];
}

/** The backends whose base images can be made. */
export type ImageBackend = Extract<BackendName, 'lxc'>;

/** The images that can be made, by the backend that uses them. */
export const imageKinds: Readonly<Record<ImageBackend, ImageKind>> = {
  lxc: {
    ending: '',
    packages: [],
    pack: 'share/base-image/pack-squashfs.sh',
    tools: [{ program: 'tar2sqfs', pkg: 'squashfs-tools-ng' }],
  },
};
