import { HebbError } from '../errors.js';
import { cast, full, mul, reshape, square, sub, sum as total, zeros } from '../ops/index.js';
import { checkOptions, withDefaults } from '../options.js';
import type { Shape, Tensor } from '../tensor.js';
import { addEach, alike, metric, stateful, weighted, type MetricOptions, type RowMetric, type StatefulMetric } from './metric.js';

/** Options of r2Score(). */
export interface R2Options extends MetricOptions {
  /** The mean of the outputs' scores ('uniform', the default), that weighted by their variances, or null: a value for each output. */
  average?: 'uniform' | 'varianceWeighted' | null;
  /** The number of predictors, for the adjusted score; 0 by default, the score as it is. */
  numRegressors?: number;
}

/** The coefficient of determination over the epoch: 1 - squared error / squared distance of the targets from their mean. */
export function r2Score(options: R2Options = {}): StatefulMetric {
  const { average = 'uniform', numRegressors = 0 } = checkOptions('r2Score', options);
  if (average !== null && !['uniform', 'varianceWeighted'].includes(average)) {
    throw new HebbError('ERR_ARGUMENT', `r2Score: average is uniform, varianceWeighted or null, got '${average}'`);
  }
  if (!Number.isSafeInteger(numRegressors) || numRegressors < 0) {
    throw new HebbError('ERR_ARGUMENT', `r2Score: numRegressors is a whole number >= 0, got ${numRegressors}`);
  }
  return stateful('r2Score', options, { average, numRegressors }, {
    state: (outputShape: Shape) => {
      const outputs = outputShape[outputShape.length - 1] ?? 1;
      return [...Array.from({ length: 4 }, () => zeros([outputs], { dtype: 'float64' })), zeros([], { dtype: 'float64' })];
    },
    update: (state, yTrue, yPred, weights) => {
      const y = cast(alike('r2Score', yTrue, yPred), 'float64');
      const perOutput = (x: Tensor): Tensor => total(reshape(weighted(x, weights), [-1, x.shape[x.rank - 1] ?? 1]), 0);
      const one = full(y.shape, 1, { dtype: 'float64' });
      const size = full([], y.size, { dtype: 'float64' });
      addEach(state, [perOutput(y), perOutput(mul(y, y)), perOutput(square(sub(y, yPred))), perOutput(one), size]);
    },
    finish: ([sums = [], squares = [], errors = [], counts = [], [samples = 0] = []]) => {
      const spread = sums.map((s, i) => (squares[i] ?? 0) - (s * s) / (counts[i] ?? 0));
      const scores = spread.map((width, i) => {
        const score = 1 - (errors[i] ?? 0) / width;
        return Math.abs(score) === Infinity ? 0 : score;
      });
      const add = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
      const adjusted = (score: number): number => {
        if (numRegressors === 0 || numRegressors >= samples - 1) return score;
        return 1 - ((1 - score) * (samples - 1)) / (samples - numRegressors - 1);
      };
      if (average === null) return scores.map(adjusted);
      return adjusted(average === 'uniform' ? add(scores) / scores.length : add(scores.map((s, i) => s * (spread[i] ?? 0))) / add(spread));
    },
  });
}

/** Options of sum() and mean(). */
export interface ValueOptions extends MetricOptions {
  /** What is added up, of targets and predictions; the predictions by default. A model with such a function is saved without what training needs. */
  of?: (yTrue: Tensor, yPred: Tensor) => Tensor;
}

/** The sum over the epoch of the predictions, or of what `of` makes of a batch. */
export function sum(options: ValueOptions = {}): StatefulMetric {
  const { name, of } = withDefaults('sum', options, { name: 'sum', of: Function });
  return {
    name,
    ...(of === undefined && { kind: 'sum', config: { name } }),
    state: () => [zeros([], { dtype: 'float64' })],
    update: (state, yTrue, yPred, weights) => {
      addEach(state, [total(weighted(of === undefined ? yPred : of(yTrue, yPred), weights))]);
    },
    finish: ([[value = 0] = []]) => value,
  };
}

/** The mean over the epoch of the predictions, or of what `of` makes of a batch. */
export function mean(options: ValueOptions = {}): RowMetric {
  const { name, of } = withDefaults('mean', options, { name: 'mean', of: Function });
  if (of !== undefined) return { name, rows: of };
  return metric('mean', { name }, (_yTrue, yPred) => yPred);
}
