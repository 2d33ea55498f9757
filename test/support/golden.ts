// The recorded values of test/golden/*.json, typed. How each was made is told by the make_*.py script beside it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded array: row-major data of the given shape. */
export interface GoldenTensor {
  shape: number[];
  data: number[];
}

/** Arguments of an activation, loss or metric, in our names. */
export type GoldenArguments = Record<string, number | boolean | string | number[] | null>;

interface Recorded {
  about: string;
  versions: Record<string, string>;
}

/** The names of the optimiser cases in mlp.json. */
export type MlpOptimizer = 'sgd' | 'sgdMomentum' | 'sgdNesterov' | 'adam' | 'rmsprop';

/** One optimiser's ten steps: kernels and biases in layer order. */
export interface MlpRun {
  losses: number[];
  gradients10: GoldenTensor[];
  final: GoldenTensor[];
}

/** One network of mlp.json; `x` and `y` hold all ten batches, one after the other. */
export interface MlpNetwork {
  units: number[];
  activations: string[];
  batch: number;
  loss: string;
  x: GoldenTensor;
  y: GoldenTensor;
  initial: GoldenTensor[];
  float32: Record<MlpOptimizer, MlpRun> & { gradients1: GoldenTensor[] };
  float64: Record<MlpOptimizer, MlpRun> & { gradients1: GoldenTensor[] };
}

/** mlp.json. */
export interface MlpGolden extends Recorded {
  optimizers: Record<MlpOptimizer, { kind: 'sgd' | 'adam' | 'rmsprop' } & GoldenArguments>;
  networks: Record<'classifier' | 'regression', MlpNetwork>;
}

/** An element-wise activation at every entry of the file's `x`; at a kink any slope from left to right is right. */
export interface PointwiseCase {
  arguments: GoldenArguments;
  value: number[];
  gradient: number[];
  kinks: { index: number; left: number; right: number }[];
}

/** activations.json. */
export interface ActivationsGolden extends Recorded {
  x: number[];
  rows: GoldenTensor;
  cotangent: GoldenTensor;
  pointwise: Record<string, PointwiseCase[]>;
  rowwise: Record<string, { arguments: GoldenArguments; value: GoldenTensor; gradient: GoldenTensor }[]>;
}

/** The reductions recorded in losses.json. */
export type GoldenReduction = 'sumOverBatchSize' | 'sum' | 'meanWithSampleWeight';

/** losses.json; `gradient` is with respect to `yPred`. */
export interface LossesGolden extends Recorded {
  cases: {
    loss: string;
    arguments: GoldenArguments;
    yTrue: GoldenTensor;
    yPred: GoldenTensor;
    sampleWeight: GoldenTensor | null;
    value: Record<GoldenReduction, number> & { none: GoldenTensor };
    gradient: Record<GoldenReduction, GoldenTensor>;
  }[];
}

/** metrics.json, numbers or one for each class: `results` after each batch, `empty` just after a reset, `afterReset` after the last batch alone. */
export interface MetricsGolden extends Recorded {
  cases: {
    metric: string;
    arguments: GoldenArguments;
    batches: { yTrue: GoldenTensor; yPred: GoldenTensor; sampleWeight: GoldenTensor | null }[];
    results: (number | number[])[];
    empty: number | number[];
    afterReset: number | number[];
  }[];
}

/** What one fit of training.json gave. */
export interface FitResult {
  epochs: number[];
  history: Record<string, number[]>;
  evaluate: Record<string, number>;
  predict: GoldenTensor;
  final: GoldenTensor[];
}

/** One case of training.json: a network 4 - 6 tanh - outputs, compiled and fitted as told. */
export interface FitCase {
  activation: string;
  loss: string;
  target: 'labels' | 'oneHot' | 'bits' | 'values';
  metrics: string[];
  optimizer: { kind: 'sgd' | 'adam' | 'rmsprop' } & GoldenArguments;
  options: {
    validationSplit?: number;
    validationBatchSize?: number;
    validationFreq?: number;
    initialEpoch?: number;
    classWeight?: Record<string, number>;
    sampleWeight?: boolean;
    weightedMetrics?: string[];
  };
  float64: FitResult;
  float32: FitResult;
}

interface BatchLogs {
  trainOnBatch: Record<string, number>[];
  testOnBatch: Record<string, number>;
}

/** training.json; `initial` is by number of outputs. */
export interface TrainingGolden extends Recorded {
  data: Record<'x' | 'labels' | 'oneHot' | 'bits' | 'values' | 'weights', GoldenTensor>;
  initial: Record<'1' | '3', GoldenTensor[]>;
  cases: Record<string, FitCase>;
  onBatches: Record<'float64' | 'float32', BatchLogs>;
  earlyStopping: {
    sequences: Record<string, number[]>;
    traces: {
      sequence: string;
      arguments: GoldenArguments;
      epochsRun: number;
      stoppedEpoch: number;
      bestEpoch: number;
      best: number | null;
      wait: number;
      weightsOfEpoch: number;
    }[];
  };
}

/** An array of ops.json; booleans where the dtype is bool. */
export interface OpTensor {
  shape: number[];
  data: (number | boolean)[];
}

/** print.json: `text` is what NumPy prints. */
export interface PrintGolden extends Recorded {
  cases: (OpTensor & { dtype: string; text: string })[];
}

/** One case of ops.json; its fields are told in make_ops.py. */
export interface OpCase {
  op: string;
  arguments: Record<string, unknown>;
  inputs: (OpTensor | OpTensor[])[];
  dtypes?: string[];
  value: OpTensor | OpTensor[];
  dtype: string;
  cotangent?: GoldenTensor;
  gradients?: (GoldenTensor | null)[];
}

/** ops.json. */
export interface OpsGolden extends Recorded {
  promotion: Record<string, Record<string, string>>;
  special: Record<string, { x: number[]; value: (number | boolean)[] }>;
  cases: OpCase[];
}

/** initializers.json; `keras` is what one draw by Keras had. */
export interface InitializersGolden extends Recorded {
  shape: number[];
  cases: {
    initializer: string;
    arguments: GoldenArguments;
    expected: { distribution: string; mean: number; std: number; min: number | null; max: number | null };
    keras: { mean: number; std: number; min: number; max: number };
  }[];
}

/** philox.json: unsigned 32-bit words. */
export interface PhiloxGolden extends Recorded {
  rounds: number;
  vectors: { counter: number[]; key: number[]; output: number[]; published: boolean }[];
}

/** layers.json; its fields are told in `about`. */
export interface LayersGolden extends Recorded {
  cases: (Record<'x' | 'cotangent' | 'training' | 'predicting', GoldenTensor> &
    Record<'weights' | 'gradients' | 'weightsAfter', GoldenTensor[]> & { layer: string; arguments: GoldenArguments })[];
  parts: { part: string; arguments: GoldenArguments; w: GoldenTensor; value: GoldenTensor }[];
}

/** functional.json; its parts are told in make_functional.py. */
export interface FunctionalGolden extends Recorded {
  data: Record<'wide' | 'deep' | 'main' | 'aux', GoldenTensor>;
  wideAndDeep: {
    layers: string[];
    given: GoldenTensor[];
    history: Record<string, number[]>;
    final: GoldenTensor[];
    predict: [GoldenTensor, GoldenTensor];
  };
  shared: { given: GoldenTensor[]; loss: number; gradients: GoldenTensor[] };
  dots: { a: GoldenTensor; b: GoldenTensor; axes: number | [number, number]; normalize: boolean; y: GoldenTensor }[];
}

/** output_weights.json: a training of functional.json's network with weights of rows for each output. */
export interface OutputWeightsGolden extends Recorded {
  weights: Record<'main' | 'aux', GoldenTensor>;
  history: Record<string, number[]>;
  final: GoldenTensor[];
}

/** Framed event records as base64, by name; the histogram is of `values`. */
export interface TensorboardGolden extends Recorded {
  values: number[];
  records: Record<string, string>;
}

/** One optimiser of optimizers.json: each parameter's values after the recorded steps. */
export interface OptimizerTrajectory {
  after: number[][][];
  final?: number[][];
}

/** optimizers.json; its parts are told in `about`. */
export interface OptimizersGolden extends Recorded {
  recorded: number[];
  initial: GoldenTensor[];
  gradients: number[][][];
  cases: {
    kind: string;
    arguments: Record<string, number | boolean | ({ kind: string } & Record<string, number>)>;
    float64: OptimizerTrajectory;
    float32: OptimizerTrajectory;
  }[];
  schedules: { kind: string; arguments: Record<string, number | boolean | string | number[]>; rates: number[] }[];
  plateau: {
    sequences: Record<string, number[]>;
    traces: { sequence: string; arguments: Record<string, number | string>; rates: number[] }[];
  };
  csv: Record<string, { epochs: Record<string, number>[]; arguments: { separator?: string }; text: string; appended: string }>;
}

interface GoldenFiles {
  optimizers: OptimizersGolden;
  functional: FunctionalGolden;
  output_weights: OutputWeightsGolden;
  mlp: MlpGolden;
  activations: ActivationsGolden;
  losses: LossesGolden;
  metrics: MetricsGolden;
  training: TrainingGolden;
  ops: OpsGolden;
  initializers: InitializersGolden;
  philox: PhiloxGolden;
  print: PrintGolden;
  layers: LayersGolden;
  tensorboard: TensorboardGolden;
}

// From build-ts/test/support, where this file runs, to the repository's root.
const folder = join(import.meta.dirname, '..', '..', '..', 'test', 'golden');
const special = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/**
 * Reads test/golden/<name>.json, with NaN, infinities and -0 decoded.
 * @example const { networks } = golden('mlp');
 */
export function golden<K extends keyof GoldenFiles>(name: K): GoldenFiles[K] {
  const text = readFileSync(join(folder, `${name}.json`), 'utf8');
  return JSON.parse(text, (_key, value: unknown) => special.get(value) ?? value) as GoldenFiles[K];
}

/**
 * Says where `actual` first leaves `expected`, or null where every |a - b| <= absolute + relative * |b| and NaN,
 * infinities stand in the same places.
 * @example t.is(mismatch(y.dataSync(), recorded.data, { relative: 1e-12 }), null);
 */
export function mismatch(
  actual: ArrayLike<number>,
  expected: readonly number[],
  { relative = 0, absolute = 0 }: { relative?: number; absolute?: number },
): string | null {
  if (actual.length !== expected.length) return `${actual.length} values, expected ${expected.length}`;
  for (const [index, b] of expected.entries()) {
    const a = actual[index]!;
    const close = Number.isFinite(b) ? Math.abs(a - b) <= absolute + relative * Math.abs(b) : Object.is(a, b);
    if (!close) return `element ${index} is ${a}, expected ${b}`;
  }
  return null;
}

/**
 * The largest |a - b| as a share of the largest |b|: how far a whole tensor is from its recorded values. Infinity for
 * a NaN or a wrong length.
 * @example t.true(distance(kernel.dataSync(), recorded.data) <= 1e-5);
 */
export function distance(actual: ArrayLike<number>, expected: readonly number[]): number {
  let gap = actual.length === expected.length ? 0 : Infinity;
  let scale = 0;
  for (const [index, b] of expected.entries()) {
    const apart = Math.abs(actual[index]! - b);
    gap = Number.isNaN(apart) ? Infinity : Math.max(gap, apart);
    scale = Math.max(scale, Math.abs(b));
  }
  return scale === 0 ? gap : gap / scale;
}
