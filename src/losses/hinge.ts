import { all, equal, logicalOr, max, maximum, mul, square, sub, sum, where } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { elementwise, rowwise, type Loss } from './loss.js';

/** max(1 - yTrue yPred, 0), where labels 0 and 1 count as -1 and 1 if a batch has no others (Keras). */
function margin(yTrue: Tensor, yPred: Tensor): Tensor {
  const isBinary = all(logicalOr(equal(yTrue, 0), equal(yTrue, 1)));
  const labels = where(isBinary, sub(mul(yTrue, 2), 1), yTrue);
  return maximum(sub(1, mul(labels, yPred)), 0);
}

/** mean(max(1 - yTrue yPred, 0)) per row: the loss of support vector machines; labels -1 and 1, or 0 and 1. */
export function hinge(): Loss {
  return elementwise('hinge', margin);
}

/** mean(max(1 - yTrue yPred, 0)^2) per row; labels -1 and 1, or 0 and 1. */
export function squaredHinge(): Loss {
  return elementwise('squaredHinge', (yTrue, yPred) => square(margin(yTrue, yPred)));
}

/** max(1 + the largest score of a wrong class - the score of the right class, 0) for one-hot rows [batch, classes]. */
export function categoricalHinge(): Loss {
  return rowwise('categoricalHinge', {}, (yTrue, yPred) => {
    const right = sum(mul(yTrue, yPred), -1);
    const wrong = max(mul(sub(1, yTrue), yPred), -1);
    return maximum(sub(wrong, sub(right, 1)), 0);
  }, '; class numbers need one-hot rows');
}
