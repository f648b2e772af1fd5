import { descriptorText } from '../samples/descriptor-text.js';

/** The name of the file that every injected command tries to make; nothing may ever make it on the host. */
export const canary = 'pwned';

/** A descriptor by somebody who means harm, and what has to become of it. */
export interface HostileDescriptor {
  readonly title: string;
  readonly bytes: Uint8Array;
  /** `refused`: exit 2 and one clear message; `harmless`: may be built, for the reason given. */
  readonly expect: 'refused' | 'harmless';
  readonly because?: string;
}

/** A command that makes the canary. */
export const touch = `touch ${canary}`;

/** Lines of a descriptor that replace those of the same key. */
export type Changes = Readonly<Record<string, string | undefined>>;

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One that has to be refused. */
export const refused = (title: string, content: Changes | string | Uint8Array): HostileDescriptor => ({
  title,
  bytes:
    content instanceof Uint8Array
      ? content
      : encoded(typeof content === 'string' ? content : descriptorText(content)),
  expect: 'refused',
});

/** One that may be built. */
export const harmless = (title: string, content: Changes | string, because: string): HostileDescriptor => ({
  ...refused(title, content),
  expect: 'harmless',
  because,
});
