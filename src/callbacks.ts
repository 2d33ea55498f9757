import { HebbError } from './errors.js';
import type { Model } from './models/model.js';
import type { Tensor } from './tensor.js';
import { hooks, type Callback, type Logs } from './train/callbacks.js';
import { largerIsBetter, monitored, type MonitorMode } from './train/monitor.js';
import { progress as progressOf } from './train/progress.js';
import { checkKinds, checkNames, checkPath, valueText, withDefaults } from './options.js';
import { wholeNumber } from './train/rows.js';

export { backupAndRestore, type BackupAndRestoreOptions, csvLogger, type CsvLoggerOptions } from './callbacks_files.js';
export { learningRateScheduler, reduceLROnPlateau, type ReduceLROnPlateauOptions } from './callbacks_learning_rate.js';
export { tensorBoard, type TensorBoardOptions } from './callbacks_tensorboard.js';
export type { Callback, Logs } from './train/callbacks.js';
export type { MonitorMode } from './train/monitor.js';

/** Options of earlyStopping(). */
export interface EarlyStoppingOptions {
  /** The log to watch; 'val_loss' by default. */
  monitor?: string;
  /** Least change that counts as improvement; 0 by default. */
  minDelta?: number;
  /** Epochs without improvement that are waited for; 0 by default. */
  patience?: number;
  mode?: MonitorMode;
  /** Value that must be beaten for an improvement to reset the waiting. */
  baseline?: number;
  /** Puts back the weights of the best epoch at the end. */
  restoreBestWeights?: boolean;
  /** Epochs before the watching starts; 0 by default. */
  startFromEpoch?: number;
}

/** What earlyStopping() found; one callback serves one fit() at a time. */
export interface EarlyStopping extends Callback {
  /** Index of the epoch after which it stopped; 0 when it did not. */
  readonly stoppedEpoch: number;
  /** Index of the best epoch. */
  readonly bestEpoch: number;
  /** The monitored number of the best epoch. */
  readonly best: number | undefined;
  /** Epochs since the last improvement. */
  readonly wait: number;
}

/**
 * Ends fit() when the monitored number no longer improves, by Keras's rules.
 *
 * @example
 * const stopping = callbacks.earlyStopping({ patience: 5, restoreBestWeights: true });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  checkNames('earlyStopping', options, [
    'monitor', 'minDelta', 'patience', 'mode', 'baseline', 'restoreBestWeights', 'startFromEpoch',
  ]);
  checkKinds('earlyStopping', options, { monitor: String, minDelta: Number, baseline: Number, restoreBestWeights: Boolean });
  const { monitor = 'val_loss', mode = 'auto', baseline, restoreBestWeights = false } = options;
  const patience = wholeNumber('earlyStopping', 'patience', options.patience ?? 0, 0);
  const startFromEpoch = wholeNumber('earlyStopping', 'startFromEpoch', options.startFromEpoch ?? 0, 0);
  const sign = largerIsBetter('earlyStopping', monitor, mode) ? 1 : -1;
  const minDelta = Math.abs(options.minDelta ?? 0);
  const improves = (value: number, than: number): boolean => sign * value - minDelta > sign * than;
  const fresh = { stoppedEpoch: 0, bestEpoch: 0, best: undefined as number | undefined, wait: 0 };
  const state = { ...fresh };
  let bestWeights: Tensor[] | undefined;
  const keep = (model: Model, epoch: number): void => {
    state.bestEpoch = epoch;
    if (!restoreBestWeights) return;
    for (const old of bestWeights ?? []) old.dispose();
    bestWeights = model.getWeights();
  };
  return {
    get stoppedEpoch() {
      return state.stoppedEpoch;
    },
    get bestEpoch() {
      return state.bestEpoch;
    },
    get best() {
      return state.best;
    },
    get wait() {
      return state.wait;
    },
    onTrainBegin: () => {
      Object.assign(state, fresh);
      bestWeights = undefined;
    },
    onEpochEnd: (model, epoch, logs) => {
      const value = monitored('earlyStopping', monitor, mode, logs);
      if (value === undefined || epoch < startFromEpoch) return;
      if (restoreBestWeights && bestWeights === undefined) keep(model, epoch);
      state.wait++;
      if (state.best === undefined || improves(value, state.best)) {
        state.best = value;
        keep(model, epoch);
        if (baseline === undefined || improves(value, baseline)) state.wait = 0;
        return;
      }
      if (state.wait >= patience && epoch > 0) {
        state.stoppedEpoch = epoch;
        model.stopTraining = true;
      }
    },
    onTrainEnd: (model) => {
      if (bestWeights !== undefined) model.setWeights(bestWeights);
    },
  };
}

/** Options of modelCheckpoint(). */
export interface ModelCheckpointOptions {
  /** The log to watch; 'val_loss' by default. */
  monitor?: string;
  /** Keeps only the best one. */
  saveBestOnly?: boolean;
  /** Leaves out the optimiser's state. */
  saveWeightsOnly?: boolean;
  mode?: MonitorMode;
  /** 'epoch' (default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Value that must be beaten by the first one. */
  initialValueThreshold?: number;
}

/**
 * Saves the model as it trains. In the path, {epoch} (from 1), where saveFreq counts batches {batch} (of the epoch, from 1), and
 * {name of a log} are filled in, with digits after the point as in {val_loss:.2f}, with leading zeros as in {epoch:02d}.
 *
 * @throws ERR_ARGUMENT during fit() for a name in the path that is not in the logs
 * @example
 * callbacks.modelCheckpoint('best.hebb', { saveBestOnly: true });
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  checkNames('modelCheckpoint', options, [
    'monitor', 'saveBestOnly', 'saveWeightsOnly', 'mode', 'saveFreq', 'initialValueThreshold',
  ]);
  checkPath('modelCheckpoint', 'path', path);
  checkKinds('modelCheckpoint', options, { monitor: String, saveBestOnly: Boolean, saveWeightsOnly: Boolean, initialValueThreshold: Number });
  const { monitor = 'val_loss', saveBestOnly = false, saveWeightsOnly = false, mode = 'auto', saveFreq = 'epoch' } = options;
  if (saveFreq !== 'epoch' && !(Number.isSafeInteger(saveFreq) && saveFreq > 0)) {
    throw new HebbError('ERR_ARGUMENT', `modelCheckpoint: saveFreq is 'epoch' or a whole number >= 1, got ${valueText(saveFreq)}`);
  }
  const sign = largerIsBetter('modelCheckpoint', monitor, mode) ? 1 : -1;
  let best = options.initialValueThreshold ?? -sign * Infinity;
  let epochNow = 0;
  let batches = 0;
  const save = async (model: Model, logs: Logs, batch: Logs = {}): Promise<void> => {
    if (saveBestOnly) {
      const value = monitored('modelCheckpoint', monitor, mode, logs);
      if (value === undefined || !(sign * value > sign * best)) return;
      best = value;
    }
    await model.save(fillIn(path, { epoch: epochNow + 1, ...batch, ...logs }), { optimizer: !saveWeightsOnly });
  };
  return {
    onEpochBegin: (_model, epoch) => {
      epochNow = epoch;
    },
    ...(saveFreq === 'epoch'
      ? { onEpochEnd: (model: Model, _epoch: number, logs: Logs) => save(model, logs) }
      : { onBatchEnd: (model: Model, batch: number, logs: Logs) => (++batches % saveFreq === 0 ? save(model, logs, { batch: batch + 1 }) : undefined) }),
  };
}

function fillIn(path: string, values: Logs): string {
  return path.replace(/\{(\w+)(?::(?:\.(\d+)f|0?(\d+)d?))?\}/g, (whole, name: string, digits?: string, width?: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new HebbError('ERR_ARGUMENT', `modelCheckpoint: the path has ${whole}, the logs have only ${Object.keys(values).join(', ')}`);
    }
    return digits !== undefined ? value.toFixed(Number(digits)) : String(value).padStart(Number(width ?? 0), '0');
  });
}

/** Options of terminateOnNaN(). */
export interface TerminateOnNaNOptions {
  /** Whether fit() throws instead of ending; false by default. */
  raiseError?: boolean;
}

/**
 * Ends fit() at the first batch after which the loss is no longer a finite number, with a warning. Looks after every batch,
 * so that fit() comes back to JavaScript each time.
 *
 * @throws ERR_ARGUMENT for a wrong option; during fit(), with raiseError, for such a loss
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
 * net.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' });
 * const history = await net.fit([[1], [2]], [1, 2], { epochs: 9, verbose: 0, callbacks: [callbacks.terminateOnNaN()] });
 * history.epoch.length < 9; // true
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): Callback {
  const { raiseError } = withDefaults('terminateOnNaN', options, { raiseError: false });
  return {
    onBatchEnd: (model, batch, { loss }) => {
      if (loss === undefined || Number.isFinite(loss)) return;
      const message = `terminateOnNaN: the loss is ${loss} after batch ${batch}`;
      if (raiseError) throw new HebbError('ERR_ARGUMENT', message);
      process.emitWarning(`${message}; the training ends`);
      model.stopTraining = true;
    },
  };
}

/** Options of progress(). */
export interface ProgressOptions {
  /** 1 a live bar per epoch, 2 one line per epoch; 'auto', the default, takes the bar on a terminal. */
  verbose?: 'auto' | 1 | 2;
}

/**
 * What fit() shows of itself, as a callback: for a fit() with verbose 0 that is to show it anyway, or beside others in an order
 * of one's own.
 *
 * @throws ERR_ARGUMENT for another verbose
 * @example
 * const shown = callbacks.progress({ verbose: 2 });
 */
export function progress(options: ProgressOptions = {}): Callback {
  checkNames('progress', options, ['verbose']);
  const { verbose = 'auto' } = options;
  if (!['auto', 1, 2].includes(verbose)) throw new HebbError('ERR_ARGUMENT', `progress: verbose is 'auto', 1 or 2, got ${String(verbose)}`);
  return progressOf(verbose);
}

/**
 * A callback made of functions.
 *
 * @throws ERR_ARGUMENT for a name that fit() does not call
 * @example
 * callbacks.lambda({ onEpochEnd: (model, epoch, logs) => console.log(epoch, logs.loss) });
 */
export function lambda(functions: Callback): Callback {
  checkNames('lambda', functions, hooks);
  return functions;
}
