import { outOfRoom } from '../../core/files/full-disk.js';
import { quoteWord } from '../../core/processes/shell-quote.js';
import { shortLines } from '../../core/words/short-lines.js';

/** What went wrong with git in one clause, and what to do about it. */
export interface GitTrouble {
  readonly reason: string;
  readonly hint: string | undefined;
}

type Explain = (found: RegExpExecArray) => GitTrouble;

/** Tells what git's words mean to the user; its own last words where nothing better is known. */
export function explainGit(stderr: string): GitTrouble {
  const words = shortLines(stderr);
  for (const [pattern, explain] of troubles) {
    const found = pattern.exec(words);
    if (found !== null) return explain(found);
  }
  return { reason: lastWords(words), hint: undefined };
}

const says =
  (reason: string, hint?: string): Explain =>
  () => ({ reason, hint });

const access =
  'check the url; git asks nobody here, so a key has to be in ssh-agent and a password in a credential helper';

/** The first that matches counts: what is special comes before what is general. */
const troubles: readonly (readonly [RegExp, Explain])[] = [
  [
    /transport '([^']*)' not allowed/,
    ([, transport = '']) => ({
      reason: `git's "${transport}" transport is not allowed`,
      hint: 'remotes and submodules come over https, http, ssh or git; submodules on this host only with remotes on this host',
    }),
  ],
  [
    /Could not resolve host(?:name)?:? ([^\s:;]+)|Could not resolve hostname ([^\s:;]+)|unable to look up ([^\s:;]+)/i,
    ([, a, b, c]) => ({
      reason: `the host "${(a ?? b ?? c ?? '').replace(/[()]/g, '')}" is not known`,
      hint: 'check the url and the network',
    }),
  ],
  [
    /Network is unreachable|No route to host|timed out|too slow|less than \d+ bytes\/sec/i,
    says('the server does not answer', 'check the network and try again'),
  ],
  [
    /Connection refused|Failed to connect|Couldn't connect/i,
    says('the server refuses the connection, or there is none', 'check the url, and whether the server runs'),
  ],
  [
    /Host key verification failed/i,
    says("the server's ssh key is not known here", 'connect to it once with ssh and compare its key'),
  ],
  [
    /SSL certificate problem|certificate verif|unable to get local issuer|TLS|gnutls/i,
    says("the server's certificate is not accepted", 'check the url and the certificates of this host'),
  ],
  [
    /could not read (?:Username|Password)|Authentication failed|Permission denied \(|returned error: 40[13]|terminal prompts disabled/i,
    says('the server wants to know who you are', access),
  ],
  [
    /dubious ownership in repository at '([^'\p{Cc}]*)'/u,
    ([, path = '']) => ({
      reason: `"${path}" belongs to somebody else`,
      hint: `git config --global --add safe.directory ${quoteWord(path)}`,
    }),
  ],
  [
    /Unable to create '([^'\p{Cc}]*\.lock)': File exists/u,
    ([, lock = '']) => ({
      reason: 'another git works on it, or one was killed there',
      hint: `when none is left: rm ${quoteWord(lock)}`,
    }),
  ],
  [outOfRoom, says('the disk is full', 'make room and run the command again')],
  [
    /Out of memory|[Cc]annot allocate memory/,
    says(
      "git's memory does not hold it",
      "git may take half of this host's: check what the commit brings, or build where there is more",
    ),
  ],
  [
    /Read-only file system/i,
    says(
      'the disk is read-only',
      'see whether the disk that holds the workspace failed: dmesg, findmnt -T .',
    ),
  ],
  [
    /unknown (?:option|switch|subcommand)|unrecognized (?:option|argument)|is not a git command/,
    says("this host's git does not know what it is asked for", 'git --version; apt-get install git'),
  ],
  [/git: Permission denied$/m, says("git can't be run", 'apt-get install --reinstall git')],
  [
    /repository '[^']*' (?:not found|does not exist)|returned error: 404|does not appear to be a git repository|is this a git repository|[Rr]epository not found|no such repository|access denied or repository not exported/,
    says('there is no git repository', 'check the url'),
  ],
  [
    /early EOF|hung up unexpectedly|RPC failed|Empty reply|Connection reset|transfer closed|unexpected disconnect|Recv failure/i,
    says('the connection broke off', 'try again'),
  ],
];

/** What git said last of all errors, shortened to what fits a sentence. */
function lastWords(words: string): string {
  const lines = words.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => /^(?:fatal|error|remote): ./.test(line));
  const last = (errors.at(-1) ?? lines.findLast((line) => line !== '') ?? 'git gave no reason').replace(
    /^(?:fatal|error): /,
    '',
  );
  return last.length > 300 ? `${last.slice(0, 300)}…` : last;
}
