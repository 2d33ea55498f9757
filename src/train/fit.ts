import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Data } from '../models/structure.js';
import { slice } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { BatchReader, givesBatches, type Batches } from './batches.js';
import type { Callback, FitInfo, Logs } from './callbacks.js';
import { chosenCourse, courseOf, type Course, type Plan } from './course.js';
import { batchEvaluation } from './evaluate.js';
import { History } from './history.js';
import { Pass } from './pass.js';
import { checkCallbacks, checkInputs } from './fit_checks.js';
import { progress } from './progress.js';
import { rowWeights, type SampleWeight, type WeightOptions } from './row_weights.js';
import { checkNames, checkSignal, flag } from '../options.js';
import { freeMade, wholeNumber, type Rows } from './rows.js';

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
  /** [x, y] or [x, y, sampleWeight] for validation, or batches of them; wins over validationSplit. */
  validationData?: readonly [Data, Data, SampleWeight?] | Batches;
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

/** Options that the batches themselves decide. */
const rowOptions = ['batchSize', 'shuffle', 'validationSplit', 'sampleWeight'];

/** What fit() trains on: rows, or batches. */
export type Source = { readonly x: Data; readonly y: Data } | { readonly batches: Batches };

/** The first rows of a share, and the rest. */
function split(rows: Rows, validationSplit: number): [Rows, Rows] {
  const count = rows.x[0]?.shape[0] ?? 0;
  const kept = Math.floor(count * (1 - validationSplit));
  if (kept === 0 || kept === count) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit ${validationSplit} of ${count} rows leaves one part empty`);
  }
  const part = (from: number, to: number): Rows => {
    const cut = (x: Tensor): Tensor => slice(x, [from, to]);
    return { x: rows.x.map(cut), y: rows.y.map(cut), weights: rows.weights.map(cut) };
  };
  return [part(0, kept), part(kept, count)];
}

/** Everything checked before anything changes. */
async function plan(model: Model, source: Source, options: FitOptions): Promise<Plan> {
  checkNames('fit', options, optionNames);
  const { validationSplit = 0, validationData, verbose = 'auto', signal, sampleWeight, classWeight } = options;
  if (typeof validationSplit !== 'number' || !(validationSplit >= 0 && validationSplit < 1)) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationSplit is in [0, 1), got ${String(validationSplit)}`);
  }
  if (!['auto', 0, 1, 2].includes(verbose)) throw new HebbError('ERR_ARGUMENT', `fit: verbose is 'auto', 0, 1 or 2, got ${verbose}`);
  checkCallbacks(options.callbacks);
  if (validationData !== undefined && !givesBatches(validationData) && !Array.isArray(validationData)) {
    throw new HebbError('ERR_ARGUMENT', `fit: validationData is [x, y], [x, y, sampleWeight] or batches, got ${typeof validationData}`);
  }
  if (sampleWeight !== undefined && classWeight !== undefined) {
    throw new HebbError('ERR_ARGUMENT', 'fit: classWeight and sampleWeight cannot be combined');
  }
  checkSignal('fit', signal);
  if (options.shuffle !== undefined) flag('fit', 'shuffle', options.shuffle);
  if (signal?.aborted === true) throw new HebbError('ERR_ABORTED', 'fit: the signal was aborted before the start', { cause: signal.reason });
  const batchSize = wholeNumber('fit', 'batchSize', options.batchSize ?? 32, 1);
  const initialEpoch = wholeNumber('fit', 'initialEpoch', options.initialEpoch ?? 0, 0);
  const epochs = wholeNumber('fit', 'epochs', options.epochs ?? 1, 0);
  const validationFreq = wholeNumber('fit', 'validationFreq', options.validationFreq ?? 1, 1);
  for (const name of ['stepsPerEpoch', 'validationSteps', 'validationBatchSize'] as const) {
    if (options[name] !== undefined) wholeNumber('fit', name, options[name], 1);
  }
  const validationBatchSize = options.validationBatchSize ?? batchSize;
  const numbers = { batchSize, epochs, initialEpoch, validationFreq };
  if ('batches' in source) {
    const unfit = rowOptions.find((name) => name in options);
    if (unfit !== undefined) throw new HebbError('ERR_ARGUMENT', `fit: ${unfit} is for rows; batches are as they come`);
    const train = new BatchReader('fit', source.batches, ([x, y, weights]) =>
      model.rowsOf('fit', x, y, { sampleWeight: weights, ...(classWeight && { classWeight }) }),
    );
    const sample = await train.peek();
    return { train, sample, held: await validation(model, sample, options), validationBatchSize, ...numbers };
  }
  const rows = model.rowsOf('fit', source.x, source.y, { sampleWeight });
  checkInputs(rows.x);
  const [train, rest] = validationData === undefined && validationSplit > 0 ? split(rows, validationSplit) : [rows, undefined];
  if (rest !== undefined) freeMade([rows], source.x, source.y, sampleWeight); // the parts are views
  const held = await validation(model, rows, options, rest);
  const names = model.targets.map(({ name }) => name);
  const weighted = classWeight === undefined ? train : { ...train, weights: rowWeights('fit', names, train.y, { classWeight }, () => model.classesFor(train.x)) };
  return { train: weighted, sample: weighted, held, validationBatchSize, ...numbers };
}

/** What is validated with after an epoch, checked. */
async function validation(model: Model, train: Rows, { validationData }: FitOptions, rest?: Rows): Promise<Plan['held']> {
  if (givesBatches(validationData)) return await batchEvaluation('fit', model, validationData, 'validation ');
  if (validationData === undefined) return rest;
  const [vx, vy, weights] = validationData;
  const rows = model.rowsOf('fit', vx, vy, { sampleWeight: weights }, 'validation ');
  for (const [i, { shape }] of rows.x.entries()) {
    const other = train.x[i]?.shape ?? [];
    if (shape.slice(1).join() !== other.slice(1).join()) {
      throw new HebbError('ERR_SHAPE', `fit: validation x [${shape.join(',')}] is not like x [${other.join(',')}]`);
    }
  }
  return rows;
}

/** Frees the rows of a plan that were made of what was given. */
function freeRows({ train, held }: Plan, source: Source, { sampleWeight, validationData }: FitOptions): void {
  const rows = [train, held].filter((part): part is Rows => part !== undefined && 'x' in part);
  const validated: readonly unknown[] = Array.isArray(validationData) ? validationData : [];
  freeMade(rows, ...('batches' in source ? [] : [source.x, source.y]), sampleWeight, ...validated);
}

/** Trains a model; see Model.fit(). */
export async function fit(model: Model, source: Source, options: FitOptions): Promise<History> {
  const planned = await plan(model, source, options);
  const { train, sample, batchSize, epochs, initialEpoch, validationFreq } = planned;
  model.ensureBuilt(sample.x);
  model.optimizer.build(model.trainableWeights.map(({ value }) => value));
  const { signal, shuffle = true, verbose = 'auto' } = options;
  const rows = sample.x[0]?.shape[0] ?? 0;
  const batches = train instanceof BatchReader ? train.size : Math.ceil(rows / batchSize);
  const steps = train instanceof BatchReader ? options.stepsPerEpoch : Math.min(options.stepsPerEpoch ?? Infinity, batches ?? 0);
  const stepsPerEpoch = steps ?? batches ?? 0;
  const shown = verbose === 0 ? [] : [progress(verbose)];
  const callbacks: Callback[] = [...shown, ...(options.callbacks ?? [])];
  const perBatch = callbacks.some(({ onBatchBegin, onBatchEnd }) => onBatchBegin !== undefined || onBatchEnd !== undefined);
  const epochsToRun = Math.max(0, epochs - initialEpoch);
  const allSteps = epochsToRun * stepsPerEpoch;
  let course = await chosenCourse(model, planned, allSteps, perBatch ? allSteps : epochsToRun);

  const { device } = course.site;
  const info: FitInfo = train instanceof BatchReader
    ? { epochs, initialEpoch, stepsPerEpoch, batchSize: rows, rows: rows * stepsPerEpoch, device }
    : { epochs, initialEpoch, stepsPerEpoch, batchSize, rows, device };
  const params = { epochs, steps: stepsPerEpoch };
  const history = new History(params, device);
  const stopped = (): boolean => model.stopTraining;
  let told = false;
  const batchesTold = (): boolean => told;
  const onBatch = {
    begin: async (batch: number): Promise<void> => {
      told = true;
      for (const callback of callbacks) await callback.onBatchBegin?.(model, batch);
      course.site.push();
    },
    end: async (batch: number): Promise<boolean> => {
      course.site.pull();
      const running = course.meters.logs();
      for (const callback of callbacks) await callback.onBatchEnd?.(model, batch, running);
      return stopped();
    },
  };
  const onProgress = (batch: number): void => {
    const running = course.meters.logs();
    for (const callback of callbacks) callback.onProgress?.(model, batch, running);
  };
  const how = { resume: true, ...(signal && { signal }), onProgress, onBatch: perBatch ? onBatch : undefined };
  const trainEpoch = async ({ site, meters, pass }: Course): Promise<Logs> => {
    meters.reset();
    site.push();
    if (pass instanceof Pass) await pass.run({ ...how, shuffle, steps: stepsPerEpoch });
    else {
      // Batches tell how many they are when they have ended.
      params.steps = info.stepsPerEpoch = await pass.run({ ...how, steps });
      info.rows = info.batchSize * info.stepsPerEpoch;
    }
    site.pull();
    return sorted(meters.logs());
  };
  const validate = async ({ site, validate }: Course): Promise<Logs> => {
    if (validate === undefined) return {};
    if (perBatch) site.push(); // what the callback of the last batch has changed
    const measured = sorted(await validate.run(signal, options.validationSteps));
    site.pull();
    return measured;
  };
  /** Where a GPU fails that fit() chose, the CPU begins the part anew, with the values that were brought back last. */
  const attempt = async (part: (course: Course) => Promise<Logs>): Promise<Logs> => {
    told = false;
    try {
      return await part(course);
    } catch (error) {
      if (batchesTold() || !course.site.failed(error)) throw error;
      course.dispose();
      course.site.abandon();
      course = courseOf(model, planned);
      info.device = history.device = course.site.device;
      return await part(course);
    }
  };

  model.stopTraining = false;
  model.history = history;
  let logs: Logs = {};
  let completed = false;
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(model, info);
    for (let epoch = info.initialEpoch; epoch < epochs && !stopped(); epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(model, epoch);
      logs = await attempt(trainEpoch);
      if ((epoch + 1) % validationFreq === 0) {
        for (const [name, value] of Object.entries(await attempt(validate))) logs[`val_${name}`] = value;
      }
      const measured = Object.keys(logs);
      for (const callback of callbacks) await callback.onEpochEnd?.(model, epoch, logs);
      history.append(epoch, logs, measured);
    }
    if (history.epoch.length > 0) model.optimizer.finalize(model.trainableWeights.map(({ value }) => value));
    completed = true;
  } finally {
    course.dispose();
    if (planned.held !== undefined && 'run' in planned.held) planned.held.dispose();
    freeRows(planned, source, options);
    if (!(course.pass instanceof Pass)) await course.pass.close();
    course.site.close();
    for (const callback of callbacks) await callback.onTrainEnd?.(model, logs, completed);
  }
  return history;
}

function sorted(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
