import { HebbError } from '../errors.js';
import type { Config } from '../layers/layer.js';
import {
  add, addInPlace, assign, cast, clip, copy, div, equal, floorDiv, full, greater, maximum, mod, mul, sameShape, sqrt, square, sub, sum, where,
} from '../ops/index.js';
import { checkList, checkOptions, flag } from '../options.js';
import { returnedList, returnedShape } from '../returned.js';
import { keep } from '../scope.js';
import { checkTensor, disposedError, type Tensor } from '../tensor.js';
import { wholeNumber } from '../train/rows.js';
import { between, notNegative, positive } from './options.js';
import type { Schedule } from './schedules.js';

/** Options of every optimiser. */
export interface OptimizerOptions {
  /** Step size, or a schedule of step sizes; 0.01 or 0.001 by default, see each optimiser. */
  learningRate?: number | Schedule;
  /** Scales each gradient so that its Euclidean norm is at most this. Only one of the three ways to clip may be chosen. */
  clipNorm?: number;
  /** Scales all gradients together so that their joint norm is at most this. */
  globalClipNorm?: number;
  /** Limits every element of a gradient to [-clipValue, clipValue]. */
  clipValue?: number;
  /** Shrinks every parameter w by learningRate * weightDecay * w before each step (Loshchilov and Hutter 2019). */
  weightDecay?: number;
  /**
   * Batches whose mean gradient makes one step, 2 or more: a large batch in parts. Each batch costs a step's arithmetic,
   * undone where no step is due. Schedules count batches, everything else counts steps.
   */
  gradientAccumulationSteps?: number;
  /** Keeps a running mean of every parameter, which takes the parameter's place when fit() ends (Polyak and Juditsky 1992). */
  useEma?: boolean;
  /** Share of the running mean that is kept at each batch, in [0, 1]; 0.99 by default. */
  emaMomentum?: number;
  /** Steps after which the running means take the parameters' places in between too; never by default. */
  emaOverwriteFrequency?: number;
}

/** What is kept for one parameter. */
interface ParameterState {
  /** What the rule of the optimiser needs. */
  readonly slots: readonly Tensor[];
  /** The sum of the gradients since the last step. */
  readonly sum?: Tensor;
  /** The running mean of the parameter. */
  readonly mean?: Tensor;
}

/**
 * Changes parameters in place from their gradients. What changes from step to step (learning rate, step count, moments)
 * is kept in tensors, so that a captured training step can be replayed.
 */
export abstract class Optimizer {
  /** The step size, a rank-0 float64 tensor: assign() to it at any time. A schedule writes it after each batch, for the next. */
  readonly learningRate: Tensor;
  /** Steps taken, a rank-0 float64 tensor. */
  readonly iterations: Tensor;
  /** What was given as the learning rate. */
  readonly initialRate: number | Schedule;
  /** Batches seen: the steps taken, unless several batches make a step. */
  private readonly batches: Tensor;
  private readonly options: OptimizerOptions;
  private readonly states = new Map<Tensor, ParameterState>();

  constructor(
    readonly kind: string,
    defaultRate: number,
    given: OptimizerOptions,
  ) {
    const { learningRate, ...options } = checkOptions(kind, given);
    this.initialRate = learningRate ?? defaultRate;
    this.options = options;
    this.check();
    const number = (): Tensor => keep(full([], 0, { dtype: 'float64' }));
    this.iterations = number();
    this.batches = options.gradientAccumulationSteps === undefined ? this.iterations : number();
    this.learningRate = number();
    this.writeRate();
  }

  /** New tensors of state for a parameter. */
  protected abstract slots(w: Tensor): Tensor[];
  /** One step for one parameter, in place; the numbers are those of numbers(), in the type of the parameter. */
  protected abstract update(w: Tensor, gradient: Tensor, slots: readonly Tensor[], numbers: readonly Tensor[]): void;
  /** The optimiser's own options, as JSON. */
  protected abstract ownConfig(): Config;
  /** What all parameters need in this step, rank 0 in float64; the step is counted already. By default the learning rate. */
  protected numbers(): readonly Tensor[] {
    return [this.learningRate];
  }
  /** State that belongs to no single parameter. */
  protected get shared(): readonly Tensor[] {
    return [];
  }

  /** The options that make the same optimiser again, as JSON. */
  getConfig(): Config {
    const { clipNorm, globalClipNorm, clipValue, weightDecay, gradientAccumulationSteps, ...ema } = this.options;
    const { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency } = ema;
    const { initialRate } = this;
    const learningRate = typeof initialRate === 'number' ? initialRate : { kind: initialRate.kind, config: initialRate.config };
    return {
      learningRate, clipNorm, globalClipNorm, clipValue, weightDecay, gradientAccumulationSteps,
      useEma, emaMomentum, emaOverwriteFrequency, ...this.ownConfig(),
    };
  }

  /** Creates the state of parameters that are new; apply() needs it before a program is captured. */
  build(params: readonly Tensor[]): void {
    this.checkTensors('parameter', params);
    for (const w of params) this.stateOf(w);
  }

  /**
   * One step: w changes in place for every parameter w.
   *
   * @param params float tensors
   * @param gradients one for each, of the same shape
   * @throws ERR_ARGUMENT for another number of them, ERR_SHAPE for another shape
   */
  apply(params: readonly Tensor[], gradients: readonly Tensor[]): void {
    this.checkTensors('parameter', params);
    this.checkTensors('gradient', gradients);
    if (params.length !== gradients.length) {
      throw new HebbError('ERR_ARGUMENT', `${this.kind}: ${params.length} parameters but ${gradients.length} gradients`);
    }
    for (const [i, { shape }] of params.entries()) {
      const given = gradients[i]!.shape;
      if (!sameShape(shape, given)) {
        throw new HebbError('ERR_SHAPE', `${this.kind}: gradient ${i} is [${given.join(',')}], its parameter [${shape.join(',')}]`);
      }
    }
    const { gradientAccumulationSteps, useEma } = this.options;
    if (gradientAccumulationSteps === undefined) this.step(params, gradients);
    else this.accumulate(params, gradients, gradientAccumulationSteps);
    if (useEma === true) this.average(params);
    if (typeof this.initialRate !== 'number') this.writeRate();
  }

  /** Writes the learning rate for the next batch. */
  private writeRate(): void {
    const { kind, initialRate } = this;
    assign(this.learningRate, typeof initialRate === 'number' ? initialRate : returnedShape(`${kind}: learningRate '${initialRate.kind}'`, initialRate.call(this.batches), []));
  }

  /** With useEma, puts the running means in the parameters' places, as fit() does at its end. */
  finalize(params: readonly Tensor[]): void {
    this.checkTensors('parameter', params);
    for (const w of params) {
      const { mean } = this.stateOf(w);
      if (mean !== undefined) assign(w, mean);
    }
  }

  /** Every tensor of state, in a fixed order, for saving: counts and rate, what is shared, then each parameter's. */
  state(params: readonly Tensor[]): Tensor[] {
    this.checkTensors('parameter', params);
    const counts = this.batches === this.iterations ? [this.iterations] : [this.iterations, this.batches];
    const own = params.flatMap((w) => {
      const { slots, sum: total, mean } = this.stateOf(w);
      return [...slots, ...(total ? [total] : []), ...(mean ? [mean] : [])];
    });
    return [...counts, this.learningRate, ...this.shared, ...own];
  }

  /** @throws ERR_ARGUMENT, ERR_DISPOSED unless they are an array of tensors that have values */
  private checkTensors(what: string, tensors: readonly Tensor[]): void {
    checkList(this.kind, `what has each ${what}`, tensors, 'tensors');
    for (const [i, tensor] of tensors.entries()) {
      checkTensor(this.kind, tensor, `${what} ${i}`);
      if (tensor.isDisposed) throw disposedError(this.kind);
    }
  }

  private check(): void {
    const { kind, initialRate } = this;
    const { clipNorm, globalClipNorm, clipValue, weightDecay, gradientAccumulationSteps, ...ema } = this.options;
    const { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency } = ema;
    const isSchedule = typeof initialRate === 'object' && (initialRate as unknown) !== null && typeof Reflect.get(initialRate, 'call') === 'function';
    if (!isSchedule) notNegative(kind, 'learningRate', initialRate, 'a number >= 0 or a schedule');
    const clips = Object.entries({ clipNorm, globalClipNorm, clipValue }).filter(([, limit]) => limit !== undefined);
    for (const [name, limit] of clips) positive(kind, name, limit);
    if (clips.length > 1) {
      throw new HebbError('ERR_ARGUMENT', `${kind}: only one of clipNorm, globalClipNorm and clipValue can be set, got ${clips.map(([name]) => name).join(' and ')}`);
    }
    if (weightDecay !== undefined) notNegative(kind, 'weightDecay', weightDecay);
    if (gradientAccumulationSteps !== undefined) wholeNumber(kind, 'gradientAccumulationSteps', gradientAccumulationSteps, 2);
    between(kind, 'emaMomentum', emaMomentum, 0, 1);
    if (emaOverwriteFrequency !== undefined) wholeNumber(kind, 'emaOverwriteFrequency', emaOverwriteFrequency, 1);
    if (!flag(kind, 'useEma', useEma) && emaOverwriteFrequency !== undefined) {
      throw new HebbError('ERR_ARGUMENT', `${kind}: emaOverwriteFrequency needs useEma: true, got ${emaOverwriteFrequency} without`);
    }
  }

  private stateOf(w: Tensor): ParameterState {
    let state = this.states.get(w);
    if (state === undefined) {
      const sum = this.options.gradientAccumulationSteps === undefined ? {} : { sum: full(w.shape, 0, w) };
      const mean = this.options.useEma === true ? { mean: copy(w) } : {};
      state = { slots: returnedList(`${this.kind}: slots()`, this.slots(w)), ...sum, ...mean };
      for (const x of [...state.slots, state.sum, state.mean]) if (x !== undefined) keep(x); // they outlive a scope() around this
      this.states.set(w, state);
    }
    return state;
  }

  private step(params: readonly Tensor[], gradients: readonly Tensor[]): void {
    this.build(params);
    addInPlace(this.iterations, 1);
    const numbers = returnedList(`${this.kind}: numbers()`, this.numbers());
    const dtypes = [...new Set(params.map(({ dtype }) => dtype))];
    const typed = new Map(dtypes.map((dtype) => [dtype, numbers.map((x) => cast(x, dtype))]));
    const { weightDecay } = this.options;
    const decay = weightDecay === undefined ? undefined : mul(this.learningRate, -weightDecay);
    for (const [i, gradient] of this.clipped(gradients).entries()) {
      const w = params[i]!;
      if (decay !== undefined) addInPlace(w, mul(w, cast(decay, w.dtype)));
      this.update(w, gradient, this.stateOf(w).slots, typed.get(w.dtype)!);
    }
  }

  /** Adds the gradients up; every `group`-th batch keeps the step that their mean makes, the others undo it. */
  private accumulate(params: readonly Tensor[], gradients: readonly Tensor[], group: number): void {
    const states = params.map((w) => this.stateOf(w));
    const sums = states.map((state, i) => addInPlace(state.sum!, gradients[i]!));
    const changed = [this.iterations, ...this.shared, ...params, ...states.flatMap(({ slots }) => slots)];
    const before = changed.map((x) => copy(x));
    this.step(params, sums.map((total) => div(total, group)));
    addInPlace(this.batches, 1);
    const due = equal(mod(this.batches, group), 0);
    for (const [i, x] of changed.entries()) assign(x, where(due, x, before[i]!));
    for (const total of sums) assign(total, where(due, 0, total));
  }

  /** Moves the running means on by a batch; those of the first step are the parameters themselves. */
  private average(params: readonly Tensor[]): void {
    const { emaMomentum = 0.99, emaOverwriteFrequency, gradientAccumulationSteps = 1 } = this.options;
    const stepsBefore = floorDiv(sub(this.batches, 1), gradientAccumulationSteps);
    const momentum = mul(cast(greater(stepsBefore, 0), 'float64'), emaMomentum);
    const overwrite = emaOverwriteFrequency && equal(mod(add(stepsBefore, 1), emaOverwriteFrequency), 0);
    for (const w of params) {
      const mean = this.stateOf(w).mean!;
      const kept = cast(momentum, w.dtype);
      assign(mean, add(mul(mean, kept), mul(w, sub(1, kept))));
      if (overwrite) assign(w, where(overwrite, mean, w));
    }
  }

  private clipped(gradients: readonly Tensor[]): readonly Tensor[] {
    const { clipNorm, globalClipNorm, clipValue } = this.options;
    if (clipNorm !== undefined) return gradients.map((g) => mul(g, shrink(sum(square(g)), clipNorm)));
    if (globalClipNorm !== undefined) {
      const total = gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b));
      const factor = shrink(total, globalClipNorm);
      return gradients.map((g) => mul(g, factor));
    }
    if (clipValue !== undefined) return gradients.map((g) => clip(g, -clipValue, clipValue));
    return gradients;
  }
}

/** The factor that brings a squared norm down to `limit` squared, at most 1. */
function shrink(squaredNorm: Tensor, limit: number): Tensor {
  return div(limit, maximum(sqrt(squaredNorm), limit));
}
