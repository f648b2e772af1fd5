import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './commands.js';

/** The programs that docs/backends.md has an ordinary user allowed. */
export function sudoPrograms(): ReadonlySet<string> {
  const text = readFileSync(join(project, 'docs/backends.md'), 'utf8');
  const [, section = ''] = /^### As an ordinary user\n(.*?)\n###? /ms.exec(text) ?? [];
  return new Set([...section.matchAll(/^\| `([\w-]+)`/gm)].map(([, program = '']) => program));
}
