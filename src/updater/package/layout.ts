import { memberKind, unixMode, type Member } from '../../zip/member.js';
import { shownBytes } from '../../core/words/shown-bytes.js';
import { folded, pathProblem } from './paths.js';

/** A package's files, found harmless as far as names, kinds and sizes go. */
export interface Layout {
  readonly files: ReadonlyMap<string, PackageFile>;
}

/** One file of a package. */
export interface PackageFile {
  readonly path: string;
  readonly member: Member;
  readonly executable: boolean;
}

/** How many members a package may have. */
const mostMembers = 100_000;

/** Unpacking to more than this many times the packed size is what bombs do; small packages are spared. */
const [mostTimes, sparedSize] = [200, 64 * 1024 * 1024];

/** Looks at a package's directory before anything is unpacked. `problems` are sentences; one is enough to refuse it. */
export function packageLayout(
  members: readonly Member[],
  maximumSize: number,
): { readonly layout: Layout; readonly problems: readonly string[] } {
  const problems = sizeProblems(members, maximumSize);
  const names = new Names();
  const files = new Map<string, PackageFile>();
  for (const member of problems.length > 0 ? [] : members) {
    const path = member.path.replace(/\/$/, '');
    const kind = memberKind(member);
    const problem = pathProblem(path) ?? kindProblem(kind) ?? names.add(path, kind === 'folder');
    if (problem !== undefined) problems.push(`the name ${JSON.stringify(member.path)} ${problem}`);
    else if (kind === 'file') {
      files.set(path, { path, member, executable: ((unixMode(member) ?? 0) & 0o111) !== 0 });
    }
  }
  return { layout: { files }, problems };
}

function sizeProblems(members: readonly Member[], maximumSize: number): string[] {
  if (members.length > mostMembers) return [`it has more than ${String(mostMembers)} members`];
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const packed = members.reduce((sum, member) => sum + member.packedSize, 0);
  if (size > maximumSize)
    return [`it unpacks to ${shownBytes(size)}, and ${shownBytes(maximumSize)} is the limit`];
  if (size > sparedSize && size > packed * mostTimes) {
    return [`it unpacks from ${shownBytes(packed)} to ${shownBytes(size)}, as zip bombs do`];
  }
  return [];
}

function kindProblem(kind: ReturnType<typeof memberKind>): string | undefined {
  if (kind === 'link') return 'is a link';
  return kind === 'special' ? 'is a device or something like it' : undefined;
}

/** The names of files and folders so far, by what a file system without case takes for the same. */
class Names {
  readonly #known = new Map<string, { readonly path: string; readonly folder: boolean }>();

  /** Adds a path with the folders it lies in, or says why it can't lie beside the others. */
  add(path: string, folder: boolean): string | undefined {
    const steps = path.split('/');
    for (let count = 1; count < steps.length; count++) {
      const problem = this.#addOne(steps.slice(0, count).join('/'), true);
      if (problem !== undefined) return problem;
    }
    return this.#addOne(path, folder);
  }

  #addOne(path: string, folder: boolean): string | undefined {
    const key = folded(path);
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, { path, folder });
    if (known === undefined || (known.path === path && known.folder && folder)) return undefined;
    if (known.path !== path) return `differs from ${JSON.stringify(known.path)} in case only`;
    return known.folder === folder ? 'is there twice' : 'is a file and a folder';
  }
}
