import type { StartedTarget, TargetDriver, TargetSpec } from './target.js';

/**
 * A rare ability of drivers: starting a target from a layer, what another target wrote up to some moment. A layer is a
 * folder that {@link SealsLayer.seal} has made, wherever it has been moved to since.
 */
export interface UsesLayers {
  /** What of this host and of `spec` a layer depends on, beside its base image. */
  layerFacts(spec: TargetSpec): Promise<Readonly<Record<string, string>>>;

  /**
   * As `prepare`, but the target begins with what is in the layer's folder. While the target is up the folder has a
   * shared lock; `start` throws `target-failed` when it is gone. Nothing ever writes to it.
   */
  prepareFrom(spec: TargetSpec, layer: string): Promise<void>;

  /** Copies a layer's folder to a path that isn't there yet, on another file system. */
  copyLayer(from: string, to: string): Promise<void>;
}

/** A rare ability of started targets: becoming a layer. */
export interface SealsLayer {
  /** Stops the target and makes what it has written a layer. The target is prepared to start from that. */
  seal(): Promise<SealedLayer>;
}

/** A layer as a target has left it. */
export interface SealedLayer {
  /** A folder of this user's, to be moved to where layers are kept or removed with the target. */
  readonly folder: string;
  readonly bytes: number;
}

/** Whether a driver can do it. */
export function usesLayers(driver: TargetDriver): driver is TargetDriver & UsesLayers {
  return 'prepareFrom' in driver;
}

/** Whether a target can do it. */
export function sealsLayer(target: StartedTarget): target is StartedTarget & SealsLayer {
  return 'seal' in target;
}
