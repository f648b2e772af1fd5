import { describe, expect, it } from 'vitest';
import { filterNames, parseConfig } from '../../../../src/build/git/clone.js';
import { gitConfig, gitEnvironment } from '../../../../src/build/git/settings.js';
import { parseStatus } from '../../../../src/build/git/status.js';

describe("git's transports", () => {
  it.each([
    ['network', ['git', 'http', 'https', 'ssh']],
    ['local', ['file', 'git', 'http', 'https', 'ssh']],
    ['nothing', []],
  ] as const)('%s', (reach, allowed) => {
    const config = gitConfig(reach);
    expect(config).toContain('protocol.allow=never');
    const found = config.map((entry) => /^protocol\.(\w+)\.allow=always$/.exec(entry)?.[1]);
    expect(found.filter((name) => name !== undefined).sort()).toEqual(allowed);
  });

  it('run no filter that is named', () => {
    expect(gitConfig('nothing', ['lfs'])).toEqual(
      expect.arrayContaining([
        'filter.lfs.clean=',
        'filter.lfs.smudge=',
        'filter.lfs.process=',
        'filter.lfs.required=false',
      ]),
    );
  });
});

describe("git's environment", () => {
  it('has what reaches servers, and nothing that leads elsewhere or asks', () => {
    const env = gitEnvironment(
      {
        PATH: '/bin',
        HOME: '/home/me',
        SSH_AUTH_SOCK: '/agent',
        https_proxy: 'http://localhost:1',
        GIT_SSH_COMMAND: 'ssh -i key',
        GIT_DIR: '/elsewhere',
        GIT_WORK_TREE: '/elsewhere',
        GIT_INDEX_FILE: '/elsewhere',
        GIT_ALTERNATE_OBJECT_DIRECTORIES: '/elsewhere',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_PARAMETERS: "'core.hooksPath=/x'",
        GIT_ALLOW_PROTOCOL: 'ext',
        GIT_TEMPLATE_DIR: '/x',
        EDITOR: 'vi',
        PAGER: 'less',
        TZ: 'Europe/Berlin',
      },
      '/ws/inputs',
    );
    expect(env).toEqual({
      PATH: '/bin',
      HOME: '/home/me',
      SSH_AUTH_SOCK: '/agent',
      https_proxy: 'http://localhost:1',
      GIT_SSH_COMMAND: 'ssh -i key',
      TZ: 'UTC',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_CEILING_DIRECTORIES: '/ws/inputs',
    });
  });
});

describe("git's configuration, read", () => {
  it('has the last value of a name, and values with newlines', () => {
    const config = parseConfig('a.b\none\0a.b\ntwo\nlines\0core.bare\0');
    expect([...config]).toEqual([
      ['a.b', 'two\nlines'],
      ['core.bare', ''],
    ]);
  });

  it('names its filters once each', () => {
    expect(filterNames(['filter.lfs.smudge', 'filter.lfs.clean', 'filter.a.b.process', 'core.bare'])).toEqual(
      ['lfs', 'a.b'],
    );
  });
});

describe("git's status, read", () => {
  const zeros = '0'.repeat(40);
  const numbers = `100644 100644 100644 ${zeros} ${zeros}`;
  it('tells what was changed, and where', () => {
    const records = [
      `# branch.oid ${zeros}`,
      '# branch.head (detached)',
      `1 .M N... ${numbers} with a space`,
      `1 A. N... ${numbers} added`,
      `u UU N... 100644 100644 100644 100644 ${zeros} ${zeros} ${zeros} conflict`,
      `1 .M SC.. 160000 160000 160000 ${zeros} ${zeros} moved`,
      `1 M. SC.. 160000 160000 160000 ${zeros} ${zeros} staged`,
      `1 .M S.MU 160000 160000 160000 ${zeros} ${zeros} worked in`,
      '? new\nline',
      '! x.o',
    ];
    expect(parseStatus(`${records.join('\0')}\0`)).toEqual({
      head: zeros,
      detached: true,
      changed: ['with a space', 'added', 'conflict', 'staged'],
      changedSubmodules: ['worked in'],
      movedSubmodules: ['moved', 'staged'],
      untidySubmodules: ['worked in'],
      untracked: ['new\nline'],
      ignored: ['x.o'],
    });
  });

  it('of a clone with nothing checked out', () => {
    expect(parseStatus('# branch.oid (initial)\0# branch.head master\0')).toMatchObject({
      head: undefined,
      detached: false,
    });
  });
});
