import { HebbError } from '../errors.js';
import type { Logs } from './callbacks.js';

/** Which way a monitored number improves; 'auto' takes accuracies and their like up, everything else down. */
export type MonitorMode = 'auto' | 'min' | 'max';

const modes: readonly string[] = ['auto', 'min', 'max'];

/** Whether larger is better. @throws ERR_ARGUMENT for an unknown mode */
export function largerIsBetter(callback: string, monitor: string, mode: MonitorMode): boolean {
  if (!modes.includes(mode)) throw new HebbError('ERR_ARGUMENT', `${callback}: mode is one of ${modes.join(', ')}, got '${mode}'`);
  return mode === 'max' || (mode === 'auto' && /acc|auc|precision|recall|f1|fbeta|r2|topK|iou|cosineSimilarity|true(Positives|Negatives)/i.test(monitor));
}

/** The monitored number; a missing one is an error with mode 'auto' and else a warning. */
export function monitored(callback: string, monitor: string, mode: MonitorMode, logs: Logs): number | undefined {
  const value = logs[monitor];
  if (value !== undefined) return value;
  const message = `${callback}: there is no '${monitor}' in the logs, only ${Object.keys(logs).join(', ')}`;
  if (mode === 'auto') throw new HebbError('ERR_ARGUMENT', message);
  process.emitWarning(message);
  return undefined;
}
