import type { Model } from '../models/model.js';
import type { TensorLike } from '../tensor.js';
import type { Logs } from './callbacks.js';
import { asTensor, checkRows, rowWeights, wholeNumber, type Rows, type WeightOptions } from './rows.js';
import { Pass, testStep } from './steps.js';

/** Options of evaluate(). */
export interface EvaluateOptions extends WeightOptions {
  /** Rows per step; 256 by default (the result does not depend on it but for rounding). */
  batchSize?: number;
  /** Stops the evaluation; it rejects with ERR_ABORTED. */
  signal?: AbortSignal;
}

/** A pass that only measures, and what it measured. */
export function evaluation(model: Model, rows: Rows, batchSize: number): (signal?: AbortSignal, steps?: number) => Promise<Logs> {
  const compiled = model.compiledFor(rows.y.shape.slice(1));
  const pass = new Pass(rows, batchSize, (x, y, weights) => {
    testStep(model, compiled, x, y, weights);
  });
  return async (signal, steps = pass.batches) => {
    model.resetMeters(compiled);
    await pass.run({ shuffle: false, steps: Math.min(steps, pass.batches), ...(signal && { signal }) });
    return model.logs(compiled);
  };
}

/** Loss and metrics of a model on rows. */
export async function evaluate(model: Model, x: TensorLike, y: TensorLike, options: EvaluateOptions): Promise<Logs> {
  const inputs = asTensor('evaluate', x);
  const targets = asTensor('evaluate', y);
  const batchSize = wholeNumber('evaluate', 'batchSize', options.batchSize ?? 256, 1);
  checkRows('evaluate', inputs, targets);
  model.checkInput('evaluate', inputs);
  model.loss.check(targets, model.outputShape ?? []);
  const rows = { x: inputs, y: targets, weights: rowWeights('evaluate', targets, options) };
  return evaluation(model, rows, batchSize)(options.signal);
}
