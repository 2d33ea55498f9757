import { HebbError } from './errors.js';
import type { Model } from './models/model.js';
import type { Tensor } from './tensor.js';
import type { Callback, Logs } from './train/callbacks.js';
import { largerIsBetter, monitored, type MonitorMode } from './train/monitor.js';
import { checkNames, wholeNumber } from './train/rows.js';

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
 * await net.fit(x, y, { epochs: 100, validationSplit: 0.1, callbacks: [callbacks.earlyStopping({ patience: 5 })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  checkNames('earlyStopping', options, [
    'monitor', 'minDelta', 'patience', 'mode', 'baseline', 'restoreBestWeights', 'startFromEpoch',
  ]);
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
 * Saves the model as it trains. In the path, {epoch} (from 1) and {name of a log} are filled in, with digits after the point
 * as in {val_loss:.2f}, with leading zeros as in {epoch:02d}.
 *
 * @throws ERR_ARGUMENT during fit() for a name in the path that is not in the logs
 * @example
 * callbacks.modelCheckpoint('best.hebb', { saveBestOnly: true });
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  checkNames('modelCheckpoint', options, [
    'monitor', 'saveBestOnly', 'saveWeightsOnly', 'mode', 'saveFreq', 'initialValueThreshold',
  ]);
  const { monitor = 'val_loss', saveBestOnly = false, saveWeightsOnly = false, mode = 'auto', saveFreq = 'epoch' } = options;
  if (saveFreq !== 'epoch' && !(Number.isSafeInteger(saveFreq) && saveFreq > 0)) {
    throw new HebbError('ERR_ARGUMENT', `modelCheckpoint: saveFreq is 'epoch' or a whole number >= 1, got ${saveFreq}`);
  }
  const sign = largerIsBetter('modelCheckpoint', monitor, mode) ? 1 : -1;
  let best = options.initialValueThreshold ?? -sign * Infinity;
  let epochNow = 0;
  let batches = 0;
  const save = async (model: Model, logs: Logs): Promise<void> => {
    if (saveBestOnly) {
      const value = monitored('modelCheckpoint', monitor, mode, logs);
      if (value === undefined || !(sign * value > sign * best)) return;
      best = value;
    }
    await model.save(fillIn(path, { epoch: epochNow + 1, ...logs }), { optimizer: !saveWeightsOnly });
  };
  return {
    onEpochBegin: (_model, epoch) => {
      epochNow = epoch;
    },
    ...(saveFreq === 'epoch'
      ? { onEpochEnd: (model: Model, _epoch: number, logs: Logs) => save(model, logs) }
      : { onBatchEnd: (model: Model, _batch: number, logs: Logs) => (++batches % saveFreq === 0 ? save(model, logs) : undefined) }),
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

/** A callback made of functions. @example callbacks.lambda({ onEpochEnd: (model, epoch, logs) => console.log(epoch, logs.loss) }) */
export function lambda(functions: Callback): Callback {
  return functions;
}
