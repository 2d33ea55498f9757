import { readFileSync } from 'node:fs';
import test from 'ava';
import { MLPClassifier, MLPRegressor, Perceptron, concat, datasets, linspace, scope, standardScaler, type MlpRegressorOptions, type Tensor } from '../../src/index.js';
import { distance, type GoldenTensor } from '../support/golden.js';
import { runDocstringExamples } from '../support/docstring_examples.js';

interface Outcome {
  /** Not recorded for lbfgs. */
  lossCurve: number[];
  loss: number;
  nIter: number;
  t: number;
  validationScores: number[];
  bestLoss: number | null;
  coefs: GoldenTensor[];
  intercepts: GoldenTensor[];
  answers: number[];
  score: number;
}
interface GoldenCase {
  kind: 'MLPClassifier' | 'MLPRegressor';
  data: 'species' | 'versicolor' | 'bits' | 'width' | 'petals';
  calls: 'fit' | 'twice' | 'partial' | 'weighted';
  options: Pick<MlpRegressorOptions, 'solver'>;
  float64: Outcome;
  float32?: Outcome;
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/mlp_estimators.json', import.meta.url), 'utf8')) as { cases: GoldenCase[] };

// Most trainings here are meant to end early.
process.removeAllListeners('warning');

const { x, y } = datasets.iris();
const scaled = x.sub(4).div(2);
const column = (from: number, to = from + 1): Tensor => x.slice([0, null], [from, to]);
const bits = concat([y.greater(0).reshape([150, 1]), column(0).greater(5.8), column(1).greater(3)], 1).cast('int32');
const rowsOf: Record<GoldenCase['data'], [Tensor, Tensor]> = {
  species: [scaled, y],
  versicolor: [scaled, y.equal(1)],
  bits: [scaled, bits],
  width: [scaled.slice([0, null], [0, 3]), x.slice([0, null], 3)],
  petals: [scaled.slice([0, null], [0, 2]), column(2, 4)],
};
const tolerances = { float64: 1e-10, float32: 2e-5, lbfgs: 1e-8 };

for (const { kind, data, calls, options, ...outcomes } of golden.cases) {
  test(`scikit-learn's training: ${kind} on ${data}, ${calls}, ${JSON.stringify(options)}`, async (t) => {
    for (const dtype of ['float64', 'float32'] as const) {
      const expected = outcomes[dtype];
      if (expected === undefined) continue;
      const [given, targets] = rowsOf[data];
      const rows = given.cast(dtype);
      const model = kind === 'MLPClassifier' ? new MLPClassifier(options) : new MLPRegressor(options);
      const sampleWeight = calls === 'weighted' ? Float64Array.from({ length: 150 }, (_, row) => 1 + (row % 3)) : undefined;
      if (calls === 'partial') {
        for (let i = 0; i < 3; i++) {
          await (model instanceof MLPRegressor ? model.partialFit(rows, targets) : model.partialFit(rows, targets, { classes: [0, 1, 2] }));
        }
      } else {
        await model.fit(rows, targets, { sampleWeight });
        if (calls === 'twice') await model.fit(rows, targets);
      }
      const near = (what: string, actual: ArrayLike<number>, recorded: readonly number[]): void => {
        const gap = distance(actual, recorded);
        t.true(gap <= tolerances[options.solver === 'lbfgs' ? 'lbfgs' : dtype], `${dtype} ${what} is off by ${gap}`);
      };
      t.is(model.nIter, expected.nIter, dtype);
      t.is(model.t, expected.t, dtype);
      if (expected.lossCurve.length > 0) near('losses', model.lossCurve, expected.lossCurve);
      near('loss', [model.loss], [expected.loss]);
      near('validation scores', model.validationScores, expected.validationScores);
      if (expected.bestLoss === null) t.is(model.bestLoss, null);
      else near('best loss', [model.bestLoss!], [expected.bestLoss]);
      for (const [i, w] of expected.coefs.entries()) near(`weights ${i}`, model.coefs[i]!.dataSync(), w.data);
      for (const [i, b] of expected.intercepts.entries()) near(`intercepts ${i}`, model.intercepts[i]!.dataSync(), b.data);
      const answers = model instanceof MLPClassifier ? model.predictProba(rows) : model.predict(rows);
      near('answers', answers.gather([0, 25, 50, 75, 100, 125]).dataSync(), expected.answers);
      near('score', [model.score(rows, targets)], [expected.score]);
    }
  });
}

test("the book's iris network, one hidden layer of five, names every flower it did not see", async (t) => {
  // What scikit-learn's train_test_split(test_size=0.1, random_state=42) holds back for validation and for the test.
  const valid = [115, 35, 91, 42, 40, 53, 143, 88, 87, 149, 60, 67, 86, 139];
  const held = [73, 18, 118, 78, 76, 31, 64, 141, 68, 82, 110, 12, 36, 9, 19];
  const train = Array.from({ length: 150 }, (_, row) => row).filter((row) => ![...valid, ...held].includes(row));
  const clf = new MLPClassifier({ hiddenLayerSizes: [5], maxIter: 10_000, randomState: 42 });
  const scaler = standardScaler().fit(x.gather(train));
  const score = (rows: number[]): number => clf.score(scaler.transform(x.gather(rows)), y.gather(rows));
  await clf.fit(scaler.transform(x.gather(train)), y.gather(train));
  t.deepEqual([valid, held, train].map(score), [1, 1, 118 / 121]);
  // As scikit-learn 1.6.1 says.
  t.is(clf.nIter, 1183);
  t.true(Math.abs(clf.loss - 0.1198814869103036) < 1e-12);
});

test('a step takes 200 rows, or all where there are less', async (t) => {
  const rows = concat([scaled, scaled, scaled]);
  const losses = async (count: number, batchSize?: number): Promise<readonly number[]> => {
    const options = { hiddenLayerSizes: [4], solver: 'sgd', maxIter: 2, randomState: 1, ...(batchSize !== undefined && { batchSize }) } as const;
    return (await new MLPClassifier(options).fit(rows.slice([0, count]), concat([y, y, y]).slice([0, count]))).lossCurve;
  };
  t.deepEqual(await losses(450), await losses(450, 200));
  t.notDeepEqual(await losses(450), await losses(450, 150));
  t.notDeepEqual(await losses(450), await losses(450, 450));
  t.deepEqual(await losses(130), await losses(130, 130));
});

test('three epochs of partialFit are those of one fit where the order is kept', async (t) => {
  const options = { hiddenLayerSizes: [7], shuffle: false, randomState: 3, maxIter: 3, tol: 0, learningRateInit: 0.01 };
  const whole = await new MLPClassifier(options).fit(scaled, y);
  const parts = new MLPClassifier(options);
  for (let i = 0; i < 3; i++) await parts.partialFit(scaled, y, { classes: [2, 1, 0] });
  t.deepEqual(parts.lossCurve, whole.lossCurve);
  t.deepEqual(parts.coefs.map((w) => w.toArray()), whole.coefs.map((w) => w.toArray()));
});

test('labels keep their numbers and their type, and plain arrays are computed with in float64', async (t) => {
  const clf = await new MLPClassifier({ hiddenLayerSizes: 4, solver: 'sgd', learningRateInit: 0.5, randomState: 0 }).fit([[0], [1], [9], [10]], [7, 7, -2, -2]);
  t.deepEqual(clf.classes, [-2, 7]);
  t.deepEqual(clf.predict([[0.5], [9.5]]).toArray(), [7, -2]);
  t.is(clf.predict([[0]]).dtype, 'int32');
  t.is(clf.coefs[0]!.dtype, 'float64');
  t.is(clf.outActivation, 'logistic');
  t.deepEqual(clf.predictProba([[0], [1]]).sum(1).toArray(), [1, 1]);
  t.is((await new MLPClassifier({ maxIter: 1 }).fit(scaled.cast('float32'), y)).coefs[0]!.dtype, 'float32');
});

test('an aborted training and one whose weights overflow leave the model as it was', async (t) => {
  const model = new MLPRegressor({ hiddenLayerSizes: [5], warmStart: true, maxIter: 3, randomState: 1 });
  await model.fit(scaled, y);
  const before = model.coefs.map((w) => w.toArray());
  await t.throwsAsync(model.fit(scaled, y, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' });
  model.setParams({ solver: 'sgd', learningRateInit: 1e200 });
  await t.throwsAsync(model.fit(scaled, y), { code: 'ERR_ARGUMENT', message: /MLPRegressor: the weights left the range of float64 in epoch 2/ });
  t.deepEqual(model.coefs.map((w) => w.toArray()), before);
  t.is(model.lossCurve.length, 3);
  const other = new AbortController();
  const training = new MLPRegressor({ maxIter: 1e6, tol: 0, nIterNoChange: Infinity }).fit(scaled, y, { signal: other.signal });
  setTimeout(() => {
    other.abort();
  }, 50);
  await t.throwsAsync(training, { code: 'ERR_ABORTED' });
});

test('lbfgs goes on from where it was, and has a loss also where nothing is left to do', async (t) => {
  const options = { hiddenLayerSizes: [], solver: 'lbfgs', alpha: 1, maxIter: 500, randomState: 1, warmStart: true } as const;
  const model = await new MLPClassifier(options).fit(scaled, y);
  t.true(model.nIter > 5 && model.nIter < 500);
  const { loss } = model;
  t.is(loss, model.lossCurve.at(-1)!);
  await model.fit(scaled, y);
  t.is(model.nIter, 0);
  t.true(Math.abs(model.loss - loss) < 1e-12);
  t.is(model.getParams().solver, 'lbfgs');
});

test('weights outlive the scope in which they were trained', async (t) => {
  const model = new MLPRegressor({ hiddenLayerSizes: [5], maxIter: 2 });
  await scope(async () => {
    await model.fit(scaled, y);
    return undefined;
  });
  await model.partialFit(scaled, y);
  t.is(model.predict(scaled).size, 150);
});

test('parameters can be read, changed and are checked', (t) => {
  const model = new MLPClassifier({ alpha: 0.5 });
  t.like(model.getParams(), { alpha: 0.5, hiddenLayerSizes: [100], solver: 'adam' });
  t.is(model.setParams({ alpha: 0.25 }), model);
  t.like(model.getParams(), { alpha: 0.25 });
  t.throws(() => model.setParams({ alpha: -1 }), { code: 'ERR_ARGUMENT', message: 'MLPClassifier: alpha is a number >= 0, got -1' });
  t.like(model.getParams(), { alpha: 0.25 });
  const strange: object = { solver: 'newton' };
  t.throws(() => new MLPClassifier(strange), { code: 'ERR_ARGUMENT', message: "MLPClassifier: solver is one of adam, sgd, lbfgs, got 'newton'" });
  t.throws(() => new MLPRegressor({ hiddenLayerSizes: [3, 0] }), { code: 'ERR_ARGUMENT', message: /hiddenLayerSizes is whole numbers >= 1, got 3,0/ });
  t.throws(() => new MLPRegressor({ momentum: 1 }), { code: 'ERR_ARGUMENT', message: /momentum/ });
  t.false('loss' in new Perceptron().getParams());
  t.like(new Perceptron({ eta0: 0.5 }).setParams({ maxIter: 7 }).getParams(), { eta0: 0.5, maxIter: 7, classWeight: null });
  t.throws(() => new Perceptron({ classWeight: { 0: -1 } }), { code: 'ERR_ARGUMENT', message: /classWeight is 'balanced', or numbers >= 0/ });
});

test('wrong input is named', async (t) => {
  const clf = new MLPClassifier({ maxIter: 1, hiddenLayerSizes: [3] });
  t.throws(() => clf.predict(x), { code: 'ERR_ARGUMENT', message: /before fit/ });
  t.throws(() => clf.lossCurve, { code: 'ERR_ARGUMENT', message: /before fit/ });
  await t.throwsAsync(clf.fit(x, y.slice([0, 10])), { code: 'ERR_SHAPE' });
  await t.throwsAsync(clf.fit(x, y.mul(0)), { code: 'ERR_ARGUMENT', message: /one class only/ });
  await t.throwsAsync(clf.fit([[NaN], [1]], [0, 1]), { code: 'ERR_ARGUMENT', message: /x holds a number that is not finite/ });
  await t.throwsAsync(clf.partialFit(x, y, { classes: [0, 1] }), { code: 'ERR_ARGUMENT', message: /label 2/ });
  await t.throwsAsync(clf.fit(x, y, { sampleWeight: [1] }), { code: 'ERR_ARGUMENT', message: /sampleWeight is 150 numbers/ });
  await clf.fit(x, y);
  t.throws(() => clf.predict([[1, 2]]), { code: 'ERR_SHAPE', message: /expected 4 features, got rows of 2/ });
  clf.setParams({ earlyStopping: true });
  await t.throwsAsync(clf.partialFit(x, y), { code: 'ERR_ARGUMENT', message: /earlyStopping/ });
  clf.setParams({ earlyStopping: false, solver: 'lbfgs' });
  await t.throwsAsync(clf.partialFit(x, y), { code: 'ERR_ARGUMENT', message: /'lbfgs'/ });
  clf.setParams({ solver: 'adam', warmStart: true });
  await t.throwsAsync(clf.fit(x, y.equal(0)), { code: 'ERR_ARGUMENT', message: /warmStart needs the classes of the last fit/ });
  await t.throwsAsync(clf.setParams({ hiddenLayerSizes: [4] }).fit(x, y), { code: 'ERR_SHAPE', message: /layers of \[3,3\] units, got \[4,3\]/ });
  const counts = new MLPRegressor({ loss: 'poisson', maxIter: 1 });
  await t.throwsAsync(counts.fit([[1], [2]], [1, -1]), { code: 'ERR_ARGUMENT', message: /numbers >= 0/ });
});

test.serial('reaching maxIter warns, standing still does not', async (t) => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  await new MLPRegressor({ maxIter: 400, tol: 0.1, nIterNoChange: 2, hiddenLayerSizes: [3] }).fit([[1], [2]], [1, 2]);
  await new Promise(setImmediate);
  t.is(warnings.length, 0);
  await new MLPRegressor({ maxIter: 1 }).fit([[1], [2]], [1, 2]);
  await new Promise(setImmediate);
  process.off('warning', listen);
  t.deepEqual(warnings.map(({ name }) => name), ['ConvergenceWarning']);
});

test.serial('the event loop stays free while a network is trained', async (t) => {
  const rows = linspace(-1, 1, 200_000).reshape([2000, 100]);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const started = performance.now();
  await new MLPRegressor({ hiddenLayerSizes: [300, 100], maxIter: 20, tol: 0, randomState: 1 }).fit(rows, rows.sum(1));
  clearInterval(timer);
  t.true(ticks >= (performance.now() - started) / 50, `${ticks} ticks in ${performance.now() - started} ms`);
});

test('the examples of the docstrings run', async (t) => {
  t.is(await runDocstringExamples('src/estimators/mlp_classifier.ts', 'src/estimators/mlp_regressor.ts'), 2);
});
