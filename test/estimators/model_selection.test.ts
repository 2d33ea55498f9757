import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  clone, crossValScore, datasets, distributions, GridSearchCV, HebbError, kFold, minMaxScaler, MLPClassifier, MLPRegressor, Perceptron, pipeline,
  RandomizedSearchCV, scope, SGDClassifier, SGDRegressor, standardScaler, stratifiedKFold, tensor, trainTestSplit, type Estimator, type ParamGrid, type Params,
} from '../../src/index.js';
import { mismatch } from '../support/golden.js';
import { runDocstringExamples } from '../support/docstring_examples.js';
import { temporaryFolder } from '../support/temporary_folder.js';

interface Golden {
  labels: number[];
  folds: { kind: 'kFold' | 'stratifiedKFold'; nSplits: number; randomState: number | null; tests: number[][] }[];
  scores: Record<'perceptron' | 'standardMLP' | 'minMaxMLP' | 'regressor', number[]>;
  search: { params: Params[]; mean: number[]; std: number[]; rank: number[]; best: number };
  long: { train: number[]; valid: number[]; epochs: number; loss: number; score: number };
  minMax: Record<'scale' | 'min' | 'dataMin' | 'dataMax' | 'row', number[]>;
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/model_selection.json', import.meta.url), 'utf8')) as Golden;

// Some trainings here are meant to end early.
process.removeAllListeners('warning');

const { x, y } = datasets.iris();
const near = { absolute: 1e-9, relative: 1e-9 };

for (const { kind, nSplits, randomState, tests } of golden.folds) {
  test(`scikit-learn's folds: ${kind} of ${nSplits}, ${randomState === null ? 'in order' : `random state ${randomState}`}`, (t) => {
    const splitter = { kFold, stratifiedKFold }[kind]({ nSplits, shuffle: randomState !== null, randomState });
    const folds = splitter.split(golden.labels.map((label) => [label]), golden.labels);
    t.deepEqual(folds.map((fold) => fold.test), tests);
    for (const fold of folds) t.deepEqual([...fold.train, ...fold.test].sort((a, b) => a - b), golden.labels.map((_, row) => row));
    t.is(splitter.nSplits, nSplits);
  });
}

test('folds refuse rows and labels that do not fit', (t) => {
  t.throws(() => kFold({ nSplits: 1 }), { code: 'ERR_ARGUMENT', message: 'kFold: nSplits is a whole number >= 2, got 1' });
  t.throws(() => kFold({ nSplits: 4 }).split([[1], [2], [3]]), { code: 'ERR_ARGUMENT', message: 'kFold: 3 rows do not make 4 folds' });
  t.throws(() => stratifiedKFold().split([[1], [2]], [0, 1]), { code: 'ERR_ARGUMENT', message: /no label has 5 rows/ });
  t.throws(() => stratifiedKFold().split([[1], [2]]), { code: 'ERR_ARGUMENT', message: /y is one label for each of 2 rows, got none/ });
  t.throws(() => stratifiedKFold().split([[1], [2]], [[0, 1], [1, 0]]), { code: 'ERR_ARGUMENT', message: /got \[2,2\]/ });
});

test("the smallest and greatest values scale as scikit-learn's MinMaxScaler does", (t) => {
  const scaler = minMaxScaler({ featureRange: [-2, 3] });
  const scaled = scaler.fitTransform(x);
  for (const name of ['scale', 'min', 'dataMin', 'dataMax'] as const) t.is(mismatch(scaler[name].dataSync(), golden.minMax[name], { relative: 1e-14 }), null, name);
  t.is(mismatch(scaled.slice([70, 71]).dataSync(), golden.minMax.row, { absolute: 1e-14 }), null);
  t.is(mismatch(scaler.inverseTransform(scaled).dataSync(), [...x.dataSync()], { absolute: 1e-14 }), null);
  t.deepEqual(minMaxScaler({ clip: true }).fit([[0], [2]]).transform([[-1], [1], [9]]).toArray(), [[0], [0.5], [1]]);
  t.deepEqual(minMaxScaler().fitTransform([[5, NaN], [5, 1], [5, 3]]).toArray(), [[0, NaN], [0, 0], [0, 1]]);
  t.throws(() => minMaxScaler({ featureRange: [1, 1] }), { code: 'ERR_ARGUMENT', message: 'minMaxScaler: featureRange is two numbers, the smaller first, got 1,1' });
  t.throws(() => minMaxScaler().transform([[1]]), { code: 'ERR_ARGUMENT', message: /fit\(x\) first/ });
  t.deepEqual(scope(() => minMaxScaler().fit([[0], [4]])).transform([[1]]).toArray(), [[0.25]]);
});

const mlp = { hiddenLayerSizes: [6], learningRateInit: 0.02, maxIter: 40, randomState: 1 };

test("cross-validation gives scikit-learn's scores", async (t) => {
  const { scores } = golden;
  t.is(mismatch(await crossValScore(new Perceptron(), x, y), scores.perceptron, near), null);
  const standard = pipeline([['scale', standardScaler()], ['mlp', new MLPClassifier(mlp)]]);
  t.is(mismatch(await crossValScore(standard, x, y, { cv: 4 }), scores.standardMLP, near), null);
  const minMax = pipeline([['scale', minMaxScaler({ featureRange: [-1, 1] })], ['mlp', new MLPClassifier(mlp)]]);
  const cv = kFold({ nSplits: 3, shuffle: true, randomState: 5 });
  t.is(mismatch(await crossValScore(minMax, x, y, { cv }), scores.minMaxMLP, near), null);
  const regressor = pipeline([['scale', standardScaler()], ['sgd', new SGDRegressor({ randomState: 3 })]]);
  t.is(mismatch(await crossValScore(regressor, x.slice([], [0, 3]), x.slice([], 3), { cv: 3 }), scores.regressor, near), null);
  t.throws(() => standard.predict(x), { code: 'ERR_ARGUMENT' }, 'the estimator itself has learned nothing');
});

test("a network of five hidden units trained to the end stops in scikit-learn's epoch with its loss", async (t) => {
  const { train, valid, epochs, loss, score } = golden.long;
  const net = new MLPClassifier({ hiddenLayerSizes: [5], maxIter: 10_000, randomState: 42 });
  const model = await pipeline([['scale', standardScaler()], ['mlp', net]]).fit(x.gather(train), y.gather(train));
  t.is(net.nIter, epochs);
  t.is(mismatch([net.loss], [loss], near), null);
  t.is(model.score(x.gather(valid), y.gather(valid)), score);
});

test('the folds and the score of a cross-validation can be given', async (t) => {
  const fold = { train: [0, 1, 50, 51], test: [2, 52] };
  const scores = await crossValScore(new Perceptron(), x, y, {
    cv: [fold, fold],
    scoring: (model, rows, labels) => model.nIter + rows.shape[0]! / 10 + labels.sum().item() / 100,
  });
  t.is(scores.length, 2);
  t.true(scores[0]! % 1 > 0.2 && scores[0] === scores[1]);
  await t.throwsAsync(crossValScore(new Perceptron(), x, y, { cv: 1 }), { code: 'ERR_ARGUMENT', message: /cv is a whole number >= 2/ });
  await t.throwsAsync(crossValScore(new Perceptron(), x, y.slice([0, 9])), { code: 'ERR_SHAPE', message: 'crossValScore: x has 150 rows, y 9' });
});

const learners: Record<string, Estimator> = {
  Perceptron: new Perceptron({ eta0: 0.3, classWeight: 'balanced' }),
  SGDClassifier: new SGDClassifier({ alpha: 0.02, randomState: 1 }),
  SGDRegressor: new SGDRegressor({ alpha: 0.02, randomState: 1 }),
  MLPClassifier: new MLPClassifier({ ...mlp, maxIter: 3 }),
  MLPRegressor: new MLPRegressor({ ...mlp, maxIter: 3 }),
  pipeline: pipeline([['a', standardScaler({ withMean: false })], ['b', minMaxScaler()], ['c', new Perceptron()]]),
  GridSearchCV: new GridSearchCV({ estimator: new Perceptron(), paramGrid: { eta0: [1, 2] }, cv: 2 }),
};

for (const [name, learner] of Object.entries(learners)) {
  test(`${name}: a clone has the parameters and nothing of what was learned`, async (t) => {
    await learner.fit(x, y);
    const other = clone(learner);
    t.not(other, learner);
    t.is(other.constructor, learner.constructor);
    t.throws(() => other.predict(x), { code: 'ERR_ARGUMENT', message: /before fit|call fit/ }, 'nothing was learned');
    t.is(learner.predict(x).shape[0], 150);
    const plain = (params: object): Params => Object.fromEntries(Object.entries(params).filter(([, value]) => typeof value !== 'object'));
    t.deepEqual(plain(other.getParams()), plain(learner.getParams()));
    await other.fit(x, y);
    t.deepEqual(other.predict(x).toArray(), learner.predict(x).toArray());
    const [first] = Object.entries(plain(other.getParams()));
    other.setParams({ [first![0]]: first![1] });
    t.throws(() => other.setParams({ nonsense: 1 }), { code: 'ERR_ARGUMENT', message: /'nonsense'/ });
  });
}

test('a pipeline passes on parameters and predictions', async (t) => {
  const scale = standardScaler();
  const model = pipeline([['scale', scale], ['mlp', new MLPClassifier(mlp)]]);
  t.like(model.getParams(), { mlp__maxIter: 40, scale__withStd: true, scale });
  t.is(model.setParams({ mlp__maxIter: 12, scale__withMean: false }), model);
  t.like(model.getParams(), { mlp__maxIter: 12, scale__withMean: false });
  t.deepEqual(Object.keys(model.getParams({ deep: false })), ['steps']);
  t.is(model.estimatorType, 'classifier');
  await model.fit(x, y);
  const alone = await new MLPClassifier({ ...mlp, maxIter: 12 }).fit(scale.transform(x), y);
  t.deepEqual(model.predictProba(x).toArray(), alone.predictProba(scale.transform(x)).toArray());
  t.is(model.score(x, y), alone.score(scale.transform(x), y));
  model.setParams({ mlp: new Perceptron(), mlp__eta0: 2 });
  t.like(model.getParams(), { mlp__eta0: 2 });
  t.throws(() => model.predictProba(x), { code: 'ERR_ARGUMENT', message: "pipeline: the step 'mlp' has no predictProba()" });
  t.throws(() => model.setParams({ nlp__alpha: 1 }), { code: 'ERR_ARGUMENT', message: "pipeline: a part is one of scale, mlp, got 'nlp'" });
  t.throws(() => pipeline([['a', standardScaler()], ['a', new Perceptron()]]), { code: 'ERR_ARGUMENT', message: /names of steps are different/ });
  t.throws(() => pipeline([['a__b', new Perceptron()]]), { code: 'ERR_ARGUMENT', message: /without '__'/ });
});

test("a grid search finds scikit-learn's candidates, scores and ranks", async (t) => {
  const estimator = pipeline([['scale', standardScaler()], ['sgd', new SGDClassifier({ randomState: 1 })]]);
  const paramGrid = { sgd__penalty: ['l2', 'l1'], sgd__alpha: [1e-4, 1e-2, 1], scale__withMean: [true, false] };
  const search = await new GridSearchCV({ estimator, paramGrid, cv: 3 }).fit(x, y);
  const { params, mean, std, rank, best } = golden.search;
  t.deepEqual(search.results.map((each) => each.params), params);
  t.is(mismatch(search.results.map(({ meanScore }) => meanScore), mean, near), null);
  t.is(mismatch(search.results.map(({ stdScore }) => stdScore), std, near), null);
  t.deepEqual(search.results.map((each) => each.rank), rank);
  t.deepEqual(search.bestParams, params[best]);
  t.is(search.bestScore, search.best.meanScore);
  const again = clone(estimator);
  again.setParams(search.bestParams);
  await again.fit(x, y);
  t.deepEqual(search.predict(x).toArray(), again.predict(x).toArray());
  t.is(search.score(x, y), again.score(x, y));
  t.like(estimator.getParams(), { sgd__alpha: 1e-4 }, 'the estimator stays as it was');
  const [head, first] = search.toString().split('\n');
  t.regex(head!, /^rank +mean score +deviation +scale__withMean +sgd__alpha +sgd__penalty$/);
  t.regex(first!, /^ +1 +0\.\d+ +0\.\d+ /);
  t.throws(() => search.predictProba(x), { code: 'ERR_ARGUMENT', message: /no predictProba/ });
});

test('a grid search draws its candidates, and can leave out the last fit', async (t) => {
  const folder = temporaryFolder(t);
  const paramGrid: ParamGrid[] = [{ alpha: [1e-4, 1e-2, 1] }, { penalty: ['l1', null] }];
  const options = { estimator: new SGDClassifier({ randomState: 1 }), paramGrid, cv: 3, refit: false };
  const search = await new GridSearchCV(options).fit(x, y);
  t.throws(() => search.predict(x), { code: 'ERR_ARGUMENT', message: /without refit/ });
  const path = join(folder, 'search.svg');
  await search.plot(path);
  const svg = readFileSync(path, 'utf8');
  // Five in the first panel, three and two in those of the parameters.
  t.is(svg.match(/class="best"/g)?.length, 2);
  t.is(svg.match(/class="trial"/g)?.length, 8);
  t.regex(search.toText(), /^mean score: \* best so far {3}o each trial\n[^]*\n +1 +5$/);
  for (const text of ['>alpha<', '>penalty<', '>1e-4<', '>null<', '>mean score<']) t.true(svg.includes(text), text);
  t.throws(() => new GridSearchCV({ ...options, paramGrid: { alpha: [] } }), { code: 'ERR_ARGUMENT', message: /lists of values/ });
  await t.throwsAsync(new GridSearchCV({ ...options, paramGrid: { beta: [1] } }).fit(x, y), { code: 'ERR_ARGUMENT', message: /'beta'/ });
});

test('a random search draws the same candidates for the same seed, and none twice from lists', async (t) => {
  const estimator = new SGDClassifier({ randomState: 1, maxIter: 5 });
  const drawn = async (paramDistributions: ConstructorParameters<typeof RandomizedSearchCV>[0]['paramDistributions'], nIter: number): Promise<Params[]> => {
    const search = await new RandomizedSearchCV({ estimator, paramDistributions, nIter, randomState: 7, cv: 2 }).fit(x, y);
    return search.results.map(({ params }) => params);
  };
  const mixed = { alpha: distributions.logUniform(1e-5, 1e-1), maxIter: distributions.integers(2, 4), loss: ['hinge', 'logLoss'] };
  const first = await drawn(mixed, 6);
  t.deepEqual(await drawn(mixed, 6), first);
  for (const { alpha, maxIter, loss } of first) {
    t.true(Number(alpha) >= 1e-5 && Number(alpha) < 1e-1 && [2, 3, 4].includes(Number(maxIter)) && ['hinge', 'logLoss'].includes(String(loss)));
  }
  const lists = { alpha: [1e-4, 1e-3, 1e-2], penalty: ['l1', 'l2'] };
  t.is(new Set((await drawn(lists, 5)).map((params) => JSON.stringify(params))).size, 5);
  t.is((await drawn(lists, 50)).length, 6);
  t.throws(() => new RandomizedSearchCV({ estimator, paramDistributions: {} }), { code: 'ERR_ARGUMENT', message: /lists of values or distributions/ });
  t.throws(() => distributions.logUniform(0, 1), { code: 'ERR_ARGUMENT', message: /above 0/ });
  t.throws(() => distributions.uniform(1, 1), { code: 'ERR_ARGUMENT' });
  t.throws(() => distributions.integers(1, 1.5), { code: 'ERR_ARGUMENT' });
});

test('a search over plain arrays predicts labels of their type', async (t) => {
  const { train, test: rest } = trainTestSplit(x, y, { testSize: 30, stratify: true, seed: 1 });
  const search = new GridSearchCV({ estimator: new Perceptron(), paramGrid: { eta0: [0.1, 1] }, cv: 3 });
  await search.fit(train.x.toArray(), train.y.toArray());
  t.is(search.predict(rest.x).dtype, 'int32');
  t.true(search.score(rest.x, rest.y) > 0.6);
  t.true(await crossValScore(search, tensor(train.x.toArray(), { dtype: 'float64' }), train.y, { cv: 2 }).then((scores) => scores.every((score) => score > 0.5)));
  t.throws(() => new GridSearchCV({ estimator: new Perceptron(), paramGrid: { eta0: [1] } }).results, { instanceOf: HebbError, message: /before fit/ });
});

test('the examples of the docstrings run', async (t) => {
  const files = ['cross_validation', 'distributions', 'estimator', 'folds', 'grid_search', 'pipeline', 'randomized_search'];
  t.is(await runDocstringExamples(...files.map((file) => `src/estimators/${file}.ts`), 'src/data/min_max_scaler.ts', 'src/data/standard_scaler.ts'), 12);
});
