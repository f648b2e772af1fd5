import type { Station } from '../making/stations.js';

const call = (args: string): Station => ({ program: 'VBoxManage', args });

/** An image that was made is about to be handed over. */
export const handingOver: Station = { program: 'tar', args: '-C */played -ch .' };

/** Where the registration of a machine is struck: what is about to be done, and the calls that are held on the way there, the last of them until it is struck. */
export const registeringPlaces: ReadonlyMap<string, readonly Station[]> = new Map([
  ['asking for its version', [call('--version')]],
  ['looking for a machine of that name', [call('showvminfo *')]],
  ['taking the image', [handingOver]],
  ['entering the machine', [call('createvm *')]],
  ['giving it its hardware', [call('modifyvm *')]],
  ['giving it a controller', [call('storagectl *')]],
  ['giving it its disk', [call('storageattach *')]],
  ['starting it', [call('startvm *')]],
  ['booting', [call('startvm *'), call('showvminfo *')]],
  ['taking its snapshot', [call('snapshot * take *')]],
  ['switching it off', [call('controlvm * poweroff')]],
]);

/** Before the image is there. */
export const beforeImage: readonly string[] = [
  'asking for its version',
  'looking for a machine of that name',
  'taking the image',
];

/** While the machine is up, and its guest has answered. */
export const onceBooted: readonly string[] = ['taking its snapshot', 'switching it off'];

/** While the machine is up. */
export const whileUp: readonly string[] = ['booting', ...onceBooted];

/** The places of a registration but for those. */
export function placesBut(others: readonly string[]): string[] {
  return [...registeringPlaces.keys()].filter((place) => !others.includes(place));
}
