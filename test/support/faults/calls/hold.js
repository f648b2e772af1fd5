// Loaded into a command by a test (`node --import`): holds it still in the instant in which it announces a step, or is
// about to touch the file system or start a program for the n-th time, until the test lets it go on. The command itself
// knows nothing of this. $GITIAN_TEST_PAUSE is a folder: its file `at` says where, `held` that it is there, `go` ends it,
// and then `at` may name a later step; `jump` says by how many milliseconds the clock is wrong from then on.
import fs from 'node:fs';
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isMainThread } from 'node:worker_threads';

const Real = Date;
const folder = process.env['GITIAN_TEST_PAUSE'];
delete process.env['GITIAN_TEST_PAUSE'];
delete process.env['NODE_OPTIONS'];
if (folder !== undefined && isMainThread) install(place());

function place() {
  return JSON.parse(fs.readFileSync(join(folder, 'at'), 'utf8'));
}

/** Sets the clock that the command sees, until the next time. */
function jump(milliseconds) {
  globalThis.Date = class extends Real {
    constructor(...args) {
      if (args.length === 0) super(Real.now() + milliseconds);
      else super(...args);
    }
    static now() {
      return Real.now() + milliseconds;
    }
  };
}

/** `at` is `{ step, time }`, the title of a step as stderr has it and which time it is there, or `{ call }`, a number. */
function install(at) {
  const { existsSync, readFileSync, writeFileSync, appendFileSync, rmSync } = fs;
  // Whoever holds it may die.
  const holder = process.ppid;
  let calls = 0;
  // What Node's own functions call in turn is not the command's doing.
  let inside = false;
  const hold = (where) => {
    writeFileSync(join(folder, 'held'), where);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(join(folder, 'go')) && process.ppid === holder) Atomics.wait(clock, 0, 0, 5);
    if (existsSync(join(folder, 'jump'))) jump(Number(readFileSync(join(folder, 'jump'), 'utf8')));
  };
  if (at.step !== undefined) {
    const { write } = process.stderr;
    const times = new Map();
    let next = at;
    let before = '';
    process.stderr.write = function (chunk, ...rest) {
      const going = write.call(this, chunk, ...rest);
      // On a terminal a title is said again and again, behind something that moves.
      const said = stripVTControlCharacters(String(chunk))
        .replace(/^[^a-z] /i, '')
        .trimEnd();
      if (said === '') return going;
      // The title of a step, without the log that it may have.
      const title = said.replace(/ \(.*/, '');
      if (title === before) return going;
      before = title;
      times.set(title, (times.get(title) ?? 0) + 1);
      if (title === next.step && times.get(title) === next.time) {
        hold(title);
        rmSync(join(folder, 'go'), { force: true });
        next = place();
      }
      return going;
    };
    return;
  }
  const counted = (name, what) => {
    calls += 1;
    appendFileSync(join(folder, 'calls'), `${name} ${what}\n`);
    if (calls === at.call) hold(`${name} ${what}`);
  };
  const wrap = (object, name, counts = () => true) => {
    const original = object[name];
    object[name] = function (...args) {
      const [first] = args;
      const what = typeof first === 'string' || first instanceof URL ? String(first) : '';
      if (inside || !counts(args)) return original.apply(this, args);
      inside = true;
      try {
        counted(name, what);
        return original.apply(this, args);
      } finally {
        inside = false;
      }
    };
  };
  const changes = ['writeFile', 'appendFile', 'mkdir', 'mkdtemp', 'rm', 'rmdir', 'unlink', 'rename', 'link'];
  changes.push('symlink', 'chmod', 'utimes', 'copyFile', 'truncate', 'cp');
  const writes = ([, flags]) => flags !== undefined && flags !== 'r' && flags !== fs.constants.O_RDONLY;
  for (const name of changes) {
    wrap(fs.promises, name);
    wrap(fs, name);
    if (`${name}Sync` in fs) wrap(fs, `${name}Sync`);
  }
  wrap(fs.promises, 'open', writes);
  wrap(fs, 'open', writes);
  wrap(fs, 'openSync', writes);
  wrap(childProcess, 'spawn');
  wrap(childProcess, 'spawnSync');
  syncBuiltinESMExports();
}
