/** One entry of a tar stream, as hostile as need be. */
export interface TarEntry {
  readonly name: string | Buffer;
  /** As in the format: `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5` directory, `6` FIFO. */
  readonly type?: string;
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly time?: number;
  readonly target?: string | Buffer;
  readonly content?: string | Buffer;
  /** What the header claims, if not the content's length. */
  readonly size?: number;
}

const block = 512;

/** A tar stream in GNU's format of these entries, with its end. */
export function tarStream(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(2 * block)]);
}

/** The blocks of one entry. */
export function tarEntry(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const long = [
    ...longField('L', Buffer.from(entry.name)),
    ...longField('K', Buffer.from(entry.target ?? '')),
  ];
  return Buffer.concat([...long, header({ size: content.length, ...entry }), padded(content)]);
}

function longField(type: string, value: Buffer): Buffer[] {
  if (value.length <= 100) return [];
  const content = Buffer.concat([value, Buffer.of(0)]);
  return [header({ name: '././@LongLink', type, size: content.length }), padded(content)];
}

function header({ name, type = '0', mode = 0o644, time = 0, target = '', size = 0 }: TarEntry): Buffer {
  const bytes = Buffer.alloc(block);
  const text = (value: string | Buffer, at: number): void => {
    bytes.set(Buffer.from(value).subarray(0, 100), at);
  };
  const octal = (value: number, at: number, width: number): void => {
    text(value.toString(8).padStart(width - 1, '0'), at);
  };
  text(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size < 8 ** 11) octal(size, 124, 12);
  else {
    bytes.writeUInt8(0x80, 124);
    bytes.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(time, 136, 12);
  text(type, 156);
  text(target, 157);
  text('ustar  ', 257);
  bytes.fill(' ', 148, 156);
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return bytes;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block)]);
}
