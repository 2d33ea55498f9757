import { capture, type Program } from '../capture.js';
import { assign } from '../ops/index.js';
import { setScopeSink, type Tensor } from '../tensor.js';

/** A captured program and the tensors of its own that it reads: they are filled before each run. */
export interface Filled<R> {
  readonly inputs: readonly Tensor[];
  readonly program: Program<R>;
  /** The views of the inputs that were made on the way. */
  readonly views: readonly Tensor[];
}

/** Captures fn of these inputs. */
export function filledBy<R>(inputs: readonly Tensor[], fn: (inputs: readonly Tensor[]) => R): Filled<R> {
  const blocks = new Set(inputs.map(({ block }) => block));
  const views: Tensor[] = [];
  const outer = setScopeSink(undefined);
  setScopeSink({
    add(x) {
      if (blocks.has(x.block)) views.push(x);
      outer?.add(x);
    },
  });
  try {
    return { inputs, views, program: capture(() => fn(inputs)) };
  } finally {
    setScopeSink(outer);
  }
}

/** Gives the next run its values. */
export function fill<R>({ inputs, program }: Filled<R>, given: readonly Tensor[]): Program<R> {
  for (const [i, input] of inputs.entries()) assign(input, given[i]!);
  return program;
}

/** Frees the program, what it reads and what it answered. */
export function freeFilled({ inputs, program, views }: Filled<unknown>): void {
  program.dispose();
  program.freeResult();
  for (const x of [...inputs, ...views]) x.dispose();
}
