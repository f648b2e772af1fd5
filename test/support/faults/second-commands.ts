import type { CommandName } from '../../../src/cli/command-files.js';
import { outcomeOf } from '../running-command.js';
import { unharmed, type BuildFault } from './build/build-fault.js';

/** Commands that the workspace has no place for while a build is in it. */
const seconds: Partial<Readonly<Record<CommandName, readonly string[]>>> = {
  gbuild: ['test.yml'],
  'make-clean-vm': ['--suite', 'bookworm', '--arch', 'amd64'],
  'start-target': ['64', 'bookworm-amd64'],
  'stop-target': [],
};

const buildBeside: BuildFault = {
  ...unharmed,
  // VirtualBox's machines are the user's, whatever the workspace.
  backends: ['lxc', 'kvm'],
  name: 'a build beside it from the same base image, package cache and layers at once',
  inject: async (scene) => {
    const { exitCode, stderr } = await scene.buildBeside();
    if (exitCode !== 0) throw new Error(stderr);
    const remains = await scene.neighbour.remains();
    if (remains.length > 0) throw new Error(remains.join('\n'));
  },
};

/** What the build uses just now stays, and what it would have used later it gets anew. */
const emptiedCache: BuildFault = {
  ...unharmed,
  name: 'gitian-cache remove --all at once',
  inOneBuild: true,
  quick: ['Preparing build environment'],
  inject: async (scene) => {
    const { exitCode, stderr } = await outcomeOf(scene.start(undefined, 'gitian-cache', ['remove', '--all']));
    const isLeft = exitCode === 1 && /^gitian-cache: .* in use.*\nhint: /s.test(stderr);
    if (exitCode !== 0 && !isLeft) throw new Error(`${String(exitCode)}: ${stderr}`);
  },
};

/** Other commands while a build goes on, which mustn't mind. */
export const secondCommands: readonly BuildFault[] = [
  ...Object.entries(seconds).map(([command, args]): BuildFault => ({
    ...unharmed,
    name: `${command} in the same workspace at once`,
    inOneBuild: true,
    quick: ['Preparing build environment'],
    inject: async (scene) => {
      const started = scene.start(undefined, command as CommandName, args);
      const { exitCode, stderr } = await outcomeOf(started);
      const refusal = /in use by "gbuild test\.yml" of \S+ \(process \d+, since .*\nhint: /;
      if (exitCode !== 2 || !refusal.test(stderr)) throw new Error(`${String(exitCode)}: ${stderr}`);
    },
  })),
  ...(['gbuild', 'stop-target'] as const).map((command): BuildFault => ({
    ...unharmed,
    name: `${command} of another user in the same workspace at once`,
    inOneBuild: true,
    inject: async (scene) => {
      const { exitCode, stderr } = await outcomeOf(scene.startAsNobody(command, seconds[command] ?? []));
      const refusal = new RegExp(`^${command}: .*\\nhint: .*\\n$`);
      if (exitCode !== 2 || !refusal.test(stderr)) throw new Error(`${String(exitCode)}: ${stderr}`);
    },
  })),
  buildBeside,
  emptiedCache,
];
