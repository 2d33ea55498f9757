import { HebbError } from '../errors.js';
import { hold, release } from '../memory.js';
import { native } from '../native.js';
import { tensor } from '../ops/create.js';
import { scope } from '../scope.js';
import type { TypedArray } from '../dtype.js';
import { Configured } from '../params.js';
import { Tensor, hostView, isCapturing, type TensorLike } from '../tensor.js';
import { nativeSettings, type LinearSettings } from './linear_options.js';
import { toRows } from '../train/rows.js';

/** What one fit() or partialFit() can be told beside its rows. */
export interface LinearFitOptions {
  /** A weight per row. */
  sampleWeight?: TensorLike | undefined;
}

/** The course of a training, per epoch: the sums over all classes or outputs still in training. */
export interface LinearHistory {
  /** Rows on the wrong side of a boundary when they were visited; in a regression: rows that moved the weights. */
  mistakes: number[];
  /** The mean loss over the rows visited, without the penalty. */
  loss: number[];
}

/** The rows of x as the addon reads them. */
export interface InputRows {
  x: TypedArray;
  rows: number;
  features: number;
}

/** What is learned for each of `tasks` classes or outputs: targets [tasks, rows], and so on. */
export interface LinearTasks {
  y: Float64Array;
  validation: Uint8Array | undefined;
  /** The weight of rows with y > 0 and of the others, per task. */
  classWeights: readonly number[];
  seeds: readonly number[];
}

/** Rows as float64 unless they are float32 or uint8. */
export function asRows(op: string, x: TensorLike): Tensor {
  const rows = toRows(op, 'x', x, (given) => (given instanceof Tensor ? given : tensor(given, { dtype: 'float64' })));
  if (rows.rank !== 2 || rows.size === 0) {
    throw new HebbError('ERR_SHAPE', `${op}: x is [rows, features], got [${rows.shape.join(',')}]`);
  }
  return rows;
}

/**
 * Calls learn with the rows. They are read where they are, off the JavaScript thread, and kept until it has ended, even if
 * the caller disposes of them; only what is not row-major in memory, or has another type, is copied first.
 *
 * @throws ERR_SHAPE unless x is [rows, features] with elements
 */
export async function withRows<T>(op: string, x: TensorLike, learn: (input: InputRows) => Promise<T>): Promise<T> {
  const { block, ...input } = scope(() => {
    const rows = asRows(op, x);
    const inPlace = rows.layout.contiguous && rows.dtype !== 'int32' && !isCapturing() && rows.bytes instanceof ArrayBuffer;
    const data = inPlace ? hostView(rows) : rows.dataSync();
    hold(rows.block);
    return { x: data, rows: rows.shape[0]!, features: rows.shape[1]!, block: rows.block };
  });
  try {
    return await learn(input.x instanceof Int32Array ? { ...input, x: Float64Array.from(input.x) } : input);
  } finally {
    release(block);
  }
}

interface Weights {
  w: Float64Array;
  b: Float64Array;
  averageW: Float64Array;
  averageB: Float64Array;
}

/** A linear model trained row by row: what the classifiers and the regressor have in common. */
export abstract class LinearSgd extends Configured<LinearSettings> {
  /** Mistakes and loss of each epoch of the last training. */
  history: LinearHistory = { mistakes: [], loss: [] };
  /** The epochs of the last training: the most of any class or output. */
  nIter = 0;
  /** The number of steps so far, plus one. */
  t = 1;
  protected features = 0;
  private learned: Weights | undefined;
  private averaged = false;
  private busy = false;

  /** The weights, float64 [outputs, features]. @throws ERR_ARGUMENT before fit() */
  get coef(): Tensor {
    const { w, averageW } = this.weights();
    const values = this.averaged ? averageW : w;
    return tensor(values, { shape: [values.length / this.features, this.features] });
  }

  /** The intercepts, float64 [outputs]. @throws ERR_ARGUMENT before fit() */
  get intercept(): Tensor {
    const { b, averageB } = this.weights();
    return tensor(this.averaged ? averageB : b);
  }

  /** Whether fit() or partialFit() has ended once. */
  get isFitted(): boolean {
    return this.learned !== undefined;
  }

  /** x.w + b, float64 [rows, outputs]. */
  protected scores(x: TensorLike): Tensor {
    const rows = asRows(this.op, x);
    if (rows.shape[1] !== this.coef.shape[1]) {
      throw new HebbError('ERR_SHAPE', `${this.op}: expected ${this.features} features, got rows of ${String(rows.shape[1])}`);
    }
    return rows.cast('float64').matmul(this.coef, { transposeB: true }).add(this.intercept);
  }

  /** Trains; weights and history change only if it succeeds. */
  protected async train(input: InputRows, tasks: LinearTasks, mode: 'fit' | 'continue', options: LinearFitOptions): Promise<void> {
    const { op, settings } = this;
    if (this.busy) throw new HebbError('ERR_ARGUMENT', `${op}: a training is under way; await it first`);
    const count = tasks.seeds.length;
    const size = count * input.features;
    const from = mode === 'continue' || settings.warmStart ? this.learned : undefined;
    if (from !== undefined && (from.w.length !== size || this.features !== input.features)) {
      throw new HebbError('ERR_SHAPE', `${op}: the weights so far are for ${this.features} features and ${from.b.length} outputs, got ${input.features} and ${count}`);
    }
    const useAverage = mode === 'fit' && this.averaged;
    const next: Weights = {
      w: Float64Array.from((useAverage ? from?.averageW : from?.w) ?? new Float64Array(size)),
      b: Float64Array.from((useAverage ? from?.averageB : from?.b) ?? new Float64Array(count)),
      averageW: mode === 'continue' && from !== undefined ? Float64Array.from(from.averageW) : new Float64Array(size),
      averageB: mode === 'continue' && from !== undefined ? Float64Array.from(from.averageB) : new Float64Array(count),
    };
    const maxIter = mode === 'fit' ? settings.maxIter : 1;
    const firstStep = mode === 'fit' ? 1 : this.t;
    const sampleWeight = this.rowWeights(input.rows, options.sampleWeight);
    const job = { ...nativeSettings(settings, maxIter), ...input, ...next, sampleWeight, firstStep, tasks: count, y: tasks.y,
      validation: tasks.validation, classWeights: Float64Array.from(tasks.classWeights), seeds: Float64Array.from(tasks.seeds) };
    this.busy = true;
    try {
      const run = await new Promise<ReturnType<typeof native.linearSgd>>((resolve, reject) => {
        const started = native.linearSgd(job, () => undefined, (_, error) => {
          if (error === undefined) resolve(started);
          else reject(error instanceof HebbError ? new HebbError(error.code, `${op}: ${error.message}`) : error);
        });
      });
      this.record(native.linearSgdHistory(run));
    } finally {
      this.busy = false;
    }
    this.learned = next;
    this.features = input.features;
    this.t = firstStep + this.nIter * input.rows;
    this.averaged = Number(settings.average) > 0 && Number(settings.average) <= this.t - 1;
    if (mode === 'fit' && settings.tol !== null && this.nIter === maxIter) {
      process.emitWarning(`${op}: ${maxIter} epochs ended before the objective stood still; raise maxIter, or tol`, 'ConvergenceWarning');
    }
  }

  private weights(): Weights {
    if (this.learned === undefined) throw new HebbError('ERR_ARGUMENT', `${this.op}: there are no weights before fit()`);
    return this.learned;
  }

  private rowWeights(rows: number, given: TensorLike | undefined): Float64Array | undefined {
    if (given === undefined) return undefined;
    const weights = Float64Array.from(scope(() => ({ data: toRows(this.op, 'sampleWeight', given).dataSync() })).data);
    if (weights.length !== rows || !weights.every((weight) => weight >= 0 && weight < Infinity)) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: sampleWeight is ${rows} numbers >= 0, got ${weights.length} numbers`);
    }
    return weights;
  }

  private record(tasks: readonly Float64Array[]): void {
    this.nIter = Math.max(...tasks.map((epochs) => epochs.length / 2));
    const sums = (part: number): number[] =>
      Array.from({ length: this.nIter }, (_, epoch) => tasks.reduce((sum, epochs) => sum + (epochs[2 * epoch + part] ?? 0), 0));
    this.history = { mistakes: sums(0), loss: sums(1) };
  }
}
