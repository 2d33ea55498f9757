// One step of backpropagation with every intermediate result, beside what automatic differentiation finds: two inputs,
// two hidden sigmoid units, one linear output, mean squared error over two rows.
//   node build-ts/examples/chapter/05_backpropagation_by_hand.js [FOLDER] [--text]
import { layers, plots, sequential, tensor, valueAndGrad, type NestedArray, type Tensor } from 'hebb';
import { draw, folder } from './pictures.js';

const numbers = (values: NestedArray): Tensor => tensor(values, { dtype: 'float64' });
const show = (name: string, formula: string, value: Tensor): Tensor => {
  console.log(`${`${name} = ${formula}`.padEnd(36)} ${JSON.stringify(value.toArray(), (_, v: unknown) => (typeof v === 'number' ? Number(v.toFixed(6)) : v))}`);
  return value;
};

const x = numbers([[1, 0.5], [-0.5, 2]]); // [batch 2, inputs 2]
const y = numbers([[1], [0]]);
const w1 = numbers([[0.1, -0.3], [0.4, 0.2]]); // [inputs, units]
const b1 = numbers([0.05, -0.1]);
const w2 = numbers([[0.7], [-0.6]]);
const b2 = numbers([0.2]);
const learningRate = 0.5;

console.log('forward');
const z1 = show('z1', 'x w1 + b1', x.matmul(w1).add(b1));
const a1 = show('a1', 'sigmoid(z1)', z1.sigmoid());
const z2 = show('z2', 'a1 w2 + b2', a1.matmul(w2).add(b2));
const loss = show('loss', 'mean((z2 - y)^2)', z2.sub(y).square().mean());

// Backwards: each line is the chain rule for one line above, from the last to the first.
console.log('\nbackward');
const dz2 = show('dz2', '2 (z2 - y) / batch', z2.sub(y).mul(2 / 2));
const dw2 = show('dw2', 'a1^T dz2', a1.T.matmul(dz2));
const db2 = show('db2', 'sum of the rows of dz2', dz2.sum(0));
const da1 = show('da1', 'dz2 w2^T', dz2.matmul(w2.T));
const dz1 = show('dz1', 'da1 a1 (1 - a1)', da1.mul(a1).mul(a1.mul(-1).add(1)));
const dw1 = show('dw1', 'x^T dz1', x.T.matmul(dz1));
const db1 = show('db1', 'sum of the rows of dz1', dz1.sum(0));

console.log('\nstep');
const byHand = [dw1, db1, dw2, db2];
const parameters = [w1, b1, w2, b2];
const names = ['w1', 'b1', 'w2', 'b2'];
const stepped = parameters.map((w, i) => show(names[i]!, `${names[i]!} - 0.5 d${names[i]!}`, w.sub(byHand[i]!.mul(learningRate))));

const lossOf = (): Tensor => x.matmul(w1).add(b1).sigmoid().matmul(w2).add(b2).sub(y).square().mean();
const [value, gradients] = valueAndGrad(lossOf, parameters);
const difference = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();
const worst = Math.max(difference(value, loss), ...gradients.map((gradient, i) => difference(gradient, byHand[i]!)));
console.log(`\nautomatic differentiation: the largest difference is ${worst.toExponential(1)}`);

// And by the definition of a derivative: move one weight a little, and see what the loss does.
const h = 1e-6;
const nudged = (by: number): number => {
  const before = w1.slice([0, 1], [0, 1]).item();
  w1.assign(w1.add([[by, 0], [0, 0]]));
  const moved = lossOf().item();
  w1.assign(w1.sub([[by, 0], [0, 0]]));
  return before === w1.slice([0, 1], [0, 1]).item() ? moved : NaN;
};
console.log(`dw1[0][0] by differences ${((nudged(h) - nudged(-h)) / (2 * h)).toFixed(6)}, by the chain rule ${dw1.slice([0, 1], [0, 1]).item().toFixed(6)}`);

for (const [i, w] of parameters.entries()) w.assign(stepped[i]!);
console.log(`loss before the step ${loss.item().toFixed(6)}, after it ${lossOf().item().toFixed(6)}`);

// The loss along the way, if one goes on.
const losses = [loss.item()];
for (let step = 1; step <= 50; step++) {
  losses.push(lossOf().item());
  const [, again] = valueAndGrad(lossOf, parameters);
  for (const [i, w] of parameters.entries()) w.assign(w.sub(again[i]!.mul(learningRate)));
}
await draw('backpropagation_loss', plots.lines(losses.map((_, i) => i), { loss: losses }, { title: 'loss', xLabel: 'step' }));
const net = sequential([layers.dense({ units: 2, activation: 'sigmoid', inputShape: [2] }), layers.dense({ units: 1 })]);
await draw('backpropagation_network', plots.model(net));
console.log(`loss after 50 more steps ${lossOf().item().toFixed(6)}; pictures are in ${folder}`);
