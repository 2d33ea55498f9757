// What a perceptron learns and what it cannot: three species of iris, one against the rest; the logical functions and XOR.
//   node build-ts/examples/chapter/03_perceptron.js
import { Perceptron, SGDClassifier, datasets } from 'hebb';

const { x, y, targetNames } = datasets.iris();
const species = await new Perceptron({ randomState: 42 }).fit(x, y);
console.log(`three species (${targetNames.join(', ')}): ${(100 * species.score(x, y)).toFixed(1)} % right after ${species.nIter} epochs`);
console.log('mistakes per epoch:', species.history.mistakes.join(' '));

// The perceptron is stochastic gradient descent with its own loss, a constant rate and no penalty.
const same = await new SGDClassifier({ loss: 'perceptron', learningRate: 'constant', eta0: 1, penalty: null, randomState: 42 }).fit(x, y);
console.log('the same weights from SGDClassifier:', same.coef.equal(species.coef).all().item() === 1);

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];
for (const [name, outputs] of [['and', [0, 0, 0, 1]], ['or', [0, 1, 1, 1]], ['xor', [0, 1, 1, 0]]] as const) {
  const gate = await new Perceptron({ maxIter: 100, tol: null }).fit(corners, [...outputs]);
  console.log(`${name}: ${gate.predict(corners).dataSync().join(' ')}, wanted ${outputs.join(' ')}`);
}
