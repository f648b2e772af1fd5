import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertionPlace, type AssertionPlace } from '../../../src/signing/place.js';
import { putAllInPlace, Staging } from '../../../src/signing/staging.js';

let root: string;
let place: AssertionPlace;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gitian-staging-'));
  place = assertionPlace({
    destination: join(root, 'sigs/hello'),
    release: '1.0',
    signer: 'alice',
    name: 'hello',
  });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function stage(text: string, signature: string | undefined): Promise<Staging> {
  const staging = await Staging.create(place, Buffer.from(text));
  if (signature !== undefined) writeFileSync(staging.signature, signature);
  return staging;
}

const emit = (): undefined => undefined;

/** Everything below the root, as paths. */
const tree = (): string[] => (readdirSync(root, { recursive: true }) as string[]).sort();

describe('Staging', () => {
  it('puts both files into place, and leaves nothing else', async () => {
    {
      await using staging = await stage('new', 'new sig');
      expect(existsSync(place.folder)).toBe(false);
      staging.putInPlace();
    }
    expect(readFileSync(place.assertion, 'utf8')).toBe('new');
    expect(readFileSync(place.signature, 'utf8')).toBe('new sig');
    expect(readdirSync(dirname(place.folder))).toEqual(['alice']);
  });

  it('makes a folder that others may read', async () => {
    await using staging = await stage('new', 'new sig');
    staging.putInPlace();
    mkdirSync(join(root, 'any'));
    expect(statSync(place.folder).mode).toBe(statSync(join(root, 'any')).mode);
  });

  it('leaves nothing at all when nothing is put into place', async () => {
    {
      await using staging = await stage('new', undefined);
      expect(existsSync(staging.assertion)).toBe(true);
    }
    expect(tree()).toEqual([]);
  });

  it('leaves folders that were there, and what is in them', async () => {
    mkdirSync(join(root, 'sigs/hello/0.9/bob'), { recursive: true });
    {
      await using staging = await stage('new', undefined);
      expect(existsSync(staging.folder)).toBe(true);
    }
    expect(tree()).toEqual(['sigs', 'sigs/hello', 'sigs/hello/0.9', 'sigs/hello/0.9/bob']);
  });

  it('replaces an assertion together with its signature, beside other packages', async () => {
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(place.assertion, 'old');
    writeFileSync(place.signature, 'old sig');
    writeFileSync(join(place.folder, 'other-build.assert'), 'other');
    {
      await using staging = await stage('new', 'new sig');
      staging.putInPlace();
    }
    expect(readFileSync(place.assertion, 'utf8')).toBe('new');
    expect(readFileSync(place.signature, 'utf8')).toBe('new sig');
    expect(readdirSync(place.folder).sort()).toEqual([
      'hello-build.assert',
      'hello-build.assert.sig',
      'other-build.assert',
    ]);
  });

  it('takes the old signature away where there is no new one', async () => {
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(place.assertion, 'old');
    writeFileSync(place.signature, 'old sig');
    await using staging = await stage('new', undefined);
    staging.putInPlace();
    expect(readFileSync(place.assertion, 'utf8')).toBe('new');
    expect(existsSync(place.signature)).toBe(false);
  });

  it('leaves the old pair where the new one can not be put', async () => {
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(place.assertion, 'old');
    writeFileSync(place.signature, 'old sig');
    {
      await using staging = await stage('new', 'new sig');
      // The last of the steps fails, after the old pair was moved away and the new signature was put.
      rmSync(staging.assertion);
      await expect(putAllInPlace([staging], emit)).rejects.toThrow('ENOENT');
    }
    expect(readFileSync(place.assertion, 'utf8')).toBe('old');
    expect(readFileSync(place.signature, 'utf8')).toBe('old sig');
    expect(readdirSync(dirname(place.folder))).toEqual(['alice']);
  });

  it('leaves what was there in all places where one can not be put', async () => {
    const others = ['replaced', 'new'].map((release) =>
      assertionPlace({ destination: join(root, 'sigs/hello'), release, signer: 'alice', name: 'hello' }),
    );
    const [replaced = place, fresh = place] = others;
    mkdirSync(replaced.folder, { recursive: true });
    writeFileSync(replaced.assertion, 'old');
    symlinkSync('nothing', replaced.signature);
    const before = tree();
    {
      await using first = await Staging.create(replaced, Buffer.from('new'));
      writeFileSync(first.signature, 'new sig');
      await using second = await Staging.create(fresh, Buffer.from('new'));
      await using third = await stage('new', undefined);
      rmSync(third.folder, { recursive: true });
      await expect(putAllInPlace([first, second, third], emit)).rejects.toThrow('ENOENT');
    }
    expect(tree()).toEqual(before);
    expect(readFileSync(replaced.assertion, 'utf8')).toBe('old');
  });

  it('keeps what it replaced where that can not be put back', async () => {
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(place.assertion, 'old');
    {
      await using staging = await stage('new', undefined);
      staging.putInPlace();
      rmSync(place.assertion);
      expect(() => {
        staging.takeBack();
      }).toThrow('ENOENT');
    }
    const [kept = ''] = readdirSync(dirname(place.folder)).filter((name) => name.startsWith('.gsign-'));
    expect(readFileSync(join(dirname(place.folder), kept, 'replaced/assert'), 'utf8')).toBe('old');
  });
});
