/**
 * What a run tells while it goes on. Code emits events; only `cli/` prints. But for `asked` and `stream` each text is
 * printed on one line, whatever names are in it.
 */
export type GitianEvent =
  /** A heading, such as the configuration that is built next. */
  | { readonly kind: 'heading'; readonly text: string }
  /** A step begins; `log` names the file that its programs write to. */
  | { readonly kind: 'step-started'; readonly id: number; readonly title: string; readonly log?: string }
  /** What the running step does just now, in a few words. */
  | { readonly kind: 'step-progress'; readonly id: number; readonly text: string }
  | {
      readonly kind: 'step-ended';
      readonly id: number;
      readonly title: string;
      readonly milliseconds: number;
      readonly outcome: 'done' | 'failed' | 'interrupted' | 'skipped';
    }
  /** One sentence for the user; silenced by `--quiet`. */
  | { readonly kind: 'note'; readonly text: string }
  /** One sentence that the user must see. */
  | { readonly kind: 'warning'; readonly text: string; readonly hint?: string }
  /** Lines that the user asked for; not silenced by `--quiet`. */
  | { readonly kind: 'asked'; readonly text: string }
  /** Another program asks something in the terminal: until it is given back nothing may move there. */
  | { readonly kind: 'terminal-lent' }
  | { readonly kind: 'terminal-returned' }
  /** Raw output of a program that the user asked to see as it comes. */
  | { readonly kind: 'stream'; readonly bytes: Uint8Array };

/** Where events go. */
export type Emit = (event: GitianEvent) => void;

/** For callers that want no words. */
export const silent: Emit = () => undefined;
