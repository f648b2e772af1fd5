import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { sha256 } from '../../support/digest.js';
import { GreetingArchive } from '../../support/servers/greeting-archive.js';
import { triesAll, unlessAll } from '../../support/tries-all.js';

/** Takes the place of a program, which stays beside it as `.real`. */
const instead = (program: string, script: string): string =>
  `mv ${program} ${program}.real\nprintf '%s\\n' '#!/bin/bash' ${quote(script)} >${program}\nchmod 755 ${program}`;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const aptConf = (lines: string): string => `printf '%s\\n' ${quote(lines)} >/etc/apt/apt.conf.d/99evil`;

/** What is said of a build that works all the same. */
const works = /^$/;

/** What a package does when it is installed, and what then is said. */
type Attack = readonly [title: string, postinst: string, said: RegExp];

/** Those that pages name, and one of each kind. */
const attacks: readonly Attack[] = [
  [
    'lists packages whose names are options',
    instead('/usr/bin/dpkg-query', String.raw`printf -- "--evil\t1\tall\tinstall ok installed\t1\tm\n"`),
    /the target's list of installed packages can't be understood/,
  ],
  [
    'lists packages whose versions have lines of their own',
    instead(
      '/usr/bin/dpkg-query',
      String.raw`printf "a\t1\\\\n- release: evil\tall\tinstall ok installed\t1\tm\n"`,
    ),
    /the target's list of installed packages can't be understood/,
  ],
  [
    'changes where apt looks',
    aptConf(
      'Acquire::http::Proxy "http://10.0.2.2:1";\nAcquire::http::Proxy::packages.example "DIRECT";\nDir::Etc::sourcelist "/dev/zero";\nDir::State::lists "/proc";\nDir::Bin::dpkg "/bin/yes";',
    ),
    /no hash is known of the installed package greeting/,
  ],
  ['kills all that it may', 'kill -9 -1', /./],
  [
    'leaves daemons that hold its output',
    'for i in 1 2 3; do setsid sh -c "trap \\"\\" TERM HUP; exec sleep 300" & done',
    works,
  ],
  ['says a line of a hundred megabytes', 'head -c 100M /dev/zero | tr "\\0" x; exit 1', /./],
  [
    'says that the disk is full, with escapes',
    String.raw`printf "E: You don\x27t have enough free space \033]0;evil\007 in /\nfatal: \033[2J\n"; exit 1`,
    /./,
  ],
];

/** Each takes a build, and they are like those. */
const more: readonly Attack[] = [
  ['lists packages without end', instead('/usr/bin/cat', 'exec yes'), /./],
  [
    'lists a package whose name is megabytes',
    instead('/usr/bin/cat', 'head -c 10M /dev/zero | tr "\\0" x'),
    /the target's list of installed packages can't be understood/,
  ],
  ['lists nothing', instead('/usr/bin/cat', 'exit 0'), works],
  [
    'lists packages with escapes in their names',
    instead('/usr/bin/dpkg-query', String.raw`printf "a\033[2Jb\t1\tall\tinstall ok installed\t1\tm\n"`),
    /the target's list of installed packages can't be understood/,
  ],
  [
    'has hooks before and after each call of apt',
    aptConf(
      'APT::Update::Pre-Invoke {"touch /evil; echo \\033[2J";};\nDPkg::Pre-Invoke {"false";};\nDPkg::Post-Invoke {"kill -9 $PPID";};',
    ),
    works,
  ],
  ['replaces the shell', instead('/usr/bin/dash', 'echo nonsense; exit 1'), /./],
  [
    'replaces chroot and setpriv',
    `${instead('/usr/sbin/chroot', 'echo nonsense')}\n${instead('/usr/bin/env', 'echo nonsense')}`,
    /./,
  ],
  [
    'makes the build user somebody else',
    'sed -i "s|^debian:.*|debian:x:0:0:\\x1b[2J:/proc/1/root:/bin/yes|" /etc/passwd',
    works,
  ],
];

describe.skipIf(cannotBuild)('a package that (root or sudo)', () => {
  let here: BuildWorkspace;
  let archive: GreetingArchive;
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
    archive = await GreetingArchive.start();
  }, 600_000);
  afterAll(async () => {
    await archive[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
  });

  const ends = async (...[title, postinst, said]: Attack): Promise<void> => {
    archive.offer(sha256(title).slice(0, 8), postinst);
    const script = 'echo built >$OUTDIR/built';
    const file = await here.descriptor({ name: 'greeting', more: archive.descriptorLines, script });
    const { exitCode, stderr } = await here.run('gbuild', ['-q', '--no-layer', file], archive.env);
    expect([exitCode, stderr]).toEqual([said === works ? 0 : 1, expect.stringMatching(said)]);
    expect(stderr).not.toMatch(/this is a bug|(?!\n)\p{Cc}/u);
    expect(await here.remains()).toEqual([]);
  };

  it.each(attacks)('%s ends in its build, or in a sentence', ends);
  it.skipIf(!triesAll).each(more)(`%s ends in its build, or in a sentence${unlessAll}`, ends);
});
