import test from 'ava';
import { capture, getDevice, tensor, zeros } from '../../src/index.js';
import { bufferUsage } from '../../src/memory.js';
import { childResult } from '../support/node_process.js';

// What the CPU promises: memory of a GPU is freed by scopes, dispose() or a turn of the event loop.
const cpuTest = getDevice() === 'cpu' ? test : test.skip;

cpuTest('1,000 eager ops of 1 MB in a synchronous loop without dispose stay under 200 MB', async (t) => {
  const peak = await childResult(`
    const x = hebb.ones([512, 512]);
    let peak = 0;
    for (let i = 0; i < 1000; ++i) {
      x.add(1);
      peak = Math.max(peak, rss());
    }
    console.log(peak);`);
  t.true(Number(peak) < 200, `${String(peak)} MB`);
});

cpuTest('a large typed array becomes a tensor without a second copy when it is transferred, and bytes become floats in one step', async (t) => {
  const [before, transferred, divided] = (await childResult(`
    const bytes = new Uint8Array(40e6).fill(1);
    const before = rss();
    const x = hebb.tensor(bytes, { transfer: true });
    const transferred = rss();
    const y = x.div(255);
    console.log(JSON.stringify([before, transferred, rss(), y.size]));`)) as [number, number, number];
  t.true(transferred - before < 20, `transfer: ${before} -> ${transferred} MB`);
  t.true(divided - transferred < 200, `160 MB of floats: ${transferred} -> ${divided} MB`);
});

cpuTest('what a call only computed with is not kept for the next one', async (t) => {
  const freed = await childResult(`
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    let x = hebb.ones([10_000_000]);
    const before = hebb.memory().cpu.bytes;
    x = undefined;
    for (let i = 0; i < 5; ++i) { gc(); await tick(); }
    console.log(before - hebb.memory().cpu.bytes);`);
  t.true(Number(freed) > 39e6, `${String(freed)} bytes freed`);
});

cpuTest('3 million eager ops on 4x4 tensors in a synchronous loop without dispose stay under 200 MB', async (t) => {
  t.timeout(280_000);
  const peak = await childResult(`
    let x = hebb.ones([4, 4]);
    const one = hebb.ones([4, 4]);
    let peak = 0;
    for (let i = 0; i < 3_000_000; ++i) {
      x = x.mul(one);
      if (i % 10_000 === 0) peak = Math.max(peak, rss());
    }
    console.log(peak);`);
  t.true(Number(peak) < 200, `${String(peak)} MB`);
});

test('2,000 captures and 20,000 runs leave the memory as it was', async (t) => {
  t.timeout(280_000);
  const [first, captured, run] = (await childResult(`
    const w = hebb.ones([64, 64]);
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    const captures = async (count) => {
      for (let i = 0; i < count; ++i) {
        hebb.capture(() => w.matmul(w).matmul(w).add(1).matmul(w));
        if (i % 50 === 0) { gc(); await tick(); }
      }
      gc(); await tick();
    };
    const small = hebb.tensor([1]);
    const program = hebb.capture(() => small.add(1));
    const runs = async (count) => { for (let i = 0; i < count; ++i) await program.run(); };
    await captures(400);
    await runs(500);
    const first = rss();
    await captures(2000);
    const captured = rss();
    await runs(20000);
    console.log(JSON.stringify([first, captured, rss()]));`)) as [number, number, number];
  t.true(captured - first < 25, `captures: ${first} -> ${captured} MB`);
  t.true(run - captured < 15, `runs: ${captured} -> ${run} MB`);
});

test('captures that nobody holds are collected without gc() being called', async (t) => {
  const peak = await childResult(`
    const w = hebb.ones([512, 512]);
    let peak = 0;
    for (let i = 0; i < 300; ++i) {
      hebb.capture(() => hebb.sum(w.add(1).matmul(w)));
      await new Promise((resolve) => setImmediate(resolve));
      peak = Math.max(peak, rss());
    }
    console.log(peak);`);
  t.true(Number(peak) < 400, `${String(peak)} MB; 300 arenas of 1 to 2 MB`);
});

test('ten epochs of fit grow the memory by nothing after the first', async (t) => {
  t.timeout(280_000);
  const [first, last] = (await childResult(`
    const x = hebb.randn([2048, 32], { seed: 1 });
    const y = hebb.randint(0, 4, [2048], { seed: 2 });
    const model = hebb.sequential([hebb.layers.dense({ units: 64, activation: 'relu' }),
      hebb.layers.dense({ units: 4, activation: 'softmax' })]);
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const at = [];
    const watch = { onEpochEnd() { gc(); at.push(rss()); } };
    await model.fit(x, y, { epochs: 11, batchSize: 32, verbose: 0, callbacks: [watch] });
    console.log(JSON.stringify([Math.max(at[0], at[1]), at.at(-1)]));`)) as [number, number];
  t.true(last - first < 8, `${first} -> ${last} MB`);
});

cpuTest('training, measuring and predicting leave no memory behind, however they end', async (t) => {
  const figures = (await childResult(`
    const x = hebb.randn([2100, 32], { seed: 1 }), y = hebb.randint(0, 4, [2100], { seed: 2 });
    const model = hebb.sequential([hebb.layers.dense({ units: 64, activation: 'relu', inputShape: [32] }),
      hebb.layers.dense({ units: 4, activation: 'softmax' })]);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const how = { batchSize: 1000, epochs: 2, verbose: 0, validationSplit: 0.1 };
    const batches = [[x, y], [x.slice([0, 500]), y.slice([0, 500])]];
    const dataset = hebb.data.fromTensors(x, y).shuffle({ seed: 1 }).batch(1050);
    const arrays = { x: x.toArray(), y: y.toArray() };
    process.emitWarning = () => {}; // of learners that stop before they have converged
    const settings = { hiddenLayerSizes: [100], maxIter: 3, randomState: 1 };
    const classifier = new hebb.MLPClassifier({ ...settings, earlyStopping: true });
    const regressor = new hebb.MLPRegressor({ ...settings, solver: 'lbfgs' });
    const fails = async (promise) => { await promise.then(() => { throw new Error('it did not fail'); }, () => undefined); };
    const ways = {
      fit: () => model.fit(x, y, how),
      throws: () => fails(model.fit(x, y, { ...how, callbacks: [{ onEpochEnd() { throw new Error('of the user'); } }] })),
      throwsInBatch: () => fails(model.fit(x, y, { ...how, callbacks: [{ onBatchEnd() { throw new Error('of the user'); } }] })),
      aborts: () => {
        const stop = new AbortController();
        return fails(model.fit(x, y, { ...how, epochs: 1e6, signal: stop.signal, callbacks: [{ onEpochEnd() { stop.abort(); } }] }));
      },
      evaluate: () => model.evaluate(x, y, { batchSize: 1000 }),
      predict: async () => { hebb.scope(() => { model.predict(x, { batchSize: 50 }); }); },
      predictAsync: () => hebb.scope(async () => { await model.predictAsync(x, { batchSize: 1000 }); }),
      predictBatches: () => hebb.scope(async () => { await model.predictAsync(batches); }),
      predictDataset: async () => { (await model.predict(dataset)).dispose(); },
      fitBatches: () => model.fit(batches, { epochs: 2, verbose: 0 }),
      fitDataset: () => model.fit(dataset, { epochs: 2, verbose: 0, validationData: dataset }),
      fitArrays: () => model.fit(arrays.x, arrays.y, how),
      evaluateDataset: () => model.evaluate(dataset),
      classifier: () => classifier.fit(x, y),
      regressor: () => regressor.fit(x, y),
      lrRangeTest: () => hebb.lrRangeTest(model, x, y, { steps: 5, batchSize: 1000 }),
    };
    const answer = {};
    for (const [name, way] of Object.entries(ways)) {
      for (let i = 0; i < 3; i++) await way();
      const before = hebb.memory().cpu;
      for (let i = 0; i < 5; i++) await way();
      const after = hebb.memory().cpu;
      answer[name] = [after.buffers - before.buffers, after.bytes - before.bytes, after.poolBytes - before.poolBytes];
    }
    console.log(JSON.stringify(answer));`)) as Record<string, [number, number, number]>;
  for (const [way, [buffers, bytes, poolBytes]] of Object.entries(figures)) {
    t.true(buffers <= 1 && bytes <= 65536, `${way}: ${buffers} buffers, ${bytes} bytes; five calls may begin a slab for small tensors`);
    t.true(poolBytes <= 0, `${way}: ${poolBytes} bytes in the pool`);
  }
  t.is(Object.keys(figures).length, 16);
});

(getDevice() === 'cpu' ? test.serial : test.skip)('dispose() hands the bytes to the next tensor of the size', (t) => {
  const a = zeros([1000]);
  const { bytes } = a;
  const before = bufferUsage().poolBytes;
  a.dispose();
  t.true(bufferUsage().poolBytes > before);
  t.is(zeros([1000]).bytes, bytes);
  t.is(bufferUsage().poolBytes, before);
});

test.serial('a view keeps the bytes of a disposed tensor', (t) => {
  const a = tensor(Float32Array.from({ length: 4096 }, (_, i) => i), { shape: [64, 64] });
  const row = a.slice(3);
  a.dispose();
  for (let i = 0; i < 20; ++i) zeros([64, 64]);
  t.deepEqual([...row.dataSync()], Array.from({ length: 64 }, (_, i) => 192 + i));
});

test.serial('a program keeps what it reads, even when that is disposed while it is captured', async (t) => {
  const after = tensor(Float32Array.from({ length: 4096 }, (_, i) => i));
  const during = tensor(Float32Array.from({ length: 4096 }, () => 7));
  const program = capture(() => {
    const y = after.add(during);
    during.dispose();
    return y.add(tensor(new Float32Array(4096).fill(1000)));
  });
  after.dispose();
  for (let i = 0; i < 50; ++i) zeros([4096]);
  await program.run();
  t.deepEqual([...program.result.dataSync()], Array.from({ length: 4096 }, (_, i) => i + 1007));
});
