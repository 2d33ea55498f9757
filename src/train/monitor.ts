import { HebbError } from '../errors.js';

/** Which way a monitored number improves; 'auto' takes accuracies up, everything else down. */
export type MonitorMode = 'auto' | 'min' | 'max';

const modes: readonly string[] = ['auto', 'min', 'max'];

/** Whether larger is better. @throws ERR_ARGUMENT for an unknown mode */
export function largerIsBetter(op: string, monitor: string, mode: MonitorMode): boolean {
  if (!modes.includes(mode)) throw new HebbError('ERR_ARGUMENT', `${op}: mode is one of ${modes.join(', ')}, got '${mode}'`);
  return mode === 'max' || (mode === 'auto' && /acc|auc|precision|recall|f1|r2|topK|iou/i.test(monitor));
}
