import test from 'ava';
import { lbfgs, type LbfgsOptions, type Slope } from '../../src/estimators/lbfgs.js';

/** Rosenbrock's valley in several dimensions. */
function valley(x: Float64Array): Slope {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i + 1]! - x[i]! ** 2, 1 - x[i]!];
    value += 100 * a * a + b * b;
    gradient[i]! += -400 * x[i]! * a - 2 * b;
    gradient[i + 1]! += 200 * a;
  }
  return { value, gradient };
}

async function run(start: number[], f: (x: Float64Array) => Slope, options: Partial<LbfgsOptions> = {}): Promise<{ x: number[]; converged: boolean; values: number[]; evaluations: number }> {
  const values: number[] = [];
  let evaluations = 0;
  const counted = (x: Float64Array): Promise<Slope> => {
    evaluations++;
    return Promise.resolve(f(x));
  };
  const found = await lbfgs(counted, Float64Array.from(start), { maxIter: 1000, maxEvaluations: 1000, gradientTolerance: 1e-4, onIteration: (value) => values.push(value), ...options });
  return { x: [...found.x], converged: found.converged, values, evaluations };
}

// scipy.optimize.minimize(rosen, start, method='L-BFGS-B', jac=True, options={'gtol': 1e-4}), SciPy 1.17: iterations and evaluations.
const recorded: [number[], number, number][] = [
  [[-1.2, 1], 36, 44],
  [[3, -2, 1, 0.5, 2], 55, 67],
  [Array.from({ length: 15 }, (_, i) => -2 + (4 * i) / 14), 90, 108],
];

for (const [start, iterations, evaluations] of recorded) {
  test(`lbfgs goes through a valley of ${start.length} dimensions as SciPy does`, async (t) => {
    const found = await run(start, valley);
    t.true(found.converged);
    t.is(found.values.length, iterations);
    t.is(found.evaluations, evaluations);
    for (const value of found.x) t.true(Math.abs(value - 1) < 1e-3, `${value}`);
    t.deepEqual(found.values, [...found.values].sort((a, b) => b - a), 'it only goes down');
  });
}

test('lbfgs ends at a limit, at the start, and where nothing goes down', async (t) => {
  const limited = await run([-1.2, 1], valley, { maxIter: 5 });
  t.deepEqual([limited.converged, limited.values.length], [false, 5]);
  t.true((await run([-1.2, 1], valley, { maxEvaluations: 9 })).evaluations < 9 + 20);
  t.like(await run([1, 1], valley), { converged: true, values: [], evaluations: 1 });
  const lying = await run([3], ([x]) => ({ value: x! * x!, gradient: Float64Array.of(-2 * x!) }));
  t.deepEqual([lying.converged, lying.x], [false, [3]]);
});
