import { named } from './named.js';
import { savedFunction, type SavedOwn } from './own_parts.js';
import * as ops from './ops/index.js';
import { returned } from './returned.js';
import type { Shape, Tensor } from './tensor.js';

/** An activation function with the name by which layers and saved models know it. */
export interface Activation {
  readonly name: string;
  readonly call: (x: Tensor) => Tensor;
}

/** What a layer takes where it wants an activation. */
export type ActivationLike = string | ((x: Tensor) => Tensor);

/** Keras 3's activations, and the thresholds of logic units. */
const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  linear: (x) => x,
  celu: (x) => ops.celu(x),
  elu: (x) => ops.elu(x),
  exponential: (x) => ops.exp(x),
  gelu: (x) => ops.gelu(x),
  glu: (x) => ops.glu(x),
  hardShrink: (x) => ops.hardShrink(x),
  hardSigmoid: (x) => ops.hardSigmoid(x),
  hardSilu: (x) => ops.hardSilu(x),
  hardSwish: (x) => ops.hardSilu(x),
  hardTanh: (x) => ops.hardTanh(x),
  leakyRelu: (x) => ops.leakyRelu(x),
  logSigmoid: (x) => ops.logSigmoid(x),
  logSoftmax: (x) => ops.logSoftmax(x),
  mish: (x) => ops.mish(x),
  relu: (x) => ops.relu(x),
  relu6: (x) => ops.relu6(x),
  selu: (x) => ops.selu(x),
  sigmoid: (x) => ops.sigmoid(x),
  silu: (x) => ops.silu(x),
  swish: (x) => ops.silu(x),
  softShrink: (x) => ops.softShrink(x),
  softmax: (x) => ops.softmax(x),
  softplus: (x) => ops.softplus(x),
  softsign: (x) => ops.softsign(x),
  sparsePlus: (x) => ops.sparsePlus(x),
  sparseSigmoid: (x) => ops.sparseSigmoid(x),
  sparsemax: (x) => ops.sparsemax(x),
  squareplus: (x) => ops.squareplus(x),
  tanh: (x) => ops.tanh(x),
  tanhShrink: (x) => ops.tanhShrink(x),
  threshold: (x) => ops.threshold(x),
  step: (x) => ops.step(x),
  sign: (x) => ops.sign(x),
};

/** The shape of an activation's output for an input shape: glu halves the last dimension, all others keep it. */
export function activatedShape(activation: ActivationLike | undefined, shape: Shape): Shape {
  if (getActivation(activation).call !== functions.glu) return shape;
  return [...shape.slice(0, -1), (shape[shape.length - 1] ?? 0) / 2];
}

/** The activation of a name or function; `linear` when none is given. @throws ERR_ARGUMENT for an unknown name, listing the known ones. */
export function getActivation(activation: ActivationLike = 'linear'): Activation {
  if (typeof activation === 'function') return { name: activation.name, call: activation };
  return { name: activation, call: named('activation', functions, activation) };
}

/** The activation of x. @throws ERR_ARGUMENT, ERR_DISPOSED for a function of one's own that returns no tensor */
export function activated(activation: ActivationLike | undefined, x: Tensor): Tensor {
  const { name, call } = getActivation(activation);
  return returned(`activation '${name}'`, call(x));
}

/** What a configuration says of an activation. */
export function savedActivation(activation?: ActivationLike): string | SavedOwn {
  const { name, call } = getActivation(activation);
  if (Object.hasOwn(functions, name) && functions[name] === call) return name;
  return savedFunction(call, 'activation');
}
