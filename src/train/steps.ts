import { valueAndGrad } from '../autograd.js';
import type { CallContext, Weight } from '../layers/layer.js';
import type { Loss } from '../losses/index.js';
import { add, assign, mean, mul, reshape } from '../ops/index.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Tensor } from '../tensor.js';
import type { Meters } from './meter.js';

/** What a step needs of a model. */
export interface Steppable {
  readonly trainableWeights: readonly Weight[];
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  call(x: Tensor, context: CallContext): Tensor;
}

/** What a step does with a batch: inputs, targets, and the weight of each row [batch] if there are weights. */
export type Step = (model: Steppable, meters: Meters, x: Tensor, y: Tensor, weights?: Tensor) => void;

/** Row losses, weighted. */
function weightedLoss(loss: Loss, y: Tensor, yPred: Tensor, weights: Tensor | undefined): Tensor {
  const rows = loss.call(y, yPred);
  if (weights === undefined) return rows;
  return mul(rows, rows.rank > 1 ? reshape(weights, [weights.size, ...rows.shape.slice(1).map(() => 1)]) : weights);
}

/** The outputs for a batch, and the sum of what regularisers add to the loss, if there are any. */
function outputs(model: Steppable, x: Tensor, training: boolean): { yPred: Tensor; penalty: Tensor | undefined } {
  const penalties: Tensor[] = [];
  const yPred = model.call(x, { training, addPenalty: (penalty) => penalties.push(penalty) });
  return { yPred, penalty: penaltyOf(model.trainableWeights, penalties) };
}

/** The sum of the regularisers of weights and of further penalties, if there are any. */
function penaltyOf(weights: readonly Weight[], penalties: readonly Tensor[]): Tensor | undefined {
  const terms = [...weights.flatMap(({ value, regularizer }) => (regularizer === undefined ? [] : [regularizer(value)])), ...penalties];
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
}

/** One optimiser step on a batch: the mean weighted loss plus penalties goes down. Updates the meters. */
export const trainStep: Step = (model, meters, x, y, weights) => {
  const parameters = model.trainableWeights;
  const values = parameters.map(({ value }) => value);
  let rows: Tensor | undefined;
  let yPred: Tensor | undefined;
  let penalty: Tensor | undefined;
  const [, gradients] = valueAndGrad(() => {
    ({ yPred, penalty } = outputs(model, x, true));
    rows = weightedLoss(model.loss, y, yPred, weights);
    return penalty === undefined ? mean(rows) : add(mean(rows), penalty);
  }, values);
  if (rows !== undefined && yPred !== undefined) meters.update(rows, penalty, y, yPred, weights);
  model.optimizer.apply(values, gradients);
  for (const { value, constraint } of parameters) if (constraint !== undefined) assign(value, constraint(value));
};

/** Loss and metrics of a batch, added to the meters. */
export const testStep: Step = (model, meters, x, y, weights) => {
  const { yPred, penalty } = outputs(model, x, false);
  meters.update(weightedLoss(model.loss, y, yPred, weights), penalty, y, yPred, weights);
};
