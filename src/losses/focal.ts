import { add, clip, log, mul, neg, pow, sigmoid, softmax, sub, sum } from '../ops/index.js';
import { withDefaults } from '../options.js';
import { probabilities, smoothed, type CrossEntropyOptions } from './cross_entropy.js';
import { checkOption, elementwise, epsilon, rowwise, type Loss } from './loss.js';

/** Options of the focal cross entropies. */
export interface FocalOptions extends CrossEntropyOptions {
  /** Factor of the loss; 0.25 by default. */
  alpha?: number;
  /** How much less what is right already counts; 2 by default. */
  gamma?: number;
}

/** Options of binaryFocalCrossentropy(). */
export interface BinaryFocalOptions extends FocalOptions {
  /** Whether ones count alpha and zeros 1 - alpha; false by default, alpha then has no effect. */
  applyClassBalancing?: boolean;
}

const defaults = { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 };

/** The options with their defaults, checked. */
function focal(name: string, options: FocalOptions): Required<FocalOptions> {
  const settings = withDefaults(name, options, defaults);
  const { alpha, gamma, labelSmoothing } = settings;
  checkOption(name, 'alpha', alpha, 0, 1);
  checkOption(name, 'gamma', gamma, 0, Number.MAX_VALUE);
  checkOption(name, 'labelSmoothing', labelSmoothing, 0, 1);
  return settings;
}

/**
 * Binary cross entropy times (1 - p)^gamma (Lin et al. 2018), p the probability of the right label: labels that are hard
 * to tell count more. Per row, averaged over labels.
 */
export function binaryFocalCrossentropy(options: BinaryFocalOptions = {}): Loss {
  const name = 'binaryFocalCrossentropy';
  const { applyClassBalancing, ...rest } = withDefaults(name, options, { ...defaults, applyClassBalancing: false });
  const { alpha, gamma, fromLogits, labelSmoothing } = focal(name, rest);
  return elementwise(
    name,
    (targets, yPred) => {
      const y = smoothed(targets, labelSmoothing, 2);
      const p = fromLogits ? sigmoid(yPred) : yPred;
      const safe = clip(p, epsilon, 1 - epsilon);
      const entropy = neg(add(mul(y, log(safe)), mul(sub(1, y), log(sub(1, safe)))));
      const wrong = sub(1, add(mul(y, p), mul(sub(1, y), sub(1, p))));
      const loss = mul(pow(wrong, gamma), entropy);
      return applyClassBalancing ? mul(loss, add(mul(y, alpha), mul(sub(1, y), 1 - alpha))) : loss;
    },
    { alpha, gamma, fromLogits, labelSmoothing, applyClassBalancing },
  );
}

/** alpha (1 - p)^gamma times the categorical cross entropy of each row (Lin et al. 2018); targets are one-hot rows. */
export function categoricalFocalCrossentropy(options: FocalOptions = {}): Loss {
  const name = 'categoricalFocalCrossentropy';
  const { alpha, gamma, fromLogits, labelSmoothing } = focal(name, options);
  return rowwise(
    name,
    { alpha, gamma, fromLogits, labelSmoothing },
    (targets, yPred) => {
      const y = smoothed(targets, labelSmoothing, yPred.shape[yPred.rank - 1] ?? 1);
      const p = probabilities(fromLogits ? softmax(yPred) : yPred);
      return sum(mul(mul(pow(sub(1, p), gamma), alpha), mul(neg(y), log(p))), -1);
    },
    '; class numbers need one-hot rows',
  );
}
