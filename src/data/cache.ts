import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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

function parse(file: Buffer): ByteArrays | undefined {
  if (file.length < 8) return undefined;
  const start = 8 + Number(file.readBigUInt64LE(0));
  if (start > file.length) return undefined;
  const { __metadata__: metadata, ...entries } = JSON.parse(file.toString('utf8', 8, start)) as Header;
  const payload = file.subarray(start);
  if (metadata.sha256 !== digest(entries, [payload])) return undefined;
  const arrays: Record<string, ByteArray> = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    if (dtype !== 'U8' || !isSizes(shape) || !isSizes(offsets)) return undefined;
    const data = payload.subarray(offsets[0], offsets[1]);
    if (data.length !== sizeOf(shape)) return undefined;
    arrays[name] = { shape, data };
  }
  return arrays;
}

/**
 * The arrays that writeArrays() stored, or undefined when the file is missing, unreadable or damaged: then it is to be built
 * again.
 */
export async function readArrays(path: string): Promise<ByteArrays | undefined> {
  try {
    return parse(await readFile(path));
  } catch {
    return undefined;
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
