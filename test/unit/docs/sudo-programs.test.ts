import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { project } from '../../support/commands.js';
import { sudoPrograms } from '../../support/sudo-programs.js';

const sources = [
  'src/core/processes/privilege.ts',
  ...readdirSync(join(project, 'src/target/lxc'), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts') && name !== 'needed-programs.ts')
    .map((name) => join('src/target/lxc', name)),
];

/** What is run through sudo: `program:` but in a failure's words, and what is put after sudo's own options. */
function programsIn(source: string): string[] {
  const code = readFileSync(join(project, source), 'utf8').replace(/failure\([^;]*;/g, '');
  return [
    ...code.matchAll(/program: '([a-z][\w-]*)'/g),
    ...code.matchAll(/'--', '([a-z]+)'/g),
    ...code.matchAll(/\['(setsid)'/g),
  ].flatMap(([, program = '']) => (program === 'sudo' ? [] : [program]));
}

it('docs/backends.md lists every program that is run through sudo', () => {
  const run = new Set(sources.flatMap(programsIn));
  expect(run.size).toBeGreaterThan(6);
  expect([...run].sort()).toEqual([...sudoPrograms()].sort());
});
