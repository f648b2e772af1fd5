import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { cannotBuild } from '../../support/base-image.js';
import { runningContainer } from '../../support/workspaces/running-container.js';
import { triesAll } from '../../support/tries-all.js';

const rounds = triesAll ? 400 : 40;

/** Makes something else of each name of a folder, as fast as it can: files that grow and shrink, folders, pipes, links. */
const restless = String.raw`
  my ($folder, $elsewhere) = @ARGV;
  mkdir $folder; chdir $folder or die;
  for (my $turn = 0; ; $turn++) {
    my $name = "n" . int rand 8;
    unlink $name or do { unlink "$name/file"; rmdir $name };
    my $kind = int rand 8;
    if ($kind < 2) { if (open my $file, ">>", $name) { print $file "guest" x rand 99999 } truncate $name, int rand 999 }
    elsif ($kind == 2) { mkdir $name; if (open my $file, ">", "$name/file") { print $file "guest" } }
    elsif ($kind == 3) { symlink rand() < 0.1 ? $elsewhere : ".", $name }
    elsif ($kind == 4) { symlink "n" . int(rand 8), $name }
    elsif ($kind == 5) { link "n" . int(rand 8), $name }
    elsif ($kind == 6) { syscall 133, $name, 0010644, 0 } # a pipe, by mknod
    else { rename "n" . int(rand 8), $name }
  }`;

describe.skipIf(cannotBuild)('files that the guest changes while they are copied (root or sudo)', () => {
  const here = runningContainer({ processors: 2 });
  let room: string;
  beforeAll(async () => {
    room = mkdtempSync(join(tmpdir(), 'gitian-races-'));
    // The guest may write wherever its links would lead it on the host.
    mkdirSync(join(room, 'elsewhere'));
    writeFileSync(join(room, 'elsewhere/file'), 'secret');
    for (const name of ['', 'elsewhere', 'elsewhere/file']) chmodSync(join(room, name), 0o777);
    const begin = `for folder in from to; do setsid perl -e '${restless}' $folder ${room}/elsewhere >/dev/null 2>&1 & done`;
    await here.target.run(['bash', '-c', begin], { leavesDaemons: true });
  });
  afterAll(() => {
    rmSync(room, { recursive: true });
  });

  /** Copies over and over; whatever comes of it is nothing at all, or a sentence. Returns how often it was the former. */
  async function often(copy: (round: number) => Promise<void>): Promise<number> {
    let copied = 0;
    // One in ten gets through.
    for (let round = 0; round < rounds || (copied === 0 && round < 20 * rounds); round++) {
      try {
        await copy(round);
        copied++;
      } catch (error) {
        if (!(error instanceof GitianError)) throw error;
      }
    }
    expect(readdirSync(join(room, 'elsewhere'))).toEqual(['file']);
    expect(readFileSync(join(room, 'elsewhere/file'), 'utf8')).toBe('secret');
    return copied;
  }

  it("bring nothing of the host's, and nothing but files, folders and links that stay inside", async () => {
    const copied = await often(async (round) => {
      const to = join(room, `to-${String(round)}`);
      mkdirSync(to);
      await here.target.copyFrom('from', to).finally(() => {
        const find = (...what: string[]): string =>
          spawnSync('find', [to, ...what], { encoding: 'utf8' }).stdout;
        expect(find('!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l')).toBe('');
        expect(find('-type', 'f', '-exec', 'grep', '-l', 'secret', '{}', '+')).toBe('');
        rmSync(to, { recursive: true });
      });
    });
    expect(copied).toBeGreaterThan(0);
  });

  it('lead nothing of what is copied in to a place of the host', async () => {
    const from = join(room, 'from');
    for (let name = 0; name < 8; name++) {
      mkdirSync(join(from, `n${String(name)}`), { recursive: true });
      writeFileSync(join(from, `n${String(name)}/file`), "the host's input");
    }
    const copied = await often(async () =>
      here.target.copyTo({ directory: from, names: readdirSync(from) }, 'to'),
    );
    expect(copied).toBeGreaterThan(0);
  });
});
