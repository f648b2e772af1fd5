import type { DefineCommand } from '../commands/command.js';

/** Every executable's file, imported when it is run. */
export const commandFiles = {
  gbuild: () => import('../commands/gbuild.js'),
  gsign: () => import('../commands/gsign.js'),
  gverify: () => import('../commands/gverify.js'),
  'gitian-updater': () => import('../commands/gitian-updater.js'),
  'canon-zip': () => import('../commands/canon-zip.js'),
  'make-base-vm': () => import('../commands/make-base-vm.js'),
  'gitian-cache': () => import('../commands/gitian-cache.js'),
  'make-clean-vm': () => import('../commands/make-clean-vm.js'),
  'start-target': () => import('../commands/start-target.js'),
  'stop-target': () => import('../commands/stop-target.js'),
  'on-target': () => import('../commands/on-target.js'),
  'copy-to-target': () => import('../commands/copy-to-target.js'),
  'copy-from-target': () => import('../commands/copy-from-target.js'),
} as const satisfies Record<string, () => Promise<{ readonly define: DefineCommand }>>;

/** The name of an executable. */
export type CommandName = keyof typeof commandFiles;
