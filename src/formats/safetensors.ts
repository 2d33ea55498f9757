import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { HebbError } from '../errors.js';
import { arrayClasses, dtypes, type Dtype } from '../dtype.js';
import { hostEmpty, hostView, type Tensor } from '../tensor.js';

/** The names that the safetensors format gives to element types. */
const dtypeNames: Readonly<Record<Dtype, string>> = { bool: 'BOOL', uint8: 'U8', int32: 'I32', float32: 'F32', float64: 'F64' };

/** Tensors by name, and text by name. */
export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

/** One tensor of a header: what it is and where its bytes are. */
interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

function unusable(path: string, what: string, error: unknown): string {
  return `${path}: cannot be ${what} (${error instanceof Error ? error.message : String(error)})`;
}

/**
 * Writes tensors in the safetensors format (huggingface.co/docs/safetensors): 8 bytes length of the header, the header as
 * JSON, the bytes of the tensors one after the other, little-endian, row-major. The file appears whole or not at all.
 *
 * @throws ERR_ARGUMENT when it cannot be written there
 */
export async function saveTensors(path: string, { tensors, metadata }: TensorFile): Promise<void> {
  const header: [string, unknown][] = [['__metadata__', metadata]];
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const [name, x] of tensors) {
    const data = x.dataSync();
    header.push([name, { dtype: dtypeNames[x.dtype], shape: x.shape, data_offsets: [position, position + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    position += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, [length, padded, ...parts]);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new HebbError('ERR_ARGUMENT', unusable(path, 'written', error), { cause: error });
  }
}

/** Reads a safetensors file. @throws ERR_FORMAT that says what is wrong with it */
export async function loadTensors(path: string): Promise<TensorFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new HebbError('ERR_FORMAT', unusable(path, 'read', error), { cause: error });
  }
  const { entries, metadata, start } = readHeader(path, bytes);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const x = hostEmpty(dtype, shape);
    const view = hostView(x);
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes.subarray(start + begin, start + end));
    tensors.set(name, x);
  }
  return { tensors, metadata };
}

function readHeader(path: string, bytes: Buffer): { entries: Entry[]; metadata: Record<string, string>; start: number } {
  const bad = (fault: string, cause?: unknown): HebbError => new HebbError('ERR_FORMAT', `${path}: ${fault}`, { cause });
  if (bytes.length < 8) throw bad('not a safetensors file: shorter than its length field');
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  if (start > bytes.length) throw bad('not a safetensors file, or cut short: the header does not fit');
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, start));
  } catch (error) {
    throw bad('the header is not JSON', error);
  }
  if (!isObject(header)) throw bad('the header is no JSON object');
  const { __metadata__: metadata = {}, ...tensors } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw bad('__metadata__ holds something other than text');
  }
  const entries = Object.entries(tensors).map(([name, value]) => {
    const entry = readEntry(name, value);
    if (typeof entry === 'string') throw bad(`tensor '${name}' ${entry}`);
    return entry;
  });
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) throw bad(`the bytes of tensor '${name}' begin at ${begin}, expected ${position}`);
    position = end;
  }
  if (start + position !== bytes.length) throw bad(`${bytes.length - start} bytes of tensors, expected ${position}; it was cut short or added to`);
  return { entries, metadata: metadata as Record<string, string>, start };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** One entry of the header, checked, or what is wrong with it. */
function readEntry(name: string, value: unknown): Entry | string {
  if (!isObject(value)) return 'is not described by an object';
  const { dtype: typeName, shape, data_offsets: offsets } = value;
  const dtype = dtypes.find((type) => dtypeNames[type] === typeName);
  if (dtype === undefined) return `has type ${String(typeName)}; supported are ${Object.values(dtypeNames).join(', ')}`;
  if (!isSizes(shape)) return 'has no shape of whole numbers';
  if (!isSizes(offsets) || offsets.length !== 2) return 'has no pair of data_offsets';
  const [begin = 0, end = 0] = offsets;
  const size = shape.reduce((product, dim) => product * dim, arrayClasses[dtype].BYTES_PER_ELEMENT);
  if (end - begin !== size) return `of shape [${shape.join(',')}] needs ${size} bytes, but has ${end - begin}`;
  return { name, dtype, shape, begin, end };
}
