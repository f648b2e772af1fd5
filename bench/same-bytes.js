// Whether GNU hello comes out the same from different backends: builds it with each that is named, in a workspace that is
// kept, where base images are made that are missing. Prints the digest of the output for each; exits with 1 where two
// differ that have suite and architecture in common. Needs apt's lists for the tarball:
//   node bench/same-bytes.js <workspace> lxc-bookworm-amd64 kvm-bookworm-amd64 …
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readReport } from '../dist/assertion/read.js';

const [, , folder, ...wanted] = process.argv;
if (folder === undefined || wanted.length === 0) {
  console.error('usage: node bench/same-bytes.js <workspace> <backend>-<suite>-<architecture>...');
  process.exit(2);
}
const project = fileURLToPath(new URL('..', import.meta.url));
const workspace = resolve(folder);
mkdirSync(join(workspace, 'inputs'), { recursive: true });
execFileSync('sh', ['-ec', '. share/setup/hello.sh; fetch_hello "$1"', 'sh', join(workspace, 'inputs')], {
  cwd: project,
  stdio: 'inherit',
});
const example = readFileSync(join(project, 'share/examples/hello.yml'), 'utf8');
const endings = { lxc: '', kvm: '.qcow2', vbox: '.vdi' };

function command(name, args) {
  const { status } = spawnSync(join(project, 'bin', name), args, {
    cwd: workspace,
    env: { ...process.env, GITIAN_CACHE: join(workspace, 'user-cache'), CI: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}`);
}

/** The digest of what hello's build puts out, as `sha256sum` writes it. */
async function built(backend, suite, architecture) {
  if (!existsSync(join(workspace, `base-${suite}-${architecture}${endings[backend]}`))) {
    command('make-base-vm', [
      '--backend',
      backend,
      '--distro',
      'debian',
      '--suite',
      suite,
      '--arch',
      architecture,
    ]);
  }
  const text = example.replace('- bookworm', `- ${suite}`).replace('- amd64', `- ${architecture}`);
  writeFileSync(join(workspace, 'hello.yml'), text);
  command('gbuild', ['--backend', backend, 'hello.yml']);
  const path = join(workspace, 'result/hello-res.yml');
  return (await readReport(readFileSync(path), path)).outManifest.trim();
}

const digests = new Map();
for (const name of wanted) {
  const [backend, suite, architecture] = name.split('-');
  const begun = performance.now();
  const digest = await built(backend, suite, architecture);
  console.log(`${name.padEnd(22)} ${digest}  (${((performance.now() - begun) / 1000).toFixed(0)} s)`);
  const before = digests.get(`${suite}-${architecture}`) ?? digest;
  if (before !== digest) process.exitCode = 1;
  digests.set(`${suite}-${architecture}`, before);
}
