// What a perceptron learns and what it cannot: setosa or not, with a bound on the mistakes on the way; the logical
// functions and XOR; three species of iris, one against the rest.
//   node build-ts/examples/chapter/03_perceptron.js [FOLDER] [--text]
import { concat, datasets, ones, Perceptron, plots, SGDClassifier, tensor } from 'hebb';
import { draw, folder } from './pictures.js';

const { x, y, targetNames } = datasets.iris();

// Novikoff (1962): data that a unit vector separates by a margin cost at most (radius / margin)^2 mistakes, however long it
// learns. The bias is one more weight, of an input that is always 1.
const petals = x.slice([0, null], [2, 4]);
const setosa = await new Perceptron({ randomState: 42 }).fit(petals, y.equal(0));
const { mistakes } = setosa.history;
const points = concat([petals, ones([150, 1], { dtype: 'float64' })], 1);
const separating = tensor([[-1], [-1], [3]], { dtype: 'float64' });
const margin = points.matmul(separating).abs().min().item() / Math.sqrt(1 + 1 + 9);
const radius = Math.sqrt(points.square().sum(1).max().item());
console.log(`setosa or not, mistakes per epoch: ${mistakes.join(' ')}`);
console.log(`${mistakes.reduce((sum, count) => sum + count, 0)} mistakes, at most ${Math.floor((radius / margin) ** 2)} by Novikoff's theorem`);

// The logical functions have four points each; a line separates 1 from 0 for all but XOR.
const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];
for (const [name, outputs] of [['and', [0, 0, 0, 1]], ['or', [0, 1, 1, 1]], ['xor', [0, 1, 1, 0]]] as const) {
  const gate = await new Perceptron({ maxIter: 100, tol: null }).fit(corners, [...outputs]);
  const last = gate.history.mistakes.map((count) => count > 0).lastIndexOf(true) + 1;
  const rest = last < 100 ? `no mistake after epoch ${last}` : 'mistakes to the last';
  console.log(`${name}: ${gate.predict(corners).dataSync().join(' ')}, wanted ${outputs.join(' ')}; ${rest}`);
}

// Three species, one perceptron each against the rest. Two of them no line separates: the mistakes never end.
const species = await new Perceptron({ randomState: 42 }).fit(x, y);
console.log(`three species (${targetNames.join(', ')}): ${(100 * species.score(x, y)).toFixed(1)} % right after ${species.nIter} epochs`);
console.log('mistakes per epoch:', species.history.mistakes.join(' '));

// The perceptron is stochastic gradient descent with its own loss, a constant rate and no penalty.
const same = await new SGDClassifier({ loss: 'perceptron', learningRate: 'constant', eta0: 1, penalty: null, randomState: 42 }).fit(x, y);
console.log('the same weights from SGDClassifier:', same.coef.equal(species.coef).all().item() === 1);

const epochs = species.history.mistakes.map((_, i) => i + 1);
const ended = epochs.map((epoch) => mistakes[epoch - 1] ?? NaN);
const picture = plots.lines(epochs, { 'three species': species.history.mistakes, 'setosa or not': ended }, { title: 'mistakes per epoch', xLabel: 'epoch' });
await draw('perceptron_mistakes', picture);
console.log(`pictures are in ${folder}`);
