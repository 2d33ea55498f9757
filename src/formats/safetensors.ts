import { readFile, rename, writeFile } from 'node:fs/promises';
import { HebbError } from '../errors.js';
import type { Dtype } from '../dtype.js';
import { hostEmpty, hostView, type Tensor } from '../tensor.js';

/** The names that the safetensors format gives to element types. */
const dtypeNames: Readonly<Record<Dtype, string>> = { bool: 'BOOL', uint8: 'U8', int32: 'I32', float32: 'F32', float64: 'F64' };

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Tensors by name, and text by name. */
export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

/**
 * Writes tensors in the safetensors format (huggingface.co/docs/safetensors): 8 bytes length of the header, the header as
 * JSON, the bytes of the tensors one after the other, little-endian, row-major. The file appears whole or not at all.
 */
export async function saveTensors(path: string, { tensors, metadata }: TensorFile): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const [name, x] of tensors) {
    const data = x.dataSync();
    header[name] = { dtype: dtypeNames[x.dtype], shape: x.shape, data_offsets: [position, position + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    position += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, Buffer.concat([length, padded, ...parts]));
  await rename(temporary, path);
}

/** Reads a safetensors file. @throws ERR_FORMAT that says what is wrong with it */
export async function loadTensors(path: string): Promise<TensorFile> {
  const bad = (fault: string): HebbError => new HebbError('ERR_FORMAT', `${path}: ${fault}`);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new HebbError('ERR_FORMAT', `${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
  if (bytes.length < 8) throw bad('not a safetensors file: shorter than its length field');
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) throw bad('not a safetensors file, or cut short: the header does not fit');
  let header: Record<string, Entry>;
  let metadata: Record<string, string>;
  try {
    const { __metadata__ = {}, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<string, never>;
    header = entries;
    metadata = __metadata__;
  } catch (error) {
    throw new HebbError('ERR_FORMAT', `${path}: the header is not JSON`, { cause: error });
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    const dtype = (Object.keys(dtypeNames) as Dtype[]).find((key) => dtypeNames[key] === entry.dtype);
    if (dtype === undefined) throw bad(`tensor '${name}' has type ${entry.dtype}, which is not supported`);
    const [begin, end] = entry.data_offsets;
    const start = 8 + headerLength + begin;
    const x = hostEmpty(dtype, entry.shape);
    const view = hostView(x);
    if (begin < 0 || end - begin !== view.byteLength || 8 + headerLength + end > bytes.length) {
      throw bad(`tensor '${name}' of shape [${entry.shape.join(',')}] does not fit its bytes ${begin}..${end}`);
    }
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes.subarray(start, start + view.byteLength));
    tensors.set(name, x);
  }
  return { tensors, metadata };
}
