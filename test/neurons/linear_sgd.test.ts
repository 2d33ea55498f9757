import { readFileSync } from 'node:fs';
import test from 'ava';
import { Perceptron, SGDClassifier, SGDRegressor, Tensor, ThresholdLogicUnit, datasets, full, tensor, where } from 'hebb';

interface GoldenCase {
  kind: 'Perceptron' | 'SGDClassifier' | 'SGDRegressor';
  data: 'setosa' | 'species' | 'scaled' | 'versicolor' | 'width' | 'far' | 'large';
  calls: 'fit' | 'weighted' | 'partial' | 'twice';
  options: Record<string, never>;
  epochs: number;
  coef: number[];
  intercept: number[];
  score: number;
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/linear_sgd.json', import.meta.url), 'utf8')) as { cases: GoldenCase[] };
const learners = { Perceptron, SGDClassifier, SGDRegressor };

const { x, y } = datasets.iris();
const petals = x.slice([0, null], [2, 4]);
const scaled = x.sub(4).div(2);
const rowsOf: Record<GoldenCase['data'], [Tensor, Tensor]> = {
  setosa: [petals, y.equal(0)],
  species: [x, y],
  scaled: [scaled, y],
  versicolor: [scaled, y.equal(1)],
  width: [scaled.slice([0, null], [0, 3]), x.slice([0, null], 3)],
  far: [x, where(y.equal(1), full([150], 1e13, { dtype: 'float64' }), 2.5e12)],
  large: [x.mul(1e7), y.equal(1)],
};

for (const { kind, data, calls, options, epochs, coef, intercept, score } of golden.cases) {
  const title = `${kind} on ${data}, ${calls}, ${JSON.stringify(options)}`;
  test(`scikit-learn's weights to the last bit: ${title}`, async (t) => {
    const [rows, targets] = rowsOf[data];
    const model = new learners[kind](options);
    if (calls === 'partial') {
      const classes = data === 'species' ? [0, 1, 2] : [0, 1];
      for (let i = 0; i < 3; i++) await (model instanceof SGDRegressor ? model.partialFit(rows, targets) : model.partialFit(rows, targets, { classes }));
    } else {
      await model.fit(rows, targets, calls === 'weighted' ? { sampleWeight: Float64Array.from({ length: 150 }, (_, i) => 1 + (i % 3)) } : {});
      if (calls === 'twice') await model.fit(rows, targets);
    }
    t.deepEqual([...model.coef.dataSync()], coef);
    t.deepEqual([...model.intercept.dataSync()], intercept);
    t.is(model.nIter, epochs);
    // The score sums in another order than NumPy does.
    t.true(Math.abs(model.score(rows, targets) - score) < 1e-9 * Math.max(1, Math.abs(score)));
  });
}

test('the book\'s cells print what they print there', async (t) => {
  const setosa = y.equal(0);
  const printed = async (model: Perceptron | SGDClassifier): Promise<unknown[]> => {
    await model.fit(petals, setosa);
    const round = (values: Tensor): string[] => [...values.dataSync()].map((value) => value.toFixed(10).replace(/\.?0+$/, ''));
    return [round(model.coef), round(model.intercept), model.nIter];
  };
  const book = new Perceptron({ randomState: 42 });
  t.deepEqual(await printed(book), [['-1.4', '-2.2'], ['4'], 7]);
  t.deepEqual(book.predict([[2, 0.5], [3, 1]]).toArray(), [true, false]);
  t.deepEqual(await printed(new Perceptron()), [['-0.7', '-1.2'], ['2'], 7]);
  t.deepEqual(await printed(new Perceptron({ maxIter: 2, shuffle: false, tol: null })), [['-0.5', '-0.8'], ['2'], 2]);
  t.deepEqual(await printed(new SGDClassifier({ randomState: 42 })), [['-13.1971051511', '-12.7713920817'], ['45.5431394274'], 9]);
});

test('a matrix of 0 and 1 is one task per column, each with the weights it has alone', async (t) => {
  const columns = [0, 1, 2].map((kind) => y.equal(kind).cast('int32'));
  const matrix = tensor(Array.from({ length: 150 }, (_, row) => [0, 1, 2].map((kind) => Number(Math.floor(row / 50) === kind))));
  const options = { randomState: 3, maxIter: 8, tol: null };
  const together = await new Perceptron(options).fit(x, matrix);
  const alone = await Promise.all(columns.map((column) => new Perceptron(options).fit(x, column)));
  t.deepEqual(together.coef.toArray(), alone.map((model) => (model.coef.toArray() as number[][])[0]));
  t.deepEqual(together.predict(x).shape, [150, 3]);
});

test('float32 and uint8 rows are trained on as their values in float64', async (t) => {
  const bytes = Uint8Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 0 : (i * 37) % 251));
  const fit = async (rows: Tensor): Promise<unknown> => (await new Perceptron({ maxIter: 4, tol: null }).fit(rows, y)).coef.toArray();
  const expected = await fit(tensor(Float64Array.from(bytes), { shape: [150, 4] }));
  t.deepEqual(await fit(tensor(bytes, { shape: [150, 4] })), expected);
  t.deepEqual(await fit(tensor(Float32Array.from(bytes), { shape: [150, 4] })), expected);
});

test('history counts the mistakes of every epoch; separable rows end at none', async (t) => {
  const model = await new Perceptron().fit(petals, y.equal(0));
  t.is(model.history.mistakes.length, model.nIter);
  t.is(model.history.loss.length, model.nIter);
  t.true(model.history.mistakes[0]! > 0);
  t.is(model.history.mistakes.at(-1), 0);
});

test('weights that leave the range of float64 are an error, and the model stays as it was', async (t) => {
  const model = await new SGDRegressor({ randomState: 1, learningRate: 'constant', eta0: 1e10, loss: 'squaredError' }).partialFit([[1]], [0]);
  const before = model.coef.toArray();
  await t.throwsAsync(model.fit(x.mul(1e305), y), { code: 'ERR_ARGUMENT', message: /SGDRegressor: .*range of float64 in epoch 1/ });
  t.deepEqual(model.coef.toArray(), before);
});

test('wrong input is named', async (t) => {
  t.throws(() => new SGDClassifier({ alpha: 0 }), { code: 'ERR_ARGUMENT', message: /alpha is a number > 0/ });
  t.throws(() => new Perceptron({ maxIter: 0 }), { code: 'ERR_ARGUMENT', message: /maxIter/ });
  t.throws(() => new Perceptron().predict(x), { code: 'ERR_ARGUMENT', message: /before fit/ });
  await t.throwsAsync(new Perceptron({ classWeight: { 3: 2 } }).fit(x, y), { code: 'ERR_ARGUMENT', message: /classWeight has '3', the classes are 0, 1, 2/ });
  await t.throwsAsync(new Perceptron().fit(x, y.slice([0, 10])), { code: 'ERR_SHAPE' });
  await t.throwsAsync(new Perceptron().fit(x, y.mul(0)), { code: 'ERR_ARGUMENT', message: /one class only/ });
  await t.throwsAsync(new Perceptron().fit([[NaN], [1]], [0, 1]), { code: 'ERR_ARGUMENT', message: /x is not finite in row 0/ });
  await t.throwsAsync(new Perceptron().partialFit(x, y, { classes: [0, 1] }), { code: 'ERR_ARGUMENT', message: /label 2/ });
});

test('reaching maxIter warns', async (t) => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  await new Perceptron({ maxIter: 1 }).fit(x, y);
  t.is((await warned).name, 'ConvergenceWarning');
});

test('threshold units fire from 0 on, or give the sign', (t) => {
  const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];
  t.deepEqual(new ThresholdLogicUnit({ weights: [1, 1], bias: -1 }).predict(corners).toArray(), [0, 1, 1, 1]);
  t.deepEqual(new ThresholdLogicUnit({ weights: [1, 1], bias: -1, activation: 'sign' }).predict(corners).toArray(), [-1, 0, 0, 1]);
  const layer = new ThresholdLogicUnit({ weights: [[1, 1], [1, 1]], bias: [-1, -2] });
  t.deepEqual(layer.predict(corners).toArray(), [[0, 0], [1, 0], [1, 0], [1, 1]]);
  t.throws(() => new ThresholdLogicUnit({ weights: [1, 1], bias: [1, 2] }), { code: 'ERR_SHAPE' });
});
