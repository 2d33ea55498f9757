import { HebbError } from './errors.js';
import type { Dtype } from './dtype.js';
import { add, eye, full, mul, ones, tensor, transpose, zeros } from './ops/index.js';
import { rand, randn, truncatedNormal } from './random.js';
import type { Shape, Tensor } from './tensor.js';

/** Makes the first values of a weight. */
export interface Initializer {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  call(shape: Shape, dtype?: Dtype): Tensor;
}

function initializer(name: string, config: Initializer['config'], call: (shape: Shape, dtype: Dtype) => Tensor): Initializer {
  return { name, config, call: (shape, dtype = 'float32') => call(shape, dtype) };
}

/** scale * x + shift */
function affine(x: Tensor, scale: number, shift: number): Tensor {
  return add(mul(x, scale), shift);
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
export function zerosInitializer(): Initializer {
  return initializer('zeros', {}, (shape, dtype) => zeros(shape, { dtype }));
}

/** Ones. */
export function onesInitializer(): Initializer {
  return initializer('ones', {}, (shape, dtype) => ones(shape, { dtype }));
}

/** One value everywhere. @param options value, 0 by default */
export function constant({ value = 0 }: { value?: number } = {}): Initializer {
  return initializer('constant', { value }, (shape, dtype) => full(shape, value, { dtype }));
}

/** The identity matrix times `gain`. @throws ERR_SHAPE unless the weight is a matrix */
export function identity({ gain = 1 }: { gain?: number } = {}): Initializer {
  return initializer('identity', { gain }, (shape, dtype) => {
    const [rows, columns, ...rest] = shape;
    if (rows === undefined || columns === undefined || rest.length > 0) {
      throw new HebbError('ERR_SHAPE', `identity: needs a matrix, got [${shape.join(',')}]`);
    }
    return mul(eye(rows, columns, { dtype }), gain);
  });
}

/** Normal numbers. @param options mean 0, stddev 0.05, seed */
export function randomNormal({ mean = 0, stddev = 0.05, seed }: { mean?: number; stddev?: number; seed?: number } = {}): Initializer {
  return initializer('randomNormal', { mean, stddev, seed }, (shape, dtype) => affine(randn(shape, { seed, dtype }), stddev, mean));
}

/** Uniform numbers in [minval, maxval). @param options minval -0.05, maxval 0.05, seed */
export function randomUniform({
  minval = -0.05,
  maxval = 0.05,
  seed,
}: { minval?: number; maxval?: number; seed?: number } = {}): Initializer {
  return initializer('randomUniform', { minval, maxval, seed }, (shape, dtype) => affine(rand(shape, { seed, dtype }), maxval - minval, minval));
}

/** Normal numbers, drawn again beyond two deviations. @param options mean 0, stddev 0.05, seed */
export function truncatedNormalInitializer({
  mean = 0,
  stddev = 0.05,
  seed,
}: { mean?: number; stddev?: number; seed?: number } = {}): Initializer {
  return initializer('truncatedNormal', { mean, stddev, seed }, (shape, dtype) =>
    affine(truncatedNormal(shape, { seed, dtype }), stddev, mean),
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

function scaled(name: string, options: VarianceScalingOptions): Initializer {
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal', seed } = options;
  return initializer(name, name === 'varianceScaling' ? { scale, mode, distribution, seed } : { seed }, (shape, dtype) => {
    const { fanIn, fanOut } = fans(shape);
    const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return affine(rand(shape, { seed, dtype }), 2 * limit, -limit);
    }
    if (distribution === 'untruncatedNormal') return affine(randn(shape, { seed, dtype }), Math.sqrt(variance), 0);
    return affine(truncatedNormal(shape, { seed, dtype }), Math.sqrt(variance) / truncatedDeviation, 0);
  });
}

interface SeedOption {
  seed?: number;
}

/** Uniform in +-sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010): the default of dense kernels. */
export function glorotUniform({ seed }: SeedOption = {}): Initializer {
  return scaled('glorotUniform', { scale: 1, mode: 'fanAvg', distribution: 'uniform', seed });
}
/** Truncated normal of variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export function glorotNormal({ seed }: SeedOption = {}): Initializer {
  return scaled('glorotNormal', { scale: 1, mode: 'fanAvg', seed });
}
/** Uniform in +-sqrt(6 / fanIn) (He et al. 2015): for relu. */
export function heUniform({ seed }: SeedOption = {}): Initializer {
  return scaled('heUniform', { scale: 2, distribution: 'uniform', seed });
}
/** Truncated normal of variance 2 / fanIn (He et al. 2015): for relu. */
export function heNormal({ seed }: SeedOption = {}): Initializer {
  return scaled('heNormal', { scale: 2, seed });
}
/** Uniform in +-sqrt(3 / fanIn) (LeCun et al. 1998). */
export function lecunUniform({ seed }: SeedOption = {}): Initializer {
  return scaled('lecunUniform', { distribution: 'uniform', seed });
}
/** Truncated normal of variance 1 / fanIn (LeCun et al. 1998): for selu. */
export function lecunNormal({ seed }: SeedOption = {}): Initializer {
  return scaled('lecunNormal', { seed });
}

/** A random matrix with orthonormal rows or columns (Saxe et al. 2014), times `gain`. @throws ERR_SHAPE below rank 2 */
export function orthogonal({ gain = 1, seed }: { gain?: number; seed?: number } = {}): Initializer {
  return initializer('orthogonal', { gain, seed }, (shape, dtype) => {
    const columns = shape[shape.length - 1] ?? 0;
    if (shape.length < 2) throw new HebbError('ERR_SHAPE', `orthogonal: needs rank 2 or more, got [${shape.join(',')}]`);
    const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const tall = rows >= columns;
    const [m, n] = tall ? [rows, columns] : [columns, rows];
    const q = tensor(orthonormalColumns(randn([m, n], { seed, dtype: 'float64' }).dataSync(), m, n), { shape: [m, n] });
    return mul(tall ? q : transpose(q), gain).cast(dtype).reshape(shape);
  });
}

/** Gram-Schmidt, twice for accuracy, on the columns of a row-major m x n matrix, m >= n. */
function orthonormalColumns(a: ArrayLike<number>, m: number, n: number): Float64Array {
  const q = Float64Array.from(a);
  const at = (row: number, column: number): number => q[row * n + column] ?? 0;
  for (let column = 0; column < n; column++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < column; other++) {
        let dot = 0;
        for (let row = 0; row < m; row++) dot += at(row, column) * at(row, other);
        for (let row = 0; row < m; row++) q[row * n + column] = at(row, column) - dot * at(row, other);
      }
    }
    let norm = 0;
    for (let row = 0; row < m; row++) norm += at(row, column) ** 2;
    for (let row = 0; row < m; row++) q[row * n + column] = at(row, column) / Math.sqrt(norm);
  }
  return q;
}

type Maker = (config?: Record<string, never>) => Initializer;
const byName: Readonly<Record<string, Maker>> = {
  zeros: zerosInitializer,
  ones: onesInitializer,
  constant,
  identity,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal: truncatedNormalInitializer,
  varianceScaling,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
};

/** What a layer takes where it wants an initialiser. */
export type InitializerLike = string | Initializer;

/** The initialiser of a name (with a saved configuration). @throws ERR_ARGUMENT for an unknown name, listing the known ones. */
export function getInitializer(value: InitializerLike, config?: Readonly<Record<string, unknown>>): Initializer {
  if (typeof value !== 'string') return value;
  const make = byName[value];
  if (make === undefined) {
    throw new HebbError('ERR_ARGUMENT', `initializer: expected one of ${Object.keys(byName).join(', ')}, got '${value}'`);
  }
  return make(config as Record<string, never> | undefined);
}
