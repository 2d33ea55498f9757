import type { Model } from '../models/model.js';
import type { Data } from '../models/structure.js';
import { BatchReader, ReaderPass, type Batches } from './batches.js';
import type { Logs } from './callbacks.js';
import { Pass } from './pass.js';
import type { SampleWeightOption } from './row_weights.js';
import { checkNames } from '../options.js';
import { freeMade, wholeNumber, type Rows } from './rows.js';
import { here, type Site } from './site.js';

/** Options of evaluate(). */
export interface EvaluateOptions extends SampleWeightOption {
  /** Rows per step; 256 by default (the result does not depend on it but for rounding). */
  batchSize?: number;
  /** Batches that are evaluated; all by default. */
  steps?: number;
  /** Stops the evaluation; it rejects with ERR_ABORTED. */
  signal?: AbortSignal;
}

/** A pass that only measures. */
export interface Evaluation {
  /** What it measured. @throws ERR_ABORTED when the signal stopped it */
  run(signal?: AbortSignal, steps?: number): Promise<Logs>;
  /** Frees its programs; none is run afterwards. */
  dispose(): void;
}

/** The evaluation of rows. */
export function evaluation(model: Model, rows: Rows, batchSize: number, site: Site = here()): Evaluation {
  const meters = site.within(() => model.metersFor(rows.y));
  const pass = new Pass(site.rows(rows), batchSize, (batch) => {
    model.testStep(batch, meters);
  }, site);
  return {
    async run(signal, steps = pass.batches) {
      meters.reset();
      await pass.run({ shuffle: false, resume: false, steps, ...(signal && { signal }) });
      return meters.logs();
    },
    dispose() {
      for (const part of [pass, meters]) part.dispose();
    },
  };
}

/** The evaluation of batches. @throws what is wrong with the first of them */
export async function batchEvaluation(op: string, model: Model, batches: Batches, prefix = ''): Promise<Evaluation> {
  const reader = new BatchReader(op, batches, ([x, y, sampleWeight]) => model.rowsOf(op, x, y, { sampleWeight }, prefix));
  const first = await reader.peek();
  model.ensureBuilt(first.x);
  const meters = model.metersFor(first.y);
  const pass = new ReaderPass(op, reader, (batch) => {
    model.testStep(batch, meters);
  });
  let fresh = true;
  return {
    async run(signal, steps) {
      meters.reset();
      await pass.run({ resume: fresh, steps, ...(signal && { signal }) });
      fresh = false;
      await pass.close();
      return meters.logs();
    },
    dispose() {
      for (const part of [pass, meters]) part.dispose();
    },
  };
}

/** Runs an evaluation once. */
async function measured(measure: Evaluation, { signal, steps }: Pick<EvaluateOptions, 'signal' | 'steps'>): Promise<Logs> {
  try {
    return await measure.run(signal, steps);
  } finally {
    measure.dispose();
  }
}

/** Loss and metrics of a model on rows. */
export async function evaluate(model: Model, x: Data, y: Data, options: EvaluateOptions): Promise<Logs> {
  checkNames('evaluate', options, ['batchSize', 'steps', 'signal', 'sampleWeight']);
  const batchSize = wholeNumber('evaluate', 'batchSize', options.batchSize ?? 256, 1);
  if (options.steps !== undefined) wholeNumber('evaluate', 'steps', options.steps, 1);
  const rows = model.rowsOf('evaluate', x, y, { sampleWeight: options.sampleWeight });
  model.ensureBuilt(rows.x);
  try {
    return await measured(evaluation(model, rows, batchSize), options);
  } finally {
    freeMade([rows], x, y, options.sampleWeight);
  }
}

/** Loss and metrics of a model on batches. */
export async function evaluateBatches(model: Model, batches: Batches, options: EvaluateOptions): Promise<Logs> {
  checkNames('evaluate', options, ['steps', 'signal']);
  if (options.steps !== undefined) wholeNumber('evaluate', 'steps', options.steps, 1);
  return measured(await batchEvaluation('evaluate', model, batches), options);
}
