// A model, a loss and an optimiser written by hand. capture() records one training step; run() replays it in native
// code, off the JavaScript thread. fit() is written the same way, and is no faster.
import { capture, datasets, full, randn, seed, valueAndGrad, zeros, type Tensor } from 'hebb';

seed(1);
const { x, y } = datasets.moons({ samples: 500, noise: 0.15, seed: 1 });
const target = y.cast('float32').reshape([-1, 1]);

const [w1, b1, w2, b2] = [randn([2, 32]), zeros([32]), randn([32, 1]).mul(0.2), zeros([1])];
const parameters = [w1, b1, w2, b2];
const velocities = parameters.map((w) => zeros(w.shape));
const learningRate = full([], 0.3); // a tensor, so that it can change while the program stays as it is

const model = (rows: Tensor): Tensor => rows.matmul(w1).add(b1).tanh().matmul(w2).add(b2).sigmoid();

/** Focal loss (Lin et al. 2017), -(1 - p)^2 log p with p the probability of the truth: what is right counts little. */
const focalLoss = (): Tensor => {
  const p = model(x);
  const truth = target.mul(p).add(target.mul(-1).add(1).mul(p.mul(-1).add(1))).clip(1e-7, 1);
  return truth.mul(-1).add(1).square().mul(truth.log()).mean().mul(-1);
};

const step = capture(() => {
  const [loss, gradients] = valueAndGrad(focalLoss, parameters);
  for (const [i, w] of parameters.entries()) {
    const velocity = velocities[i]!;
    velocity.assign(velocity.mul(0.9).sub(gradients[i]!.mul(learningRate)));
    w.assign(w.add(velocity));
  }
  return loss;
});
console.log(`one step is ${step.launches} launches; the first five:`);
console.log(step.toString().split('\n').slice(0, 5).join('\n'));

for (let round = 1; round <= 4; round++) {
  await step.run(500);
  learningRate.assign(learningRate.mul(0.5));
  const correct = model(x).greater(0.5).equal(target.greater(0.5)).cast('float32').mean();
  console.log(`${500 * round} steps: loss ${step.result.item().toFixed(4)}, accuracy ${correct.item().toFixed(3)}`);
}
