import { nameProblem } from '../core/words/safe-names.js';
import type { TextRule } from '../yaml/rules.js';
import { isRemoteUrl } from './remote-url.js';

// Characters that a terminal obeys, and those that some programs take for the end of a line.
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

// What becomes part of host paths and of the guest's scripts, so stricter than it would have to be.
const word = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._+@~,= -]*[\p{L}\p{M}\p{N}._+@~,=-])?$/u;

const wordExpected = '(letters, digits, inner spaces, "._+@~,=-")';

/** The result's name leaves room for endings such as `-build.assert.sig`. */
export const nameRule: TextRule = {
  expected: `a plain name ${wordExpected}`,
  accepts: (text) => Buffer.byteLength(text) <= 200 && word.test(text),
};

/** A remote's folder below `inputs/`. */
export const dirRule: TextRule = {
  expected: `the plain name of a folder ${wordExpected}`,
  accepts: nameRule.accepts,
};

/** A file below `inputs/`. Its name is only ever an argument, so it may hold nearly anything. */
export const fileRule: TextRule = {
  expected: 'the plain name of a file in inputs/',
  accepts: (text) => nameProblem(text) === undefined && !invisible.test(text),
};

/** A distribution's suite. */
export const suiteRule: TextRule = {
  expected: 'the name of a suite such as "bookworm"',
  accepts: (text) => /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(text),
};

/** An architecture of Debian's that is foreign to the target. */
export const foreignArchitectureRule: TextRule = {
  expected: 'an architecture of Debian such as "i386"',
  accepts: (text) => /^[a-z0-9][a-z0-9-]{0,49}$/.test(text),
};

/**
 * A package by Debian's policy, as `apt-get install` takes it, with an architecture, a version or a suite.
 * apt would remove the package of a name that ends in "-"; with a "+" at the end, as in "g++", it only ever installs.
 */
export const packageRule: TextRule = {
  expected: 'a Debian package such as "make", "zlib1g-dev:i386" or "cmake=3.25.1-1"',
  accepts: (text) =>
    !text.endsWith('-') &&
    text.length <= 300 &&
    /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9][a-z0-9-]*)?(?:=[A-Za-z0-9][A-Za-z0-9.+~:-]*|\/[A-Za-z0-9][A-Za-z0-9._+-]*)?$/.test(
      text,
    ),
};

/** What `apt-get -t` gets. */
export const distributionRule: TextRule = {
  expected: 'the name of a distribution such as "bookworm-backports"',
  accepts: (text) => /^[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}$/.test(text),
};

/** One line of `sources.list`. */
export const sourceRule: TextRule = {
  expected: 'one line for sources.list such as "deb <url> <suite> <components>"',
  accepts: (text) =>
    !invisible.test(text) &&
    text.length <= 1000 &&
    /^deb(?:-src)? +(?:\[[^[\]]*\] +)?[^ [\]-][^ ]* +[^ -][^ ]*(?: +[^ -][^ ]*)* *$/.test(text),
};

/** A group of update-alternatives. */
export const alternativeRule: TextRule = {
  expected: 'the name of a group of alternatives such as "i686-w64-mingw32-g++"',
  accepts: (text) => /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}$/.test(text),
};

/** A path in the target. */
export const absolutePathRule: TextRule = {
  expected: 'an absolute path in the target such as "/usr/bin/gcc"',
  accepts: (text) =>
    text.startsWith('/') && text.length <= 1000 && !invisible.test(text) && staysBelow(text.slice(1)),
};

/** A file among the outputs. */
export const outputRule: TextRule = {
  expected: 'the path of an output, relative and without ".."',
  accepts: (text) =>
    text.length <= 1000 && !text.startsWith('-') && !invisible.test(text) && staysBelow(text),
};

/** An image's digest. */
export const digestRule: TextRule = {
  expected: 'an image digest such as "sha256:" and 64 hexadecimal digits',
  accepts: (text) => /^(?:sha256:)?[0-9a-f]{64}$/.test(text),
};

/** Where git fetches from. */
export const urlRule: TextRule = {
  expected: 'a URL (https, http, ssh, git or file), user@host:path, or a path',
  accepts: isRemoteUrl,
};

/** A hash, whole or abbreviated, or the name of a branch or a tag: git's own rules, and no quotes or shell signs. */
export const commitRule: TextRule = {
  expected: 'the name of a branch or a tag, or a hash',
  accepts: (text) =>
    text !== '' &&
    text.length <= 500 &&
    !invisible.test(text) &&
    !/^[-/.]|[ ~^:?*[\\"'`$;|&<>(){}!]|\.\.|@\{|\/[/.]|[/.]$|\.lock(?:\/|$)|^@$/.test(text),
};

/** A day that there is, and a time. */
export const datetimeRule: TextRule = {
  expected: 'a date and time such as "2024-02-29 12:00:00"',
  accepts: (text) => {
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return false;
    const time = Date.parse(`${text.replace(' ', 'T')}Z`);
    // A day such as 30 February parses as a day in March.
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.replace(' ', 'T'));
  },
};

/** Text for bash; what it does in the target is its author's business. */
export const scriptRule: TextRule = {
  expected: 'the text of a bash script',
  accepts: (text) => text.trim() !== '' && !text.includes('\0'),
};

function staysBelow(path: string): boolean {
  return path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
