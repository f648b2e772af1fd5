import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executable, type Outcome } from '../support/commands.js';
import { plantDecoys } from '../support/decoys.js';
import type { Subject } from '../support/faults/calls/call-scene.js';
import { Subjects } from '../support/faults/calls/subjects.js';
import { triesAll, unlessAll } from '../support/tries-all.js';

/** What a user's shell may be like. */
interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the shell does before it becomes the command. */
  readonly before?: string;
  /** How it redirects the command's streams. */
  readonly streams?: string;
  /** What those say that refuse. */
  readonly says?: RegExp;
  /** Those that may; all by default, where `says` is there. */
  readonly refuse?: readonly string[];
}

const path = process.env['PATH'] ?? '';
const nonsense = 'non sense\n\u001b[2J;$(touch decoy-ran) ü';
const needsFolder = {
  says: /its folder does not exist\nhint: make that folder, .*TMPDIR/,
  refuse: ['gsign', 'gverify'],
};

const quick: Readonly<Record<string, Surroundings>> = {
  'a PATH with the folder itself in it': { env: { PATH: `.::${path}:bin` } },
  'no HOME, and relative folders': {
    env: { HOME: '', XDG_CACHE_HOME: 'x', XDG_RUNTIME_DIR: 'y', PWD: '/nowhere' },
  },
  'no folder for temporary files': { env: { TMPDIR: '/nowhere/at/all' }, ...needsFolder },
  'a shell that runs other things': {
    env: {
      BASH_ENV: './sh',
      ENV: './sh',
      SHELLOPTS: 'noexec',
      PS4: '$(touch decoy-ran)',
      'BASH_FUNC_cat%%': '() { touch decoy-ran; }',
      PERL5OPT: '-Mnonsense',
      LD_PRELOAD: '/nowhere.so',
    },
  },
  'files that may not have a byte': {
    before: 'ulimit -f 0',
    says: /it would be larger than a file may be\nhint: .*ulimit -f/,
  },
  'few open files': {
    before: 'ulimit -n 20',
    says: /too many files are open\nhint: allow more of them: ulimit -n/,
  },
  'a mask that takes everything': { before: 'umask 777' },
  'no streams': { streams: '<&- >&- 2>&-' },
};

const rest: Readonly<Record<string, Surroundings>> = {
  'no PATH': { env: { PATH: undefined } },
  'a locale, a terminal and a zone that there are not': {
    env: {
      LC_ALL: 'tr_TR.nonsense',
      LANGUAGE: 'tr',
      TERM: nonsense,
      COLUMNS: '0',
      TZ: nonsense,
      NODE_PATH: '.',
    },
  },
  'a PATH of relative folders': { env: { PATH: '.:bin:' } },
  'no HOME': { env: { HOME: undefined } },
  'a relative folder for temporary files': { env: { TMPDIR: 'nowhere' }, ...needsFolder },
  'no input': { streams: '<&-' },
  'no output': { streams: '>&-' },
  'no place for words': { streams: '2>&-' },
  'words that nobody can write': { streams: '2>/dev/full' },
  'output that nobody can write': {
    streams: '>/dev/full',
    says: /the disk that holds "standard output" is full\nhint: /,
    refuse: ['gsign', 'gverify', 'gitian-cache list'],
  },
  'a reader that is gone': { streams: '> >(:)' },
  'signals that are ignored': { before: "trap '' INT HUP TERM PIPE CHLD" },
  'much of everything': {
    before: 'ulimit -c unlimited; ulimit -s unlimited',
    env: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`MUCH${String(n)}`, 'x'.repeat(3000)])),
  },
  'git, ssh and GnuPG elsewhere': {
    env: {
      GIT_DIR: '/nowhere',
      GIT_CONFIG_COUNT: 'x',
      GIT_EXEC_PATH: '/nowhere',
      SSH_AUTH_SOCK: '/nowhere',
      GPG_AGENT_INFO: 'x',
      GPG_TTY: '/nowhere',
      SUDO_USER: 'nobody',
      SUDO_UID: 'x',
    },
  },
  'proxies that are none': {
    env: { http_proxy: nonsense, https_proxy: 'http://[' },
    says: /http_proxy must be the URL of a proxy/,
    refuse: ['gitian-updater'],
  },
};

describe('a command in a shell with', () => {
  let subjects: Subjects;
  let named: Readonly<Record<string, Subject>>;
  let folder = '';
  beforeAll(() => {
    subjects = new Subjects();
    named = {
      gsign: subjects.gsign,
      gverify: subjects.gverify,
      'canon-zip': subjects.canonZip,
      'gitian-cache list': subjects.cacheList,
      'gitian-cache remove': subjects.cacheRemove,
      'gitian-updater': subjects.updater,
    };
  });
  afterAll(() => {
    subjects[Symbol.dispose]();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian shell-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs a command as such a shell does. */
  function run({ command, args, env }: Subject, cwd: string, surroundings: Surroundings): Outcome {
    const usual = { PATH: path, HOME: join(cwd, 'home'), TMPDIR: join(cwd, 'tmp'), ...env };
    const all: Surroundings['env'] = { ...usual, ...surroundings.env };
    const variables = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    const { before = '', streams = '' } = surroundings;
    // Which Node it is would be up to the PATH.
    const words = ['/usr/bin/env', '-i', ...variables, process.execPath, executable(command), ...args];
    const script = `${before}\nexec "$@" ${streams}`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      cwd,
      encoding: 'utf8',
    });
    return { exitCode: status, stdout, stderr };
  }

  async function tryAll(surroundings: Surroundings): Promise<void> {
    const { says, refuse } = surroundings;
    const refused: string[] = [];
    for (const [name, subject] of Object.entries(named)) {
      const cwd = join(folder, name);
      await subject.prepare(cwd);
      mkdirSync(join(cwd, 'home'));
      const ran = plantDecoys(cwd);
      const { exitCode, stderr } = run(subject, cwd, surroundings);
      expect(stderr).not.toMatch(/this is a bug|^ {4}at /m);
      if (exitCode !== 0) {
        refused.push(name);
        expect([1, 2]).toContain(exitCode);
        expect(stderr).toMatch(new RegExp(`^${subject.command}: .*`, 'm'));
        expect(stderr).toMatch(says ?? /^$/);
      }
      expect(ran()).toEqual([]);
      expect(existsSync(join(cwd, 'decoy-ran'))).toBe(false);
      expect(readdirSync(join(cwd, 'tmp'))).toEqual([]);
    }
    if (says === undefined) expect(refused).toEqual([]);
    else if (refuse === undefined) expect(refused).not.toEqual([]);
    else expect(refused).toEqual(refuse);
  }

  const title = '%s works, or says why not';
  it.each(Object.entries(quick))(title, async (_, surroundings) => {
    await tryAll(surroundings);
  });
  it.skipIf(!triesAll).each(Object.entries(rest))(`${title}${unlessAll}`, async (_, surroundings) => {
    await tryAll(surroundings);
  });
});
