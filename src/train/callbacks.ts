import type { Model } from '../models/model.js';

/** The numbers of a batch or an epoch by name: loss, metrics, val_*. */
export type Logs = Record<string, number>;

/** What a fit() is about, told to callbacks when it begins. */
export interface FitInfo {
  epochs: number;
  /** Index of the first epoch; backupAndRestore() writes it. */
  initialEpoch: number;
  stepsPerEpoch: number;
  batchSize: number;
  rows: number;
  /** Where it computes, 'cpu' or 'cuda:0'; on a GPU that fit() chose itself, callbacks find the model on the CPU all the same. */
  device?: string;
}

/** What a callback may be told of. */
export const hooks = [
  'onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd', 'onProgress',
] as const satisfies readonly (keyof Callback)[];

/**
 * Called by fit() as it goes. A callback with onBatchBegin or onBatchEnd makes fit() come back to JavaScript after every
 * batch: that costs some 50 us a batch. Of hebb's own these are terminateOnNaN(), and modelCheckpoint(), backupAndRestore()
 * and tensorBoard() when they are told to act by batches.
 */
export interface Callback {
  onTrainBegin?: (model: Model, info: FitInfo) => void | Promise<void>;
  /** Also when fit() was aborted or failed, then with `completed` false. */
  onTrainEnd?: (model: Model, logs: Logs, completed: boolean) => void | Promise<void>;
  onEpochBegin?: (model: Model, epoch: number) => void | Promise<void>;
  /** May add to the logs, which go into the history. */
  onEpochEnd?: (model: Model, epoch: number, logs: Logs) => void | Promise<void>;
  onBatchBegin?: (model: Model, batch: number) => void | Promise<void>;
  onBatchEnd?: (model: Model, batch: number, logs: Logs) => void | Promise<void>;
  /** At most ten times a second: batches done in this epoch and the running logs. */
  onProgress?: (model: Model, batch: number, logs: Logs) => void;
}
