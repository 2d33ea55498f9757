import { HebbError } from '../errors.js';
import { concat, copy } from '../ops/index.js';
import { Tensor } from '../tensor.js';
import { iterableOf, makesAnew, type Batch } from '../train/batches.js';
import { fill, freeFilled } from '../train/filled.js';
import { checkNames } from '../options.js';
import { checkRows, freeMade, tensorsIn, wholeNumber } from '../train/rows.js';
import type { Model } from './model.js';
import { forward, type Forward } from './predict.js';
import { isDict, type Data } from './structure.js';

type Iterables<T> = AsyncIterable<T> | Iterable<T>;

/** Batches of inputs one after the other; of batches [x, y] for training only x counts. A function starts them. */
export type InputBatches = Iterables<Data | Batch> | (() => Iterables<Data | Batch>);

/** Options of a prediction of batches. */
export interface PredictBatchesOptions {
  /** Batches that are computed; all by default. */
  steps?: number;
}

/** How many dimensions nested arrays and tensors have. */
function depth(value: unknown): number {
  if (value instanceof Tensor) return value.rank;
  if (ArrayBuffer.isView(value)) return 1;
  return Array.isArray(value) ? 1 + depth(value[0]) : 0;
}

/** The inputs of a batch, be it inputs alone, [x, y] or [x, y, sampleWeight]. */
function inputsOf(model: Model, batch: Data | Batch): Data {
  if (!Array.isArray(batch)) return batch as Data;
  const [first] = batch as readonly Data[];
  if (first === undefined) return batch as Data;
  const holdsTensors = isDict(first) || (Array.isArray(first) && first.some((part: unknown) => part instanceof Tensor));
  if (holdsTensors) return first;
  if (model.inputStructure.names.length > 1) return batch as Data;
  const rank = model.inputShapes?.[0]?.length;
  return first instanceof Tensor || (rank !== undefined && depth(batch) > rank + 1) ? first : (batch as Data);
}

/**
 * The outputs of a model for all rows of batches, each shape of batch by replays of one captured program.
 *
 * @throws ERR_ARGUMENT when there are no batches, ERR_SHAPE for one that does not fit
 */
export async function predictBatches(op: string, model: Model, batches: InputBatches, options: PredictBatchesOptions): Promise<readonly Tensor[]> {
  checkNames(op, options, ['steps']);
  const steps = options.steps === undefined ? Infinity : wholeNumber(op, 'steps', options.steps, 1);
  const programs = new Map<string, Forward>();
  const parts: Tensor[][] = [];
  try {
    for await (const batch of iterableOf(op, batches)) {
      const given = inputsOf(model, batch);
      const rows = model.inputsOf(op, given);
      checkRows(op, rows, []);
      model.ensureBuilt(rows);
      const key = rows.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join();
      const pass = programs.get(key) ?? forward(model, rows, rows[0]?.shape[0] ?? 0);
      programs.set(key, pass);
      const program = fill(pass, rows);
      freeMade([{ x: rows, y: [], weights: [] }], given);
      if (makesAnew(batches)) for (const x of tensorsIn(batch, given)) x.dispose();
      await program.run();
      parts.push(program.result.map((y) => copy(y)));
      if (parts.length === steps) break;
    }
  } finally {
    for (const pass of programs.values()) freeFilled(pass);
  }
  const [first] = parts;
  if (first === undefined) throw new HebbError('ERR_ARGUMENT', `${op}: there are no batches`);
  const outputs = first.map((_, k) => concat(parts.map((of) => of[k]!), 0));
  for (const part of parts.flat()) part.dispose();
  return outputs;
}
