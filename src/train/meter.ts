import { isFloat } from '../dtype.js';
import { HebbError } from '../errors.js';
import type { Metric, StatefulMetric } from '../metrics/index.js';
import { add, addInPlace, assign, cast, full, mean, mul, reshape, sum} from '../ops/index.js';
import { valueText } from '../options.js';
import { returned, returnedList } from '../returned.js';
import type { Shape, Tensor } from '../tensor.js';
import type { Logs } from './callbacks.js';

/** The running weighted mean of one metric (or of the loss) over an epoch, in tensors. */
class Meter {
  private readonly total = full([], 0, { dtype: 'float64' });
  private readonly weight = full([], 0, { dtype: 'float64' });

  constructor(
    readonly name: string,
    private readonly finish: (mean: number) => number = (mean) => mean,
  ) {}

  /** Adds rows [batch, ...], each row with a weight [batch] or, without weights, 1. */
  update(rows: Tensor, weights?: Tensor): void {
    if (weights === undefined) {
      addInPlace(this.total, sum(rows));
      addInPlace(this.weight, rows.size);
      return;
    }
    const values = isFloat(rows.dtype) ? rows : cast(rows, 'float64');
    const perRow = values.rank > 1 ? mean(reshape(values, [values.shape[0] ?? 0, -1]), 1) : values;
    addInPlace(this.total, sum(mul(perRow, weights)));
    addInPlace(this.weight, sum(weights));
  }
  /** The mean so far; 0 before the first update. */
  result(): number {
    const weight = this.weight.item();
    return this.finish(weight === 0 ? 0 : this.total.item() / weight);
  }
  reset(): void {
    assign(this.total, 0);
    assign(this.weight, 0);
  }
  dispose(): void {
    for (const x of [this.total, this.weight]) x.dispose();
  }
}

/** A metric's own state over an epoch. */
class StateMeter {
  private readonly state: readonly Tensor[];

  constructor(
    private readonly metric: StatefulMetric,
    outputShape: Shape,
  ) {
    this.state = returnedList(`${metric.name}: state()`, metric.state(outputShape));
  }

  get name(): string {
    return this.metric.name;
  }
  /** Adds a batch. */
  update(yTrue: Tensor, yPred: Tensor, weights?: Tensor): void {
    this.metric.update(this.state, yTrue, yPred, weights);
  }
  /** The value so far, or several. */
  result(): number | readonly number[] {
    const { name } = this.metric;
    const result: unknown = this.metric.finish(this.state.map((x) => [...x.dataSync()]));
    const isNumber = (x: unknown): x is number => typeof x === 'number';
    if (isNumber(result) || (Array.isArray(result) && result.every(isNumber))) return result;
    throw new HebbError('ERR_ARGUMENT', `${name}: finish() returns a number or an array of numbers, got ${valueText(result)}`);
  }
  reset(): void {
    for (const x of this.state) assign(x, 0);
  }
  dispose(): void {
    for (const x of this.state) x.dispose();
  }
}

/** A metric, and whether sample weights count in it. */
export interface MeteredMetric {
  readonly metric: Metric;
  readonly weighted: boolean;
}

/** The running means of the loss and the metrics over an epoch, in tensors, so that a captured step can update them. */
export class Meters {
  private readonly loss = new Meter('loss');
  private readonly metrics: readonly {
    readonly meter: Meter | StateMeter;
    readonly add: (yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined) => void;
  }[];

  /** @param outputShape the shape of one output of the model, which some metrics need to make their state */
  constructor(metrics: readonly MeteredMetric[], outputShape: Shape = []) {
    this.metrics = metrics.map(({ metric, weighted }) => {
      if ('state' in metric) {
        const meter = new StateMeter(metric, outputShape);
        return { meter, add: (yTrue, yPred, weights) => { meter.update(yTrue, yPred, weighted ? weights : undefined); } };
      }
      const meter = new Meter(metric.name, metric.finish);
      const rows = (yTrue: Tensor, yPred: Tensor): Tensor => returned(`metric '${metric.name}'`, metric.rows(yTrue, yPred));
      return { meter, add: (yTrue, yPred, weights) => { meter.update(rows(yTrue, yPred), weighted ? weights : undefined); } };
    });
  }

  /**
   * Adds a batch.
   *
   * @param losses the weighted loss of each row
   * @param penalty what regularisers add to the loss
   */
  update(losses: Tensor, penalty: Tensor | undefined, yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined): void {
    this.loss.update(penalty === undefined ? losses : add(losses, penalty));
    for (const { add: update } of this.metrics) update(yTrue, yPred, weights);
  }
  /** The means so far: the loss, then the metrics. */
  logs(): Logs {
    const logs: Logs = {};
    for (const meter of [this.loss, ...this.metrics.map(({ meter }) => meter)]) {
      const result = meter.result();
      if (typeof result === 'number') logs[meter.name] = result;
      else for (const [i, value] of result.entries()) logs[`${meter.name}_${i}`] = value;
    }
    return logs;
  }
  /** Forgets everything. */
  reset(): void {
    for (const meter of [this.loss, ...this.metrics.map(({ meter }) => meter)]) meter.reset();
  }
  /** Frees the sums. */
  dispose(): void {
    for (const meter of [this.loss, ...this.metrics.map(({ meter }) => meter)]) meter.dispose();
  }
}
