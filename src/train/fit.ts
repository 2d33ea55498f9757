import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Tensor, TensorLike } from '../tensor.js';
import type { Callback, FitInfo, Logs } from './callbacks.js';
import { evaluation } from './evaluate.js';
import { History } from './history.js';
import { progress } from './progress.js';
import { asTensor, checkRows, rowWeights, wholeNumber, type Rows, type WeightOptions } from './rows.js';
import { Pass, trainStep } from './steps.js';

/** Options of fit(); names and defaults are those of Keras. */
export interface FitOptions extends WeightOptions {
  /** Rows per step; 32 by default. The last, smaller batch is kept. */
  batchSize?: number;
  /** Index of the epoch to stop before; 1 by default. */
  epochs?: number;
  /** Index of the first epoch; 0 by default. */
  initialEpoch?: number;
  /** 'auto' shows a progress bar on a terminal and a line per epoch elsewhere; 0 nothing, 1 the bar, 2 the lines. */
  verbose?: 'auto' | 0 | 1 | 2;
  callbacks?: readonly Callback[];
  /** Share of the rows, taken from the end before any shuffle, that is kept for validation. */
  validationSplit?: number;
  /** [x, y] or [x, y, sampleWeight] for validation; wins over validationSplit. */
  validationData?: readonly [TensorLike, TensorLike, TensorLike?];
  /** Epochs between validations; 1 by default. */
  validationFreq?: number;
  /** Rows per step of the validation; batchSize by default. */
  validationBatchSize?: number;
  /** Steps of the validation; all by default. */
  validationSteps?: number;
  /** Whether rows are shuffled before each epoch; true by default. */
  shuffle?: boolean;
  /** Steps per epoch; all by default. */
  stepsPerEpoch?: number;
  /** Stops within one step; fit() rejects with ERR_ABORTED and the model stays usable. */
  signal?: AbortSignal;
}

interface Plan {
  readonly train: Rows;
  readonly validation: Rows | undefined;
  readonly batchSize: number;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly validationFreq: number;
}

/** The first rows of a share, and the rest. */
function split(rows: Rows, validationSplit: number): [Rows, Rows] {
  const count = rows.x.shape[0] ?? 0;
  const kept = Math.floor(count * (1 - validationSplit));
  if (kept === 0 || kept === count) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit ${validationSplit} of ${count} rows leaves one part empty`);
  }
  const part = (from: number, to: number): Rows => {
    const cut = (x: Tensor): Tensor => x.slice([from, to]);
    return { x: cut(rows.x), y: cut(rows.y), weights: rows.weights && cut(rows.weights) };
  };
  return [part(0, kept), part(kept, count)];
}

/** Everything checked before anything changes. */
function plan(model: Model, x: TensorLike, y: TensorLike, options: FitOptions): Plan {
  const { validationSplit = 0, validationData } = options;
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit is in [0, 1), got ${validationSplit}`);
  }
  const batchSize = wholeNumber('fit', 'batchSize', options.batchSize ?? 32, 1);
  const initialEpoch = wholeNumber('fit', 'initialEpoch', options.initialEpoch ?? 0, 0);
  const epochs = wholeNumber('fit', 'epochs', options.epochs ?? 1, 0);
  const validationFreq = wholeNumber('fit', 'validationFreq', options.validationFreq ?? 1, 1);
  for (const name of ['stepsPerEpoch', 'validationSteps', 'validationBatchSize'] as const) {
    if (options[name] !== undefined) wholeNumber('fit', name, options[name], 1);
  }
  const rowsOf = (inputs: Tensor, targets: Tensor, weights: WeightOptions): Rows => {
    checkRows('fit', inputs, targets);
    model.checkInput('fit', inputs);
    model.loss.check(targets, model.outputShape ?? []);
    return { x: inputs, y: targets, weights: rowWeights('fit', targets, weights) };
  };
  const all = rowsOf(asTensor('fit', x), asTensor('fit', y), options);
  let train = all;
  let validation: Rows | undefined;
  if (validationData !== undefined) {
    const [vx, vy, sampleWeight] = validationData;
    validation = rowsOf(asTensor('fit', vx), asTensor('fit', vy), sampleWeight === undefined ? {} : { sampleWeight });
  } else if (validationSplit > 0) {
    [train, validation] = split(all, validationSplit);
  }
  return { train, validation, batchSize, epochs, initialEpoch, validationFreq };
}

/** Trains a model; see Model.fit(). */
export async function fit(model: Model, x: TensorLike, y: TensorLike, options: FitOptions): Promise<History> {
  const { train, validation, batchSize, epochs, initialEpoch, validationFreq } = plan(model, x, y, options);
  const compiled = model.compiledFor(train.y.shape.slice(1));
  compiled.optimizer.build(model.trainableWeights.map(({ value }) => value));
  const pass = new Pass(train, batchSize, (bx, by, weights) => {
    trainStep(model, compiled, bx, by, weights);
  });
  const stepsPerEpoch = Math.min(options.stepsPerEpoch ?? pass.batches, pass.batches);
  const validate = validation && evaluation(model, validation, options.validationBatchSize ?? batchSize);
  const info: FitInfo = { epochs, stepsPerEpoch, batchSize, rows: train.x.shape[0] ?? 0 };
  const history = new History({ epochs, steps: stepsPerEpoch });
  const callbacks: Callback[] = [...progress(options.verbose ?? 'auto'), ...(options.callbacks ?? [])];
  const perBatch = callbacks.some((callback) => 'onBatchBegin' in callback || 'onBatchEnd' in callback);
  const { signal, shuffle = true } = options;

  model.stopTraining = false;
  model.history = history;
  const stopped = (): boolean => model.stopTraining; // callbacks set it
  let logs: Logs = {};
  for (const callback of callbacks) await callback.onTrainBegin?.(model, info);
  try {
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(model, epoch);
      model.resetMeters(compiled);
      await pass.run({
        shuffle,
        steps: stepsPerEpoch,
        ...(signal && { signal }),
        onProgress: (batch) => {
          const running = model.logs(compiled);
          for (const callback of callbacks) callback.onProgress?.(model, batch, running);
        },
        onBatch: perBatch
          ? {
              begin: async (batch) => {
                for (const callback of callbacks) await callback.onBatchBegin?.(model, batch);
              },
              end: async (batch) => {
                const running = model.logs(compiled);
                for (const callback of callbacks) await callback.onBatchEnd?.(model, batch, running);
              },
            }
          : undefined,
      });
      logs = model.logs(compiled);
      if (validate !== undefined && (epoch + 1) % validationFreq === 0) {
        const measured = await validate(signal, options.validationSteps);
        for (const [name, value] of Object.entries(measured)) logs[`val_${name}`] = value;
      }
      for (const callback of callbacks) await callback.onEpochEnd?.(model, epoch, logs);
      history.append(epoch, logs);
      if (stopped()) break;
    }
  } finally {
    for (const callback of callbacks) await callback.onTrainEnd?.(model, logs);
  }
  return history;
}
