import { valueAndGrad } from '../autograd.js';
import type { CallContext, Weight } from '../layers/layer.js';
import type { Loss } from '../losses/index.js';
import { add, assign, mean, mul, reshape } from '../ops/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { returnedMean } from '../returned.js';
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
  const rows = returnedMean(`loss '${loss.name}'`, loss.call(y, yPred), yPred.shape[0]);
  if (weights === undefined) return rows;
  return mul(rows, rows.rank > 1 ? reshape(weights, [weights.size, ...rows.shape.slice(1).map(() => 1)]) : weights);
}

/** The sum of the regularisers of weights and of further penalties, if there are any. */
function penaltyOf(weights: readonly Weight[], penalties: readonly Tensor[]): Tensor | undefined {
  const terms = [...weights.flatMap(({ value, regularizer }) => (regularizer === undefined ? [] : [regularizer(value)])), ...penalties];
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
}

/** The outputs that are trained for a batch, and its loss: for each output the mean over its rows, times its weight, and the penalties, all added. */
function measure(model: Steppable, { x, y, weights }: Rows, training: boolean): { yPred: readonly Tensor[]; loss: BatchLoss } {
  const { targets } = model;
  const penalties: Tensor[] = [];
  const outputs = model.forward(x, { training, addPenalty: (penalty) => penalties.push(penalty) });
  const yPred = targets.map(({ index }) => outputs[index]!);
  const single = targets.length === 1;
  const rows = targets.map(({ loss, weight }, i) => {
    const own = weightedLoss(loss, y[i]!, yPred[i]!, weights[i]);
    return single && weight !== 1 ? mul(own, weight) : own;
  });
  const means = rows.map((own, i) => {
    const { weight = 1 } = targets[i] ?? {};
    return single || weight === 1 ? mean(own) : mul(mean(own), weight);
  });
  const penalty = penaltyOf(model.trainableWeights, penalties);
  const sum = means.reduce((a, b) => add(a, b));
  return { yPred, loss: { rows, penalty, total: penalty === undefined ? sum : add(sum, penalty) } };
}

/** One optimiser step on a batch: the mean weighted loss plus penalties goes down. Updates the meters. */
export const trainStep: Step = (model, meters, batch) => {
  const parameters = model.trainableWeights;
  const values = parameters.map(({ value }) => value);
  let measured: ReturnType<typeof measure> | undefined;
  const [, gradients] = valueAndGrad(() => {
    measured = measure(model, batch, true);
    return measured.loss.total;
  }, values);
  if (measured !== undefined) meters.update(measured.loss, batch.y, measured.yPred, batch.weights);
  model.optimizer.apply(values, gradients);
  for (const { value, constraint } of parameters) if (constraint !== undefined) assign(value, constraint(value));
};

/** Loss and metrics of a batch, added to the meters. */
export const testStep: Step = (model, meters, batch) => {
  const { yPred, loss } = measure(model, batch, false);
  meters.update(loss, batch.y, yPred, batch.weights);
};
