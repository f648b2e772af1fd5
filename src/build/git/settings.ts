/** Which transports git may use: those of the network, the network and this host's files, or none at all. */
export type Reach = 'network' | 'local' | 'nothing';

const networkProtocols = ['https', 'http', 'ssh', 'git'] as const;

/**
 * Configuration of every git command. The user's own stays in force for what reaches a server (proxies, keys,
 * credentials, `insteadOf`); what would change the bytes of a checkout, run a program or leave one behind is set here.
 */
export function gitConfig(reach: Reach, filters: readonly string[] = []): string[] {
  const allowed =
    reach === 'nothing' ? [] : reach === 'local' ? [...networkProtocols, 'file'] : networkProtocols;
  return [
    'protocol.allow=never',
    ...[...networkProtocols, 'file'].map(
      (name) => `protocol.${name}.allow=${oneOf(allowed, name) ? 'always' : 'never'}`,
    ),
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.useReplaceRefs=false',
    'core.attributesFile=/dev/null',
    'core.autocrlf=false',
    'core.eol=lf',
    'core.symlinks=true',
    'core.fileMode=true',
    'core.sparseCheckout=false',
    'submodule.recurse=false',
    'fetch.prune=false',
    'fetch.pruneTags=false',
    'fetch.recurseSubmodules=false',
    'gc.autoDetach=false',
    'maintenance.autoDetach=false',
    'advice.detachedHead=false',
    // A server that sends nothing for two minutes is gone; one that counts objects sends signs of life.
    'http.lowSpeedLimit=1',
    'http.lowSpeedTime=120',
    ...filters.flatMap(withoutFilter),
  ];
}

/** Without its programs, a filter that a repository's attributes name (LFS above all) leaves files as they are. */
function withoutFilter(name: string): string[] {
  return ['clean=', 'smudge=', 'process=', 'required=false'].map((value) => `filter.${name}.${value}`);
}

/** What git may see of `host`, the environment of other children, for a clone whose parent folder is `ceiling`. */
export function gitEnvironment(
  host: Readonly<Record<string, string>>,
  ceiling: string,
): Record<string, string> {
  const kept = Object.entries(host).filter(([name]) => !dropped.test(name) || oneOf(passedOn, name));
  return {
    ...Object.fromEntries(kept),
    TZ: 'UTC',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: ceiling,
  };
}

/** Variables of the user's that say how servers are reached, and which configuration files there are. */
export const passedOn = [
  'GIT_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_CURL_VERBOSE',
  'GIT_EXEC_PATH',
  'GIT_PROXY_COMMAND',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_SSL_NO_VERIFY',
  'GIT_TRACE',
  'SSH_ASKPASS',
] as const;

/** Variables that are set here and that the library's guard would take out again. */
export const ownVariables = ['GIT_TERMINAL_PROMPT', 'GIT_ATTR_NOSYSTEM', 'GIT_CEILING_DIRECTORIES'] as const;

/** Everything else that git reads: other repositories, editors, pagers. */
const dropped = /^(?:git_.*|git|editor|visual|pager|prefix|ssh_askpass)$/i;

function oneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
