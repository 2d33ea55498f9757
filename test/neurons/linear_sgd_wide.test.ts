import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { Perceptron, SGDClassifier, SGDRegressor, memory, scope, tensor, type Dtype, type Tensor } from 'hebb';

interface WideCase {
  kind: 'Perceptron' | 'SGDClassifier' | 'SGDRegressor';
  data: keyof typeof wide;
  binary: boolean;
  options: Record<string, never>;
  epochs: number;
  sha256: string;
  intercept: number[];
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/linear_sgd_wide.json', import.meta.url), 'utf8')) as { cases: WideCase[] };
const learners = { Perceptron, SGDClassifier, SGDRegressor };
const [rows, features] = [240, 77];

/** What test/golden/make_linear_sgd_wide.py says. */
function wideRows(kind: 'bytes' | 'floats' | 'signed' | 'dense'): { x: Float64Array; labels: Int32Array; targets: Float64Array } {
  let state = 12345;
  const draw = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const pixels = kind === 'bytes' || kind === 'floats';
  const x = new Float64Array(rows * features);
  const labels = new Int32Array(rows);
  const targets = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) {
      const [keep, value] = [draw(), draw()];
      const zero = keep < 0.65 && kind !== 'dense';
      if (pixels) x[i * features + j] = zero || i === 0 || i === 100 ? 0 : Math.floor(value * 256);
      else x[i * features + j] = zero ? -0 : (value - 0.5) * 2 ** ((i % 7) - 3);
    }
    const thirds = [0, 1, 2].map((third) => x.subarray(i * features + 25 * third, i * features + 25 * (third + 1)).reduce((sum, value) => sum + value, 0));
    labels[i] = thirds.indexOf(Math.max(...thirds));
    targets[i] = (thirds[0]! - thirds[1]!) / (pixels ? 512 : 4);
  }
  return { x: kind === 'floats' ? x.map((value) => Math.fround(value / Math.fround(255))) : x, labels, targets };
}
const wide = { bytes: wideRows('bytes'), floats: wideRows('floats'), signed: wideRows('signed'), dense: wideRows('dense') };

/** Trains on the rows as this type and compares with scikit-learn's weights. */
async function check(t: ExecutionContext, { kind, data, binary, options, epochs, sha256, intercept }: WideCase, dtype: Dtype): Promise<void> {
  const { x, labels, targets } = wide[data];
  const y = kind === 'SGDRegressor' ? tensor(targets) : binary ? tensor(labels).equal(2) : tensor(labels);
  const model = await new learners[kind](options).fit(tensor(x, { shape: [rows, features], dtype }), y);
  t.deepEqual([...model.intercept.dataSync()], intercept);
  t.is(model.nIter, epochs);
  const hash = createHash('sha256');
  for (const part of [model.coef, model.intercept]) hash.update(Buffer.from(part.dataSync().buffer as ArrayBuffer));
  t.is(hash.digest('hex'), sha256);
}

for (const wideCase of golden.cases) {
  const { kind, data, binary, options } = wideCase;
  test(`scikit-learn's weights to the last bit: ${kind} on ${data}, ${binary ? 'binary' : 'all classes'}, ${JSON.stringify(options)}`, async (t) => {
    await check(t, wideCase, 'float64');
    if (data === 'bytes') await check(t, wideCase, 'uint8');
    if (data === 'bytes' || data === 'floats') await check(t, wideCase, 'float32');
  });
}

test('numbers that are not finite are named by row and feature, whatever else the rows hold', async (t) => {
  const cases = [['bytes', 'float64'], ['floats', 'float32'], ['signed', 'float64']] as const;
  for (const [data, dtype] of cases) {
    for (const [at, wrong] of [[5 * features + 7, NaN], [239 * features + 76, -Infinity]] as const) {
      const x = Float64Array.from(wide[data].x);
      x[at] = wrong;
      const where = new RegExp(`x is not finite in row ${Math.floor(at / features)}, feature ${at % features}$`);
      await t.throwsAsync(new Perceptron().fit(tensor(x, { shape: [rows, features], dtype }), wide[data].labels), { code: 'ERR_ARGUMENT', message: where });
    }
  }
});

test('rows of zeros only teach the intercept', async (t) => {
  const model = await new Perceptron({ maxIter: 8, tol: null, shuffle: false }).fit(tensor(new Float64Array(4 * 70), { shape: [4, 70] }), [0, 1, 1, 1]);
  t.deepEqual([...model.coef.dataSync()], Array.from({ length: 70 }, () => 0));
  t.deepEqual([...model.intercept.dataSync()], [1]);
});

test('numbers near the ends of the range of float64 are learned from as any others', async (t) => {
  const sizes = [1e-320, 1e-200, 1e-30, 1, 1e30, 1e150, 1e300];
  const x = Float64Array.from({ length: 40 * 70 }, (_, i) => (((i * 7919) % 13) - 6) * sizes[Math.floor(i / 70) % 7]!);
  const labels = Array.from({ length: 40 }, (_, i) => i % 2);
  // One epoch at a time, which looks at every sum, against eight that look at few.
  const options = { shuffle: false, maxIter: 8, tol: null };
  const whole = await new Perceptron(options).fit(tensor(x, { shape: [40, 70] }), labels);
  const parts = new Perceptron(options);
  for (let i = 0; i < 8; i++) await parts.partialFit(tensor(x, { shape: [40, 70] }), labels, { classes: [0, 1] });
  t.deepEqual(whole.coef.dataSync(), parts.coef.dataSync());
  t.deepEqual(whole.intercept.dataSync(), parts.intercept.dataSync());
});

test.serial('rows may be disposed of while they are learned from, and are given back afterwards', async (t) => {
  const { x, labels } = wide.floats;
  const options = { maxIter: 30, tol: null };
  const expected = await new Perceptron(options).fit(tensor(x, { shape: [rows, features] }), labels);
  const before = memory().cpu.bytes;
  const training = scope(() => {
    const input: Tensor = tensor(x, { shape: [rows, features] });
    return { done: new Perceptron(options).fit(input, labels) };
  });
  for (let i = 0; i < 4; i++) tensor(new Float64Array(rows * features).fill(i)).dispose(); // would take over their bytes
  t.deepEqual((await training.done).coef.dataSync(), expected.coef.dataSync());
  t.true(memory().cpu.bytes - before < x.byteLength);
});

test('columns, strides and whole numbers are learned from as the rows they show', async (t) => {
  const { x, labels } = wide.bytes;
  const whole = tensor(x, { shape: [rows, features] });
  const expected = (await new Perceptron().fit(whole, labels)).coef.dataSync();
  const columns = whole.T.copy().T;
  t.deepEqual((await new Perceptron().fit(columns, labels)).coef.dataSync(), expected);
  t.deepEqual((await new Perceptron().fit(whole.cast('int32'), labels)).coef.dataSync(), expected);
  const shifted = tensor(Float64Array.of(...x, ...x), { shape: [2 * rows, features] }).slice([rows, null]);
  t.deepEqual((await new Perceptron().fit(shifted, labels)).coef.dataSync(), expected);
});
