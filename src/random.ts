import { getDevice } from './device.js';
import type { Dtype } from './dtype.js';
import { HebbError } from './errors.js';
import { assign, to } from './ops/copy.js';
import { tensor, toTensor } from './ops/create.js';
import { gather } from './ops/gather.js';
import {
  randomBernoulli,
  randomInt,
  randomNormal,
  randomPermutation,
  randomTruncatedNormal,
  randomUniform,
} from './ops/random.js';
import { checkNames, checkSeed } from './options.js';
import { setScopeSink, type Shape, type ShapeLiteral, type Tensor, type TensorLike } from './tensor.js';

/** What is drawn: the element type, and a seed of its own that leaves the global generator alone. */
export interface RandomOptions {
  /** float32 by default; int32 for whole numbers, bool for coin flips. */
  dtype?: Dtype;
  /** A whole number: the same numbers for the same seed. */
  seed?: number;
}

/** The four words of a generator just seeded: the seed as 64 bits, then a counter at 0. */
function seededState(seed: number): Tensor {
  checkSeed('seed', seed);
  const high = Math.floor(seed / 2 ** 32);
  return tensor(Int32Array.of(seed | 0, high | 0, 0, 0), { device: 'cpu' });
}

/**
 * A source of random numbers (Philox4x32-10, counter based). The same seed gives the same bits on every device, for any
 * number of threads. Its state is a tensor, so that draws inside capture() are new at each replay.
 *
 * @example
 * const generator = new Generator(42);
 * generator.rand([2]).shape; // [2]
 */
export class Generator {
  /** The state on each device that was drawn on; they are brought in step when the device changes. */
  private readonly states = new Map<string, Tensor>();
  private device = 'cpu';

  /** @param seed a whole number; drawn from the system's entropy when left out. @throws ERR_ARGUMENT */
  constructor(seed: number = Math.floor(Math.random() * 2 ** 53)) {
    const sink = setScopeSink(undefined); // a generator outlives the scope() in which it is made
    try {
      this.states.set(this.device, seededState(seed));
    } finally {
      setScopeSink(sink);
    }
  }

  /**
   * int32 [4]: seed low, seed high, counter low, counter high. Copy it to save the generator, assign it to restore it. It
   * is on the default device, where numbers are drawn.
   */
  get state(): Tensor {
    const device = getDevice();
    const current = this.states.get(this.device);
    if (current === undefined) throw new HebbError('ERR_INTERNAL', `a generator without a state on ${this.device}`);
    if (device === this.device) return current;
    const known = this.states.get(device);
    if (known !== undefined) assign(known, current);
    else {
      const sink = setScopeSink(undefined);
      try {
        this.states.set(device, to(current, device));
      } finally {
        setScopeSink(sink);
      }
    }
    this.device = device;
    return this.states.get(device) ?? current;
  }

  /** Starts again from a seed, a whole number. @throws ERR_ARGUMENT */
  seed(seed: number): void {
    assign(this.state, seededState(seed));
  }

  /** As rand(). */
  rand<const S extends ShapeLiteral>(shape: S, low = 0, high = 1, dtype: Dtype = 'float32'): Tensor<S> {
    return randomUniform(this.state, shape, low, high, dtype);
  }

  /** As randn(), with a mean and a standard deviation. */
  randn<const S extends ShapeLiteral>(shape: S, mean = 0, std = 1, dtype: Dtype = 'float32'): Tensor<S> {
    return randomNormal(this.state, shape, mean, std, dtype);
  }

  /** As truncatedNormal(). */
  truncatedNormal<const S extends ShapeLiteral>(shape: S, mean = 0, std = 1, dtype: Dtype = 'float32'): Tensor<S> {
    return randomTruncatedNormal(this.state, shape, mean, std, dtype);
  }

  /** As randint(). */
  randint<const S extends ShapeLiteral>(low: number, high: number, shape: S, dtype: Dtype = 'int32'): Tensor<S> {
    return randomInt(this.state, shape, low, high, dtype);
  }

  /** As bernoulli(). */
  bernoulli<const S extends ShapeLiteral>(p: number, shape: S, dtype: Dtype = 'bool'): Tensor<S> {
    return randomBernoulli(this.state, shape, p, dtype);
  }

  /** As permutation(). */
  permutation(n: number): Tensor {
    return randomPermutation(this.state, n);
  }

  /** As shuffle(). */
  shuffle<S extends Shape>(x: Tensor<S> | TensorLike): Tensor<S> {
    const rows = toTensor(x);
    if (rows.rank === 0) throw new HebbError('ERR_SHAPE', 'shuffle: a single number has no rows');
    return gather(rows, this.permutation(rows.shape[0] ?? 0)) as Tensor<S>;
  }
}

/** The generator that seed() seeds and that everything random uses unless told otherwise. */
export const defaultGenerator = new Generator();

const optionNames = ['dtype', 'seed'];

function generatorOf(op: string, options: RandomOptions, known: readonly string[] = optionNames): Generator {
  checkNames(op, options, known);
  return options.seed === undefined ? defaultGenerator : new Generator(options.seed);
}

/**
 * Seeds everything random: initialisers, shuffles, dropout, rand() and its like.
 *
 * @param value a whole number
 * @throws ERR_ARGUMENT
 * @example
 * seed(42);
 * const a = rand([2]).toArray();
 * seed(42);
 * rand([2]).toArray(); // the same as a
 */
export function seed(value: number): void {
  defaultGenerator.seed(value);
}

/** Uniform numbers in [0, 1); float32 or float64. @throws ERR_DTYPE, ERR_SHAPE. @example rand([2, 3]).shape; // [2, 3] */
export function rand<const S extends ShapeLiteral>(shape: S, options: RandomOptions = {}): Tensor<S> {
  return generatorOf('rand', options).rand(shape, 0, 1, options.dtype);
}

/** Normal numbers of mean 0 and standard deviation 1; float32 or float64. @throws ERR_DTYPE, ERR_SHAPE. @example randn([2, 3]).shape; // [2, 3] */
export function randn<const S extends ShapeLiteral>(shape: S, options: RandomOptions = {}): Tensor<S> {
  return generatorOf('randn', options).randn(shape, 0, 1, options.dtype);
}

/**
 * Normal numbers of mean 0 and standard deviation 1, drawn again where they lie beyond 2; float32 or float64.
 *
 * @throws ERR_DTYPE, ERR_SHAPE
 * @example
 * truncatedNormal([100]).abs().max().item() <= 2; // true
 */
export function truncatedNormal<const S extends ShapeLiteral>(shape: S, options: RandomOptions = {}): Tensor<S> {
  return generatorOf('truncatedNormal', options).truncatedNormal(shape, 0, 1, options.dtype);
}

/**
 * Whole numbers from `low` to below `high`, each equally likely; int32 or uint8.
 *
 * @throws ERR_ARGUMENT when no number of the dtype lies between; ERR_DTYPE, ERR_SHAPE
 * @example
 * randint(1, 7, [10]).shape; // [10]: ten throws of a die
 */
export function randint<const S extends ShapeLiteral>(low: number, high: number, shape: S, options: RandomOptions = {}): Tensor<S> {
  return generatorOf('randint', options).randint(low, high, shape, options.dtype);
}

/**
 * True with probability p, independently.
 *
 * @throws ERR_ARGUMENT unless 0 <= p <= 1; ERR_SHAPE
 * @example
 * bernoulli(1, [3]).toArray(); // [true, true, true]
 */
export function bernoulli<const S extends ShapeLiteral>(p: number, shape: S, options: RandomOptions = {}): Tensor<S> {
  return generatorOf('bernoulli', options).bernoulli(p, shape, options.dtype);
}

/**
 * 0 to n - 1 in random order, every order equally likely; int32 [n].
 *
 * @throws ERR_ARGUMENT unless 0 <= n < 2^31
 * @example
 * permutation(5).shape; // [5]
 */
export function permutation(n: number, options: Pick<RandomOptions, 'seed'> = {}): Tensor {
  return generatorOf('permutation', options, ['seed']).permutation(n);
}

/**
 * The rows of x (its parts along the first axis) in random order, as a new tensor. To keep two tensors in step, gather()
 * both by one permutation().
 *
 * @throws ERR_SHAPE for a single number
 * @example
 * shuffle([1, 2, 3]).sum().item(); // 6
 */
export function shuffle<S extends Shape>(x: Tensor<S> | TensorLike, options: Pick<RandomOptions, 'seed'> = {}): Tensor<S> {
  return generatorOf('shuffle', options, ['seed']).shuffle(x);
}
