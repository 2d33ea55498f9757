import test from 'ava';
import { initializers, matmul, seed, transpose } from '../../src/index.js';
import { golden } from '../support/golden.js';

const { shape, cases } = golden('initializers');
const makers: Record<string, (options?: never) => ReturnType<typeof initializers.zeros>> = initializers;

test('every initialiser draws the recorded distribution', (t) => {
  const names = new Set(cases.map(({ initializer }) => initializer));
  t.deepEqual([...names].sort(), Object.keys(initializers).sort());
  seed(11);
  for (const { initializer, arguments: options, expected } of cases) {
    const what = `${initializer} ${JSON.stringify(options)}`;
    for (const dtype of ['float32', 'float64'] as const) {
      const w = makers[initializer]!(options as never).call(shape, dtype);
      t.is(w.dtype, dtype);
      t.deepEqual([...w.shape], shape);
      const mean = w.mean().item();
      const std = Math.sqrt(w.sub(mean).square().mean().item());
      const exact = expected.distribution === 'exact';
      const meanTolerance = exact ? 1e-6 : (5 * expected.std) / Math.sqrt(30000);
      t.true(Math.abs(mean - expected.mean) <= meanTolerance, `${what}: mean ${mean}`);
      t.true(Math.abs(std - expected.std) <= (exact ? 1e-6 : 0.02 * expected.std), `${what}: std ${std}`);
      const slack = 1e-6 * Math.max(1, Math.abs(expected.max ?? 0));
      t.true(w.min().item() >= (expected.min ?? -Infinity) - slack, `${what}: min ${w.min().item()}`);
      t.true(w.max().item() <= (expected.max ?? Infinity) + slack, `${what}: max ${w.max().item()}`);
      if (expected.distribution === 'uniform' || expected.distribution === 'truncatedNormal') {
        t.true(w.max().item() > expected.mean + 0.97 * (expected.max! - expected.mean), `${what} reaches its bounds`);
      }
    }
  }
});

test('orthogonal gives orthonormal columns of a tall matrix and rows of a flat one, times gain', (t) => {
  for (const [rows, columns] of [[30, 10], [10, 30], [16, 16]] as const) {
    const w = initializers.orthogonal({ gain: 2, seed: 4 }).call([rows, columns], 'float64');
    const products = rows < columns ? matmul(w, transpose(w)) : matmul(transpose(w), w);
    const size = Math.min(rows, columns);
    for (const [i, value] of products.dataSync().entries()) {
      t.true(Math.abs(value - (i % (size + 1) === 0 ? 4 : 0)) < 1e-12);
    }
  }
  t.deepEqual([...initializers.orthogonal().call([3, 4, 5]).shape], [3, 4, 5]);
});

test('a seed gives the same numbers every time and leaves the global generator alone', (t) => {
  seed(1);
  const undisturbed = initializers.glorotUniform().call([4, 4]).dataSync();
  seed(1);
  const [a, b] = [1, 1].map(() => initializers.randomNormal({ seed: 9 }).call([4, 4]).dataSync());
  t.deepEqual(a, b);
  t.notDeepEqual(a, initializers.randomNormal({ seed: 10 }).call([4, 4]).dataSync());
  t.deepEqual(initializers.glorotUniform().call([4, 4]).dataSync(), undisturbed);
});

test('options of initialisers are checked when they are made, shapes when they are used', (t) => {
  t.throws(() => initializers.randomNormal({ stddev: -1 }), { code: 'ERR_ARGUMENT', message: /randomNormal: stddev .* got -1/ });
  t.throws(() => initializers.randomUniform({ minval: 1, maxval: 0 }), { code: 'ERR_ARGUMENT', message: /maxval .* got 0/ });
  t.throws(() => initializers.constant({ value: NaN }), { code: 'ERR_ARGUMENT' });
  t.throws(() => initializers.varianceScaling({ mode: 'fan' as never }), { code: 'ERR_ARGUMENT', message: /mode is one of fanIn/ });
  t.throws(() => initializers.varianceScaling({ distribution: 'gamma' as never }), { code: 'ERR_ARGUMENT', message: /gamma/ });
  t.throws(() => initializers.varianceScaling({ scale: -1 }), { code: 'ERR_ARGUMENT' });
  t.throws(() => initializers.identity().call([3]), { code: 'ERR_SHAPE', message: /identity: needs a matrix, got \[3\]/ });
  t.throws(() => initializers.orthogonal().call([3]), { code: 'ERR_SHAPE', message: /orthogonal/ });
});
