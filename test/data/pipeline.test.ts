import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { arange, data, layers, optimizers, randn, seed, sequential, tensor, zeros, Tensor } from '../../src/index.js';
import type { Batch, Sequential } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const quiet = { verbose: 0 } as const;
const count = (n: number): Tensor => arange(n).cast('float32');
const numbers = async (dataset: data.Dataset<Tensor>): Promise<unknown[]> => (await dataset.toArray()).map((x) => x.toArray());
const sorted = (list: unknown[]): unknown[] => [...list].sort((a, b) => Number(a) - Number(b));

test('rows come one by one, are batched, skipped, taken, mapped, filtered, repeated', async (t) => {
  const rows = data.fromTensors(count(7));
  t.deepEqual(await numbers(rows), [0, 1, 2, 3, 4, 5, 6]);
  t.deepEqual(await numbers(rows.batch(3)), [[0, 1, 2], [3, 4, 5], [6]]);
  t.deepEqual(await numbers(rows.batch(3, { dropRemainder: true })), [[0, 1, 2], [3, 4, 5]]);
  t.deepEqual(await numbers(rows.skip(2).take(3)), [2, 3, 4]);
  t.deepEqual(await numbers(rows.map((x) => x.mul(2)).filter((x) => x.item() % 4 === 0)), [0, 4, 8, 12]);
  t.deepEqual(await numbers(rows.map((x) => Promise.resolve(x)).take(2).repeat(2)), [0, 1, 0, 1]);
  t.deepEqual(await numbers(rows.repeat().skip(6).take(3).batch(2)), [[6, 0], [1]]);
  t.deepEqual([rows.size, rows.batch(3).size, rows.batch(3, { dropRemainder: true }).size, rows.repeat().size], [7, 3, 2, Infinity]);
  t.deepEqual([rows.take(9).size, rows.skip(9).size, rows.filter(() => true).size], [7, 0, undefined]);
});

test('several tensors keep their structure, in arrays and by name', async (t) => {
  const [first] = await data.fromTensors({ a: zeros([4, 2]), b: [1, 2, 3, 4] }, [[0], [1], [2], [3]]).batch(2).toArray();
  t.deepEqual([first![0].a.shape, first![0].b.toArray(), first![1].toArray()], [[2, 2], [1, 2], [[0], [1]]]);
  const mapped = await data.fromTensors(count(4)).map((x) => ({ x, y: x.item() })).batch(2).toArray();
  t.deepEqual(mapped.map(({ x, y }) => [x.toArray(), y.toArray()]), [[[0, 1], [0, 1]], [[2, 3], [2, 3]]]);
});

test('shuffle() keeps every element, mixes each pass anew, the same way for the same seed', async (t) => {
  for (const make of [(): data.Dataset<Tensor> => data.fromTensors(count(50)), (): data.Dataset<Tensor> => data.fromTensors(count(50)).map((x) => x)]) {
    const shuffled = make().shuffle({ seed: 3 });
    const [one, two] = [await numbers(shuffled), await numbers(shuffled)];
    t.notDeepEqual(one, two);
    for (const pass of [one, two]) t.deepEqual(sorted(pass), Array.from({ length: 50 }, (_, i) => i));
    t.deepEqual(await numbers(make().shuffle({ seed: 3 })), one);
    t.notDeepEqual(await numbers(make().shuffle({ seed: 4 })), one);
  }
  const near = await numbers(data.fromTensors(count(50)).map((x) => x).shuffle({ seed: 1, bufferSize: 5 }));
  t.true(near.every((value, i) => Number(value) <= i + 5), 'no element comes sooner than the buffer allows');
  t.deepEqual((await numbers(data.fromTensors(count(50)).shuffle({ seed: 3 }).batch(7))).flat(), await numbers(data.fromTensors(count(50)).shuffle({ seed: 3 })));
});

test('cache() asks its source once, prefetch() ahead of time, and a generator is closed when it is left', async (t) => {
  const made: number[] = [];
  let closed = 0;
  async function* source(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < 5; i++) {
        made.push(i);
        yield await Promise.resolve(i);
      }
    } finally {
      closed++;
    }
  }
  const cached = data.fromGenerator(source).cache();
  t.deepEqual(await cached.take(2).toArray(), [0, 1], 'a pass that was given up keeps nothing');
  t.deepEqual([made.splice(0), closed], [[0, 1], 1]);
  for (let pass = 0; pass < 2; pass++) t.deepEqual(await cached.toArray(), [0, 1, 2, 3, 4]);
  t.deepEqual(made.splice(0), [0, 1, 2, 3, 4]);
  for await (const value of data.fromGenerator(source).prefetch(3)) {
    t.is(value, 0);
    break;
  }
  t.deepEqual([made, closed], [[0, 1, 2], 3]);
  const failing = data.fromGenerator(function* () { yield 1; throw new Error('mine'); }).prefetch(2);
  await t.throwsAsync(failing.toArray(), { message: 'mine' });
});

function line(): Sequential {
  seed(6);
  const net = sequential([layers.dense({ units: 5, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return net;
}
const weights = (net: Sequential): number[][] => net.getWeights().map((w) => [...w.dataSync()]);

/** Rows to learn, as tensors and as batches of 8, the last one of 4. */
function task(): { x: Tensor; y: Tensor; batches: data.Dataset<readonly [Tensor, Tensor]> } {
  const x = randn([28, 3], { seed: 1 });
  const y = x.sum(1, true);
  return { x, y, batches: data.fromTensors(x, y).batch(8) };
}

test('fit() on batches is fit() on the rows, bit for bit; so are evaluation and validation', async (t) => {
  const { x, y, batches } = task();
  const [byRows, byBatches] = [line(), line()];
  const expected = await byRows.fit(x, y, { batchSize: 8, epochs: 3, shuffle: false, validationData: [x, y], ...quiet });
  const found = await byBatches.fit(batches.prefetch(2), { epochs: 3, validationData: batches, ...quiet });
  t.deepEqual(weights(byBatches), weights(byRows));
  t.deepEqual(found.history, expected.history);
  t.deepEqual(found.params, expected.params);
  t.deepEqual(await byBatches.evaluate(batches), await byRows.evaluate(x, y, { batchSize: 8 }));
  t.deepEqual(await byBatches.evaluate(batches, { steps: 1 }), await byRows.evaluate(x, y, { batchSize: 8, steps: 1 }));
});

test('generators, arrays of batches, also by a function, and endless datasets with stepsPerEpoch feed fit(); callbacks see each batch', async (t) => {
  const { x, y, batches } = task();
  const parts = await batches.toArray();
  const byRows = line();
  await byRows.fit(x, y, { batchSize: 8, epochs: 2, shuffle: false, ...quiet });
  async function* generate(): AsyncGenerator<Batch> {
    for (const part of parts) yield await Promise.resolve(part);
  }
  for (const source of [generate, () => parts, parts]) {
    const net = line();
    const { params } = await net.fit(source, { epochs: 2, ...quiet });
    t.deepEqual(weights(net), weights(byRows));
    t.is(params.steps, 4, 'known of an array, else counted');
  }
  t.deepEqual(await byRows.evaluate(parts), await byRows.evaluate(x, y, { batchSize: 8 }));
  t.deepEqual((await byRows.predict(parts)).toArray(), byRows.predict(x).toArray());
  const endless = line();
  const seen: number[] = [];
  const { params } = await endless.fit(batches.repeat(), {
    epochs: 4, stepsPerEpoch: 2, callbacks: [{ onBatchEnd: (_model, batch) => void seen.push(batch) }], ...quiet,
  });
  t.deepEqual(weights(endless), weights(byRows), 'eight steps are two passes');
  t.deepEqual([seen, params.steps], [[0, 1, 0, 1, 0, 1, 0, 1], 2]);
  const goesOn = line();
  await goesOn.fit(batches, { epochs: 4, stepsPerEpoch: 2, ...quiet });
  t.deepEqual(weights(goesOn), weights(byRows), 'at the end of the batches they begin anew');
});

test('what is wrong with batches is told, and the model goes on', async (t) => {
  const { x, y, batches } = task();
  const net = line();
  const refuses = (bad: Promise<unknown>, code: string, message: RegExp): Promise<unknown> => t.throwsAsync(bad, { code, message });
  await refuses(net.fit(() => [], quiet), 'ERR_ARGUMENT', /fit: there are no batches/);
  await refuses(net.fit(batches, { batchSize: 4, ...quiet }), 'ERR_ARGUMENT', /fit: batchSize is for rows/);
  await refuses(net.fit(() => [[x]] as never, quiet), 'ERR_ARGUMENT', /a batch is \[x, y\] or \[x, y, sampleWeight\], got an array of 1/);
  await refuses(net.fit(() => [[x, y], [y, y]] as const, quiet), 'ERR_SHAPE', /fit: dense: expected input \[\*,3\], got \[28,1\]/);
  const once = (function* (): Generator<Batch> { yield [x, y]; })();
  await refuses(net.fit(once, { epochs: 2, ...quiet }), 'ERR_ARGUMENT', /the batches have ended; give a dataset, or a function/);
  await t.throwsAsync(net.fit(batches.map(() => { throw new TypeError('mine'); }), quiet), { instanceOf: TypeError, message: 'mine' });
  const controller = new AbortController();
  const endless = net.fit(batches.repeat(), { stepsPerEpoch: 1e9, signal: controller.signal, ...quiet });
  setTimeout(() => { controller.abort(); }, 30);
  await refuses(endless, 'ERR_ABORTED', /./);
  t.is((await net.fit(batches, quiet)).epoch.length, 1);
});

test('options and elements that make no sense are told by name', async (t) => {
  const rows = data.fromTensors(count(3));
  const refuses = (make: () => unknown, code: string, message: RegExp): void => { t.throws(make, { code, message }); };
  refuses(() => rows.batch(0), 'ERR_ARGUMENT', /batch: size is a whole number >= 1, got 0/);
  refuses(() => rows.shuffle({ seed: -1 }), 'ERR_ARGUMENT', /shuffle: seed .* got -1/);
  refuses(() => rows.take(1.5), 'ERR_ARGUMENT', /take: count .* got 1.5/);
  refuses(() => rows.skip(-1), 'ERR_ARGUMENT', /skip: count .* got -1/);
  refuses(() => rows.repeat(-1), 'ERR_ARGUMENT', /repeat: count/);
  refuses(() => rows.prefetch(0), 'ERR_ARGUMENT', /prefetch: count/);
  refuses(() => data.fromTensors(count(3), count(4)), 'ERR_SHAPE', /fromTensors: the tensors have 3, 4 rows/);
  refuses(() => data.fromTensors(3), 'ERR_SHAPE', /hold rows, got a single number/);
  await t.throwsAsync(data.fromGenerator(3 as never).toArray(), { code: 'ERR_ARGUMENT', message: /fromGenerator: expected an iterable or a function that answers one, got 3/ });
  await t.throwsAsync(data.fromGenerator(() => [{ name: 'a' }]).batch(1).toArray(), { code: 'ERR_ARGUMENT', message: /batch: element.name is a tensor or a number in each, got string/ });
});

test('fit() frees the batches that a pipeline made for it, and none that others have', async (t) => {
  const [x, y] = [randn([8, 2], { seed: 1 }), randn([8, 1], { seed: 2 })];
  const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  net.compile({ loss: 'mse' });
  const batches = data.fromTensors(x, y).batch(4);
  const seen: Tensor[] = [];
  const mapped = batches.map((batch) => {
    seen.push(...batch);
    return batch;
  });
  const [cached, list] = [batches.cache(), await batches.toArray()];
  const filtered = batches.filter((batch) => seen.push(...batch) > 0);
  for (const source of [mapped, cached, list, filtered]) await net.fit(source, { ...quiet, epochs: 2 });
  seen.push(...(await cached.toArray()).flat(), ...list.flat(), x, y);
  t.is(seen.length, 2 * 8 + 4 + 4 + 2);
  t.false(seen.some(({ isDisposed }) => isDisposed));
  const given: Tensor[] = [];
  const open = batches[Symbol.asyncIterator].bind(batches);
  batches[Symbol.asyncIterator] = () => {
    const iterator = open();
    const next = async (): Promise<IteratorResult<readonly [Tensor, Tensor]>> => {
      const result = await iterator.next();
      if (result.done !== true) given.push(...result.value);
      return result;
    };
    return { next };
  };
  await net.fit(batches, quiet);
  t.is(given.length, 4);
  t.true(given.every(({ isDisposed }) => isDisposed));
});

function csvFile(t: ExecutionContext, text: string): string {
  const folder = temporaryFolder(t);
  const path = join(folder, 'file.csv');
  writeFileSync(path, text);
  return path;
}

test('csv() reads quotes, line breaks of either kind, empty fields, and no header', async (t) => {
  const path = csvFile(t, '\uFEFFname,size,note\r\n"Smith, ""Jo""",1.5,"two\r\nlines"\r\n\r\nx,,""\r\ny,-2e3,z');
  t.deepEqual(await data.csv(path).toArray(), [
    { name: 'Smith, "Jo"', size: 1.5, note: 'two\r\nlines' }, { name: 'x', size: NaN, note: NaN }, { name: 'y', size: -2000, note: 'z' },
  ]);
  const plain = csvFile(t, '1;2\n3;4\n');
  t.deepEqual(await data.csv(plain, { columns: ['a', 'b'], delimiter: ';' }).toArray(), [{ a: 1, b: 2 }, { a: 3, b: 4 }]);
});

test('csv() with a label trains', async (t) => {
  const lines = Array.from({ length: 40 }, (_, i) => `${(i % 5) / 5},${(i % 7) / 7},${(i % 5) / 5 + (i % 7) / 7},${i % 3}`);
  const path = csvFile(t, `a,b,sum,c\n${lines.join('\n')}\n`);
  const batches = data.csv(path, { label: 'sum' }).shuffle({ seed: 2 }).batch(8);
  const [[x, y]] = (await batches.take(1).toArray()) as [readonly [Tensor, Tensor]];
  t.deepEqual([x.shape, x.dtype, y.shape], [[8, 3], 'float32', [8]]);
  const net = line();
  const { history } = await net.fit(batches, { epochs: 30, ...quiet });
  t.true(history.loss!.at(-1)! < 0.3 * history.loss![0]!);
  const [only] = await data.csv(path, { label: 'sum', features: ['b'] }).take(1).toArray();
  t.deepEqual(only![0].shape, [1]);
});

test('csv() names the file, the line and the column of what is wrong', async (t) => {
  const refuses = (text: string, options: data.CsvTensorOptions | undefined, code: string, message: RegExp): Promise<unknown> =>
    t.throwsAsync(options ? data.csv(csvFile(t, text), options).toArray() : data.csv(csvFile(t, text)).toArray(), { code, message });
  await refuses('a,b\n1,2\n3\n', undefined, 'ERR_FORMAT', /file\.csv, line 3: 1 fields for 2 columns/);
  await refuses('a,b\n1,"2\n', undefined, 'ERR_FORMAT', /a quote is not closed/);
  await refuses('a,b\n1,"2"x\n', undefined, 'ERR_FORMAT', /line 2: 'x' after a quoted field/);
  await refuses('a,b\n1,2"\n', undefined, 'ERR_FORMAT', /line 2: a quote inside/);
  await refuses('a,b\n1,red\n', { label: 'a' }, 'ERR_FORMAT', /line 2: 'red' in b is no number/);
  await refuses('a,b\n1,2\n', { label: 'c' }, 'ERR_ARGUMENT', /has no column 'c', but a, b/);
  await t.throwsAsync(data.csv(join(tmpdir(), 'no such file.csv')).toArray(), { code: 'ERR_ARGUMENT', message: /no such file\.csv cannot be read/ });
  t.throws(() => data.csv('x', { delimiter: ';;' }), { code: 'ERR_ARGUMENT', message: /delimiter is one character/ });
  t.throws(() => data.csv('x', { labels: 'a' } as never), { code: 'ERR_ARGUMENT', message: /no option 'labels'/ });
  t.throws(() => data.csv('x', { features: ['a'] } as never), { code: 'ERR_ARGUMENT', message: /features needs a label/ });
});

test('weights of rows may come with the batches', async (t) => {
  const { x, y } = task();
  const net = line();
  const { history } = await net.fit(data.fromTensors(x, y, tensor(new Array<number>(28).fill(0))).batch(7), quiet);
  t.deepEqual(history.loss, [0]);
});
