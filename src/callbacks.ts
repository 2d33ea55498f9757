import { HebbError } from './errors.js';
import type { Model } from './models/model.js';
import type { Tensor } from './tensor.js';
import type { Callback, Logs } from './train/callbacks.js';

export type { Callback, Logs } from './train/callbacks.js';

/** Which way a monitored number improves; 'auto' takes accuracies up, everything else down. */
export type MonitorMode = 'auto' | 'min' | 'max';

const modes: readonly string[] = ['auto', 'min', 'max'];

/** Whether larger is better. @throws ERR_ARGUMENT for an unknown mode */
function largerIsBetter(callback: string, monitor: string, mode: MonitorMode): boolean {
  if (!modes.includes(mode)) throw new HebbError('ERR_ARGUMENT', `${callback}: mode is one of ${modes.join(', ')}, got '${mode}'`);
  return mode === 'max' || (mode === 'auto' && /acc|auc|precision|recall|f1|r2|topK|iou/i.test(monitor));
}

/** The monitored number; a missing one is an error with mode 'auto' and else a warning. */
function monitored(callback: string, monitor: string, mode: MonitorMode, logs: Logs): number | undefined {
  const value = logs[monitor];
  if (value !== undefined) return value;
  const message = `${callback}: there is no '${monitor}' in the logs, only ${Object.keys(logs).join(', ')}`;
  if (mode === 'auto') throw new HebbError('ERR_ARGUMENT', message);
  process.emitWarning(message);
  return undefined;
}

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

/**
 * Ends fit() when the monitored number no longer improves, by Keras's rules.
 *
 * @example
 * await net.fit(x, y, { epochs: 100, validationSplit: 0.1, callbacks: [callbacks.earlyStopping({ patience: 5 })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { monitor = 'val_loss', patience = 0, mode = 'auto', baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  const sign = largerIsBetter('earlyStopping', monitor, mode) ? 1 : -1;
  const minDelta = Math.abs(options.minDelta ?? 0);
  const improves = (value: number, than: number): boolean => sign * value - minDelta > sign * than;
  let wait = 0;
  let best: number | undefined;
  let bestWeights: Tensor[] | undefined;
  return {
    onTrainBegin: () => {
      wait = 0;
      best = undefined;
      bestWeights = undefined;
    },
    onEpochEnd: (model, epoch, logs) => {
      const value = monitored('earlyStopping', monitor, mode, logs);
      if (value === undefined || epoch < startFromEpoch) return;
      if (restoreBestWeights) bestWeights ??= model.getWeights();
      wait++;
      if (best === undefined || improves(value, best)) {
        best = value;
        if (restoreBestWeights) bestWeights = model.getWeights();
        if (baseline === undefined || improves(value, baseline)) wait = 0;
        return;
      }
      if (wait >= patience && epoch > 0) model.stopTraining = true;
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
 * Saves the model as it trains. In the path, {epoch} and {name of a log} are filled in, with digits after the point as in
 * {val_loss:.2f}.
 *
 * @example
 * callbacks.modelCheckpoint('best.hebb', { saveBestOnly: true });
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
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
    if (value === undefined) return whole;
    return digits !== undefined ? value.toFixed(Number(digits)) : String(value).padStart(Number(width ?? 0), '0');
  });
}

/** A callback made of functions. @example callbacks.lambda({ onEpochEnd: (model, epoch, logs) => console.log(epoch, logs.loss) }) */
export function lambda(functions: Callback): Callback {
  return functions;
}
