// What compile() chose for each output of a model.
import { HebbError } from '../errors.js';
import type { Loss } from '../losses/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { valueText } from '../options.js';
import { isDict } from './structure.js';
import { getLoss, getMetric, isLoss, type LossLike, type MetricLike, type MetricSpec } from './parts.js';

/** Options of compile(); what concerns outputs is given for all, in the order of the outputs, or by their names. */
export interface CompileOptions {
  /** Name or optimiser; 'rmsprop' by default, as in Keras. */
  optimizer?: string | Optimizer;
  /** Name, loss, or function of targets and predictions; an output without one is not trained. */
  loss: LossLike | readonly (LossLike | null | undefined)[] | Readonly<Record<string, LossLike>>;
  /** What the loss of each output counts in the sum; 1 by default. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /**
   * Names, metrics or functions; 'accuracy' chooses the kind that fits. Sample and class weights do not count in them.
   * With several outputs an array has one entry for each.
   */
  metrics?: MetricsOption;
  /** Metrics in which sample and class weights count. */
  weightedMetrics?: MetricsOption;
}

/** Metrics of one output, or of several in order or by name. */
export type MetricsOption = readonly (MetricLike | readonly MetricLike[])[] | Readonly<Record<string, MetricLike | readonly MetricLike[]>>;

/** Something chosen for all outputs, for each in order, or by name. */
export type PerOutput<T> =
  | { readonly kind: 'all'; readonly value: T }
  | { readonly kind: 'list'; readonly values: readonly (T | undefined)[] }
  | { readonly kind: 'dict'; readonly values: Readonly<Record<string, T>> };

/** How a model is trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: PerOutput<Loss>;
  readonly lossWeights: PerOutput<number>;
  readonly metrics: PerOutput<readonly MetricSpec[]>;
  readonly weightedMetrics: PerOutput<readonly MetricSpec[]>;
}

/** An output that is trained: its loss and what is measured. */
export interface Target {
  readonly name: string;
  /** Which output of the model it is. */
  readonly index: number;
  readonly loss: Loss;
  readonly weight: number;
  readonly metrics: readonly MetricSpec[];
  readonly weightedMetrics: readonly MetricSpec[];
}

/** @throws ERR_ARGUMENT for what is no loss */
export function losses(given: CompileOptions['loss']): PerOutput<Loss> {
  if (Array.isArray(given)) {
    return { kind: 'list', values: (given as readonly (LossLike | null | undefined)[]).map((loss) => (loss == null ? undefined : getLoss(loss))) };
  }
  const names = isDict(given) ? Object.keys(given) : [];
  if (isLoss(given) || names.length === 0) return { kind: 'all', value: getLoss(given as LossLike) };
  return { kind: 'dict', values: mapped(given as Readonly<Record<string, LossLike>>, getLoss) };
}

/** @throws ERR_ARGUMENT for a weight that is no number */
export function lossWeights(given: CompileOptions['lossWeights']): PerOutput<number> {
  const checked = (weight: number): number => {
    if (!Number.isFinite(weight)) throw new HebbError('ERR_ARGUMENT', `lossWeights: a weight is a number, got ${String(weight)}`);
    return weight;
  };
  if (given === undefined) return { kind: 'all', value: 1 };
  if (Array.isArray(given)) return { kind: 'list', values: given.map(checked) };
  if (!isDict(given)) throw new HebbError('ERR_ARGUMENT', `lossWeights: expected an array or numbers by name, got ${valueText(given)}`);
  return { kind: 'dict', values: mapped(given, checked) };
}

/** @throws ERR_ARGUMENT for what is no metric */
export function metrics(option: string, given: MetricsOption = []): PerOutput<readonly MetricSpec[]> {
  const specs = (some: MetricLike | readonly MetricLike[]): readonly MetricSpec[] =>
    (Array.isArray(some) ? (some as readonly MetricLike[]) : [some as MetricLike]).map(getMetric);
  if (Array.isArray(given)) return { kind: 'list', values: (given as readonly (MetricLike | readonly MetricLike[])[]).map(specs) };
  if (!isDict(given)) throw new HebbError('ERR_ARGUMENT', `${option}: expected an array, or arrays by the names of outputs, got ${valueText(given)}`);
  return { kind: 'dict', values: mapped(given as Readonly<Record<string, MetricLike | readonly MetricLike[]>>, specs) };
}

function mapped<A, B>(values: Readonly<Record<string, A>>, fn: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fn(value)]));
}

/** @throws ERR_ARGUMENT when something was chosen for an output that there is not */
function checkOutputs(option: string, chosen: PerOutput<unknown>, names: readonly string[]): void {
  if (chosen.kind === 'dict') {
    const unknown = Object.keys(chosen.values).find((name) => !names.includes(name));
    if (unknown !== undefined) throw new HebbError('ERR_ARGUMENT', `compile: ${option} has '${unknown}', the outputs are ${names.join(', ')}`);
  } else if (chosen.kind === 'list' && chosen.values.length !== names.length) {
    throw new HebbError('ERR_ARGUMENT', `compile: ${option} has ${chosen.values.length} entries for ${names.length} outputs, ${names.join(', ')}`);
  }
}

function of<T>(chosen: PerOutput<T>, name: string, index: number): T | undefined {
  if (chosen.kind === 'all') return chosen.value;
  return chosen.kind === 'list' ? chosen.values[index] : Object.hasOwn(chosen.values, name) ? chosen.values[name] : undefined;
}

/** Metrics in a list stand for one each of several outputs, and all together for a single one. */
function forOutputs(chosen: PerOutput<readonly MetricSpec[]>, names: readonly string[]): PerOutput<readonly MetricSpec[]> {
  if (chosen.kind !== 'list' || (names.length > 1 && chosen.values.length > 0)) return chosen;
  return { kind: 'all', value: chosen.values.flatMap((specs) => specs ?? []) };
}

/** What is trained of outputs of these names. @throws ERR_ARGUMENT when what was chosen does not fit them */
export function targetsOf({ loss, lossWeights, ...measured }: Compiled, names: readonly string[]): readonly Target[] {
  const metrics = forOutputs(measured.metrics, names);
  const weightedMetrics = forOutputs(measured.weightedMetrics, names);
  for (const [option, chosen] of Object.entries({ loss, lossWeights, metrics, weightedMetrics })) checkOutputs(option, chosen, names);
  const targets = names.flatMap((name, index): Target[] => {
    const chosen = of(loss, name, index);
    const found = { metrics: of(metrics, name, index) ?? [], weightedMetrics: of(weightedMetrics, name, index) ?? [] };
    if (chosen !== undefined) return [{ name, index, loss: chosen, weight: of(lossWeights, name, index) ?? 1, ...found }];
    if (found.metrics.length + found.weightedMetrics.length === 0) return [];
    throw new HebbError('ERR_ARGUMENT', `compile: the output ${name} has metrics but no loss`);
  });
  if (targets.length === 0) throw new HebbError('ERR_ARGUMENT', 'compile: no output has a loss');
  return targets;
}

/** Each of the things chosen turned into another one. */
export function mapOutputs<A, B>(chosen: PerOutput<A>, fn: (value: A) => B): PerOutput<B> {
  if (chosen.kind === 'all') return { kind: 'all', value: fn(chosen.value) };
  if (chosen.kind === 'dict') return { kind: 'dict', values: mapped(chosen.values, fn) };
  return { kind: 'list', values: chosen.values.map((value) => (value == null ? undefined : fn(value))) };
}

/** The option of compile() that chooses so. */
export function asOption<T>(chosen: PerOutput<T>): T | readonly (T | undefined)[] | Readonly<Record<string, T>> {
  return chosen.kind === 'all' ? chosen.value : chosen.values;
}
