import { HebbError } from '../errors.js';
import { addInPlace, broadcastTo, cast, mean, mul, reshape, sameShape } from '../ops/index.js';
import { checkNames, valueText } from '../options.js';
import type { Shape, Tensor } from '../tensor.js';

interface NamedMetric {
  /** The key in logs and history. */
  readonly name: string;
  /** What makes it again when a model is loaded: the function of this module, and its options. */
  readonly kind?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A metric that turns a batch into one value per row; the result is a function of their weighted mean over the epoch. */
export interface RowMetric extends NamedMetric {
  /** Value of each row, [batch], or of each position of a row. */
  readonly rows: (yTrue: Tensor, yPred: Tensor) => Tensor;
  /** The result from the weighted mean of the rows; the mean itself by default. */
  readonly finish?: (mean: number) => number;
}

/** A metric that keeps tensors of its own over the epoch, such as counts, to which every batch is added. */
export interface StatefulMetric extends NamedMetric {
  /** The state before the first batch, for outputs of this shape (without the batch): new tensors, all zero. */
  readonly state: (outputShape: Shape) => readonly Tensor[];
  /** Adds a batch to the state, in place and by ops only, so that a captured step can do it. `weights` is [batch]. */
  readonly update: (state: readonly Tensor[], yTrue: Tensor, yPred: Tensor, weights?: Tensor) => void;
  /** The result, from the values of the state's tensors; several are logged under <name>_0, <name>_1 and so on. */
  readonly finish: (values: readonly (readonly number[])[]) => number | readonly number[];
}

/** A number over a whole epoch, kept in tensors so that a captured step can update it. */
export type Metric = RowMetric | StatefulMetric;

/** The option of every metric. */
export interface MetricOptions {
  /** The key in logs and history; the name of the metric by default. */
  name?: string;
}

type Config = NonNullable<Metric['config']>;

/** The name that options give, if they hold nothing but it and what the configuration does. @throws ERR_ARGUMENT */
function nameOf(kind: string, options: MetricOptions, config: Config): string {
  checkNames(kind, options, [...Object.keys(config), 'name']);
  const { name = kind } = options;
  if (typeof name !== 'string') throw new HebbError('ERR_ARGUMENT', `${kind}: name is a text, got ${valueText(name)}`);
  return name;
}

/** A metric of rows. @throws ERR_ARGUMENT for an option that there is not */
export function metric(kind: string, options: MetricOptions, rows: RowMetric['rows'], config: Config = {}): RowMetric {
  const name = nameOf(kind, options, config);
  return { name, kind, config: { ...config, name }, rows };
}

/** A metric with a state of its own. @throws ERR_ARGUMENT for an option that there is not */
export function stateful(
  kind: string,
  options: MetricOptions,
  config: Config,
  parts: Pick<StatefulMetric, 'state' | 'update' | 'finish'>,
): StatefulMetric {
  const name = nameOf(kind, options, config);
  return { name, kind, config: { ...config, name }, ...parts };
}

/** The mean over the outputs of a row. */
export function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(x, -1);
}

/** The error of targets that a metric cannot compare with the predictions. */
export function targetsError(kind: string, wanted: string, yTrue: Tensor, yPred: Tensor, hint = ''): HebbError {
  const found = `got [${yTrue.shape.join(',')}] for predictions [${yPred.shape.join(',')}]`;
  return new HebbError('ERR_SHAPE', `${kind}: targets are ${wanted}, ${found}${hint}`);
}

/** The targets in the shape of the predictions. @throws ERR_SHAPE unless there are as many; it says `what` they are, and a hint */
export function inShapeOf(kind: string, yTrue: Tensor, yPred: Tensor, what = '', hint = ''): Tensor {
  if (sameShape(yTrue.shape, yPred.shape)) return yTrue;
  if (yTrue.size !== yPred.size) throw targetsError(kind, `${what}[${yPred.shape.join(',')}]`, yTrue, yPred, hint);
  return reshape(yTrue, yPred.shape);
}

/** The targets in the shape and type of the predictions. @throws ERR_SHAPE unless there are as many */
export function alike(kind: string, yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(inShapeOf(kind, yTrue, yPred), yPred.dtype);
}

/** x times the weight of each row, in float64; x without weights. */
export function weighted(x: Tensor, weights: Tensor | undefined): Tensor {
  const wide = cast(x, 'float64');
  return weights === undefined ? wide : mul(wide, weightsLike(x, weights));
}

/** The weight of each row at every element of x [batch, ...]. */
function weightsLike(x: Tensor, weights: Tensor): Tensor {
  return broadcastTo(reshape(cast(weights, 'float64'), [weights.size, ...x.shape.slice(1).map(() => 1)]), x.shape);
}

/** Adds to each tensor of a state. */
export function addEach(state: readonly Tensor[], values: readonly Tensor[]): void {
  for (const [i, value] of values.entries()) if (state[i] !== undefined) addInPlace(state[i], value);
}

/** a / b, but 0 where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
