import { capture, type Program } from '../capture.js';
import { HebbError } from '../errors.js';
import type { Data } from '../models/structure.js';
import { assign, copy } from '../ops/index.js';
import { valueText } from '../options.js';
import { Tensor } from '../tensor.js';
import type { PassOptions } from './pass.js';
import type { SampleWeight } from './row_weights.js';
import type { Rows } from './rows.js';

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

/** Reads batches ahead: the next one is on its way while the last is computed. */
export class BatchReader {
  private iterator: AsyncIterator<Batch> | Iterator<Batch> | undefined;
  private ahead: Promise<IteratorResult<Batch>> | undefined;
  private first: Rows | undefined;

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
    return this.rowsOf(result.value);
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
    [this.iterator, this.ahead, this.first] = [undefined, undefined, undefined];
    await ahead?.catch(() => undefined);
    await iterator?.return?.();
  }
}

/** Passes over batches: each is copied into the fixed tensors of a captured program, one per shape, and that is replayed. */
export class ReaderPass {
  private readonly programs = new Map<string, { inputs: readonly Tensor[]; program: Program }>();

  constructor(
    private readonly op: string,
    private readonly reader: BatchReader,
    private readonly step: (batch: Rows) => void,
  ) {}

  /** The number of batches in a pass, where it is known. */
  get batches(): number | undefined {
    return this.reader.size;
  }

  private program({ x, y, weights }: Rows): { inputs: readonly Tensor[]; program: Program } {
    const given = [...x, ...y, ...weights];
    const key = given.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join();
    let recorded = this.programs.get(key);
    if (recorded === undefined) {
      const inputs = given.map((part) => copy(part));
      const end = x.length + y.length;
      const program = capture(() => {
        this.step({ x: inputs.slice(0, x.length), y: inputs.slice(x.length, end), weights: inputs.slice(end) });
      });
      recorded = { inputs, program };
      this.programs.set(key, recorded);
    }
    for (const [i, input] of recorded.inputs.entries()) assign(input, given[i]!);
    return recorded;
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
      const running = this.program(batch).program.run(1, signal && { signal });
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
    for (const { inputs, program } of this.programs.values()) for (const x of [program, ...inputs]) x.dispose();
  }
}
