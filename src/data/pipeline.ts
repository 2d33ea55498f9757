import { HebbError } from '../errors.js';
import { copy, gather, slice, stack, tensor, toTensor } from '../ops/index.js';
import { checkFunction, checkNames, flag } from '../options.js';
import { randint } from '../random.js';
import { disposedError, Tensor, type TensorLike } from '../tensor.js';
import { iteratorOf } from '../train/batches.js';
import { wholeNumber } from '../train/rows.js';
import { permutation, randomStream, type RandomStream } from './random_stream.js';

/** An element whose numbers and tensors have become tensors of one dimension more. */
export type Stacked<T> = T extends Tensor | number | boolean ? Tensor : { readonly [K in keyof T]: Stacked<T[K]> };

/** A value of a pipeline, or a promise of it. */
type Eventually<T> = T | Promise<T>;

/** Options of shuffle(). */
export interface ShuffleOptions {
  /** Makes every run mix the same way; without one, the seed of seed() does. Each pass mixes anew. */
  seed?: number;
  /** Elements of a stream that are mixed with each other; 1000 by default. Rows of fromTensors() are all mixed. */
  bufferSize?: number;
}

/** Options of batch(). */
export interface BatchOptions {
  /** Whether a last, smaller batch is left out; false by default. */
  dropRemainder?: boolean;
}

function dropsRemainder(options: BatchOptions): boolean {
  checkNames('batch', options, ['dropRemainder']);
  return flag('batch', 'dropRemainder', options.dropRemainder ?? false);
}

function shuffleSettings(options: ShuffleOptions): { seed: number | undefined; bufferSize: number } {
  checkNames('shuffle', options, ['seed', 'bufferSize']);
  return { seed: options.seed, bufferSize: wholeNumber('shuffle', 'bufferSize', options.bufferSize ?? 1000, 1) };
}

/** A tensor or number anywhere in an element becomes another; what else there is, is an error that names its place. */
function mapLeaves(parts: readonly unknown[], path: string, fn: (leaves: readonly unknown[], path: string) => Tensor): unknown {
  const [first] = parts;
  if (first instanceof Tensor || typeof first !== 'object' || first === null) return fn(parts, path);
  const inside = (key: string): unknown => mapLeaves(parts.map((part) => (part as Record<string, unknown>)[key]), `${path}.${key}`, fn);
  if (Array.isArray(first)) return first.map((_, i) => inside(String(i)));
  return Object.fromEntries(Object.keys(first).map((key) => [key, inside(key)]));
}

function stacked<T>(elements: readonly T[]): Stacked<T> {
  return mapLeaves(elements, 'batch: element', (leaves, path) => {
    if (leaves.every((leaf) => leaf instanceof Tensor)) return stack(leaves);
    if (leaves.every((leaf) => typeof leaf === 'number' || typeof leaf === 'boolean')) return tensor(leaves);
    throw new HebbError('ERR_ARGUMENT', `${path} is a tensor or a number in each, got ${leaves.map((leaf) => typeof leaf).join(', ').slice(0, 60)}`);
  }) as Stacked<T>;
}

/** Frees the tensors in elements. */
function free(elements: unknown): void {
  if (elements instanceof Tensor) elements.dispose();
  else if (typeof elements === 'object' && elements !== null) for (const part of Object.values(elements)) free(part);
}

/** What fn makes of rows of x, of which nothing else stays: no scope(), which would cost each batch more than its copy. */
function viewed(x: Tensor, rows: number | [number, number], fn: (view: Tensor) => Tensor): Tensor {
  const view = slice(x, rows);
  const made = fn(view);
  view.dispose();
  return made;
}

/** The random numbers of each pass: from a seed and the number of the pass, or from the generator that seed() sets. */
function passes(seed: number | undefined): () => RandomStream {
  if (seed !== undefined) randomStream('shuffle', seed);
  let pass = 0;
  return () => (seed === undefined ? randomStream('shuffle', randint(0, 2 ** 31 - 1, [1]).item()) : randomStream('shuffle', seed, pass++));
}

/**
 * Elements that are made when they are asked for, again for every pass. Each method answers a new dataset and leaves the
 * old one as it is. Batches [x, y] feed fit(), evaluate() and validationData.
 *
 * @example
 * const batches = data.fromTensors(x, y).shuffle({ seed: 42 }).batch(32).prefetch(2);
 * await net.fit(batches, { epochs: 5 });
 */
export class Dataset<T> implements AsyncIterable<T> {
  /** @internal */
  constructor(
    private readonly open: () => AsyncIterator<T> | Iterator<T>,
    /** The number of elements, where it is known; Infinity for an endless one. */
    readonly size: number | undefined,
    /** @internal Whether elements are made anew for each pass and nobody else has them: fit() frees such batches. */
    readonly madeAnew = false,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<T> {
    const iterator = this.open();
    return {
      next: async () => await iterator.next(),
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    };
  }

  private derive<U>(make: (source: AsyncIterable<T>) => AsyncGenerator<U>, size: number | undefined, madeAnew = this.madeAnew): Dataset<U> {
    return new Dataset(() => make(this), size, madeAnew);
  }

  /** Joins elements to batches, tensors along a new first dimension. @throws ERR_ARGUMENT unless size is a whole number >= 1; for an unknown option */
  batch(size: number, options: BatchOptions = {}): Dataset<Stacked<T>> {
    const dropRemainder = dropsRemainder(options);
    wholeNumber('batch', 'size', size, 1);
    const count = this.size === undefined ? undefined : (dropRemainder ? Math.floor : Math.ceil)(this.size / size);
    const { madeAnew } = this;
    const join = (elements: readonly T[]): Stacked<T> => {
      const batch = stacked(elements);
      if (madeAnew) free(elements);
      return batch;
    };
    return this.derive(async function* (source) {
      let elements: T[] = [];
      for await (const element of source) {
        elements.push(element);
        if (elements.length < size) continue;
        yield join(elements);
        elements = [];
      }
      if (elements.length > 0 && !dropRemainder) yield join(elements);
    }, count, true);
  }
  /** Mixes elements, a buffer of them at a time. @throws ERR_ARGUMENT for options that make no sense */
  shuffle(options: ShuffleOptions = {}): Dataset<T> {
    const { seed, bufferSize } = shuffleSettings(options);
    const next = passes(seed);
    return this.derive(async function* (source) {
      const random = next();
      const buffer: T[] = [];
      const draw = (): T => {
        const at = Math.floor(random.uniform() * buffer.length);
        const drawn = buffer[at]!;
        const last = buffer.pop()!;
        if (at < buffer.length) buffer[at] = last;
        return drawn;
      };
      for await (const element of source) {
        buffer.push(element);
        if (buffer.length > bufferSize) yield draw();
      }
      while (buffer.length > 0) yield draw();
    }, this.size);
  }
  /** fn of each element. @example data.fromTensors([1, 2]).map((x) => x.mul(2)) */
  map<const U>(fn: (element: T) => Eventually<U>): Dataset<U> {
    checkFunction('map', fn);
    return this.derive(async function* (source) {
      for await (const element of source) yield await fn(element);
    }, this.size, false);
  }
  /** The elements for which fn answers true. */
  filter(fn: (element: T) => Eventually<boolean>): Dataset<T> {
    checkFunction('filter', fn);
    return this.derive(async function* (source) {
      for await (const element of source) if (await fn(element)) yield element;
    }, undefined, false);
  }
  /** All elements `count` times over, endlessly by default. */
  repeat(count = Infinity): Dataset<T> {
    if (count !== Infinity) wholeNumber('repeat', 'count', count, 0);
    return this.derive(async function* (source) {
      for (let pass = 0; pass < count; pass++) {
        let any = false;
        for await (const element of source) {
          any = true;
          yield element;
        }
        if (!any) return;
      }
    }, this.size && this.size * count);
  }
  /** The first elements. */
  take(count: number): Dataset<T> {
    wholeNumber('take', 'count', count, 0);
    return this.derive(async function* (source) {
      let left = count;
      if (left === 0) return;
      for await (const element of source) {
        yield element;
        if (--left === 0) return;
      }
    }, this.size === undefined ? undefined : Math.min(count, this.size));
  }
  /** All but the first elements. */
  skip(count: number): Dataset<T> {
    wholeNumber('skip', 'count', count, 0);
    return this.derive(async function* (source) {
      let left = count;
      for await (const element of source) if (left-- <= 0) yield element;
    }, this.size === undefined ? undefined : Math.max(0, this.size - count));
  }
  /** Asks for up to `count` elements before they are wanted: for sources that wait for files or the network. */
  prefetch(count: number): Dataset<T> {
    wholeNumber('prefetch', 'count', count, 1);
    return this.derive(async function* (source) {
      const iterator = source[Symbol.asyncIterator]();
      const ahead: Promise<IteratorResult<T>>[] = [];
      try {
        for (;;) {
          while (ahead.length < count) {
            const asked = iterator.next();
            asked.catch(() => undefined); // thrown when it is this element's turn
            ahead.push(asked);
          }
          const result = await ahead.shift()!;
          if (result.done === true) return;
          yield result.value;
        }
      } finally {
        await iterator.return?.();
      }
    }, this.size);
  }
  /** Keeps the elements of the first whole pass in memory for the later ones. */
  cache(): Dataset<T> {
    let kept: readonly T[] | undefined;
    return this.derive(async function* (source) {
      if (kept !== undefined) {
        yield* kept;
        return;
      }
      const elements: T[] = [];
      for await (const element of source) {
        elements.push(element);
        yield element;
      }
      kept = elements;
    }, this.size, false);
  }
  /** All elements, in an array. */
  async toArray(): Promise<T[]> {
    const elements: T[] = [];
    for await (const element of this) elements.push(element);
    return elements;
  }
}

/** The rows of tensors: batches are picked by one gather each, without a tensor per row. */
class RowsDataset<T> extends Dataset<T> {
  constructor(
    private readonly rows: T,
    private readonly count: number,
    private readonly order?: () => RandomStream,
  ) {
    super(() => this.elements(), count, true);
  }
  private at(fn: (x: Tensor) => Tensor): T {
    return mapLeaves([this.rows], '', ([x]) => fn(x as Tensor)) as T;
  }
  private *elements(): Generator<T> {
    const order = this.order && permutation(this.count, this.order());
    for (let i = 0; i < this.count; i++) yield this.at((x) => viewed(x, order?.[i] ?? i, copy));
  }
  override shuffle(options: ShuffleOptions = {}): Dataset<T> {
    const { seed } = shuffleSettings(options);
    return new RowsDataset(this.rows, this.count, passes(seed));
  }
  override batch(size: number, options: BatchOptions = {}): Dataset<Stacked<T>> {
    const dropRemainder = dropsRemainder(options);
    wholeNumber('batch', 'size', size, 1);
    const end = dropRemainder ? this.count - (this.count % size) : this.count;
    const { count, order, at } = { count: this.count, order: this.order, at: this.at.bind(this) };
    function* batches(): Generator<Stacked<T>> {
      const rows = order && tensor(permutation(count, order()), { dtype: 'int32' });
      try {
        for (let i = 0; i < end; i += size) {
          const range: [number, number] = [i, Math.min(end, i + size)];
          yield at((x) => (rows === undefined ? viewed(x, range, copy) : viewed(rows, range, (part) => gather(x, part)))) as Stacked<T>;
        }
      } finally {
        rows?.dispose();
      }
    }
    return new Dataset(batches, Math.ceil(end / size), true);
  }
}

/** Something given to fromTensors() with its tensors' rows taken apart: nested numbers are one tensor. */
export type Parts<T> = T extends TensorLike ? Tensor : { readonly [K in keyof T]: Tensor };

function partsOf(given: unknown): unknown {
  const list = Array.isArray(given) && given.length > 0 && given.every((part) => part instanceof Tensor || ArrayBuffer.isView(part));
  if (list) return given.map((part) => toTensor(part as TensorLike));
  if (typeof given !== 'object' || given === null || given instanceof Tensor || Array.isArray(given) || ArrayBuffer.isView(given)) {
    return toTensor(given as TensorLike);
  }
  return Object.fromEntries(Object.entries(given).map(([name, part]) => [name, toTensor(part as TensorLike)]));
}

/**
 * The rows of tensors, of several of the same number of rows as [x, y]: each may be a tensor, an array or an object of them.
 *
 * @throws ERR_SHAPE when they differ in their number of rows
 * @example
 * await data.fromTensors([[1, 2], [3, 4], [5, 6]], [0, 1, 0]).batch(2).toArray(); // two batches [x, y]
 */
export function fromTensors<const A>(rows: A): Dataset<Parts<A>>;
export function fromTensors<const A, const B>(x: A, y: B): Dataset<readonly [Parts<A>, Parts<B>]>;
export function fromTensors<const A, const B>(x: A, y: B, sampleWeight: TensorLike): Dataset<readonly [Parts<A>, Parts<B>, Tensor]>;
export function fromTensors(...given: readonly unknown[]): Dataset<unknown> {
  const parts = given.map(partsOf);
  const counts: number[] = [];
  mapLeaves([parts], 'fromTensors', ([x]) => {
    const rows = x as Tensor;
    if (rows.isDisposed) throw disposedError('fromTensors');
    if (rows.rank === 0) throw new HebbError('ERR_SHAPE', 'fromTensors: tensors hold rows, got a single number');
    counts.push(rows.shape[0] ?? 0);
    return rows;
  });
  const [count = 0] = counts;
  if (counts.some((other) => other !== count)) throw new HebbError('ERR_SHAPE', `fromTensors: the tensors have ${counts.join(', ')} rows`);
  return new RowsDataset<unknown>(parts.length === 1 ? parts[0] : parts, count);
}

/**
 * What a generator function yields, called again for every pass; it may be async. An iterable serves too.
 *
 * @throws ERR_ARGUMENT for anything else
 * @example
 * data.fromGenerator(function* () { for (let i = 0; i < 3; i++) yield [tensor([i]), tensor([2 * i])] as const; }).batch(3)
 */
export function fromGenerator<T>(source: (() => AsyncIterable<T> | Iterable<T>) | AsyncIterable<T> | Iterable<T>): Dataset<T> {
  return new Dataset(() => iteratorOf('fromGenerator', source), undefined);
}
