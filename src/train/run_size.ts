import { arrayClasses } from '../dtype.js';
import type { Model } from '../models/model.js';
import type { Tensor } from '../tensor.js';
import type { RunSize } from './device_rule.js';
import type { Rows } from './rows.js';

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { size, dtype }) => sum + size * arrayClasses[dtype].BYTES_PER_ELEMENT, 0);
}

/** All tensors that training a built model changes, but for the generator of random numbers. */
export function changing(model: Model): readonly Tensor[] {
  return [...model.weightValues(), ...model.optimizer.state(model.trainableWeights.map(({ value }) => value))];
}

/**
 * How much a run of `steps` batches on rows of which some are validated with computes; undefined for a model of which that
 * is not known: one with a weight of float64, in which GPUs differ most.
 *
 * @param trips how often what the run changes is needed on the CPU
 */
export function runSize(model: Model, rows: readonly Rows[], batchSize: number, steps: number, trips: number): RunSize | undefined {
  const weights = model.namedWeights();
  if (weights.some(({ weight }) => weight.value.dtype === 'float64')) return undefined;
  // An embedding looks rows up, any other matrix is multiplied by: forward, for its gradient and, but for the first, back.
  const matrices = weights.filter(({ layer, weight }) => weight.value.rank === 2 && layer.kind !== 'embedding');
  const perRow = matrices.map(({ layer, weight }, i) => {
    const positions = (layer.builtShape ?? []).slice(0, -1).reduce((product, dim) => product * dim, 1);
    return (i === 0 ? 4 : 6) * positions * weight.value.size;
  });
  const state = changing(model);
  return {
    flops: batchSize * perRow.reduce((a, b) => a + b, 0),
    // 784-300-100-10 has 6 weights and 28 launches with SGD.
    launches: 10 + 3 * weights.length,
    steps,
    dataBytes: bytesOf(rows.flatMap(({ x, y, weights }) => [...x, ...y, ...weights])),
    stateBytes: bytesOf(state),
    trips,
  };
}
