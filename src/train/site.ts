import { getDevice } from '../device.js';
import type { Rows } from './rows.js';

/** Where a run computes. What users hold is changed by push() and pull() alone. */
export interface Site {
  /** The device, by the name that tensors tell. */
  readonly device: string;
  /** Whether programs are captured before anything runs, so that what the device cannot take is known by then. */
  readonly early: boolean;
  /** Calls fn, which is no async function, with the model's tensors, and new ones, on the device. */
  within<R>(fn: () => R): R;
  /** Rows on the device. */
  rows(rows: Rows): Rows;
  /** Takes the values that a run changes to the device, before it runs. */
  push(): void;
  /** Brings them back, all or none. */
  pull(): void;
  /** Whether an error tells that the device, not what was asked of it, has failed: then the run can go on elsewhere. */
  failed(error: unknown): boolean;
  /** Brings back what can be, and frees the memory. */
  close(): void;
  /** Frees the memory; what was not brought back is lost. */
  abandon(): void;
}

/** The default device, where the model is. */
export function here(): Site {
  return {
    device: getDevice(),
    early: false,
    within: (fn) => fn(),
    rows: (rows) => rows,
    push: () => undefined,
    pull: () => undefined,
    failed: () => false,
    close: () => undefined,
    abandon: () => undefined,
  };
}
