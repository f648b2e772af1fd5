import { dataFor } from '../cli/printable.js';
import { backendOption, type BackendOptions } from './options/backend-option.js';
import type { DefineCommand } from './command.js';
import { archiveSettings } from './options/archive-settings.js';
import { layerSettings } from './options/layer-settings.js';
import { machineSize, usualSize, type SizeOptions } from './options/machine-size.js';
import { refuseConflicts } from './options/refuse-conflicts.js';
import { setting } from './options/settings.js';

interface GbuildOptions extends BackendOptions, SizeOptions {
  readonly skipImage?: true;
  readonly upgrade?: true;
  readonly quiet?: true;
  readonly commit?: string;
  readonly url?: string;
  readonly cacheReadOnly?: true;
  readonly skipFetch?: true;
  readonly offline?: true;
  readonly network?: string;
  readonly fetchBranches?: true;
  readonly fetchTags?: true;
  readonly skipCleanup?: true;
  readonly allowSudo?: true;
  readonly layer?: boolean;
  readonly frozen?: true;
  readonly timings?: true;
}

/** `gbuild`: builds what a descriptor describes. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <descriptor>.yml')
    .description(
      'Builds what a descriptor describes, in a throw-away target, and writes result/<name>-res.yml.',
    )
    .argument('<descriptor>', 'the YAML file that describes the build')
    .option('-i, --skip-image', 'reuse the target as the last build left it')
    .option('--upgrade', "upgrade the target's packages, also if that was done before")
    .option('-q, --quiet', 'print nothing but warnings and errors')
    .option(
      '-j, --num-make <n>',
      `processors of the target, and of make in it (default: $NPROCS or ${usualSize.processors})`,
    )
    .option('-m, --memory <mib>', `memory of the target in MiB (default: $VMEM or ${usualSize.memory})`)
    .option('-c, --commit <dir=commit,…>', 'what to check out of each remote')
    .option('-u, --url <dir=url,…>', 'where to fetch each remote from')
    .option('-o, --cache-read-only', "use the caches, but don't update them")
    .option('--skip-fetch', 'build from the clones as they are: no network')
    .option('--offline', 'build without a network: packages from the cache, clones as they are')
    .option('--network <policy>', 'what the script may reach: full (default), packages, none')
    .option('--fetch-branches', "fetch the remotes' branches")
    .option('--fetch-tags', "fetch the remotes' tags")
    .option('--skip-cleanup', 'leave the target up when the build is over')
    .option(...backendOption)
    .option('--allow-sudo', "let the build user become root, where the descriptor says 'sudo: true'")
    .option('--no-layer', 'neither use nor keep a layer of installed packages')
    .option('--frozen', 'use the last layer although the archives have moved on')
    .option('--timings', 'print how long each step took')
    .action(async (descriptor: string, options: GbuildOptions) => {
      const frozen = options.frozen === true;
      refuseConflicts([
        [frozen && options.layer === false, '--frozen', '--no-layer', 'it builds from a layer'],
        [frozen && options.skipImage === true, '--frozen', '--skip-image', 'the target keeps its packages'],
      ]);
      const quiet = options.quiet === true;
      const emit = context.speak(quiet);
      const { build } = await import('../build/build.js');
      const { parsePairs } = await import('../build/pairs.js');
      const { networkPolicy } = await import('./options/network-policy.js');
      const { chosenDriver, namedBackend, targetHost } = await import('./options/backend.js');
      const named = namedBackend(options, context.env);
      const host = targetHost(context, emit);
      const { report, resultLine } = await build(
        {
          descriptorPath: descriptor,
          options: {
            skipImage: options.skipImage === true,
            upgrade: options.upgrade === true,
            ...machineSize(context.env, options),
            commits: parsePairs(options.commit, '--commit'),
            urls: parsePairs(options.url, '--url'),
            cacheReadOnly: options.cacheReadOnly === true,
            skipFetch: options.skipFetch === true || options.offline === true,
            offline: options.offline === true,
            network: networkPolicy(options.network ?? 'full'),
            fetchBranches: options.fetchBranches === true,
            fetchTags: options.fetchTags === true,
            skipCleanup: options.skipCleanup === true,
            allowSudo: options.allowSudo === true,
            noLayer: options.layer === false,
            frozen,
            showTimings: options.timings === true,
            streamLog: setting(context.env['CI']) !== undefined,
          },
        },
        {
          ...host,
          driverFor: async (configurations) => chosenDriver(host, named, configurations),
          archives: archiveSettings(context.env),
          layers: layerSettings(context.env),
        },
      );
      const { stdout } = context.io;
      if (!quiet) stdout.write(dataFor(stdout, `${report.outManifest}${resultLine}\n`));
    });
