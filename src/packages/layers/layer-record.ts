import { sha256 } from '../../core/hashing.js';
import type { ArchiveState } from './archive-state.js';

/** What is known of a kept layer: the file `layer.json` in its folder. */
export interface LayerRecord {
  readonly format: 1;
  /** See {@link recipeName}. */
  readonly recipe: string;
  readonly archives: ArchiveState;
  /** When it was sealed, in ISO 8601, UTC. */
  readonly sealed: string;
  readonly bytes: number;
  readonly manifestSha256: string;
  /** The boot of this host that it was written in: until it is known to be on the disk, another boot may not have all of it. */
  readonly boot: string;
}

/** A layer as it is used: its record, and the texts that the build which made it wrote. */
export interface KeptLayer extends LayerRecord {
  readonly name: string;
  readonly folder: string;
  readonly manifest: string;
  readonly installLog: string;
}

/** Reads the text of a record; undefined when it isn't one. */
export function parseLayerRecord(text: string): LayerRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a manifest is the one that a layer was sealed with. */
export function hasManifest({ manifestSha256 }: LayerRecord, manifest: string): boolean {
  return sha256(manifest) === manifestSha256;
}

function isRecord(value: unknown): value is LayerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof LayerRecord, unknown>>;
  return (
    record.format === 1 &&
    [record.recipe, record.sealed, record.manifestSha256, record.boot].every(
      (one) => typeof one === 'string',
    ) &&
    Number.isSafeInteger(record.bytes) &&
    Array.isArray(record.archives) &&
    record.archives.every((one) => typeof one === 'string')
  );
}
