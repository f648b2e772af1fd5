import type { Configuration, Workspace } from '../core/workspace.js';
import type { ImageKind } from './image-kinds.js';
import { recordPath } from '../base-record/record.js';

/** Where the files of a base image are found. */
export interface ImageFiles {
  readonly image: string;
  readonly record: string;
  /** What else belongs to it, by its name while it is made. */
  readonly beside: Readonly<Record<string, string>>;
}

/** The files of a configuration's base image of one kind. */
export function imageFiles(workspace: Workspace, choice: Configuration, kind: ImageKind): ImageFiles {
  const image = workspace.baseImage(choice, kind.ending);
  const beside = Object.entries(kind.machine?.beside ?? {}).map(
    ([name, ending]) => [name, workspace.baseImage(choice, ending)] as const,
  );
  return { image, record: recordPath(image), beside: Object.fromEntries(beside) };
}
