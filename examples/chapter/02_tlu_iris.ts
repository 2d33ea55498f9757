// A threshold logic unit, set by hand and then trained: is a flower an Iris setosa, by the length and width of its petals?
//   node build-ts/examples/chapter/02_tlu_iris.js [FOLDER] [--text]
import { Perceptron, plots, ThresholdLogicUnit, datasets } from 'hebb';
import { draw, folder } from './pictures.js';

const iris = datasets.iris();
const petals = iris.x.slice([0, null], [2, 4]);
const setosa = iris.y.equal(0);

const byHand = new ThresholdLogicUnit({ weights: [-1, -1], bias: 3 });
const right = byHand.predict(petals).equal(setosa).cast('float32').mean().item();
console.log(`by hand, 3 - length - width >= 0: ${(100 * right).toFixed(1)} % right`);

const perceptron = await new Perceptron({ randomState: 42 }).fit(petals, setosa);
console.log(`learned in ${perceptron.nIter} epochs: ${(100 * perceptron.score(petals, setosa)).toFixed(1)} % right`);
console.log('weights', perceptron.coef.toArray(), 'intercept', perceptron.intercept.toArray());
console.log('[2, 0.5] and [3, 1]:', perceptron.predict([[2, 0.5], [3, 1]]).toArray());

const shown = { labels: ['another iris', 'setosa'], features: ['petal length in cm', 'petal width in cm'] } as const;
const [hand, learned] = [byHand, perceptron].map((unit, i) =>
  plots.decisionBoundary((points) => unit.predict(points), petals, setosa, { title: i === 0 ? 'set by hand' : 'learned', ...shown }),
);
await draw('iris_by_hand', hand!);
await draw('iris_learned', learned!);
console.log(`pictures are in ${folder}`);
