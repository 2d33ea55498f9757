import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { HebbError } from '../errors.js';

/** An array of bytes with a shape. */
export interface ByteArray {
  shape: readonly number[];
  data: Uint8Array;
}

/** Named arrays, in the order in which they are stored. */
export type ByteArrays = Readonly<Record<string, ByteArray>>;

/**
 * The folder in which datasets are kept: `directory` if given, else the environment variable HEBB_CACHE, else `hebb` in
 * XDG_CACHE_HOME or ~/.cache.
 *
 * @example
 * cacheDirectory('/data'); // '/data'
 */
export function cacheDirectory(directory?: string): string {
  if (directory !== undefined && (typeof directory !== 'string' || directory === '')) {
    throw new HebbError('ERR_ARGUMENT', `cacheDir: expected the path of a folder, got ${JSON.stringify(directory)}`);
  }
  const { HEBB_CACHE, XDG_CACHE_HOME } = process.env;
  return directory ?? (HEBB_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hebb'));
}

// The file is a safetensors file, so that other programs can read it as well: the length of the header (8 bytes, little
// endian), a JSON header { name: { dtype, shape, data_offsets } }, the elements. Its metadata holds the sha256 of all
// else, which every read checks.

interface Entry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}

interface Header extends Record<string, Entry> {
  __metadata__: Entry & { sha256: string };
}

function digest(entries: Readonly<Record<string, Entry>>, payload: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(entries));
  for (const part of payload) hash.update(part);
  return hash.digest('hex');
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
}

/** Fills `bytes` from the place in a file that was not read yet. @throws where the file ends before */
async function fill<T extends Uint8Array>(file: FileHandle, bytes: T): Promise<T> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done);
    if (bytesRead === 0) throw new Error('the file was cut short');
    done += bytesRead;
  }
  return bytes;
}

async function parse(file: FileHandle): Promise<ByteArrays | undefined> {
  const { size } = await file.stat();
  const length = Number((await fill(file, Buffer.alloc(8))).readBigUInt64LE(0));
  if (length > size) return undefined;
  const header = await fill(file, Buffer.alloc(length));
  const { __metadata__: metadata, ...entries } = JSON.parse(header.toString()) as Header;
  const arrays: Record<string, ByteArray> = {};
  let position = 0;
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    if (dtype !== 'U8' || !isSizes(shape) || !isSizes(offsets)) return undefined;
    const count = sizeOf(shape);
    if (offsets[0] !== position || offsets[1] !== position + count || 8 + length + offsets[1] > size) return undefined;
    arrays[name] = { shape, data: await fill(file, new Uint8Array(count)) };
    position += count;
  }
  const whole = 8 + length + position === size;
  return whole && metadata.sha256 === digest(entries, Object.values(arrays).map(({ data }) => data)) ? arrays : undefined;
}

/**
 * The arrays that writeArrays() stored, each with an ArrayBuffer of its own, or undefined when the file is missing,
 * unreadable or damaged: then it is to be built again.
 */
export async function readArrays(path: string): Promise<ByteArrays | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    return await parse(file);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** Writes a file at once: readers, and a process that dies half-way, never leave or see a part of it. */
export async function writeAtomically(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(draft, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Stores arrays with a checksum, atomically. A folder that cannot be written is a warning, not an error: the next start
 * is only slower.
 */
export async function writeArrays(path: string, arrays: ByteArrays): Promise<void> {
  const payload = Object.values(arrays).map(({ data }) => data);
  const entries: Record<string, Entry> = {};
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    entries[name] = { dtype: 'U8', shape, data_offsets: [offset, (offset += data.length)] };
  }
  const header = JSON.stringify({ __metadata__: { sha256: digest(entries, payload) }, ...entries });
  const padded = Buffer.from(header.padEnd(64 * Math.ceil((header.length + 8) / 64) - 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  try {
    await writeAtomically(path, [length, padded, ...payload]);
  } catch (error) {
    process.emitWarning(`hebb: cannot keep a dataset for the next start: ${String(error)}`);
  }
}
