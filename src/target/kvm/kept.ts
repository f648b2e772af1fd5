import { join } from 'node:path';
import type { KeptByBackend } from '../kept.js';
import { dropLayer } from './layer-files.js';
import { removeState, stateFiles } from './saved/saved-state.js';
import { listStates, removeAbandoned, statesFolder } from './saved/states-folder.js';

/** Saved machines, and the layers that lie beside targets. */
export function keptByKvm(cache: string): KeptByBackend {
  return {
    machines: () => listStates(cache),
    removeMachine: (name) => removeState(stateFiles(join(statesFolder(cache), name))),
    removeAbandoned: () => removeAbandoned(cache),
    removeBeside: dropLayer,
  };
}
