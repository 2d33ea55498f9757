import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { HebbError } from '../errors.js';
import { writeAtomically } from './cache.js';
import { readIdx } from './idx.js';
import type { ImageArrays } from './image_dataset.js';

/** The four gzipped IDX files in which a dataset was published. */
export interface OfficialFiles {
  /** Folders on the web that hold the files, tried in this order. */
  mirrors: readonly string[];
  /** md5 of each gzipped file. */
  md5: Readonly<Record<keyof ImageArrays, string>>;
}

/** How the files are called, on the web and in the cache folder. */
export const officialNames: Readonly<Record<keyof ImageArrays, string>> = {
  trainX: 'train-images-idx3-ubyte.gz',
  trainY: 'train-labels-idx1-ubyte.gz',
  testX: 't10k-images-idx3-ubyte.gz',
  testY: 't10k-labels-idx1-ubyte.gz',
};

/** How long one file may take to arrive, in milliseconds. */
const patience = 120_000;

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** The words of an error and of what caused it: fetch hides the reason ("ENOTFOUND") in the cause. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

async function download(files: OfficialFiles, part: keyof ImageArrays, signal?: AbortSignal): Promise<Uint8Array> {
  const faults: string[] = [];
  for (const mirror of files.mirrors) {
    const url = mirror + officialNames[part];
    const timeout = AbortSignal.timeout(patience);
    try {
      const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (md5(bytes) !== files.md5[part]) throw new Error(`md5 is ${md5(bytes)}, expected ${files.md5[part]}`);
      return bytes;
    } catch (error) {
      if (signal?.aborted) throw new HebbError('ERR_ABORTED', `the download of ${url} was aborted`, { cause: error });
      faults.push(`${url}: ${reason(error)}`);
    }
  }
  throw new Error(faults.join('; '));
}

/** The elements of a gzipped IDX file whose md5 was verified, unpacked piece by piece: the file ends with its size. */
async function unpack(packed: Uint8Array, name: string): Promise<Uint8Array> {
  const file = new Uint8Array(Buffer.from(packed.subarray(-4)).readUInt32LE());
  let size = 0;
  for await (const piece of createGunzip().end(packed) as AsyncIterable<Uint8Array>) {
    file.set(piece, size);
    size += piece.length;
  }
  const { data } = readIdx(file, name);
  if (!(data instanceof Uint8Array)) throw new HebbError('ERR_FORMAT', `${name}: the elements are not bytes`);
  return data;
}

/** Reads the files of a folder, after downloading those that are missing. Every file must have the published md5. */
export async function readOfficialFiles(
  files: OfficialFiles,
  folder: string,
  options: { download: boolean; signal?: AbortSignal | undefined },
): Promise<ImageArrays> {
  const read = async (part: keyof ImageArrays): Promise<Uint8Array> => {
    const path = join(folder, officialNames[part]);
    let packed: Uint8Array;
    try {
      packed = await readFile(path);
    } catch {
      if (!options.download) throw new Error(`${path} is not there`);
      packed = await download(files, part, options.signal);
      await writeAtomically(path, [packed]).catch((error: unknown) => {
        process.emitWarning(`hebb: cannot keep a downloaded file: ${reason(error)}`);
      });
    }
    if (md5(packed) !== files.md5[part]) {
      throw new HebbError(
        'ERR_FORMAT',
        `${path} is damaged: md5 is ${md5(packed)}, expected ${files.md5[part]}; delete or replace it`,
      );
    }
    return unpack(packed, path);
  };
  // Small files first: without network, or with a damaged label file, the answer comes at once.
  const [trainY, testY] = [await read('trainY'), await read('testY')];
  return { trainX: await read('trainX'), trainY, testX: await read('testX'), testY };
}
