import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { executable } from './commands.js';
import { until } from './until.js';

/**
 * What somebody sees who calls `on-target` without a command on a terminal, has the guest's shell say which one that is,
 * stops a program with ^C, and leaves with `exit 9`.
 */
export async function useGuestShell(
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly said: string; readonly exitCode: number }> {
  // script(1) gives it a terminal.
  const child = spawn('script', ['-qec', executable('on-target'), '/dev/null'], {
    cwd,
    env: { ...process.env, ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (more: string) => (said += more));
  const says = async (what: string): Promise<void> => {
    await until(
      () => said,
      () => said.includes(what, seen),
    );
    seen = said.indexOf(what, seen) + what.length;
  };
  // Each line waits for its prompt: a terminal that is made raw forgets what was typed before, and one whose shell is
  // at work echoes it in the middle of what that says.
  await says('$ ');
  child.stdin.write('tty; echo TERM=$TERM; [[ $- == *i* ]] && echo inter"active"\n');
  await says('interactive');
  await says('$ ');
  // What says so is the program that sleeps: before that a ^C would be the shell's.
  child.stdin.write(`sh -c 'echo as"leep"; exec sleep 98765'\n`);
  await says('asleep');
  // The terminal's ^C is for the program in the guest, not for on-target.
  child.stdin.write('\x03');
  await says('$ ');
  child.stdin.write('exit 9\n');
  const [exitCode] = (await once(child, 'close')) as [number];
  return { said, exitCode };
}
