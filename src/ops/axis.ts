import { HebbError } from '../errors.js';

/** An axis in [-rank, rank) as one in [0, rank). @throws ERR_ARGUMENT */
export function axisIn(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new HebbError('ERR_ARGUMENT', `${op}: axis ${axis} is out of range for rank ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}
