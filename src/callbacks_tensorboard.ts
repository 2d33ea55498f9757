import { join } from 'node:path';
import { HebbError } from './errors.js';
import { SummaryWriter } from './formats/tensorboard.js';
import type { Model } from './models/model.js';
import type { Callback, Logs } from './train/callbacks.js';
import { checkKinds, checkNames, valueText } from './options.js';
import { wholeNumber } from './train/rows.js';

/** Options of tensorBoard(). */
export interface TensorBoardOptions {
  /** Folder of the runs; 'logs' by default. */
  logDir?: string;
  /** Epochs between histograms of the weights; 0, the default, writes none. */
  histogramFreq?: number;
  /** Whether the graph of the layers is written once; true by default. */
  writeGraph?: boolean;
  /** 'epoch' (default) writes after every epoch; 'batch', or a number of batches, writes the running numbers in between too. */
  updateFreq?: 'epoch' | 'batch' | number;
}

const names = ['logDir', 'histogramFreq', 'writeGraph', 'updateFreq'];

/**
 * Writes what fit() measures for TensorBoard, as Keras does: below the folder the runs `train` and `validation` with
 * epoch_loss and so on, the learning rate, with an updateFreq in batches batch_loss and so on, and
 * evaluation_loss_vs_iterations and so on.
 *
 * @throws ERR_ARGUMENT for a wrong option; during fit() when the folder cannot be made
 * @example
 * // Then: tensorboard --logdir logs
 * const callback = callbacks.tensorBoard({ logDir: 'logs/first', histogramFreq: 1 });
 */
export function tensorBoard(options: TensorBoardOptions = {}): Callback {
  checkNames('tensorBoard', options, names);
  checkKinds('tensorBoard', options, { logDir: String, writeGraph: Boolean });
  const { logDir = 'logs', writeGraph = true, updateFreq = 'epoch' } = options;
  const histogramFreq = wholeNumber('tensorBoard', 'histogramFreq', options.histogramFreq ?? 0, 0);
  if (updateFreq !== 'epoch' && updateFreq !== 'batch' && !(Number.isSafeInteger(updateFreq) && updateFreq > 0)) {
    throw new HebbError('ERR_ARGUMENT', `tensorBoard: updateFreq is 'epoch', 'batch' or a whole number >= 1, got ${valueText(updateFreq)}`);
  }
  const writers = new Map<string, SummaryWriter>();
  const writerOf = (run: string): SummaryWriter => {
    const writer = writers.get(run) ?? new SummaryWriter(join(logDir, run));
    writers.set(run, writer);
    return writer;
  };
  const scalars = (writer: SummaryWriter, logs: Logs, tagOf: (name: string) => string, step: number): void => {
    for (const [name, value] of Object.entries(logs)) writer.scalar(tagOf(name), value, step);
  };
  let batches = 0;
  return {
    onTrainBegin: (model) => {
      batches = 0;
      const writer = writerOf('train');
      if (writeGraph) writer.graph(model);
      writer.flush();
    },
    onEpochEnd: (model, epoch, logs) => {
      const measured = Object.entries(logs).filter(([name]) => name.startsWith('val_'));
      const validation = Object.fromEntries(measured.map(([name, value]) => [name.slice('val_'.length), value]));
      const train = Object.fromEntries(Object.entries(logs).filter(([name]) => !name.startsWith('val_')));
      const writer = writerOf('train');
      scalars(writer, { ...train, learning_rate: model.optimizer.learningRate.item() }, (name) => `epoch_${name}`, epoch);
      if (histogramFreq > 0 && epoch % histogramFreq === 0) {
        for (const { layer, weight } of model.namedWeights()) {
          writer.histogram(`${model.name}/${layer.name}/${weight.name}/histogram`, weight.value, epoch);
        }
      }
      writer.flush();
      if (measured.length === 0) return;
      const second = writerOf('validation');
      scalars(second, validation, (name) => `epoch_${name}`, epoch);
      scalars(second, validation, (name) => `evaluation_${name}_vs_iterations`, model.optimizer.iterations.item());
      second.flush();
    },
    ...(updateFreq !== 'epoch' && {
      onBatchEnd: (_model: Model, _batch: number, logs: Logs) => {
        if (++batches % (updateFreq === 'batch' ? 1 : updateFreq) !== 0) return;
        scalars(writerOf('train'), logs, (name) => `batch_${name}`, batches);
      },
    }),
    onTrainEnd: () => {
      for (const writer of writers.values()) writer.close();
      writers.clear();
    },
  };
}
