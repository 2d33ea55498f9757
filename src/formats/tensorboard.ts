import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import { toRows } from '../train/rows.js';
import { checkNames, valueText } from '../options.js';
import type { TensorLike } from '../tensor.js';
import { graphOf } from './graph_def.js';
import { encodePNG, type Pixels } from './png.js';
import { bytes, double, message, varint, type Field } from './protobuf.js';
import { tfRecord } from './tfrecord.js';

// The numbers of the fields are those of event.proto, summary.proto, tensor.proto and tensor_shape.proto of TensorBoard.
const event = { wallTime: 1, step: 2, version: 3, graph: 4, summary: 5 };
const tensorField = { dtype: 1, shape: 2, content: 4, floats: 5, strings: 8 };
const dtypeNumber = { float: 1, double: 2, string: 7 };

/** Which part of TensorBoard shows a value. */
type Plugin = 'scalars' | 'histograms' | 'text' | 'images';

const bufferedBytes = 1 << 16;
let files = 0;

/** Options of histogram(). */
export interface HistogramOptions {
  /** Number of buckets of equal width from the least to the greatest value; 30 by default. */
  buckets?: number;
}

function shapeField(dims: readonly number[]): Field {
  return message(tensorField.shape, dims.map((size) => message(2, [varint(1, size)])));
}

/** Left edge, right edge and count of each bucket, [buckets, 3]; the right edge belongs to the last bucket only. */
function bucketsOf(values: ArrayLike<number>, count: number): Float64Array {
  const rows = new Float64Array(3 * count);
  if (values.length === 0) return rows;
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    greatest = Math.max(greatest, values[i]!);
  }
  const width = (greatest - least) / count;
  for (let bucket = 0; bucket < count; bucket++) {
    rows[3 * bucket] = least + bucket * width;
    rows[3 * bucket + 1] = bucket === count - 1 ? greatest : least + (bucket + 1) * width;
  }
  // Values that are all the same lie in the last bucket, as TensorBoard draws them.
  for (let i = 0; i < values.length; i++) {
    const bucket = width === 0 ? count - 1 : Math.min(count - 1, Math.floor((values[i]! - least) / width));
    rows[3 * bucket + 2]!++;
  }
  return rows;
}

/** Images as bytes: uint8 as it is, else [0, 1] to 0 to 255. */
function pixelsOf(op: string, input: TensorLike): Pixels[] {
  const x = toRows(op, 'the image', input);
  const dims = x.rank === 2 ? [1, ...x.shape, 1] : x.rank === 3 ? [1, ...x.shape] : x.shape;
  const [count = 0, height = 0, width = 0, channels = 0] = dims;
  if (dims.length !== 4 || channels < 1 || channels > 4 || count * height * width === 0) {
    const allowed = '[height, width], [height, width, 1 to 4 channels] or [images, height, width, 1 to 4 channels]';
    throw new HebbError('ERR_SHAPE', `${op}: an image is ${allowed}, got [${x.shape.join(',')}]`);
  }
  const values = x.dataSync();
  const all = x.dtype === 'uint8' ? Uint8Array.from(values) : Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value * 255))));
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({ width, height, channels, data: all.subarray(i * size, (i + 1) * size) }));
}

/**
 * Writes what TensorBoard shows: one event file in a folder, in the format of TensorFlow 2 (TFRecord frames around
 * Event messages). Events are kept in memory until 64 KiB have come together or flush() or close() is called.
 *
 * @throws ERR_ARGUMENT when the folder or the file cannot be made
 * @example
 * // Then: tensorboard --logdir logs
 * const writer = new SummaryWriter('logs');
 * for (let step = 0; step < 100; step++) writer.scalar('loss', 1 / (step + 1), step);
 * writer.close();
 */
export class SummaryWriter {
  /** The event file. */
  readonly path: string;
  private readonly file: number;
  private readonly pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private isClosed = false;

  constructor(
    /** The folder of the run. */
    readonly dir: string,
  ) {
    const seconds = Math.floor(Date.now() / 1000);
    this.path = join(dir, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${files++}.v2`);
    try {
      mkdirSync(dir, { recursive: true });
      this.file = openSync(this.path, 'wx');
    } catch (error) {
      throw new HebbError('ERR_ARGUMENT', `SummaryWriter: ${this.path} cannot be made (${String(error)})`, { cause: error });
    }
    this.write('SummaryWriter', 0, bytes(event.version, 'brain.Event:2'));
    this.flush();
  }

  private write(op: string, step: number, content: Field): void {
    if (this.isClosed) throw new HebbError('ERR_DISPOSED', `${op}: the writer of ${this.path} was closed`);
    const record = tfRecord(Buffer.concat([double(event.wallTime, Date.now() / 1000), varint(event.step, step), content]));
    this.pending.push(record);
    this.pendingBytes += record.length;
    if (this.pendingBytes >= bufferedBytes) this.flush();
  }

  private value(plugin: Plugin, tag: string, step: number, tensor: readonly Field[]): void {
    const op = `SummaryWriter: ${plugin}`;
    if (typeof tag !== 'string' || tag === '') throw new HebbError('ERR_ARGUMENT', `${op}: the tag is a text of at least one character, got ${valueText(tag)}`);
    if (!Number.isSafeInteger(step)) throw new HebbError('ERR_ARGUMENT', `${op}: the step of '${tag}' is a whole number, got ${valueText(step)}`);
    const metadata = message(9, [message(1, [bytes(1, plugin)])]);
    this.write(op, step, message(event.summary, [message(1, [bytes(1, tag), message(8, tensor), metadata])]));
  }

  /** A number under a tag, stored as float32. @throws ERR_ARGUMENT for an empty tag or a broken step, ERR_DISPOSED after close() */
  scalar(tag: string, value: number, step: number): void {
    if (typeof value !== 'number') throw new HebbError('ERR_ARGUMENT', `SummaryWriter: scalars: the value is a number, got ${valueText(value)}`);
    const { dtype, floats } = tensorField;
    this.value('scalars', tag, step, [varint(dtype, dtypeNumber.float), shapeField([]), bytes(floats, new Uint8Array(Float32Array.of(value).buffer))]);
  }

  /**
   * How the elements of a tensor are spread. NaN and infinity are left out.
   *
   * @throws as scalar(), and ERR_ARGUMENT for a number of buckets below 1
   */
  histogram(tag: string, values: TensorLike, step: number, options: HistogramOptions = {}): void {
    checkNames('histogram', options, ['buckets']);
    const { buckets = 30 } = options;
    if (!Number.isSafeInteger(buckets) || buckets < 1) {
      throw new HebbError('ERR_ARGUMENT', `SummaryWriter: histograms: buckets is a whole number >= 1, got ${buckets}`);
    }
    const rows = bucketsOf(toRows('SummaryWriter: histograms', 'values', values).dataSync().filter(Number.isFinite), buckets);
    const packed = new Uint8Array(rows.buffer);
    const { dtype, content } = tensorField;
    this.value('histograms', tag, step, [varint(dtype, dtypeNumber.double), shapeField([buckets, 3]), bytes(content, packed)]);
  }

  /**
   * One or more images, as PNG.
   *
   * @param images [height, width], [height, width, channels] or [images, height, width, channels]: uint8 from 0 to 255, or
   *   numbers in [0, 1], cut off outside; channels are 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA
   * @throws as scalar(), and ERR_SHAPE for another shape
   */
  image(tag: string, images: TensorLike, step: number): void {
    const pixels = pixelsOf('SummaryWriter: images', images);
    const { width, height } = pixels[0]!;
    // TensorBoard wants width and height as texts before the files.
    const strings = [String(width), String(height), ...pixels.map(encodePNG)];
    const { dtype } = tensorField;
    const fields = strings.map((each) => bytes(tensorField.strings, each));
    this.value('images', tag, step, [varint(dtype, dtypeNumber.string), shapeField([strings.length]), ...fields]);
  }

  /** A text, shown as Markdown. @throws as scalar() */
  text(tag: string, text: string, step: number): void {
    if (typeof text !== 'string') throw new HebbError('ERR_ARGUMENT', `SummaryWriter: text: the text is a text, got ${valueText(text)}`);
    const { dtype, strings } = tensorField;
    this.value('text', tag, step, [varint(dtype, dtypeNumber.string), shapeField([]), bytes(strings, text)]);
  }

  /** The layers of a model and their weights as a graph. @throws ERR_DISPOSED after close() */
  graph(model: Model): void {
    if (!Array.isArray((model as Partial<Model> | null | undefined)?.layers)) {
      throw new HebbError('ERR_ARGUMENT', `SummaryWriter: graph: expected a model, got ${valueText(model)}`);
    }
    this.write('SummaryWriter: graph', 0, bytes(event.graph, graphOf(model)));
  }

  /** Writes what has come together. */
  flush(): void {
    for (const record of this.pending) writeSync(this.file, record);
    this.pending.length = 0;
    this.pendingBytes = 0;
  }

  /** Writes what has come together and closes the file; nothing more can be written. */
  close(): void {
    if (this.isClosed) return;
    this.flush();
    this.isClosed = true;
    closeSync(this.file);
  }
}
