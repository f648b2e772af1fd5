import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256File } from '../core/files/hashing.js';
import { recordedPackages, recordedRelease, type Part } from './contents.js';
import { imageKinds } from './image-kinds.js';
import { PartError } from './image-parts.js';
import type { InstallationPlan } from './installation/installation-plan.js';
import { kernelOf } from './machine.js';
import type { BaseImageRequest } from './make-base-image.js';
import { recordProblems } from '../base-record/read.js';
import {
  writeBaseRecord,
  type BaseRecord,
  type RecordedFile,
  type RecordedMachine,
} from '../base-record/record.js';
import { toolVersions } from './tool-versions.js';

/** An image that was made, in a directory with what `make-root.sh` says of it. */
export interface Made {
  readonly request: BaseImageRequest;
  readonly plan: InstallationPlan;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Writes down what an image was made of. Throws a `PartError` where what came with it says nonsense. */
export async function makeRecord(made: Made): Promise<BaseRecord> {
  const { directory, plan } = made;
  const { choice, version, backend } = made.request;
  const read = async (path: string): Promise<Part> => partIn(directory, path);
  const names = (await readdir(join(directory, 'releases'))).sort();
  const releases = await Promise.all(names.map((name) => read(join('releases', name))));
  const tools = ['mmdebstrap', 'apt-get', ...imageKinds[backend].tools.map(({ program }) => program)];
  const { size } = await stat(join(directory, 'image'));
  const machine = await machineOf(made);
  const record: BaseRecord = {
    format: 1,
    distro: choice.distro,
    suite: choice.suite,
    architecture: choice.architecture,
    image: { ...(await digestOf(made, 'image')), bytes: size },
    made: { at: new Date().toISOString(), by: { gitian: version, ...(await toolVersions(tools)) } },
    sourceDateEpoch: Number((await read('epoch')).text),
    sources: { installed: plan.sources, guest: plan.guestSources },
    releases: releases.map(recordedRelease),
    packages: recordedPackages(await read('installed'), (await read('available')).text),
    ...(machine === undefined ? {} : { machine }),
  };
  const [reason] = recordProblems(writeBaseRecord(record));
  if (reason !== undefined) throw new PartError({ path: '', reason });
  return record;
}

async function machineOf(made: Made): Promise<RecordedMachine | undefined> {
  const { directory, request } = made;
  const kind = imageKinds[request.backend].machine;
  if (kind === undefined) return undefined;
  const read = async (path: string): Promise<Part> => partIn(directory, path);
  const [type = '', key = ''] = (await read('host-key')).text.split(' ');
  return {
    hostKey: `${type} ${key}`,
    diskMiB: request.disk,
    architecture: kernelOf(request.choice).architecture,
    ...('vmlinuz' in kind.beside ? { kernel: await digestOf(made, 'vmlinuz') } : {}),
    ...('initrd' in kind.beside ? { initrd: await digestOf(made, 'initrd') } : {}),
    packages: recordedPackages(await read('fetched'), (await read('available')).text),
  };
}

async function partIn(directory: string, path: string): Promise<Part> {
  return { path, text: await readFile(join(directory, path), 'utf8') };
}

async function digestOf({ directory, signal }: Made, name: string): Promise<RecordedFile> {
  return { sha256: await sha256File(join(directory, name), signal) };
}
