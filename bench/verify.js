// gverify against a shell loop of `gpg --verify` over the same files: one release with 24 signers (wanted: no slower),
// and 6,000 assertions, the corpus repeated (wanted: at least 5 times as fast). Needs the corpus and GnuPG.
//   node bench/verify.js [rounds of one release] [rounds of all]
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';

const [, , oneRounds = '9', allRounds = '3'] = process.argv;
const project = fileURLToPath(new URL('..', import.meta.url));
const corpus = process.env.GITIAN_CORPUS ?? join(project, '../shared/corpus');
if (!existsSync(join(corpus, 'gitian.sigs'))) {
  console.log(`no corpus at ${corpus}: nothing was measured`);
  process.exit(0);
}

const gverify = join(project, 'bin/gverify');
const keys = join(corpus, 'keys');
const home = mkdtempSync('/tmp/g');
const work = mkdtempSync(join(tmpdir(), 'gitian-bench-verify-'));
const env = { GNUPGHOME: home };

/** gverify's answer no is an answer. */
const answered = (args, options) =>
  once('sh', ['-c', '"$@" || [ $? -eq 1 ]', 'sh', gverify, ...args], options);
const loop = (folder) =>
  once(
    'sh',
    [
      '-c',
      'find "$1" -name "*.assert" | while read -r f; do gpg --verify "$f.sig" "$f" || true; done',
      'sh',
      folder,
    ],
    { env },
  );

try {
  const files = readdirSync(keys).map((name) => join(keys, name));
  spawnSync('gpg', ['--batch', '--quiet', '--import', ...files], { env: { ...process.env, ...env } });

  const release = join(corpus, 'gitian.sigs/bitcoin-core/0.21.0-linux');
  const descriptor = join(work, 'descriptor.yml');
  writeFileSync(descriptor, 'name: bitcoin-core-linux-0.21\n');
  const one = ['-r', '0.21.0-linux', '-d', join(release, '..'), descriptor];
  const small = inTurn(
    {
      'loop of gpg --verify': () => loop(release),
      'gverify, in process': () => answered(['--keys', keys, ...one]),
      'gverify, with GnuPG': () => answered(one, { env }),
      'node -e 0': () => once('node', ['-e', '0']),
    },
    Number(oneRounds),
  );
  printRuns('one release with 24 signers', small);
  for (const name of ['gverify, in process', 'gverify, with GnuPG']) {
    const ratio = medianSeconds(small[name]) / medianSeconds(small['loop of gpg --verify']);
    console.log(`  ${name} takes ${ratio.toFixed(2)} times as long as the loop (wanted: at most 1)`);
  }

  const many = join(work, 'many');
  for (let copy = 0; copy < 58; copy++) {
    cpSync(join(corpus, 'gitian.sigs'), join(many, String(copy)), { recursive: true });
    // The corpus may be read-only, and its copies have to go away again.
    spawnSync('chmod', ['-R', 'u+w', join(many, String(copy))]);
  }
  const large = inTurn(
    {
      'loop of gpg --verify': () => loop(many),
      'gverify --all, in process': () => answered(['--all', '--keys', keys, many]),
      'gverify --all, with GnuPG': () => answered(['--all', many], { env }),
    },
    Number(allRounds),
  );
  printRuns('6,032 assertions', large);
  for (const name of ['gverify --all, in process', 'gverify --all, with GnuPG']) {
    const faster = medianSeconds(large['loop of gpg --verify']) / medianSeconds(large[name]);
    console.log(`  ${name} is ${faster.toFixed(1)} times as fast as the loop (wanted: at least 5)`);
  }
  const { peakMib } = answered(['--all', '--keys', keys, many], { memory: true });
  console.log(`  peak memory in process ${peakMib.toFixed(0)} MiB`);
} finally {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  rmSync(home, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
}
