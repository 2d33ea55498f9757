import { HebbError } from './errors.js';
import type { Dtype } from './dtype.js';
import * as ops from './ops/index.js';
import { checkSeed, withDefaults } from './options.js';
import { defaultGenerator, Generator } from './random.js';
import type { Shape, Tensor } from './tensor.js';

/** Makes the first values of a weight. */
export interface Initializer {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  call(shape: Shape, dtype?: Dtype): Tensor;
}

/** The source of an initialiser's random numbers: with a seed of its own it gives the same numbers every time. */
function source(seed: number | undefined): Generator {
  return seed === undefined ? defaultGenerator : new Generator(seed);
}

function initializer(name: string, config: Initializer['config'], call: (shape: Shape, dtype: Dtype) => Tensor): Initializer {
  if (config.seed !== undefined) checkSeed(name, config.seed);
  return { name, config, call: (shape, dtype = 'float32') => call(shape, dtype) };
}

function number(initializer: string, name: string, value: number, least = -Infinity): number {
  if (Number.isFinite(value) && value >= least) return value;
  const bound = least === -Infinity ? '' : ` >= ${least}`;
  throw new HebbError('ERR_ARGUMENT', `${initializer}: ${name} is a number${bound}, got ${value}`);
}

/** The deviation of a normal distribution after it is cut at two deviations. */
const truncatedDeviation = 0.8796256610342398;

/** Inputs and outputs of one unit: the last two dimensions, times the receptive field before them. */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const field = shape.slice(0, -2).reduce((product, dim) => product * dim, 1);
  return { fanIn: field * (shape[shape.length - 2] ?? 1), fanOut: field * (shape[shape.length - 1] ?? 1) };
}

/** Zeros. */
export function zeros(): Initializer {
  return initializer('zeros', {}, (shape, dtype) => ops.zeros(shape, { dtype }));
}

/** Ones. */
export function ones(): Initializer {
  return initializer('ones', {}, (shape, dtype) => ops.ones(shape, { dtype }));
}

/** One value everywhere. @param options value, 0 by default */
export function constant(options: { value?: number } = {}): Initializer {
  const { value } = withDefaults('constant', options, { value: 0 });
  number('constant', 'value', value);
  return initializer('constant', { value }, (shape, dtype) => ops.full(shape, value, { dtype }));
}

/** The identity matrix times `gain`. @throws ERR_SHAPE unless the weight is a matrix */
export function identity(options: { gain?: number } = {}): Initializer {
  const { gain } = withDefaults('identity', options, { gain: 1 });
  return initializer('identity', { gain }, (shape, dtype) => {
    const [rows, columns, ...rest] = shape;
    if (rows === undefined || columns === undefined || rest.length > 0) {
      throw new HebbError('ERR_SHAPE', `identity: needs a matrix, got [${shape.join(',')}]`);
    }
    return ops.mul(ops.eye(rows, columns, { dtype }), gain);
  });
}

/** Normal numbers. @param options mean 0, stddev 0.05, seed */
export function randomNormal(options: { mean?: number; stddev?: number; seed?: number } = {}): Initializer {
  const { mean, stddev, seed } = withDefaults('randomNormal', options, { mean: 0, stddev: 0.05, seed: undefined });
  number('randomNormal', 'mean', mean);
  number('randomNormal', 'stddev', stddev, 0);
  return initializer('randomNormal', { mean, stddev, seed }, (shape, dtype) => source(seed).randn(shape, mean, stddev, dtype));
}

/** Uniform numbers in [minval, maxval). @param options minval -0.05, maxval 0.05, seed */
export function randomUniform(options: { minval?: number; maxval?: number; seed?: number } = {}): Initializer {
  const { minval, maxval, seed } = withDefaults('randomUniform', options, { minval: -0.05, maxval: 0.05, seed: undefined });
  number('randomUniform', 'minval', minval);
  number('randomUniform', 'maxval', maxval, minval);
  return initializer('randomUniform', { minval, maxval, seed }, (shape, dtype) => source(seed).rand(shape, minval, maxval, dtype));
}

/** Normal numbers, drawn again beyond two deviations. @param options mean 0, stddev 0.05, seed */
export function truncatedNormal(options: { mean?: number; stddev?: number; seed?: number } = {}): Initializer {
  const { mean, stddev, seed } = withDefaults('truncatedNormal', options, { mean: 0, stddev: 0.05, seed: undefined });
  number('truncatedNormal', 'mean', mean);
  number('truncatedNormal', 'stddev', stddev, 0);
  return initializer('truncatedNormal', { mean, stddev, seed }, (shape, dtype) =>
    source(seed).truncatedNormal(shape, mean, stddev, dtype),
  );
}

/** Options of varianceScaling(). */
export interface VarianceScalingOptions {
  /** Factor of the variance; 1 by default. */
  scale?: number;
  /** Divides the variance by the inputs (default), the outputs or their mean. */
  mode?: 'fanIn' | 'fanOut' | 'fanAvg';
  /** truncatedNormal by default. */
  distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform';
  seed?: number;
}

/** Random numbers of variance scale / fan, so that signals keep their size from layer to layer (Glorot and Bengio 2010). */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  return scaled('varianceScaling', options);
}

function oneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new HebbError('ERR_ARGUMENT', `varianceScaling: ${option} is one of ${known.join(', ')}, got '${value}'`);
}

function scaled(name: string, options: VarianceScalingOptions): Initializer {
  const { scale, mode, distribution, seed } = withDefaults(name, options, { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal', seed: undefined });
  number(name, 'scale', scale, 0);
  oneOf('mode', mode, ['fanIn', 'fanOut', 'fanAvg']);
  oneOf('distribution', distribution, ['truncatedNormal', 'untruncatedNormal', 'uniform']);
  return initializer(name, name === 'varianceScaling' ? { scale, mode, distribution, seed } : { seed }, (shape, dtype) => {
    const { fanIn, fanOut } = fans(shape);
    const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return source(seed).rand(shape, -limit, limit, dtype);
    }
    if (distribution === 'untruncatedNormal') return source(seed).randn(shape, 0, Math.sqrt(variance), dtype);
    return source(seed).truncatedNormal(shape, 0, Math.sqrt(variance) / truncatedDeviation, dtype);
  });
}

interface SeedOption {
  seed?: number;
}

/** An initialiser that scales variances in a way of its own and has no option but the seed. */
function seeded(name: string, options: SeedOption, scaling: VarianceScalingOptions): Initializer {
  return scaled(name, { ...scaling, ...withDefaults(name, options, { seed: undefined }) });
}

/** Uniform in +-sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010): the default of dense kernels. */
export function glorotUniform(options: SeedOption = {}): Initializer {
  return seeded('glorotUniform', options, { scale: 1, mode: 'fanAvg', distribution: 'uniform' });
}
/** Truncated normal of variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export function glorotNormal(options: SeedOption = {}): Initializer {
  return seeded('glorotNormal', options, { scale: 1, mode: 'fanAvg' });
}
/** Uniform in +-sqrt(6 / fanIn) (He et al. 2015): for relu. */
export function heUniform(options: SeedOption = {}): Initializer {
  return seeded('heUniform', options, { scale: 2, distribution: 'uniform' });
}
/** Truncated normal of variance 2 / fanIn (He et al. 2015): for relu. */
export function heNormal(options: SeedOption = {}): Initializer {
  return seeded('heNormal', options, { scale: 2 });
}
/** Uniform in +-sqrt(3 / fanIn) (LeCun et al. 1998). */
export function lecunUniform(options: SeedOption = {}): Initializer {
  return seeded('lecunUniform', options, { distribution: 'uniform' });
}
/** Truncated normal of variance 1 / fanIn (LeCun et al. 1998): for selu. */
export function lecunNormal(options: SeedOption = {}): Initializer {
  return seeded('lecunNormal', options, {});
}

/** A random matrix with orthonormal rows or columns (Saxe et al. 2014), times `gain`. @throws ERR_SHAPE below rank 2 */
export function orthogonal(options: { gain?: number; seed?: number } = {}): Initializer {
  const { gain, seed } = withDefaults('orthogonal', options, { gain: 1, seed: undefined });
  number('orthogonal', 'gain', gain);
  return initializer('orthogonal', { gain, seed }, (shape, dtype) => {
    const columns = shape[shape.length - 1] ?? 0;
    if (shape.length < 2) throw new HebbError('ERR_SHAPE', `orthogonal: needs rank 2 or more, got [${shape.join(',')}]`);
    const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const random = source(seed).randn([count, length], 0, 1, 'float64');
    const q = ops.tensor(orthonormalRows(random.dataSync(), count, length), { shape: [count, length] });
    return ops.reshape(ops.cast(ops.mul(rows < columns ? q : ops.transpose(q), gain), dtype), shape);
  });
}

/** Gram-Schmidt, twice for accuracy, on the rows of a row-major matrix with at least as many columns. */
function orthonormalRows(matrix: ArrayLike<number>, count: number, length: number): Float64Array {
  const q = Float64Array.from(matrix);
  const rows = Array.from({ length: count }, (_, i) => q.subarray(i * length, (i + 1) * length));
  const dot = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
    return sum;
  };
  for (const [i, row] of rows.entries()) {
    for (const other of [...rows.slice(0, i), ...rows.slice(0, i)]) {
      const along = dot(row, other);
      for (let k = 0; k < length; k++) row[k] = (row[k] ?? 0) - along * (other[k] ?? 0);
    }
    const norm = Math.sqrt(dot(row, row));
    for (let k = 0; k < length; k++) row[k] = (row[k] ?? 0) / norm;
  }
  return q;
}

/** What a layer takes where it wants an initialiser. */
export type InitializerLike = string | Initializer;
