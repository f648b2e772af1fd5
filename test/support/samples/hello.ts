import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../commands.js';

/** Puts the example and its tarball into a workspace, for one architecture; returns the descriptor's name. */
export function helloExample(workspace: string, architecture: string): string {
  execFileSync('sh', ['-ec', '. share/setup/hello.sh; fetch_hello "$1"', 'sh', join(workspace, 'inputs')], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const text = readFileSync(join(project, 'share/examples/hello.yml'), 'utf8');
  writeFileSync(join(workspace, 'hello.yml'), text.replace('- amd64', `- ${architecture}`));
  return 'hello.yml';
}
