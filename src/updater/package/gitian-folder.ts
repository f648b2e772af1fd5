import type { Archive } from '../../zip/archive.js';
import { readMember, type Take } from '../../zip/read-member.js';
import type { Layout, PackageFile } from './layout.js';

/** What a package brings to be trusted for: the folder `gitian/`. */
export interface GitianFolder {
  /** `<key>-key.pgp` by `<key>`. */
  readonly keys: ReadonlyMap<string, PackageText>;
  /** In the order of their paths. */
  readonly assertions: readonly PackagedAssertion[];
  /** Sentences; one is enough to refuse the package. */
  readonly problems: readonly string[];
}

/** An assertion, and its signature if there is one. */
export interface PackagedAssertion {
  readonly assertion: PackageText;
  readonly signature: PackageText | undefined;
}

/** A small file of a package, read whole and once. */
export interface PackageText {
  readonly path: string;
  readonly bytes: Buffer;
}

/** How large one key, one assertion and one signature may be, and all of them together, in bytes. */
const limits = { key: 1 << 20, assertion: 16 << 20, signature: 1 << 20, all: 64 << 20 } as const;

/** Whether a path lies in the folder. */
export function isInGitianFolder(path: string): boolean {
  return path.startsWith('gitian/');
}

/** Reads the keys named in `stems`, the assertions and their signatures. */
export async function readGitianFolder(
  archive: Archive,
  { layout, stems }: { readonly layout: Layout; readonly stems: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<GitianFolder> {
  const inside = [...layout.files.values()].filter(({ path }) => isInGitianFolder(path));
  const wanted = inside.flatMap((file) => {
    const role = roleOf(file.path, stems);
    return role === undefined ? [] : [{ file, role }];
  });
  const problems = sizeProblems(wanted);
  const texts = new Map<string, PackageText>();
  for (const { file } of problems.length > 0 ? [] : wanted) {
    texts.set(file.path, { path: file.path, bytes: await readWhole(archive, file, signal) });
  }
  const ofRole = (role: Role): PackageText[] =>
    wanted.flatMap((each) => (each.role === role ? (texts.get(each.file.path) ?? []) : []));
  return {
    keys: new Map(ofRole('key').map((text) => [stemOf(text.path), text])),
    assertions: ofRole('assertion')
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((assertion) => ({ assertion, signature: texts.get(`${assertion.path}.sig`) })),
    problems,
  };
}

type Role = keyof Omit<typeof limits, 'all'>;

function roleOf(path: string, stems: ReadonlySet<string>): Role | undefined {
  if (path.endsWith('.assert')) return 'assertion';
  if (path.endsWith('.assert.sig')) return 'signature';
  return stems.has(stemOf(path)) ? 'key' : undefined;
}

/** `gitian/<stem>-key.pgp`; anything else has the empty stem, which no signer has. */
function stemOf(path: string): string {
  return /^gitian\/([^/]+)-key\.pgp$/.exec(path)?.[1] ?? '';
}

function sizeProblems(wanted: readonly { readonly file: PackageFile; readonly role: Role }[]): string[] {
  const large = wanted.filter(({ file, role }) => file.member.size > limits[role]);
  if (large.length > 0) return large.map(({ file }) => `${JSON.stringify(file.path)} is too large`);
  const all = wanted.reduce((sum, { file }) => sum + file.member.size, 0);
  return all > limits.all ? ['its keys and assertions are too large'] : [];
}

async function readWhole(archive: Archive, file: PackageFile, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // What comes may lie in a buffer that is used again.
  const plain: Take = (bytes) => void chunks.push(Buffer.from(bytes));
  await readMember(archive, file.member, { plain, signal });
  return Buffer.concat(chunks);
}
