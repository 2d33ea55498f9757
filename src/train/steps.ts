import { valueAndGrad } from '../autograd.js';
import type { CallContext, Weight } from '../layers/layer.js';
import type { Loss } from '../losses.js';
import { add, mean, mul, reshape } from '../ops/index.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Tensor } from '../tensor.js';
import type { BatchLoss, OutputMeters } from './output_meters.js';
import type { Rows } from './rows.js';

/** What a step needs of a model. */
export interface Steppable {
  readonly trainableWeights: readonly Weight[];
  /** The outputs that are trained. */
  readonly targets: readonly { readonly index: number; readonly loss: Loss; readonly weight: number }[];
  readonly optimizer: Optimizer;
  /** All outputs for a batch of each input. */
  forward(inputs: readonly Tensor[], context: CallContext): readonly Tensor[];
}

/** What a step does with a batch. */
export type Step = (model: Steppable, meters: OutputMeters, batch: Rows) => void;

/** Row losses, weighted. */
function weightedLoss(loss: Loss, y: Tensor, yPred: Tensor, weights: Tensor | undefined): Tensor {
  const rows = loss.call(y, yPred);
  if (weights === undefined) return rows;
  return mul(rows, rows.rank > 1 ? reshape(weights, [weights.size, ...rows.shape.slice(1).map(() => 1)]) : weights);
}

/** The sum of the regularisers, if there are any. */
function penaltyOf(weights: readonly Weight[]): Tensor | undefined {
  const terms = weights.flatMap(({ value, regularizer }) => (regularizer === undefined ? [] : [regularizer(value)]));
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
}

/** The loss of a batch: for each output the mean over its rows, times its weight, and the regularisers, all added. */
function lossOf({ targets, trainableWeights }: Steppable, { y, weights }: Rows, yPred: readonly Tensor[]): BatchLoss {
  const single = targets.length === 1;
  const rows = targets.map(({ loss, weight }, i) => {
    const own = weightedLoss(loss, y[i]!, yPred[i]!, weights);
    return single && weight !== 1 ? mul(own, weight) : own;
  });
  const means = rows.map((own, i) => {
    const { weight = 1 } = targets[i] ?? {};
    return single || weight === 1 ? mean(own) : mul(mean(own), weight);
  });
  const penalty = penaltyOf(trainableWeights);
  const sum = means.reduce((a, b) => add(a, b));
  return { rows, penalty, total: penalty === undefined ? sum : add(sum, penalty) };
}

/** The outputs that are trained, for a batch. */
function predictions(model: Steppable, { x }: Rows, training: boolean): readonly Tensor[] {
  const outputs = model.forward(x, { training });
  return model.targets.map(({ index }) => outputs[index]!);
}

/** One optimiser step on a batch: the mean weighted loss plus penalties goes down. Updates the meters. */
export const trainStep: Step = (model, meters, batch) => {
  const values = model.trainableWeights.map(({ value }) => value);
  let yPred: readonly Tensor[] = [];
  let loss: BatchLoss | undefined;
  const [, gradients] = valueAndGrad(() => {
    yPred = predictions(model, batch, true);
    loss = lossOf(model, batch, yPred);
    return loss.total;
  }, values);
  if (loss !== undefined) meters.update(loss, batch.y, yPred, batch.weights);
  model.optimizer.apply(values, gradients);
};

/** Loss and metrics of a batch, added to the meters. */
export const testStep: Step = (model, meters, batch) => {
  const yPred = predictions(model, batch, false);
  meters.update(lossOf(model, batch, yPred), batch.y, yPred, batch.weights);
};
