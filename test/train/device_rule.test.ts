import test from 'ava';
import { layers, optimizers, randn, sequential, zeros, type Model } from '../../src/index.js';
import type { Optimizer } from '../../src/optimizers/index.js';
import { cpuSeconds, gainsOnGpu, gpuSeconds, type RunSize } from '../../src/train/device_rule.js';
import { runSize } from '../../src/train/run_size.js';

const cpu = { isa: 'avx512', threads: 2 };
const h200 = { processors: 132, started: false };

/** The run of epochs over some rows with a network of dense layers. */
function run(units: readonly number[], rows: number, batchSize: number, epochs: number, optimizer: Optimizer = optimizers.sgd()): RunSize | undefined {
  const [inputs = 1, ...widths] = units;
  const net = sequential(widths.map((units, i) => layers.dense({ units, ...(i === 0 && { inputShape: [inputs] }) })));
  net.compile({ optimizer, loss: 'mse' });
  const data = { x: [zeros([1, inputs])], y: [zeros([1, units.at(-1) ?? 1])], weights: [] };
  const size = runSize(net, [data], batchSize, epochs * Math.ceil(rows / batchSize), epochs);
  return size && { ...size, dataBytes: size.dataBytes * rows };
}

const mnist = (batchSize: number, epochs = 1): RunSize => run([784, 300, 100, 10], 60_000, batchSize, epochs)!;

test('the estimates are near to what was measured', (t) => {
  const near = (estimate: number, measured: number, share: number): void => {
    t.true(Math.abs(estimate / measured - 1) < share, `${estimate} for ${measured}`);
  };
  // Seconds per epoch of 784-300-100-10 on one and two threads of the CPU: bench/RESULTS.md.
  for (const [batchSize, one, two] of [[32, 0.6, 0.43], [128, 0.63, 0.39], [1024, 0.64, 0.48]] as const) {
    near(cpuSeconds(mnist(batchSize), { ...cpu, threads: 1 }), one, 0.25);
    near(cpuSeconds(mnist(batchSize), cpu), two, 0.25);
  }
  // Seconds per step on the GPU, data and weights being there: docs/gpu.md.
  for (const [batchSize, step] of [[32, 42.5e-6], [128, 49.8e-6], [512, 83.4e-6], [2048, 172.4e-6], [8192, 401.6e-6]] as const) {
    const there = { ...mnist(batchSize), dataBytes: 0, trips: 0 };
    const longer = { ...there, steps: 2 * there.steps };
    near((gpuSeconds(longer, h200) - gpuSeconds(there, h200)) / there.steps, step, 0.4);
  }
});

test('a run goes to the GPU where all of it, driver and copies included, is 1.5 times as fast there', (t) => {
  const cases: [name: string, run: RunSize | undefined, cpu: { isa: string; threads: number }, started: boolean, gains: boolean][] = [
    ['XOR', run([2, 8, 1], 4, 4, 5000), cpu, true, false],
    ['iris', run([4, 10, 3], 150, 16, 500), cpu, true, false],
    ['wine', run([13, 32, 3], 178, 32, 1000), cpu, true, false],
    ['MNIST, one epoch, with the start of the driver', mnist(32, 1), cpu, false, false],
    ['MNIST, one epoch, the driver running', mnist(32, 1), cpu, true, true],
    ['MNIST, five epochs', mnist(32, 5), cpu, false, true],
    ['MNIST, five epochs, on a CPU of 64 threads', mnist(32, 5), { isa: 'avx512', threads: 64 }, false, false],
    ['a wide network, one epoch', run([1024, 4096, 4096, 10], 20_000, 512, 1), cpu, false, true],
    ['a wide network on 64 threads', run([1024, 4096, 4096, 10], 20_000, 512, 2), { isa: 'avx512', threads: 64 }, false, true],
    ['one step of a wide network', run([1024, 4096, 4096, 10], 32, 32, 1), cpu, false, false],
  ];
  for (const [name, size, machine, started, gains] of cases) t.is(gainsOnGpu(size!, machine, { ...h200, started }), gains, name);
});

test('a small GPU, an unknown CPU and values that go back and forth at every step count', (t) => {
  const wide = run([256, 512, 512, 10], 60_000, 512, 3)!;
  t.true(gainsOnGpu(wide, cpu, h200));
  t.false(gainsOnGpu(wide, cpu, { processors: 1, started: true }));
  t.false(gainsOnGpu(wide, { isa: 'unknown', threads: 1 }, h200));
  const deep = run([256, 1024, 1024, 10], 6400, 32, 4, optimizers.adam())!;
  t.true(gainsOnGpu(deep, cpu, h200));
  t.false(gainsOnGpu({ ...deep, trips: deep.steps }, cpu, h200));
});

test('the size of a run counts products, state and data, and no look-up', (t) => {
  const sizeOf = (model: Model, x = randn([5, 3])): RunSize | undefined => {
    model.compile({ optimizer: optimizers.sgd({ momentum: 0.9 }), loss: 'mse' });
    model.ensureBuilt([x]);
    return runSize(model, [{ x: [x], y: [randn([5, 2])], weights: [] }], 5, 7, 2);
  };
  const dense = sizeOf(sequential([layers.dense({ units: 4 }), layers.dense({ units: 2 })]));
  t.like(dense, { flops: 5 * (4 * 12 + 6 * 8), steps: 7, trips: 2, dataBytes: 4 * (15 + 10) });
  // 26 numbers in the weights, as many velocities; steps and learning rate in float64.
  t.is(dense?.stateBytes, 4 * 2 * 26 + 2 * 8);
  const looked = sizeOf(sequential([layers.embedding({ inputDim: 1000, outputDim: 8 }), layers.flatten(), layers.dense({ units: 2 })]), zeros([5, 3]));
  t.is(looked?.flops, 5 * 4 * 24 * 2);
  t.is(sizeOf(sequential([layers.dense({ units: 2, dtype: 'float64' })])), undefined);
});
