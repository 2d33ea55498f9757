import { HebbError } from './errors.js';
import type { Model } from './models/model.js';
import { assign } from './ops/index.js';
import { notNegative, share } from './optimizers/options.js';
import type { Callback } from './train/callbacks.js';
import { largerIsBetter, monitored, type MonitorMode } from './train/monitor.js';
import { checkKinds, checkNames } from './options.js';
import { wholeNumber } from './train/rows.js';

/** The learning rate now. */
function rateOf(model: Model): number {
  return model.optimizer.learningRate.item();
}

/** Sets the learning rate. @throws ERR_ARGUMENT for a rate that is none, or when a schedule would overwrite it */
function setRate(callback: string, model: Model, rate: number): void {
  const { initialRate, kind, learningRate } = model.optimizer;
  if (typeof initialRate !== 'number') {
    throw new HebbError('ERR_ARGUMENT', `${callback}: the learning rate of ${kind} follows the schedule ${initialRate.kind}; give the optimiser a number`);
  }
  assign(learningRate, notNegative(callback, 'the learning rate', rate));
}

/** Options of reduceLROnPlateau(). */
export interface ReduceLROnPlateauOptions {
  /** The log to watch; 'val_loss' by default. */
  monitor?: string;
  /** What the learning rate is multiplied by, in [0, 1); 0.1 by default. */
  factor?: number;
  /** Epochs without improvement that are waited for; 10 by default. */
  patience?: number;
  mode?: MonitorMode;
  /** Least change that counts as improvement; 0.0001 by default. */
  minDelta?: number;
  /** Epochs after a reduction before the waiting begins anew; 0 by default. */
  cooldown?: number;
  /** The least learning rate; 0 by default. */
  minLR?: number;
}

/**
 * Lowers the learning rate when the monitored number no longer improves, by Keras's rules, and adds it to the logs as
 * learning_rate.
 *
 * @throws ERR_ARGUMENT for a wrong option; during fit() when the optimiser has a schedule, or the log is missing and mode is 'auto'
 * @example
 * const plateau = callbacks.reduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 2 });
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const name = 'reduceLROnPlateau';
  checkNames(name, options, ['monitor', 'factor', 'patience', 'mode', 'minDelta', 'cooldown', 'minLR']);
  checkKinds(name, options, { monitor: String });
  const { monitor = 'val_loss', mode = 'auto' } = options;
  const factor = share(name, 'factor', options.factor ?? 0.1);
  const patience = wholeNumber(name, 'patience', options.patience ?? 10, 0);
  const minDelta = notNegative(name, 'minDelta', options.minDelta ?? 1e-4);
  const cooldown = wholeNumber(name, 'cooldown', options.cooldown ?? 0, 0);
  const minLR = notNegative(name, 'minLR', options.minLR ?? 0);
  const sign = largerIsBetter(name, monitor, mode) ? 1 : -1;
  const fresh = { best: undefined as number | undefined, wait: 0, cooling: 0 };
  const state = { ...fresh };
  return {
    onTrainBegin: () => {
      Object.assign(state, fresh);
    },
    onEpochEnd: (model, _epoch, logs) => {
      const value = monitored(name, monitor, mode, logs);
      const rate = (logs['learning_rate'] = rateOf(model));
      if (value === undefined) return;
      if (state.cooling > 0) {
        state.cooling--;
        state.wait = 0;
      }
      if (state.best === undefined || sign * value - minDelta > sign * state.best) {
        state.best = value;
        state.wait = 0;
      } else if (state.cooling === 0) {
        state.wait++;
        if (state.wait < patience || rate <= minLR) return;
        setRate(name, model, Math.max(rate * factor, minLR));
        state.cooling = cooldown;
        state.wait = 0;
      }
    },
  };
}

/**
 * Sets the learning rate before every epoch to what a function answers for the epoch's index and the rate so far, and adds it
 * to the logs as learning_rate.
 *
 * @throws ERR_ARGUMENT during fit() when the function answers no number >= 0, or the optimiser has a schedule
 * @example
 * const halving = callbacks.learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate / 2));
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  if (typeof schedule !== 'function') {
    throw new HebbError('ERR_ARGUMENT', `learningRateScheduler: schedule is a function of the epoch and the rate, got ${typeof schedule}`);
  }
  return {
    onEpochBegin: (model, epoch) => {
      setRate('learningRateScheduler', model, schedule(epoch, rateOf(model)));
    },
    onEpochEnd: (model, _epoch, logs) => {
      logs['learning_rate'] = rateOf(model);
    },
  };
}
