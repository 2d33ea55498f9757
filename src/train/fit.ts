import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Data } from '../models/structure.js';
import { slice } from '../ops/index.js';
import type { Tensor, TensorLike } from '../tensor.js';
import type { Callback, FitInfo, Logs } from './callbacks.js';
import { evaluation } from './evaluate.js';
import { History } from './history.js';
import { Pass } from './pass.js';
import { progress } from './progress.js';
import { checkNames, rowWeights, wholeNumber, type Rows, type WeightOptions } from './rows.js';

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
  /** Share of the rows, in [0, 1), taken from the end before any shuffle, that is kept for validation. */
  validationSplit?: number;
  /** [x, y] or [x, y, sampleWeight] for validation; wins over validationSplit. */
  validationData?: readonly [Data, Data, TensorLike?];
  /** Epochs between validations; 1 by default. */
  validationFreq?: number;
  /** Rows per step of the validation; batchSize by default. */
  validationBatchSize?: number;
  /** Steps of the validation; all by default. */
  validationSteps?: number;
  /** Whether rows are shuffled before each epoch; true by default. */
  shuffle?: boolean;
  /** Steps per epoch, which the next epoch continues; a whole pass over the rows by default. */
  stepsPerEpoch?: number;
  /** Stops within one step; fit() rejects with ERR_ABORTED and the model stays usable. */
  signal?: AbortSignal;
}

const optionNames = [
  'batchSize', 'epochs', 'initialEpoch', 'verbose', 'callbacks', 'validationSplit', 'validationData', 'validationFreq',
  'validationBatchSize', 'validationSteps', 'shuffle', 'stepsPerEpoch', 'signal', 'sampleWeight', 'classWeight',
];

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
  const count = rows.x[0]?.shape[0] ?? 0;
  const kept = Math.floor(count * (1 - validationSplit));
  if (kept === 0 || kept === count) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit ${validationSplit} of ${count} rows leaves one part empty`);
  }
  const part = (from: number, to: number): Rows => {
    const cut = (x: Tensor): Tensor => slice(x, [from, to]);
    return { x: rows.x.map(cut), y: rows.y.map(cut), weights: rows.weights && cut(rows.weights) };
  };
  return [part(0, kept), part(kept, count)];
}

/** Everything checked before anything changes. */
function plan(model: Model, x: Data, y: Data, options: FitOptions): Plan {
  checkNames('fit', options, optionNames);
  const { validationSplit = 0, validationData, verbose = 'auto', signal, sampleWeight, classWeight } = options;
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit is in [0, 1), got ${validationSplit}`);
  }
  if (!['auto', 0, 1, 2].includes(verbose)) throw new HebbError('ERR_ARGUMENT', `fit: verbose is 'auto', 0, 1 or 2, got ${verbose}`);
  if (sampleWeight !== undefined && classWeight !== undefined) {
    throw new HebbError('ERR_ARGUMENT', 'fit: classWeight and sampleWeight cannot be combined');
  }
  if (signal?.aborted === true) throw new HebbError('ERR_ABORTED', 'fit: the signal was aborted before the start', { cause: signal.reason });
  const batchSize = wholeNumber('fit', 'batchSize', options.batchSize ?? 32, 1);
  const initialEpoch = wholeNumber('fit', 'initialEpoch', options.initialEpoch ?? 0, 0);
  const epochs = wholeNumber('fit', 'epochs', options.epochs ?? 1, 0);
  const validationFreq = wholeNumber('fit', 'validationFreq', options.validationFreq ?? 1, 1);
  for (const name of ['stepsPerEpoch', 'validationSteps', 'validationBatchSize'] as const) {
    if (options[name] !== undefined) wholeNumber('fit', name, options[name], 1);
  }
  let train = model.rowsOf('fit', x, y, { sampleWeight });
  let validation: Rows | undefined;
  if (validationData !== undefined) {
    const [vx, vy, weights] = validationData;
    validation = model.rowsOf('fit', vx, vy, { sampleWeight: weights }, 'validation ');
    for (const [i, rows] of validation.x.entries()) {
      const other = train.x[i]?.shape ?? [];
      if (rows.shape.slice(1).join() !== other.slice(1).join()) {
        throw new HebbError('ERR_SHAPE', `fit: validation x [${rows.shape.join(',')}] is not like x [${other.join(',')}]`);
      }
    }
  } else if (validationSplit > 0) {
    [train, validation] = split(train, validationSplit);
  }
  if (classWeight !== undefined) train = { ...train, weights: rowWeights('fit', train.y, { classWeight }) };
  return { train, validation, batchSize, epochs, initialEpoch, validationFreq };
}

/** Trains a model; see Model.fit(). */
export async function fit(model: Model, x: Data, y: Data, options: FitOptions): Promise<History> {
  const { train, validation, batchSize, epochs, initialEpoch, validationFreq } = plan(model, x, y, options);
  model.ensureBuilt(train.x);
  const meters = model.metersFor(train.y);
  model.optimizer.build(model.trainableWeights.map(({ value }) => value));
  const pass = new Pass(train, batchSize, (batch) => {
    model.trainStep(batch, meters);
  });
  const { signal, shuffle = true } = options;
  const stepsPerEpoch = Math.min(options.stepsPerEpoch ?? pass.batches, pass.batches);
  const validate = validation && evaluation(model, validation, options.validationBatchSize ?? batchSize);
  const info: FitInfo = { epochs, stepsPerEpoch, batchSize, rows: train.x[0]?.shape[0] ?? 0 };
  const history = new History({ epochs, steps: stepsPerEpoch });
  const callbacks: Callback[] = [...progress(options.verbose ?? 'auto'), ...(options.callbacks ?? [])];
  const perBatch = callbacks.some(({ onBatchBegin, onBatchEnd }) => onBatchBegin !== undefined || onBatchEnd !== undefined);
  const stopped = (): boolean => model.stopTraining;
  const onBatch = {
    begin: async (batch: number): Promise<void> => {
      for (const callback of callbacks) await callback.onBatchBegin?.(model, batch);
    },
    end: async (batch: number): Promise<boolean> => {
      const running = meters.logs();
      for (const callback of callbacks) await callback.onBatchEnd?.(model, batch, running);
      return stopped();
    },
  };
  const onProgress = (batch: number): void => {
    const running = meters.logs();
    for (const callback of callbacks) callback.onProgress?.(model, batch, running);
  };

  model.stopTraining = false;
  model.history = history;
  let logs: Logs = {};
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(model, info);
    for (let epoch = initialEpoch; epoch < epochs && !stopped(); epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(model, epoch);
      meters.reset();
      await pass.run({
        shuffle,
        resume: true,
        steps: stepsPerEpoch,
        ...(signal && { signal }),
        onProgress,
        onBatch: perBatch ? onBatch : undefined,
      });
      logs = sorted(meters.logs());
      if (validate !== undefined && (epoch + 1) % validationFreq === 0) {
        const measured = sorted(await validate(signal, options.validationSteps));
        for (const [name, value] of Object.entries(measured)) logs[`val_${name}`] = value;
      }
      const measured = Object.keys(logs);
      for (const callback of callbacks) await callback.onEpochEnd?.(model, epoch, logs);
      history.append(epoch, logs, measured);
    }
  } finally {
    for (const callback of callbacks) await callback.onTrainEnd?.(model, logs);
  }
  return history;
}

function sorted(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
