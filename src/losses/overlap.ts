import { HebbError } from '../errors.js';
import { add, broadcastTo, div, mul, sub, sum } from '../ops/index.js';
import { withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { checkOption, epsilon, rowwise, type Loss } from './loss.js';

/** Options of dice() and tversky(). */
export interface OverlapOptions {
  /** The dimensions to sum over, not 0, the batch; by default everything, the batch included: all rows then have one loss. */
  axis?: number | readonly number[];
}

function checkAxes(loss: string, axis: OverlapOptions['axis']): readonly number[] | undefined {
  const axes = axis === undefined ? undefined : [axis].flat();
  for (const each of axes ?? []) {
    if (Number.isSafeInteger(each) && each !== 0) continue;
    throw new HebbError('ERR_ARGUMENT', `${loss}: axis holds whole numbers other than 0, the batch, got ${each}`);
  }
  return axes;
}

/** The loss of one number for a whole batch as the loss of each of its rows, so that rows and weights count as usual. */
function forEachRow(loss: Tensor, yPred: Tensor): Tensor {
  return loss.rank > 0 ? loss : broadcastTo(loss, [yPred.shape[0] ?? 1]);
}

/** 1 - 2 sum(yTrue yPred) / (sum(yTrue) + sum(yPred)) (Dice 1945): how little two masks of values in [0, 1] overlap. */
export function dice(options: OverlapOptions = {}): Loss {
  const { axis } = withDefaults('dice', options, { axis: undefined });
  const axes = checkAxes('dice', axis);
  return rowwise('dice', { axis }, (yTrue, yPred) => {
    const both = sum(mul(yTrue, yPred), axes);
    const all = add(add(sum(yTrue, axes), sum(yPred, axes)), epsilon);
    return forEachRow(sub(1, div(mul(both, 2), all)), yPred);
  });
}

/**
 * 1 - both / (both + alpha missed + beta wrong) (Salehi et al. 2017) with both = sum(yTrue yPred), missed = sum(yTrue (1 -
 * yPred)), wrong = sum((1 - yTrue) yPred): dice() where alpha and beta are 0.5, the default.
 */
export function tversky(options: OverlapOptions & { alpha?: number; beta?: number } = {}): Loss {
  const { alpha, beta, axis } = withDefaults('tversky', options, { alpha: 0.5, beta: 0.5, axis: undefined });
  const axes = checkAxes('tversky', axis);
  checkOption('tversky', 'alpha', alpha, 0, Number.MAX_VALUE);
  checkOption('tversky', 'beta', beta, 0, Number.MAX_VALUE);
  return rowwise('tversky', { alpha, beta, axis }, (yTrue, yPred) => {
    const both = sum(mul(yTrue, yPred), axes);
    const missed = mul(sum(mul(yTrue, sub(1, yPred)), axes), alpha);
    const wrong = mul(sum(mul(sub(1, yTrue), yPred), axes), beta);
    return forEachRow(sub(1, div(both, add(add(both, add(missed, wrong)), epsilon))), yPred);
  });
}
