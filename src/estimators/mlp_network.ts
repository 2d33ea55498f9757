import { valueAndGrad } from '../autograd.js';
import type { MT19937 } from '../neurons/mt19937.js';
import { tensor } from '../ops/create.js';
import {
  add, clip, div, exp, log, matmul, maximum, mul, relu, sigmoid, sigmoidCrossEntropy, softmax, softmaxCrossEntropy, square, sub, sum, tanh,
} from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import type { Rows } from '../train/rows.js';

/** What follows the last layer, and with it the loss: half the square, the Poisson deviance, or a cross entropy. */
export type OutputActivation = 'identity' | 'exp' | 'logistic' | 'softmax';

/** The weights of a multilayer perceptron, and how they are used. */
export interface Network {
  /** Of each layer [inputs, units]. */
  readonly coefs: readonly Tensor[];
  /** Of each layer [units]. */
  readonly intercepts: readonly Tensor[];
  readonly activation: 'identity' | 'logistic' | 'tanh' | 'relu';
  readonly output: OutputActivation;
}

/** All weights: what training changes. */
export function parametersOf({ coefs, intercepts }: Network): Tensor[] {
  return [...coefs, ...intercepts];
}

/**
 * A new network, its weights and intercepts uniform within the bounds of Glorot and Bengio (2010): +-sqrt(6 / (inputs +
 * units)), with 2 instead of 6 for the logistic function.
 *
 * @param units of the inputs, the hidden layers, the outputs
 */
export function drawNetwork(
  units: readonly number[], activation: Network['activation'], output: OutputActivation, dtype: 'float32' | 'float64', random: MT19937,
): Network {
  const [coefs, intercepts]: [Tensor[], Tensor[]] = [[], []];
  for (const [i, outputs] of units.slice(1).entries()) {
    const inputs = units[i]!;
    const bound = Math.sqrt((activation === 'logistic' ? 2 : 6) / (inputs + outputs));
    const draw = (shape: readonly number[], size: number): Tensor =>
      tensor(Float64Array.from({ length: size }, () => -bound + 2 * bound * random.uniform()), { shape, dtype });
    coefs.push(draw([inputs, outputs], inputs * outputs));
    intercepts.push(draw([outputs], outputs));
  }
  return { coefs, intercepts, activation, output };
}

const hidden = { identity: (x: Tensor) => x, logistic: sigmoid, tanh, relu };
const last = { identity: (x: Tensor) => x, exp, logistic: sigmoid, softmax };

/** The last layer before its activation, [rows, outputs]. */
function logits({ coefs, intercepts, activation }: Network, x: Tensor): Tensor {
  return coefs.reduce((rows, w, i) => {
    const z = add(matmul(rows, w), intercepts[i]!);
    return i + 1 < coefs.length ? hidden[activation](z) : z;
  }, x);
}

/** What the network answers for rows, [rows, outputs]. */
export function outputsOf(network: Network, x: Tensor): Tensor {
  return last[network.output](logits(network, x));
}

/** The loss of each row: what the gradient follows, and what is reported. Both [rows]. */
export interface RowLoss {
  readonly followed: Tensor;
  readonly reported: Tensor;
}

/** Losses as scikit-learn reports them: of probabilities kept an epsilon of their type away from 0 and 1. */
function limited(loss: Tensor): Tensor {
  const epsilon = loss.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  return clip(loss, -Math.log1p(-epsilon), -Math.log(epsilon));
}

/**
 * The loss of each row by the network's output: identity: half the squares, of which the sum is followed and the mean over
 * outputs reported; exp: the Poisson deviance; logistic: binary cross entropies, added; softmax: cross entropy.
 *
 * @param y targets [rows, outputs] of the network's type, or class numbers [rows] for the softmax
 */
export function rowLoss(network: Network, x: Tensor, y: Tensor): RowLoss {
  const z = logits(network, x);
  switch (network.output) {
    case 'softmax': {
      const followed = softmaxCrossEntropy(z, y);
      return { followed, reported: limited(followed) };
    }
    case 'logistic': {
      const each = sigmoidCrossEntropy(z, y);
      return { followed: sum(each, 1), reported: sum(limited(each), 1) };
    }
    case 'exp': {
      const followed = sum(sub(exp(z), mul(y, z)), 1);
      const constant = sum(sub(mul(y, log(maximum(y, 2 ** -126))), y), 1);
      return { followed, reported: add(followed, constant) };
    }
    case 'identity': {
      const followed = mul(sum(square(sub(z, y)), 1), 0.5);
      return { followed, reported: mul(followed, 1 / z.shape[1]!) };
    }
  }
}

/** The mean loss of some rows with the penalty alpha / 2 |W|^2 / rows on weights, as it is reported, and the gradients of all weights. */
export function lossAndGradients(network: Network, alpha: number, { x, y, weights: [weights] }: Rows): { loss: Tensor; gradients: Tensor[] } {
  let loss: Tensor | undefined;
  const [followed, gradients] = valueAndGrad(() => {
    const each = rowLoss(network, x[0]!, y[0]!);
    const total = weights === undefined ? x[0]!.shape[0]! : sum(weights);
    const mean = (rows: Tensor): Tensor => {
      const data = sum(weights === undefined ? rows : mul(rows, weights));
      if (alpha === 0) return div(data, total);
      const squares = network.coefs.map((w) => sum(square(w))).reduce((a, b) => add(a, b));
      return div(add(data, mul(squares, alpha / 2)), total);
    };
    loss = mean(each.reported);
    return mean(each.followed);
  }, parametersOf(network));
  return { loss: loss ?? followed, gradients };
}
