/** What a clone has checked out, and what its work tree has beside that. */
export interface WorkTreeState {
  /** The commit of HEAD; undefined when nothing was ever checked out. */
  readonly head: string | undefined;
  /** Whether HEAD is a commit and not a branch. */
  readonly detached: boolean;
  /** Tracked files that were changed, added, removed or are in conflict. */
  readonly changed: readonly string[];
  /** Submodules with changed files in them. */
  readonly changedSubmodules: readonly string[];
  /** Submodules in which another commit is checked out. */
  readonly movedSubmodules: readonly string[];
  /** Submodules with files in them that aren't tracked. */
  readonly untidySubmodules: readonly string[];
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
}

type ListName = Exclude<keyof WorkTreeState, 'head' | 'detached'>;

/** Lists that grow while a status is read. */
type Lists = Record<ListName, string[]>;

/**
 * The arguments whose output {@link parseStatus} reads. git may note what it has found, where nobody else has the index:
 * files as old as the index, as all of a checkout that took no second, are read whole each time until it has.
 */
export const statusArguments = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--untracked-files=normal',
  '--ignored=traditional',
  '--ignore-submodules=none',
  '--no-renames',
] as const;

/** Reads what git prints for {@link statusArguments}. */
export function parseStatus(output: string): WorkTreeState {
  const lists: Lists = {
    changed: [],
    changedSubmodules: [],
    movedSubmodules: [],
    untidySubmodules: [],
    untracked: [],
    ignored: [],
  };
  const headers = new Map<string, string>();
  for (const record of output.split('\0')) {
    const [, header, value] = /^# (\S+) (.*)$/s.exec(record) ?? [];
    if (header !== undefined && value !== undefined) headers.set(header, value);
    else addRecord(lists, record);
  }
  const head = headers.get('branch.oid');
  return {
    ...lists,
    head: head === '(initial)' ? undefined : head,
    detached: headers.get('branch.head') === '(detached)',
  };
}

function addRecord(lists: Lists, record: string): void {
  if (record.startsWith('? ')) lists.untracked.push(record.slice(2));
  else if (record.startsWith('! ')) lists.ignored.push(record.slice(2));
  else if (record.startsWith('1 ')) addTracked(lists, record, 8);
  else if (record.startsWith('u ')) addTracked(lists, record, 10);
}

function addTracked(lists: Lists, record: string, fieldsBeforePath: number): void {
  const fields = record.split(' ');
  const path = fields.slice(fieldsBeforePath).join(' ');
  const [, states = '', submodule = 'N...'] = fields;
  if (submodule.startsWith('N')) {
    lists.changed.push(path);
    return;
  }
  if (submodule[1] === 'C') lists.movedSubmodules.push(path);
  if (submodule[2] === 'M') lists.changedSubmodules.push(path);
  if (submodule[3] === 'U') lists.untidySubmodules.push(path);
  // That another commit is checked out in a submodule is what updating puts right; one that was staged is the user's change.
  if (!states.startsWith('.')) lists.changed.push(path);
}
