import type { HostileDescriptor } from './descriptor.js';
import { hostileFields } from './fields.js';
import { hostileYaml } from './yaml.js';

/** Descriptors that try to inject, to get out, to exhaust or to confuse, in every field. */
export const hostileDescriptors: readonly HostileDescriptor[] = [...hostileFields, ...hostileYaml];
