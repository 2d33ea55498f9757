import test from 'ava';

import * as hebb from '../../src/index.js';
import { HebbError, capture, tensor, valueAndGrad, zeros, zerosLike, type Tensor } from '../../src/index.js';
import type { Dtype } from '../../src/dtype.js';
import { adamUpdate, momentumUpdate, rmspropUpdate, sgdUpdate } from '../../src/ops/optimizer_updates.js';
import { differs, spread } from '../support/check_op.js';
import { distance, golden, type GoldenTensor, type MlpNetwork, type MlpOptimizer } from '../support/golden.js';

const asTensor = ({ shape, data }: GoldenTensor, dtype: Dtype): Tensor => tensor(Float64Array.from(data), { shape, dtype });
const scalar = (value: number, dtype: Dtype): Tensor => tensor(value, { dtype });

const activations: Record<string, (x: Tensor) => Tensor> = {
  relu: (x) => hebb.relu(x),
  elu: (x) => hebb.elu(x),
  tanh: (x) => hebb.tanh(x),
  linear: (x) => x,
};

function lossOf(network: MlpNetwork, weights: readonly Tensor[], x: Tensor, y: Tensor): Tensor {
  let out = x;
  for (const [layer, name] of network.activations.entries()) {
    out = activations[name]!(hebb.add(hebb.matmul(out, weights[2 * layer]!), weights[2 * layer + 1]!));
  }
  if (network.loss.startsWith('sparse')) return hebb.softmaxCrossEntropy(out, hebb.cast(y, 'int32')).mean();
  return hebb.reshape(out, y.shape).sub(y).square().mean();
}

/** One step of an optimiser over all weights; keeps its slots. */
function stepper(kind: MlpOptimizer, weights: readonly Tensor[], dtype: Dtype): (gradients: readonly Tensor[]) => void {
  const rule = golden('mlp').optimizers[kind];
  const rate = scalar(rule['learningRate'] as number, dtype);
  const step = scalar(0, dtype);
  const first = weights.map(zerosLike);
  const second = weights.map(zerosLike);
  const apply: Record<MlpOptimizer, (w: Tensor, g: Tensor, i: number) => void> = {
    sgd: (w, g) => { sgdUpdate(w, g, rate); },
    sgdMomentum: (w, g, i) => { momentumUpdate(w, first[i]!, g, rate, rule['momentum'] as number, false); },
    sgdNesterov: (w, g, i) => { momentumUpdate(w, first[i]!, g, rate, rule['momentum'] as number, true); },
    adam: (w, g, i) => {
      adamUpdate(w, first[i]!, second[i]!, g, rate, step, rule['beta1'] as number, rule['beta2'] as number, rule['epsilon'] as number);
    },
    rmsprop: (w, g, i) => { rmspropUpdate(w, first[i]!, g, rate, rule['rho'] as number, 0, rule['epsilon'] as number); },
  };
  return (gradients) => {
    hebb.addInPlace(step, 1);
    for (const [i, w] of weights.entries()) apply[kind](w, gradients[i]!, i);
  };
}

for (const name of ['classifier', 'regression'] as const) {
  for (const kind of ['sgd', 'sgdMomentum', 'sgdNesterov', 'adam', 'rmsprop'] as const) {
    test(`ten steps of ${kind} on the ${name} network are the recorded ones`, (t) => {
      const network = golden('mlp').networks[name];
      for (const dtype of ['float64', 'float32'] as const) {
        const tolerance = dtype === 'float64' ? 1e-12 : 1e-5;
        const recorded = network[dtype][kind];
        const weights = network.initial.map((w) => asTensor(w, dtype));
        const update = stepper(kind, weights, dtype);
        const [xs, ys] = [asTensor(network.x, dtype), asTensor(network.y, dtype)];
        const losses: number[] = [];
        for (let i = 0; i < 10; i++) {
          const rows: [number, number] = [i * network.batch, (i + 1) * network.batch];
          const [loss, gradients] = valueAndGrad(() => lossOf(network, weights, hebb.slice(xs, rows), hebb.slice(ys, rows)), weights);
          losses.push(loss.item());
          const expected = i === 0 ? network[dtype].gradients1 : i === 9 ? recorded.gradients10 : [];
          for (const [j, g] of expected.entries()) {
            const apart = distance(gradients[j]!.dataSync(), g.data);
            t.true(apart <= tolerance, `${dtype}, step ${i + 1}, gradient ${j}: ${apart}`);
          }
          update(gradients);
        }
        t.true(distance(losses, recorded.losses) <= tolerance, `${dtype} losses`);
        for (const [j, w] of recorded.final.entries()) {
          t.true(distance(weights[j]!.dataSync(), w.data) <= tolerance, `${dtype} weight ${j}`);
        }
      }
    });
  }
}

const values = (n: number, k: number): number[] => [...spread([n], k, [-2, 2]).data];
const doubles = (data: readonly number[]): Tensor => tensor(Float64Array.from(data));

test('amsgrad divides by the largest second moment so far', (t) => {
  for (const n of [1, 7, 8, 9, 40]) {
    const w = doubles(values(n, 0));
    const [m, v, top] = [zeros([n], { dtype: 'float64' }), zeros([n], { dtype: 'float64' }), zeros([n], { dtype: 'float64' })];
    const expected = values(n, 0).map((value) => ({ w: value, m: 0, v: 0, top: 0 }));
    for (let step = 1; step <= 6; step++) {
      const g = values(n, step).map((value) => value / step ** 2);
      adamUpdate(w, m, v, doubles(g), scalar(0.1, 'float64'), scalar(step, 'float64'), 0.9, 0.99, 1e-7, top);
      const alpha = (0.1 * Math.sqrt(1 - 0.99 ** step)) / (1 - 0.9 ** step);
      for (const [i, e] of expected.entries()) {
        e.m = 0.9 * e.m + 0.1 * g[i]!;
        e.v = 0.99 * e.v + 0.01 * g[i]! ** 2;
        e.top = Math.max(e.top, e.v);
        e.w -= (alpha * e.m) / (Math.sqrt(e.top) + 1e-7);
      }
    }
    t.is(differs(w.dataSync(), expected.map((e) => e.w), 1e-12), null);
    t.is(differs(top.dataSync(), expected.map((e) => e.top), 1e-12), null);
    t.true(n === 1 || expected.some((e) => e.top > e.v));
  }
});

test('rmsprop with momentum, centered, and both', (t) => {
  for (const [momentum, centered] of [[0.9, false], [0, true], [0.5, true]] as const) {
    for (const n of [1, 8, 19]) {
      const w = doubles(values(n, 0));
      const slot = (): Tensor => zeros([n], { dtype: 'float64' });
      const square = slot();
      const velocity = momentum > 0 ? slot() : undefined;
      const average = centered ? slot() : undefined;
      const expected = values(n, 0).map((value) => ({ w: value, s: 0, a: 0, u: 0 }));
      for (let step = 1; step <= 4; step++) {
        const g = values(n, step);
        rmspropUpdate(w, square, doubles(g), scalar(0.05, 'float64'), 0.8, momentum, 1e-6, velocity, average);
        for (const [i, e] of expected.entries()) {
          e.s = 0.8 * e.s + 0.2 * g[i]! ** 2;
          e.a = 0.8 * e.a + 0.2 * g[i]!;
          const change = (0.05 * g[i]!) / Math.sqrt(e.s - (centered ? e.a ** 2 : 0) + 1e-6);
          e.u = momentum * e.u + change;
          e.w -= e.u;
        }
      }
      t.is(differs(w.dataSync(), expected.map((e) => e.w), 1e-12), null, `momentum ${momentum}, centered ${centered}`);
    }
  }
});

test('a captured step reads the learning rate and the count anew at each replay', async (t) => {
  const w = tensor([1, 1, 1]);
  const g = tensor([1, 2, 3]);
  const rate = scalar(0.5, 'float32');
  const program = capture(() => {
    sgdUpdate(w, g, rate);
    rate.assign(rate.mul(0.5));
  });
  await program.run(2);
  t.deepEqual(w.toArray(), [0.25, -0.5, -1.25]);
  const m = tensor([0]);
  const v = tensor([0]);
  const step = scalar(0, 'float32');
  const x = tensor([0]);
  const adam = capture(() => {
    step.addInPlace(1);
    adamUpdate(x, m, v, tensor([2]), scalar(0.1, 'float32'), step, 0.9, 0.999, 1e-7);
  });
  await adam.run(3);
  t.is(step.item(), 3);
  t.true(Math.abs(x.item() + 0.3) < 1e-5, 'each step of a constant gradient is the learning rate long');
});

test('a long parameter is updated in parallel with the bits of its parts', (t) => {
  const n = 50_001;
  const g = tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(i)));
  const run = (from: number, to: number): Float32Array => {
    const w = zeros([to - from]);
    const v = zeros([to - from]);
    momentumUpdate(w, v, g.slice([from, to]), scalar(0.1, 'float32'), 0.9, true);
    return w.dataSync() as Float32Array;
  };
  const whole = run(0, n);
  for (const [from, to] of [[0, 17], [16_380, 16_400], [n - 5, n]] as const) t.deepEqual(run(from, to), whole.slice(from, to));
});

test('gradients are read from any layout; a parameter must be row-major', (t) => {
  const g = tensor([[1, 2, 3], [4, 5, 6]]);
  const w = zeros([3, 2]);
  sgdUpdate(w, g.transpose(), scalar(1, 'float32'));
  t.deepEqual(w.toArray(), [[-1, -4], [-2, -5], [-3, -6]]);
  t.throws(() => { sgdUpdate(zeros([3, 2]).transpose(), g, scalar(1, 'float32')); }, { instanceOf: HebbError });
  const code = (fn: () => void): string => t.throws(fn, { instanceOf: HebbError }).code;
  t.is(code(() => { sgdUpdate(zeros([3, 2]), g, scalar(1, 'float32')); }), 'ERR_SHAPE');
  t.is(code(() => { sgdUpdate(zeros([2, 3], { dtype: 'int32' }), g, scalar(1, 'float32')); }), 'ERR_DTYPE');
  t.is(code(() => { sgdUpdate(zeros([2, 3]), g, zeros([2])); }), 'ERR_SHAPE');
});
