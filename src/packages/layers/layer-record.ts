import { sha256 } from '../../core/files/hashing.js';
import { count, list, object, only, parseJson, text } from '../../core/shape.js';
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

/** A layer that nobody removes until it is disposed of. */
export interface HeldLayer extends KeptLayer, AsyncDisposable {}

/** Reads the text of a record; undefined when it isn't one. */
export function parseLayerRecord(json: string): LayerRecord | undefined {
  return parseJson(json, layerRecord);
}

/** Whether a manifest is the one that a layer was sealed with. */
export function hasManifest({ manifestSha256 }: LayerRecord, manifest: string): boolean {
  return sha256(manifest) === manifestSha256;
}

const layerRecord = object<LayerRecord>({
  format: only(1),
  recipe: text,
  archives: list(text),
  sealed: text,
  bytes: count,
  manifestSha256: text,
  boot: text,
});
