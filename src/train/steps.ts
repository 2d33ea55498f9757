import { valueAndGrad } from '../autograd.js';
import { capture, type Program, type RunOptions } from '../capture.js';
import type { CallContext, Weight } from '../layers/layer.js';
import type { Loss } from '../losses.js';
import type { Meter, Metric } from '../metrics.js';
import { add, arange, full, gather, mean, mul, sliceAt } from '../ops/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { permutation } from '../random.js';
import type { Tensor } from '../tensor.js';
import type { Rows } from './rows.js';

/** What a step needs of a model. */
export interface Steppable {
  readonly trainableWeights: readonly Weight[];
  call(x: Tensor, context: CallContext): Tensor;
}

/** How a model is trained, with the running means of the epoch. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly lossMeter: Meter;
  readonly meters: readonly { metric: Metric; meter: Meter }[];
}

/** Row losses, weighted. */
function weightedLoss(compiled: Compiled, y: Tensor, yPred: Tensor, weights: Tensor | undefined): Tensor {
  const rows = compiled.loss.call(y, yPred);
  return weights === undefined ? rows : mul(rows, weights);
}

function updateMeters(compiled: Compiled, rows: Tensor, y: Tensor, yPred: Tensor, penalty: Tensor | undefined): void {
  compiled.lossMeter.update(penalty === undefined ? rows : add(rows, penalty));
  for (const { metric, meter } of compiled.meters) meter.update(metric.rows(y, yPred));
}

/** The sum of the regularisers, if there are any. */
function penaltyOf(weights: readonly Weight[]): Tensor | undefined {
  const terms = weights.flatMap(({ value, regularizer }) => (regularizer === undefined ? [] : [regularizer(value)]));
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
}

/** One optimiser step on a batch: the mean weighted loss plus penalties goes down. Updates the meters. */
export function trainStep(model: Steppable, compiled: Compiled, x: Tensor, y: Tensor, weights?: Tensor): void {
  const parameters = model.trainableWeights;
  const values = parameters.map(({ value }) => value);
  let rows: Tensor | undefined;
  let yPred: Tensor | undefined;
  let penalty: Tensor | undefined;
  const [, gradients] = valueAndGrad(() => {
    yPred = model.call(x, { training: true });
    rows = weightedLoss(compiled, y, yPred, weights);
    penalty = penaltyOf(parameters);
    return penalty === undefined ? mean(rows) : add(mean(rows), penalty);
  }, values);
  if (rows !== undefined && yPred !== undefined) updateMeters(compiled, rows, y, yPred, penalty);
  compiled.optimizer.apply(values, gradients);
}

/** Loss and metrics of a batch, added to the meters. */
export function testStep(model: Steppable, compiled: Compiled, x: Tensor, y: Tensor, weights?: Tensor): void {
  const yPred = model.call(x, { training: false });
  updateMeters(compiled, weightedLoss(compiled, y, yPred, weights), y, yPred, penaltyOf(model.trainableWeights));
}

/** How one pass over the rows is run. */
export interface PassOptions extends Pick<RunOptions, 'signal'> {
  shuffle: boolean;
  steps: number;
  onProgress?: (step: number) => void;
  /** Called around every batch; makes the pass come back to JavaScript each time. */
  onBatch?: { begin(batch: number): Promise<void>; end(batch: number): Promise<void> } | undefined;
}

/**
 * Passes over rows in batches, each batch a replay of one captured program: rows are read through an index on the device,
 * so that order and position can change without JavaScript. A last partial batch is a second program.
 */
export class Pass {
  private readonly order: Tensor;
  private readonly cursor = full([], 0, { dtype: 'int32' });
  private readonly programs = new Map<number, Program>();
  private readonly count: number;

  constructor(
    private readonly rows: Rows,
    private readonly batchSize: number,
    private readonly step: (x: Tensor, y: Tensor, weights?: Tensor) => void,
  ) {
    this.count = rows.x.shape[0] ?? 0;
    this.order = arange(this.count, { dtype: 'int32' });
  }

  /** The number of batches in a whole pass. */
  get batches(): number {
    return Math.ceil(this.count / this.batchSize);
  }

  private program(size: number): Program {
    let program = this.programs.get(size);
    if (program === undefined) {
      program = capture(() => {
        const { x, y, weights } = this.rows;
        const rows = sliceAt(this.order, this.cursor, size);
        this.step(gather(x, rows), gather(y, rows), weights && gather(weights, rows));
        this.cursor.addInPlace(size);
      });
      this.programs.set(size, program);
    }
    return program;
  }

  /** The listing of one training step. */
  listing(): string {
    return this.program(Math.min(this.batchSize, this.count)).toString();
  }

  async run({ shuffle, steps, signal, onProgress, onBatch }: PassOptions): Promise<void> {
    if (shuffle) this.order.assign(permutation(this.count));
    this.cursor.assign(0);
    const whole = Math.min(steps, Math.floor(this.count / this.batchSize));
    const rest = steps > whole ? this.count % this.batchSize : 0;
    const run = { ...(signal && { signal }), onProgress: (done: number) => onProgress?.(done) };
    if (onBatch === undefined) {
      if (whole > 0) await this.program(this.batchSize).run(whole, run);
      if (rest > 0) await this.program(rest).run(1, signal && { signal });
    } else {
      for (let batch = 0; batch < whole + (rest > 0 ? 1 : 0); batch++) {
        await onBatch.begin(batch);
        await this.program(batch < whole ? this.batchSize : rest).run(1, signal && { signal });
        await onBatch.end(batch);
        onProgress?.(batch + 1);
      }
    }
  }
}
