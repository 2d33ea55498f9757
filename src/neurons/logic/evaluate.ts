import { greaterEqual, notEqual } from '../../ops/binary.js';
import { concat } from '../../ops/concat.js';
import { cast } from '../../ops/copy.js';
import { tensor } from '../../ops/create.js';
import { gather } from '../../ops/gather.js';
import { matmul } from '../../ops/matmul.js';
import { keep, scope } from '../../scope.js';
import type { Tensor } from '../../tensor.js';
import type { Neuron } from './neuron.js';

/** A layer as numbers: its neurons fire where active matmul weights >= thresholds. */
interface Weights {
  /** [sources, neurons] */
  readonly weights: Tensor;
  /** [neurons] */
  readonly thresholds: Tensor;
}

/** A network as matrices, computed by the kernels a layer at a time. */
export interface Matrices {
  readonly layers: readonly Weights[];
  /** int32 positions of the outputs among inputs and neurons. */
  readonly outputs: Tensor;
}

/**
 * An exciting connection weighs 1. An inhibiting one weighs more than all exciting ones of the neuron together, negative:
 * the sum is then below 0, which no threshold is. Sums of whole numbers up to 2^24 are exact in float32.
 */
function weightsOf(sources: readonly string[], neurons: readonly Neuron[]): Weights {
  const row = new Map(sources.map((name, i) => [name, i]));
  const values = new Float32Array(sources.length * neurons.length);
  for (const [column, { excite, inhibit }] of neurons.entries()) {
    const connect = (name: string, weight: number): void => {
      const at = row.get(name)! * neurons.length + column;
      values[at] = values[at]! + weight;
    };
    for (const name of excite) connect(name, 1);
    for (const name of inhibit) connect(name, -excite.length - 1);
  }
  const thresholds = Float32Array.from(neurons, ({ threshold }) => threshold);
  return {
    weights: keep(tensor(values, { shape: [sources.length, neurons.length] })),
    thresholds: keep(tensor(thresholds)),
  };
}

/** The matrices of layers without a loop. */
export function matricesOf(inputs: readonly string[], layers: readonly (readonly Neuron[])[], outputs: readonly string[]): Matrices {
  const sources = [...inputs];
  const all = layers.map((layer) => {
    const weights = weightsOf(sources, layer);
    sources.push(...layer.map(({ name }) => name));
    return weights;
  });
  const positions = Int32Array.from(outputs, (name) => sources.indexOf(name));
  return { layers: all, outputs: keep(tensor(positions)) };
}

/** Activity of the outputs [batch, outputs], bool, from that of the inputs [batch, inputs], where any number but 0 is active. */
export function evaluate({ layers, outputs }: Matrices, x: Tensor): Tensor {
  return scope(() => {
    let active = cast(notEqual(x, 0), 'float32');
    for (const { weights, thresholds } of layers) {
      const fired = greaterEqual(matmul(active, weights), thresholds);
      active = concat([active, cast(fired, 'float32')], 1);
    }
    return notEqual(gather(active, outputs, 1), 0);
  });
}

/** Every combination of n inputs [2^n, n], bool, counting upwards: the first input is the highest digit. */
export function combinations(n: number): Tensor {
  const values = Uint8Array.from({ length: 2 ** n * n }, (_, i) => (Math.floor(i / n) >> (n - 1 - (i % n))) & 1);
  return tensor(values, { shape: [2 ** n, n], dtype: 'bool' });
}
