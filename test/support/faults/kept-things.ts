import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../digest.js';
import { processesThat } from '../processes.js';
import { treeOf, type Tree } from './tree.js';

/** Where gitian-cache keeps things, below a folder that is a workspace and has the user's cache in it. */
const places = ['cache/layers', 'cache/machines', 'cache/packages', '.'] as const;

/** What lies beside them and is nothing that is kept. */
const others: readonly string[] = ['cache', 'tmp', 'var', 'incoming', 'claims'];

const record = {
  ...{ format: 1, recipe: 'a recipe', archives: [], sealed: '2020-02-29T12:00:00.000Z', bytes: 1 },
  ...{ manifestSha256: sha256('manifest'), boot: 'another' },
};

/** Puts into a folder one of everything that gitian-cache removes, and two layers. */
export function keepThings(folder: string): void {
  const file = (path: string, content = path): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const name of ['one', 'two']) {
    const layer = `cache/layers/lxc-bookworm-amd64-${name}`;
    file(`${layer}/layer.json`, JSON.stringify(record));
    for (const part of ['manifest', 'install.log', 'on-disk', 'upper/etc/hosts']) file(`${layer}/${part}`);
  }
  for (const part of ['memory', 'devices', 'disk.qcow2', 'guest.json', 'state.json'])
    file(`cache/machines/kvm-bookworm-amd64-one/${part}`);
  for (const path of ['content/aa/aaaa', 'content/bb/bbbb', 'index/cc/cccc/dddd'])
    file(`cache/packages/${path}`);
  file('target-bookworm-amd64/upper/etc/hosts');
  file('target-bookworm-i386.qcow2');
  for (const part of ['memory', 'devices', 'disk.qcow2']) file(`target-bookworm-i386.qcow2.layer/${part}`);
  mkdirSync(join(folder, 'var'));
}

/**
 * What is kept in such a folder, and what is left of it: the name of each thing that has files, and a digest of them. A
 * layer without the disk that lies over it is something left.
 */
export function keptThings(folder: string): Tree {
  awaitRemoval(folder);
  const paths = places.flatMap((place) =>
    namesIn(join(folder, place))
      .filter((name) => !others.includes(name))
      .map((name) => join(place, name)),
  );
  const things = paths.map((path) => [shown(path, paths), filesOf(join(folder, path))] as const);
  return Object.fromEntries(things.filter(([, files]) => files !== ''));
}

function shown(path: string, paths: readonly string[]): string {
  const isLeft = path.endsWith('.layer') && !paths.includes(path.replace(/\.layer$/, ''));
  return isLeft ? `what is left of ${path}` : path;
}

/** Folders are removed by programs that nobody waits for. */
function awaitRemoval(folder: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (processesThat((words) => words.includes(folder)).length > 0) Atomics.wait(clock, 0, 0, 20);
}

function filesOf(path: string): string {
  if (!lstatSync(path).isDirectory()) return 'a file';
  const files = Object.entries(treeOf(path)).filter(([, what]) => what !== 'folder');
  return files.length === 0 ? '' : sha256(JSON.stringify(files));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
