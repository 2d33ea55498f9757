import { HebbError } from '../errors.js';
import {
  add, equal, expandDims, eye, logicalAnd, logicalNot, logsumexp, matmul, maximum, mul, softplus, sub, transpose, where,
} from '../ops/index.js';
import { withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { checkNumbers, checkOption, classNumbers, shapeError, type Loss } from './loss.js';

/** Options of circle(). */
export interface CircleOptions {
  /** Scale of the similarities; 80 by default. */
  gamma?: number;
  /** How far classes are to be apart; 0.4 by default. */
  margin?: number;
  /** Whether a row is no positive example of itself; true by default. */
  removeDiagonal?: boolean;
}

/** Stands for log(0): exp of it is 0, and unlike -Infinity it leaves no NaN in the gradient of a row without such pairs. */
const impossible = -1e30;

/**
 * Circle loss (Sun et al. 2020) of embeddings [batch, size] of length 1 and class numbers [batch]: rows of one class move
 * together, rows of different classes apart; each row is compared with every other of its batch.
 */
export function circle(options: CircleOptions = {}): Loss {
  const { gamma, margin, removeDiagonal } = withDefaults('circle', options, { gamma: 80, margin: 0.4, removeDiagonal: true });
  checkOption('circle', 'gamma', gamma, Number.MIN_VALUE, Number.MAX_VALUE);
  checkOption('circle', 'margin', margin, -Number.MAX_VALUE, Number.MAX_VALUE);
  const total = (pairs: Tensor, weights: Tensor, distances: Tensor): Tensor =>
    logsumexp(where(pairs, mul(mul(maximum(weights, 0), distances), gamma), impossible), 1);
  return {
    name: 'circle',
    config: { gamma, margin, removeDiagonal },
    call: (yTrue, yPred) => {
      const rows = yPred.shape[0] ?? 0;
      const labels = classNumbers(yTrue, [rows]);
      const same = equal(expandDims(labels, 1), labels);
      const positive = removeDiagonal ? logicalAnd(same, logicalNot(eye(rows, rows, { dtype: 'bool' }))) : same;
      const distance = maximum(sub(1, matmul(yPred, transpose(yPred))), 0);
      const near = total(positive, add(distance, margin), sub(distance, margin));
      const far = total(logicalNot(same), sub(1 + margin, distance), sub(1 - margin, distance));
      return softplus(add(near, far));
    },
    check: (yTrue, outputShape) => {
      if (yTrue.size !== yTrue.shape[0]) throw shapeError('circle', yTrue, outputShape, '; one class number per row is needed');
      if (outputShape.length !== 1) throw new HebbError('ERR_SHAPE', `circle: outputs are embeddings [*,size], got [*,${outputShape.join(',')}]`);
      checkNumbers('circle', yTrue);
    },
  };
}
