import { HebbError } from '../errors.js';
import type { Layout } from '../layout.js';
import { copy } from '../ops/index.js';
import { isCapturing, setScopeSink, type Tensor } from '../tensor.js';
import { fill, filledBy, freeFilled, type Filled } from './filled.js';

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function sameShapes(a: readonly Tensor[], b: readonly Layout[]): boolean {
  return a.length === b.length && a.every(({ layout }, i) => layout === b[i] || (layout.dtype === b[i]?.dtype && sameItems(layout.shape, b[i].shape)));
}

/**
 * A function of a batch that is called again and again with tensors of one shape, by replaying a program: the first call
 * with new shapes runs fn as it is, the second captures it, the others only copy the batch and replay. What fn reads
 * besides is `parts`; when one of them is another object than at the last call, everything starts afresh.
 */
export class Replayed<R> {
  private layouts: readonly Layout[] = [];
  private parts: readonly unknown[] = [];
  private recorded: Filled<R> | undefined;
  private capturable = true;

  constructor(private readonly fn: (...inputs: readonly Tensor[]) => R) {}

  /** What fn answers for these inputs; its tensors hold the values until the next call. */
  call(inputs: readonly Tensor[], parts: readonly unknown[]): R {
    if (!sameShapes(inputs, this.layouts) || !sameItems(parts, this.parts)) {
      this.layouts = inputs.map(({ layout }) => layout);
      if (this.recorded !== undefined) freeFilled(this.recorded);
      [this.parts, this.recorded, this.capturable] = [parts, undefined, true];
      return this.fn(...inputs);
    }
    if (isCapturing() || !this.capturable) return this.fn(...inputs);
    this.recorded ??= this.record(inputs);
    if (this.recorded === undefined) return this.fn(...inputs);
    const program = fill(this.recorded, inputs);
    program.runSync();
    return program.result;
  }

  /** The program of fn, outside any scope(); undefined for a function that reads values and so cannot be captured. */
  private record(like: readonly Tensor[]): Filled<R> | undefined {
    const sink = setScopeSink(undefined);
    try {
      return filledBy(like.map((x) => copy(x)), (inputs) => this.fn(...inputs));
    } catch (error) {
      if (!(error instanceof HebbError) || error.code !== 'ERR_CAPTURE') throw error;
      this.capturable = false;
      return undefined;
    } finally {
      setScopeSink(sink);
    }
  }
}
