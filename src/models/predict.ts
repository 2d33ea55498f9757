import { capture } from '../capture.js';
import { isTracked } from '../autograd.js';
import { assign, copy, slice, zeros } from '../ops/index.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { asTensor, checkNames, wholeNumber } from '../train/rows.js';
import { Replayed } from '../train/replayed.js';
import type { Model } from './model.js';

/** Options of predict(). */
export interface PredictOptions {
  /** Rows computed at a time; 1024 by default. */
  batchSize?: number;
}

/** The rows of a prediction and how many are computed at a time, checked. */
function prepare(op: string, model: Model, x: TensorLike, options: PredictOptions): { rows: Tensor; count: number; batchSize: number } {
  checkNames(op, options, ['batchSize']);
  const batchSize = wholeNumber(op, 'batchSize', options.batchSize ?? 1024, 1);
  const rows = asTensor(op, 'x', x);
  model.checkData(op, rows);
  model.ensureBuilt(rows);
  return { rows, count: rows.shape[0] ?? 0, batchSize };
}

/** The forward pass of one batch as a captured program, from a tensor to be filled to the result. */
function forward(model: Model, like: Tensor, size: number): { input: Tensor; run: () => Promise<void>; runSync: () => void; output: Tensor } {
  const input = zeros([size, ...like.shape.slice(1)], { dtype: like.dtype });
  const program = capture(() => model.call(input, { training: false }));
  return { input, run: () => program.run(), runSync: () => { program.runSync(); }, output: program.result };
}

/** Computes rows in batches; what it yields must be run before the next is asked for. Returns all outputs. */
function* batches(model: Model, rows: Tensor, batchSize: number): Generator<ReturnType<typeof forward>, Tensor> {
  const count = rows.shape[0] ?? 0;
  let step = forward(model, rows, Math.min(batchSize, count));
  const all = zeros([count, ...step.output.shape.slice(1)], { dtype: step.output.dtype });
  for (let i = 0; i < count; i += batchSize) {
    const size = Math.min(batchSize, count - i);
    if (size !== step.input.shape[0]) step = forward(model, rows, size);
    assign(step.input, slice(rows, [i, i + size]));
    yield step;
    assign(slice(all, [i, i + size]), step.output);
  }
  return all;
}

/** A batch that a program computes as it is: more would keep the memory of their program for nothing. */
const replayedRows = 64;
const remembered = new WeakMap<Model, Replayed<Tensor>>();

/** The outputs for a few rows, by a program if the last call was alike. */
function predictFew(model: Model, rows: Tensor): Tensor {
  const weights = model.namedWeights().map(({ weight }) => weight.value);
  if (isTracked(rows, ...weights)) return model.call(rows, { training: false });
  let forwardPass = remembered.get(model);
  if (forwardPass === undefined) {
    forwardPass = new Replayed((x) => model.call(x, { training: false }));
    remembered.set(model, forwardPass);
  }
  return copy(forwardPass.call([rows], weights));
}

/** The outputs of a model for rows; many rows are computed by replays of a captured program. */
export function predict(model: Model, x: TensorLike, options: PredictOptions): Tensor {
  const { rows, count, batchSize } = prepare('predict', model, x, options);
  if (count <= Math.min(batchSize, replayedRows)) return predictFew(model, rows);
  if (count <= batchSize) return model.call(rows, { training: false });
  const steps = batches(model, rows, batchSize);
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) next.value.runSync();
  return next.value;
}

/** As predict(), off the JavaScript thread. */
export async function predictAsync(model: Model, x: TensorLike, options: PredictOptions): Promise<Tensor> {
  const { rows, count, batchSize } = prepare('predictAsync', model, x, options);
  if (count === 0) return model.call(rows, { training: false });
  const steps = batches(model, rows, batchSize);
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) await next.value.run();
  return next.value;
}
