import test, { type ExecutionContext } from 'ava';
import { callbacks, layers, optimizers, sequential, tensor } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';
import { golden, mismatch, type FitCase, type GoldenTensor } from '../support/golden.js';

type Float = 'float32' | 'float64';

const { data, initial, cases, onBatches, earlyStopping } = golden('training');
const floatTolerance = { float64: 1e-10, float32: 2e-5 };
// Keras holds Adam's beta powers in float32 whatever the model's type: 1 - 0.999 is then wrong by 1.3e-5.
const adamTolerance = 2e-6;
const floats: Float[] = ['float64', 'float32'];

function toTensor({ shape, data: values }: GoldenTensor, dtype: Float | 'int32'): Tensor {
  return tensor(Float64Array.from(values), { shape, dtype });
}

function close(t: ExecutionContext, what: string, actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  t.is(mismatch(actual, expected, { relative: tolerance, absolute: tolerance }), null, what);
}

/** The recorded network 4 - 6 tanh - outputs, compiled as the case says. */
function build({ activation, loss, target, metrics, optimizer, options }: FitCase, dtype: Float): Sequential {
  const outputs = target === 'bits' || target === 'values' ? 1 : 3;
  const net = sequential([
    layers.dense({ units: 6, activation: 'tanh', inputShape: [4], dtype }),
    layers.dense({ units: outputs, activation, dtype }),
  ]);
  net.setWeights(initial[outputs].map((w) => toTensor(w, dtype)));
  const { kind, ...rates } = optimizer;
  // Keras holds the momentum in float32, too.
  if (typeof rates['momentum'] === 'number') rates['momentum'] = Math.fround(rates['momentum']);
  net.compile({ optimizer: optimizers[kind](rates), loss, metrics, weightedMetrics: options.weightedMetrics ?? [] });
  return net;
}

for (const [name, recorded] of Object.entries(cases)) {
  test(`fit() gives Keras's history, weights and predictions: ${name}`, async (t) => {
    for (const dtype of floats) {
      const net = build(recorded, dtype);
      const tolerance = Math.max(floatTolerance[dtype], recorded.optimizer.kind === 'adam' ? adamTolerance : 0);
      const x = toTensor(data.x, dtype);
      const y = toTensor(data[recorded.target], recorded.target === 'labels' ? 'int32' : dtype);
      const { sampleWeight, weightedMetrics: _, ...options } = recorded.options;
      const weights = sampleWeight === true ? { sampleWeight: toTensor(data.weights, dtype) } : {};
      const { history, epoch } = await net.fit(x, y, {
        batchSize: 16, epochs: 3, shuffle: false, verbose: 0, ...options, ...weights,
      });
      const expected = recorded[dtype];
      t.deepEqual(epoch, expected.epochs);
      t.deepEqual(Object.keys(history), Object.keys(expected.history), 'the keys in order');
      for (const [key, values] of Object.entries(expected.history)) close(t, `${dtype} ${key}`, history[key]!, values, tolerance);
      const evaluated = await net.evaluate(x, y, { batchSize: 16, ...weights });
      t.deepEqual(Object.keys(evaluated).sort(), Object.keys(expected.evaluate));
      for (const [key, value] of Object.entries(expected.evaluate)) close(t, `${dtype} evaluate ${key}`, [evaluated[key]!], [value], tolerance);
      close(t, `${dtype} predict`, net.predict(x.slice([0, 3])).dataSync(), expected.predict.data, tolerance);
      for (const [i, w] of net.getWeights().entries()) close(t, `${dtype} weight ${i}`, w.dataSync(), expected.final[i]!.data, tolerance);
    }
  });
}

test("trainOnBatch() and testOnBatch() give Keras's logs", (t) => {
  for (const dtype of floats) {
    const net = build({ ...cases['plain']!, metrics: ['accuracy'] }, dtype);
    const rows = (at: number): [Tensor, Tensor] => [
      toTensor(data.x, dtype).slice([at, at + 16]),
      toTensor(data.oneHot, dtype).slice([at, at + 16]),
    ];
    for (const [i, expected] of onBatches[dtype].trainOnBatch.entries()) {
      const logs = net.trainOnBatch(...rows(16 * i));
      for (const [key, value] of Object.entries(expected)) close(t, `${dtype} batch ${i} ${key}`, [logs[key]!], [value], floatTolerance[dtype]);
    }
    const logs = net.testOnBatch(...rows(0));
    for (const [key, value] of Object.entries(onBatches[dtype].testOnBatch)) close(t, `${dtype} ${key}`, [logs[key]!], [value], floatTolerance[dtype]);
  }
});

test("earlyStopping() stops, remembers and restores as Keras's does, on every recorded sequence", async (t) => {
  t.true(earlyStopping.traces.length > 50);
  for (const trace of earlyStopping.traces) {
    const what = JSON.stringify([trace.sequence, trace.arguments]);
    const net = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
    const callback = callbacks.earlyStopping(trace.arguments);
    await callback.onTrainBegin?.(net, { epochs: 1, initialEpoch: 0, stepsPerEpoch: 1, batchSize: 1, rows: 1 });
    let epochsRun = 0;
    for (const [epoch, loss] of earlyStopping.sequences[trace.sequence]!.entries()) {
      net.setWeights([[[epoch]]]); // stands for what the epoch learnt
      await callback.onEpochEnd?.(net, epoch, { val_loss: loss });
      epochsRun = epoch + 1;
      if (net.stopTraining) break;
    }
    await callback.onTrainEnd?.(net, {}, true);
    t.is(epochsRun, trace.epochsRun, what);
    t.is(net.getWeights()[0]!.item(), trace.weightsOfEpoch, what);
    const { stoppedEpoch, bestEpoch, best = null, wait } = callback;
    const { stoppedEpoch: a, bestEpoch: b, best: c, wait: d } = trace;
    t.deepEqual({ stoppedEpoch, bestEpoch, best, wait }, { stoppedEpoch: a, bestEpoch: b, best: c, wait: d }, what);
  }
});
