import { appendFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HebbError } from './errors.js';
import type { Model } from './models/model.js';
import type { Callback } from './train/callbacks.js';
import { checkPath, valueText, withDefaults } from './options.js';

/** Does something with a file. @throws ERR_ARGUMENT naming it when the system refuses */
async function onDisk<T>(callback: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof HebbError) throw error;
    throw new HebbError('ERR_ARGUMENT', `${callback}: ${path} cannot be written (${String(error)})`, { cause: error });
  }
}

/** The size of a file; undefined when there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

/** Options of csvLogger(). */
export interface CsvLoggerOptions {
  /** Stands between two values, one character; ',' by default. */
  separator?: string;
  /** Whether to go on in a file that is there, instead of beginning it anew; false by default. */
  append?: boolean;
}

/**
 * Writes the logs of every epoch as a line of a CSV file, under a line with their names, as Keras does: the epoch, then the
 * logs by name, and NA for what an epoch lacks. The columns are the logs of the first epoch and, if it had none of the
 * validation, those too.
 *
 * @throws ERR_ARGUMENT for a wrong option; during fit() when the file cannot be written
 * @example
 * const logger = callbacks.csvLogger('training.csv', { append: true });
 */
export function csvLogger(filename: string, options: CsvLoggerOptions = {}): Callback {
  const { separator, append } = withDefaults('csvLogger', options, { separator: ',', append: false });
  checkPath('csvLogger', 'filename', filename);
  if (separator.length !== 1 || '"\r\n'.includes(separator)) {
    throw new HebbError('ERR_ARGUMENT', `csvLogger: separator is one character, no quote and no line break, got '${separator}'`);
  }
  const line = (cells: readonly (string | number)[]): string => {
    const quoted = cells.map(String).map((cell) => (/["\r\n]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell));
    return `${quoted.join(separator)}\r\n`;
  };
  let columns: string[] | undefined;
  let header = true;
  return {
    onTrainBegin: async () => {
      columns = undefined;
      header = !append || ((await sizeOf(filename)) ?? 0) === 0;
      await onDisk('csvLogger', filename, () => (append ? appendFile(filename, '') : writeFile(filename, '')));
    },
    onEpochEnd: async (_model, epoch, logs) => {
      let text = '';
      if (columns === undefined) {
        const names = Object.keys(logs).sort();
        columns = names.some((name) => name.startsWith('val_')) ? names : [...names, ...names.map((name) => `val_${name}`)];
        if (header) text = line(['epoch', ...columns]);
      }
      text += line([epoch, ...columns.map((name) => logs[name] ?? 'NA')]);
      await onDisk('csvLogger', filename, () => appendFile(filename, text));
    },
  };
}

/** Options of backupAndRestore(). */
export interface BackupAndRestoreOptions {
  /** 'epoch' (default), or a number of batches: then an interrupted epoch begins again with the weights of its middle. */
  saveFreq?: 'epoch' | number;
  /** Whether the backup before the last is kept too, to be used when the last cannot be read; false by default. */
  doubleCheckpoint?: boolean;
  /** Whether the folder is removed when the training is completed; true by default. */
  deleteCheckpoint?: boolean;
}

/**
 * Lets a training survive: after every epoch writes to a folder all that training changes, and at the beginning of the next
 * fit() of a like model, in this process or another, reads it and goes on with the epoch after it, bit for bit as if nothing
 * had happened (where an epoch is a whole pass over the rows). The folder is the callback's own. Acting by batches makes
 * fit() come back to JavaScript after every batch.
 *
 * @throws ERR_ARGUMENT for a wrong option, or during fit() when the folder cannot be written; ERR_FORMAT when what is there is
 * another model's
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
 * net.compile({ loss: 'mse' });
 * await net.fit([[1], [2]], [2, 4], { epochs: 3, verbose: 0, callbacks: [callbacks.backupAndRestore('backup')] });
 */
export function backupAndRestore(backupDir: string, options: BackupAndRestoreOptions = {}): Callback {
  const name = 'backupAndRestore';
  const { saveFreq = 'epoch', doubleCheckpoint, deleteCheckpoint } = withDefaults(name, options, { saveFreq: undefined, doubleCheckpoint: false, deleteCheckpoint: true });
  checkPath(name, 'backupDir', backupDir, 'a folder');
  if (saveFreq !== 'epoch' && !(Number.isSafeInteger(saveFreq) && saveFreq > 0)) {
    throw new HebbError('ERR_ARGUMENT', `${name}: saveFreq is 'epoch' or a whole number >= 1, got ${valueText(saveFreq)}`);
  }
  const [latest, previous] = [join(backupDir, 'latest.hebb'), join(backupDir, 'previous.hebb')];
  let epochNow = 0;
  let batches = 0;
  const save = async (model: Model, epoch: number): Promise<void> => {
    const { saveTraining } = await import('./models/save.js');
    await onDisk(name, backupDir, async () => {
      await mkdir(backupDir, { recursive: true });
      if (doubleCheckpoint && (await sizeOf(latest)) !== undefined) await rename(latest, previous);
      await saveTraining(model, latest, epoch);
    });
  };
  return {
    onTrainBegin: async (model, info) => {
      const { loadTraining } = await import('./models/save.js');
      batches = 0;
      const there = (await sizeOf(latest)) !== undefined;
      const before = (await sizeOf(previous)) !== undefined;
      if (!there && !before) return;
      try {
        info.initialEpoch = await loadTraining(model, there ? latest : previous);
      } catch (error) {
        if (!there || !before) throw error;
        info.initialEpoch = await loadTraining(model, previous);
      }
    },
    onEpochBegin: (_model, epoch) => {
      epochNow = epoch;
    },
    ...(saveFreq === 'epoch'
      ? { onEpochEnd: (model: Model, epoch: number) => save(model, epoch + 1) }
      : { onBatchEnd: (model: Model) => (++batches % saveFreq === 0 ? save(model, epochNow) : undefined) }),
    onTrainEnd: async (_model, _logs, completed) => {
      if (completed && deleteCheckpoint) await onDisk(name, backupDir, () => rm(backupDir, { recursive: true, force: true }));
    },
  };
}
