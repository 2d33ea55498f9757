import type { Program } from '../capture.js';
import { HebbError } from '../errors.js';
import type { Data } from '../models/structure.js';
import { copy } from '../ops/index.js';
import { valueText } from '../options.js';
import { Tensor } from '../tensor.js';
import { fill, filledBy, freeFilled, type Filled } from './filled.js';
import type { PassOptions } from './pass.js';
import type { SampleWeight } from './row_weights.js';
import { freeMade, tensorsIn, tensorsOf, type Rows } from './rows.js';

/** Inputs, targets and perhaps the weight of each row of one batch. */
export type Batch = readonly [x: Data, y: Data, sampleWeight?: SampleWeight];

/** Batches one after the other, as a dataset gives them; a function starts them anew for each pass. */
export type Batches = AsyncIterable<Batch> | Iterable<Batch> | (() => AsyncIterable<Batch> | Iterable<Batch>);

/** Whether a value is [x, y] with a tensor among them: nested arrays of numbers are rows. */
function isBatch(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 2 && value.length <= 3 && value.some((part) => typeof part === 'object' && part !== null && !Array.isArray(part));
}

/** Whether a value gives batches and is no array, which might be [x, y]. */
export function givesBatches(value: unknown): value is Batches {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null || value instanceof Tensor || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Whether a value gives batches or is an array of them, and neither rows nor inputs. */
export function isBatches(value: unknown): value is Batches {
  return Array.isArray(value) ? value.length > 0 && value.every(isBatch) : givesBatches(value);
}

type Iterables<T> = AsyncIterable<T> | Iterable<T>;

/** What is iterable, at once or by promises, or a function answers that is. @throws ERR_ARGUMENT for anything else, naming it */
export function iterableOf<T>(op: string, source: Iterables<T> | (() => Iterables<T>)): Iterables<T> {
  const iterable = typeof source === 'function' ? source() : source;
  if (typeof iterable === 'object' && (iterable as unknown) !== null && (Symbol.asyncIterator in iterable || Symbol.iterator in iterable)) return iterable;
  throw new HebbError('ERR_ARGUMENT', `${op}: expected an iterable or a function that answers one, got ${valueText(iterable)}`);
}

/** The iterator of iterableOf(). */
export function iteratorOf<T>(op: string, source: Iterables<T> | (() => Iterables<T>)): AsyncIterator<T> | Iterator<T> {
  const iterable = iterableOf(op, source);
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}

/** Whether a source makes each of its elements anew, for its reader alone: who has read one may free it. */
export function makesAnew(source: unknown): boolean {
  return typeof source === 'object' && source !== null && 'madeAnew' in source && source.madeAnew === true;
}

/** Reads batches ahead: the next one is on its way while the last is computed. */
export class BatchReader {
  private iterator: AsyncIterator<Batch> | Iterator<Batch> | undefined;
  private ahead: Promise<IteratorResult<Batch>> | undefined;
  private first: Rows | undefined;
  /** The batch that was read last: what was given, and the rows of it. */
  private last: { given: Batch; rows: Rows } | undefined;

  constructor(
    private readonly op: string,
    private readonly batches: Batches,
    private readonly rowsOf: (batch: Batch) => Rows,
  ) {}

  /** The number of batches in a pass, where it is known. */
  get size(): number | undefined {
    const { batches } = this;
    if (Array.isArray(batches)) return (batches as readonly Batch[]).length;
    return typeof batches === 'object' && 'size' in batches && typeof batches.size === 'number' ? batches.size : undefined;
  }
  /** The first batch, which next() will give again. @throws ERR_ARGUMENT when there is none */
  async peek(): Promise<Rows> {
    this.first ??= await this.next();
    if (this.first === undefined) throw new HebbError('ERR_ARGUMENT', `${this.op}: there are no batches`);
    return this.first;
  }
  /** The next batch; undefined at the end, after which it begins anew. */
  async next(): Promise<Rows | undefined> {
    const { first } = this;
    if (first !== undefined) {
      this.first = undefined;
      return first;
    }
    const result = await (this.ahead ?? this.pull());
    this.ahead = undefined;
    if (result.done === true) {
      this.iterator = undefined;
      return undefined;
    }
    const value: unknown = result.value;
    if (!Array.isArray(value) || value.length < 2 || value.length > 3) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: a batch is [x, y] or [x, y, sampleWeight], got ${Array.isArray(value) ? `an array of ${value.length}` : typeof value}`);
    }
    const rows = this.rowsOf(result.value);
    this.last = { given: result.value, rows };
    return rows;
  }
  /** Frees what nobody else has of the batch that was read last. */
  free(): void {
    if (this.last === undefined) return;
    const { given, rows } = this.last;
    freeMade([rows], ...given);
    if (makesAnew(this.batches)) for (const x of tensorsIn(...given)) x.dispose();
    this.last = undefined;
  }
  /** Asks for the next batch without waiting for it. */
  readAhead(): void {
    if (this.first !== undefined || this.iterator === undefined) return;
    this.ahead ??= this.pull();
    this.ahead.catch(() => undefined); // next() will throw it
  }
  private async pull(): Promise<IteratorResult<Batch>> {
    if (this.iterator === undefined) {
      this.iterator = iteratorOf(this.op, this.batches);
    }
    return await this.iterator.next();
  }
  /** Gives up the pass, so that generators end. */
  async close(): Promise<void> {
    const { iterator, ahead } = this;
    this.free();
    [this.iterator, this.ahead, this.first] = [undefined, undefined, undefined];
    await ahead?.catch(() => undefined);
    await iterator?.return?.();
  }
}

/** Passes over batches: each is copied into the fixed tensors of a captured program, one per shape, and that is replayed. */
export class ReaderPass {
  private readonly programs = new Map<string, Filled<void>>();

  constructor(
    private readonly op: string,
    private readonly reader: BatchReader,
    private readonly step: (batch: Rows) => void,
  ) {}

  /** The number of batches in a pass, where it is known. */
  get batches(): number | undefined {
    return this.reader.size;
  }

  /** The program for a batch, which is in its tensors. */
  private program(batch: Rows): Program {
    const { x, y } = batch;
    const given = tensorsOf(batch);
    const key = given.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join();
    let recorded = this.programs.get(key);
    if (recorded === undefined) {
      const end = x.length + y.length;
      recorded = filledBy(given.map((part) => copy(part)), (inputs) => {
        this.step({ x: inputs.slice(0, x.length), y: inputs.slice(x.length, end), weights: inputs.slice(end) });
      });
      this.programs.set(key, recorded);
    }
    const program = fill(recorded, given);
    this.reader.free();
    return program;
  }

  /**
   * Runs `steps` batches, beginning anew where they end, or those to the end. Answers how many.
   *
   * @throws ERR_ABORTED when the signal stopped it, ERR_ARGUMENT when the batches ended for good
   */
  async run({ resume, steps, signal, onProgress, onBatch }: Omit<PassOptions, 'steps' | 'shuffle'> & { steps: number | undefined }): Promise<number> {
    if (!resume) await this.reader.close();
    let done = 0;
    let told = performance.now();
    while (steps === undefined || done < steps) {
      if (signal?.aborted === true) throw new HebbError('ERR_ABORTED', `${this.op}: stopped after ${done} steps`, { cause: signal.reason });
      let batch = await this.reader.next();
      if (batch === undefined && steps === undefined && done > 0) break;
      batch ??= await this.reader.next();
      if (batch === undefined) {
        throw new HebbError('ERR_ARGUMENT', `${this.op}: the batches have ended; give a dataset, or a function that starts them anew for each pass`);
      }
      await onBatch?.begin(done);
      const running = this.program(batch).run(1, signal && { signal });
      this.reader.readAhead();
      await running;
      done++;
      if (performance.now() - told > 100) {
        told = performance.now();
        onProgress?.(done);
      }
      if ((await onBatch?.end(done - 1)) === true) break;
    }
    return done;
  }
  /** Gives up the pass. */
  close(): Promise<void> {
    return this.reader.close();
  }
  /** Frees the programs and what they read; none is run afterwards. */
  dispose(): void {
    for (const recorded of this.programs.values()) freeFilled(recorded);
  }
}
