// Hyperparameters: how many layers, how many units, which learning rate? The tuner tries models, grid
// search and random search try estimators.
//   node build-ts/examples/chapter/14_tuning.js [FOLDER] [--text]
import { join } from 'node:path';
import {
  crossValScore, datasets, distributions, GridSearchCV, kFold, layers, MLPClassifier, MLPRegressor, optimizers, pipeline, plots, RandomizedSearchCV,
  seed, sequential, SGDRegressor, standardScaler, trainTestSplit, tuner, type Estimator, type Pipeline, type Sequential,
} from 'hebb';
import { draw, folder } from './pictures.js';

const { x, y } = datasets.spirals({ samples: 600, classes: 3, noise: 0.03, seed: 42 });
const { train, test } = trainTestSplit(x, y, { testSize: 200, stratify: true, seed: 42 });

// A function that makes a compiled model; whatever it asks hp for is searched.
function build(hp: tuner.HyperParameters): Sequential {
  const depth = hp.int('layers', 1, 3);
  const activation = hp.choice('activation', ['relu', 'tanh', 'selu']);
  const hidden = Array.from({ length: depth }, (_, i) =>
    layers.dense({ units: hp.int('units', 4, 64, { log: true }), activation, ...(i === 0 && { inputShape: [2] }) }));
  const net = sequential([...hidden, layers.dense({ units: 3, activation: 'softmax' })]);
  const learningRate = hp.float('learning rate', 1e-4, 1e-1, { log: true });
  net.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
const fitting = { epochs: 30, batchSize: 32, validationSplit: 0.25 };
const objective = 'val_loss';

// 1. Random search: no trial knows of another. With a directory, a search that was interrupted goes on where it stopped.
const random = tuner.randomSearch(build, { objective, maxTrials: 12, seed: 1, directory: join(folder, 'tuning') });
const drawn = await random.search(train.x, train.y, fitting);
console.log(`random search, the best of ${drawn.trials.length} models:\n${drawn.toString().split('\n').slice(0, 6).join('\n')}\n`);

// 2. Bayesian optimisation: a Gaussian process guesses from the trials so far where it will pay to look next.
const bayesian = tuner.bayesian(build, { objective, maxTrials: 24, initialTrials: 8, seed: 1 });
const guided = await bayesian.search(train.x, train.y, fitting);
console.log(`Bayesian search, the best of ${guided.trials.length} models:\n${guided.toString().split('\n').slice(0, 6).join('\n')}\n`);
await draw('tuning_trials', guided);

// 3. Hyperband: many models for an epoch or two, the best of them for longer.
const hyperband = tuner.hyperband(build, { objective, maxEpochs: 27, factor: 3, seed: 1 });
const raced = await hyperband.search(train.x, train.y, { batchSize: 32, validationSplit: 0.25 });
const epochs = raced.trials.reduce((sum, trial) => sum + trial.epochs, 0);
console.log(`hyperband: ${raced.trials.length} trainings of ${epochs} epochs in all, ${new Set(raced.trials.map(({ origin }) => origin)).size} models; best ${objective} ${raced.best.score.toFixed(3)}`);

// The best of all is trained for longer.
const [best, search] = guided.best.score <= raced.best.score ? [guided.best, bayesian] as const : [raced.best, hyperband] as const;
seed(42);
const net = await search.make(best.values);
await net.fit(train.x, train.y, { epochs: 150, batchSize: 32, verbose: 0 });
const { accuracy = NaN } = await net.evaluate(test.x, test.y);
console.log(`trained for longer, the best model has accuracy ${accuracy.toFixed(3)} on test data\n`);
await draw('tuning_boundary', plots.decisionBoundary((points) => net.predict(points), test.x, test.y, { title: 'the best model, test data' }));

// 4. Estimators: how good one is says cross-validation, in which every row is a test row once. 442 diabetes patients, how their
// disease went on within a year.
const patients = datasets.diabetes();
const cv = kFold({ nSplits: 5, shuffle: true, randomState: 42 });
const scaledBefore = (last: Estimator): Pipeline => pipeline([['scale', standardScaler()], ['net', last]]);
const lbfgs = { solver: 'lbfgs', maxIter: 200, randomState: 42 } as const;
const estimators = { 'a line': new SGDRegressor({ randomState: 42 }), '20 hidden units': new MLPRegressor({ hiddenLayerSizes: [20], ...lbfgs }) };
process.removeAllListeners('warning'); // that 200 iterations are few is known
for (const [name, estimator] of Object.entries(estimators)) {
  const scores = await crossValScore(scaledBefore(estimator), patients.x, patients.y, { cv });
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  console.log(`${name}: R² ${scores.map((score) => score.toFixed(2)).join(' ')}, mean ${mean.toFixed(3)}`);
}

// A grid tries every combination by cross-validation.
const grid = new GridSearchCV({
  estimator: scaledBefore(new MLPRegressor(lbfgs)), cv,
  paramGrid: { net__hiddenLayerSizes: [[5], [20]], net__alpha: [0.1, 1, 10, 100, 1000] },
});
await grid.fit(patients.x, patients.y);
console.log(`grid search, the best of ${grid.results.length}:\n${grid.toString().split('\n').slice(0, 5).join('\n')}`);
console.log(`best parameters: ${JSON.stringify(grid.bestParams)}, mean R² ${grid.bestScore.toFixed(3)}\n`);
await draw('tuning_grid_search', grid);

// Random search draws from lists and distributions; here flowers are classified.
const iris = datasets.iris();
const flowers = trainTestSplit(iris.x, iris.y, { testSize: 50, stratify: true, seed: 1 });
const randomized = new RandomizedSearchCV({
  estimator: scaledBefore(new MLPClassifier({ solver: 'sgd', maxIter: 30, tol: 0, nIterNoChange: 30, randomState: 42 })),
  paramDistributions: {
    net__hiddenLayerSizes: [[5], [20], [10, 10]],
    net__activation: ['relu', 'tanh', 'logistic'],
    net__learningRateInit: distributions.logUniform(1e-3, 1),
    net__alpha: distributions.logUniform(1e-5, 1),
  },
  nIter: 20, cv: 5, randomState: 42,
});
await randomized.fit(flowers.train.x, flowers.train.y);
console.log(`random search over flowers' classifiers, the best of ${randomized.results.length}:\n${randomized.toString().split('\n').slice(0, 5).join('\n')}`);
console.log(`on test flowers it has accuracy ${randomized.score(flowers.test.x, flowers.test.y).toFixed(3)}`);
await draw('tuning_random_search', randomized);
console.log(`pictures are in ${folder}`);
