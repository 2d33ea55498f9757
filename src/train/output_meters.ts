import { broadcastTo } from '../ops/index.js';
import type { Shape, Tensor } from '../tensor.js';
import type { Logs } from './callbacks.js';
import { Meters, type MeteredMetric } from './meter.js';

/** The loss of a batch. */
export interface BatchLoss {
  /** For each output that is trained the loss of each row, [batch] or [batch, ...]. */
  readonly rows: readonly Tensor[];
  /** What training lowers, a single number. */
  readonly total: Tensor;
  /** The part of the total that regularisers add. */
  readonly penalty: Tensor | undefined;
}

/** An output that is trained, and what is measured of it. */
export interface MeteredOutput {
  readonly name: string;
  /** The shape of one output. */
  readonly outputShape: Shape;
  readonly metrics: readonly MeteredMetric[];
}

/**
 * The running means over an epoch of a model's outputs. One output logs loss and its metrics by their names; several log
 * loss, the sum, and <output>_loss and <output>_<metric> for each.
 */
export class OutputMeters {
  private readonly total = new Meters([]);
  private readonly parts: readonly Meters[];

  constructor(private readonly outputs: readonly MeteredOutput[]) {
    this.parts = outputs.map(({ metrics, outputShape }) => new Meters(metrics, outputShape));
  }

  /** Adds a batch: its loss, and the targets, predictions and perhaps weights of rows of each output that is trained. */
  update(loss: BatchLoss, y: readonly Tensor[], yPred: readonly Tensor[], weights: readonly Tensor[] = []): void {
    const single = this.parts.length === 1;
    for (const [i, part] of this.parts.entries()) {
      const [rows, targets, predictions] = [loss.rows[i], y[i], yPred[i]];
      if (rows === undefined || targets === undefined || predictions === undefined) continue;
      part.update(rows, single ? loss.penalty : undefined, targets, predictions, weights[i]);
      if (!single && i === 0) this.total.update(broadcastTo(loss.total, [targets.shape[0] ?? 0]), undefined, targets, predictions, undefined);
    }
  }
  /** The means so far. */
  logs(): Logs {
    const [first] = this.parts;
    if (this.parts.length === 1 && first !== undefined) return first.logs();
    const named = this.parts.flatMap((part, i) => Object.entries(part.logs()).map(([key, value]) => [`${this.outputs[i]?.name ?? ''}_${key}`, value]));
    return { ...this.total.logs(), ...(Object.fromEntries(named) as Logs) };
  }
  /** Forgets everything. */
  reset(): void {
    for (const meters of [this.total, ...this.parts]) meters.reset();
  }
  /** Frees the sums. */
  dispose(): void {
    for (const meters of [this.total, ...this.parts]) meters.dispose();
  }
}
