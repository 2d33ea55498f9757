import { abs, add, div, lessEqual, log, maximum, mul, neg, rsqrt, softplus, square, sub, sum, where } from '../ops/index.js';
import { withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { checkOption, elementwise, epsilon, rowwise, type Loss } from './loss.js';

/** Mean squared error: mean((yTrue - yPred)^2) per row. @example losses.mse().call(tensor([[1], [2]]), tensor([[1], [4]])).toArray(); // [0, 4] */
export function mse(): Loss {
  return elementwise('mse', (yTrue, yPred) => square(sub(yPred, yTrue)));
}

/** Mean absolute error: mean(|yTrue - yPred|) per row. */
export function mae(): Loss {
  return elementwise('mae', (yTrue, yPred) => abs(sub(yPred, yTrue)));
}

/** Huber's loss (1964): half the squared error up to delta, linear beyond; for data with outliers. @param options delta, 1 by default */
export function huber(options: { delta?: number } = {}): Loss {
  const { delta } = withDefaults('huber', options, { delta: 1 });
  checkOption('huber', 'delta', delta, 0, Number.MAX_VALUE);
  return elementwise(
    'huber',
    (yTrue, yPred) => {
      const error = abs(sub(yPred, yTrue));
      return where(lessEqual(error, delta), mul(square(error), 0.5), sub(mul(error, delta), 0.5 * delta * delta));
    },
    { delta },
  );
}

/** Mean absolute percentage error: 100 mean(|yTrue - yPred| / max(|yTrue|, 1e-7)) per row. */
export function mape(): Loss {
  return elementwise('mape', (yTrue, yPred) => mul(abs(div(sub(yTrue, yPred), maximum(abs(yTrue), epsilon))), 100));
}

/** Mean squared logarithmic error: mean((log(1 + yTrue) - log(1 + yPred))^2) per row, both at least 1e-7. */
export function msle(): Loss {
  const logarithm = (x: Tensor): Tensor => log(add(maximum(x, epsilon), 1));
  return elementwise('msle', (yTrue, yPred) => square(sub(logarithm(yPred), logarithm(yTrue))));
}

/** mean(log(cosh(yPred - yTrue))) per row: as half the square for small errors, as the size of large ones. */
export function logCosh(): Loss {
  return elementwise('logCosh', (yTrue, yPred) => {
    const error = sub(yPred, yTrue);
    return sub(add(error, softplus(mul(error, -2))), Math.LN2);
  });
}

/** mean(yPred - yTrue log(yPred)) per row: for counts, with predictions above 0. */
export function poisson(): Loss {
  return elementwise('poisson', (yTrue, yPred) => sub(yPred, mul(yTrue, log(add(yPred, epsilon)))));
}

/** x with a Euclidean length of 1 along the last dimension; a row of zeros stays. */
export function unitRows(x: Tensor): Tensor {
  return mul(x, rsqrt(maximum(sum(square(x), -1, true), 1e-14)));
}

/** The cosine of the angle between the rows of targets and predictions, times -1: -1 where they point the same way. */
export function cosineSimilarity(): Loss {
  return rowwise('cosineSimilarity', {}, (yTrue, yPred) => neg(sum(mul(unitRows(yTrue), unitRows(yPred)), -1)));
}
