import type { Program } from '../capture.js';
import { isTracked } from '../autograd.js';
import { assign, copy, slice, zeros } from '../ops/index.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { checkNames } from '../options.js';
import { fill, filledBy, freeFilled, type Filled } from '../train/filled.js';
import { checkRows, wholeNumber } from '../train/rows.js';
import { Replayed } from '../train/replayed.js';
import type { Model } from './model.js';
import type { Data } from './structure.js';

/** Options of predict(). */
export interface PredictOptions {
  /** Rows computed at a time; 1024 by default. */
  batchSize?: number;
}

/** The rows of a prediction and how many are computed at a time, checked. */
function prepare(op: string, model: Model, x: Data, options: PredictOptions): { rows: readonly Tensor[]; count: number; batchSize: number } {
  checkNames(op, options, ['batchSize']);
  const batchSize = wholeNumber(op, 'batchSize', options.batchSize ?? 1024, 1);
  const rows = model.inputsOf(op, x);
  model.ensureBuilt(rows);
  const count = rows[0]?.shape[0] ?? 0;
  if (count > 0) checkRows(op, rows, []);
  return { rows, count, batchSize };
}

/** The forward pass of one batch, from tensors to be filled to the results. */
export type Forward = Filled<readonly Tensor[]>;

/** A forward pass for `size` rows like these. */
export function forward(model: Model, like: readonly Tensor[], size: number): Forward {
  const inputs = like.map(({ shape, dtype }) => zeros([size, ...shape.slice(1)], { dtype }));
  return filledBy(inputs, () => model.forward(inputs, { training: false }));
}

/** Computes rows in batches; the program that it yields must be run before the next is asked for. All outputs come into `all`. */
function* batches(model: Model, rows: readonly Tensor[], count: number, batchSize: number, all: Tensor[]): Generator<Program<readonly Tensor[]>> {
  let current = Math.min(batchSize, count);
  let step = forward(model, rows, current);
  try {
    all.push(...step.program.result.map(({ shape, dtype }) => zeros([count, ...shape.slice(1)], { dtype })));
    for (let i = 0; i < count; i += batchSize) {
      const size = Math.min(batchSize, count - i);
      if (size !== current) {
        freeFilled(step);
        step = forward(model, rows, (current = size));
      }
      const views = [...rows, ...all].map((x) => slice(x, [i, i + size]));
      fill(step, views);
      yield step.program;
      for (const [k, output] of step.program.result.entries()) assign(views[rows.length + k]!, output);
      for (const view of views) view.dispose();
    }
  } finally {
    freeFilled(step);
  }
}

/** A batch that a program computes as it is: more would keep the memory of their program for nothing. */
const replayedRows = 64;
const remembered = new WeakMap<Model, Replayed<readonly Tensor[]>>();

/** The outputs for a few rows, by a program if the last call was alike. */
function predictFew(model: Model, rows: readonly Tensor[]): readonly Tensor[] {
  const weights = model.weightValues();
  if (isTracked(...rows, ...weights)) return model.forward(rows, { training: false });
  let forwardPass = remembered.get(model);
  if (forwardPass === undefined) {
    forwardPass = new Replayed((...x: readonly Tensor[]) => model.forward(x, { training: false }));
    remembered.set(model, forwardPass);
  }
  return forwardPass.call(rows, weights).map((y) => copy(y));
}

/**
 * The outputs for many rows, computed from views of them: a program would want each batch copied to where it reads, and
 * memory that no later call can use (10,000 rows through 784-300-100-10, one thread: 44 ms instead of 52).
 */
function predictMany(model: Model, rows: readonly Tensor[], count: number, batchSize: number): readonly Tensor[] {
  let all: readonly Tensor[] | undefined;
  for (let i = 0; i < count; i += batchSize) {
    const part: [number, number] = [i, Math.min(i + batchSize, count)];
    all = scope(() => {
      const outputs = model.forward(rows.map((x) => slice(x, part)), { training: false });
      const whole = all ?? outputs.map(({ shape, dtype }) => zeros([count, ...shape.slice(1)], { dtype }));
      for (const [k, output] of outputs.entries()) assign(slice(whole[k]!, part), output);
      return whole;
    });
  }
  return all ?? [];
}

/** The outputs of a model for rows; small batches are computed by replays of a captured program. */
export function predict(model: Model, x: Data, options: PredictOptions): readonly Tensor[] {
  const { rows, count, batchSize } = prepare('predict', model, x, options);
  if (count <= Math.min(batchSize, replayedRows)) return predictFew(model, rows);
  if (count <= batchSize) return model.forward(rows, { training: false });
  if (batchSize > replayedRows) return predictMany(model, rows, count, batchSize);
  const all: Tensor[] = [];
  for (const program of batches(model, rows, count, batchSize, all)) program.runSync();
  return all;
}

/** As predict(), off the JavaScript thread. */
export async function predictAsync(model: Model, x: Data, options: PredictOptions): Promise<readonly Tensor[]> {
  const { rows, count, batchSize } = prepare('predictAsync', model, x, options);
  if (count === 0) return model.forward(rows, { training: false });
  const all: Tensor[] = [];
  for (const program of batches(model, rows, count, batchSize, all)) await program.run();
  return all;
}
