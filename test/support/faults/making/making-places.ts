import type { QuickBackend } from '../build/backend.js';
import type { Station } from './stations.js';

const begins = [['reading the settings', { program: 'apt-get', args: 'update --print-uris' }]] as const;

const key = [['making a key', { program: 'ssh-keygen', args: '-q *' }]] as const;

const installs = [
  ['starting the work', { program: 'mmdebstrap', args: '--unshare-helper *' }],
  ['asking the archive', { program: 'apt-get', args: 'update --error-on=any -o *' }],
  ['installing', { program: 'mmdebstrap', args: '--mode=root *' }],
  ['fetching the indexes', { program: 'apt-get', args: 'update *APT::Status-Fd*' }],
  ['downloading', { program: 'apt-get', args: '--yes -oDebug*' }],
  ['unpacking', { program: 'dpkg-deb', args: '--fsys-tarfile *' }],
  ['installing the rest', { program: 'apt-get', args: '-o Dir::Bin::dpkg=env *' }],
  ['listing the packages', { program: 'dpkg-query', args: '*' }],
] as const;

const kernel = [['fetching the kernel', { program: 'apt-get', args: '* download *' }]] as const;

const prepares = [['preparing the guest', { program: 'chroot', args: '* customize-base *' }]] as const;

const packs = {
  lxc: [['packing', { program: 'tar2sqfs', args: '-q *' }]],
  kvm: [
    ['packing', { program: 'mke2fs', args: '-q *' }],
    ['compressing', { program: 'qemu-img', args: 'convert *' }],
  ],
} as const;

const takes = [
  ['sending the image', { program: 'tar', args: '-C */out -c .' }],
  ['writing the record', { program: 'mmdebstrap', args: '--version' }],
] as const;

/** Where images of a backend are struck: what is about to be done, and the program that is about to do it. */
export const makingPlaces: Readonly<Record<QuickBackend, ReadonlyMap<string, Station>>> = {
  lxc: new Map<string, Station>([...begins, ...installs, ...prepares, ...packs.lxc, ...takes]),
  kvm: new Map<string, Station>([
    ...begins,
    ...key,
    ...installs,
    ...kernel,
    ...prepares,
    ...packs.kvm,
    ...takes,
  ]),
};

/** Where nothing is begun yet, and nothing is held. */
export const nothingYet = 'nothing, yet';

/** Every program that is held at one of them. */
export const makingPrograms: readonly string[] = [
  ...new Set(
    Object.values(makingPlaces).flatMap((places) => [...places.values()].map(({ program }) => program)),
  ),
];

/** The places of a backend from one to another, with both. */
export function placesBetween(backend: QuickBackend, first: string, last: string): string[] {
  const names = [...makingPlaces[backend].keys()];
  return names.slice(names.indexOf(first), names.indexOf(last) + 1);
}
