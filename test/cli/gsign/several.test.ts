import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';

const here = gsignRoom();

const results = (): string[] => ['one', 'two'].map((name) => here.workspace.result(name, { a: name }));

describe('gsign of several descriptors', () => {
  it.each([
    [
      'a file',
      () => {
        writeFileSync(here.at('sigs/two/test/Bob B'), 'hi');
      },
      '"sigs/two/test/Bob B" is not a folder',
    ],
    [
      'a link to nothing',
      () => {
        symlinkSync('nobody', here.at('sigs/two/test/Bob B'));
      },
      '"sigs/two/test/Bob B" is not a folder',
    ],
    [
      'a folder for the assertion',
      () => {
        mkdirSync(here.at('sigs/two/test/Bob B/two-build.assert/kept'), { recursive: true });
      },
      '"sigs/two/test/Bob B/two-build.assert" can\'t be written: it is a folder',
    ],
  ])("signs none where there is %s in one's place", (_, plant, words) => {
    const descriptors = results();
    mkdirSync(here.at('sigs/two/test'), { recursive: true });
    plant();
    const before = here.everything();
    const { exitCode, stdout, stderr } = here.gsign('--force', '-s', 'Bob B', ...descriptors);
    expect(stderr).toContain(`gsign: ${words}\n`);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(here.everything()).toEqual(before);
  });

  it("leaves what was there where something comes to one's place meanwhile", () => {
    const [one = '', two = ''] = results();
    expect(here.gsign('-s', 'Bob B', one).exitCode).toBe(0);
    const assertion = here.at('sigs/one/test/Bob B/one-build.assert');
    const before = readFileSync(assertion, 'utf8');
    here.workspace.result('one', { a: 'later' });
    const program = here.script(
      'sign',
      `mkdir -p sigs/two/test; ln -sfT nobody 'sigs/two/test/Bob B'; exec gpg --batch --detach-sign "$@"`,
    );
    const { exitCode, stdout, stderr } = here.gsign('--force', '-s', 'Bob B', '-p', program, one, two);
    expect(stderr).toContain('gsign: "sigs/two/test/Bob B" is not a folder\n');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(readFileSync(assertion, 'utf8')).toBe(before);
    here.home.gpg(['--verify', `${assertion}.sig`, assertion]);
  });
});
