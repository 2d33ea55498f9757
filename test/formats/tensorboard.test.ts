import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import test from 'ava';
import { HebbError, SummaryWriter, callbacks, layers, seed, sequential, tensor, type Model } from '../../src/index.js';
import { crc32c, tfRecord } from '../../src/formats/tfrecord.js';
import { decode, inner, nodesOf, recordsOf, summariesOf } from '../support/event_file.js';
import { golden } from '../support/golden.js';
import { childResult } from '../support/node_process.js';
import { temporaryFolder } from '../support/temporary_folder.js';

/** The one file of a folder. */
function fileOf(...folder: string[]): string {
  const path = join(...folder);
  const files = readdirSync(path).filter((name) => name.includes('tfevents'));
  if (files.length !== 1) throw new Error(`${files.length} event files in ${path}`);
  return join(path, files[0]!);
}

/** A message as the golden ones are, with wall time 1.5. */
function comparable(record: Buffer): string {
  const message = Buffer.from(record);
  message.writeDoubleLE(1.5, 1);
  return message.toString('hex');
}

test('events are the bytes that TensorBoard writes, but for the time', (t) => {
  const { records, values } = golden('tensorboard');
  const writer = new SummaryWriter(temporaryFolder(t));
  writer.scalar('loss', 0.1, 7);
  writer.scalar('loss', 0, 0);
  writer.text('note', 'grüße **bold**', 300);
  const spread = tensor(values, { dtype: 'float64' });
  writer.histogram('spread', spread, 3, { buckets: 5 });
  writer.histogram('same', [2, 2, 2], 3, { buckets: 4 });
  writer.histogram('empty', tensor([]), 3, { buckets: 2 });
  writer.close();
  const expected = Object.values(records).map((base64) => Buffer.from(base64, 'base64'));
  const written = recordsOf(writer.path);
  t.is(written.length, expected.length);
  for (const [i, record] of expected.entries()) t.is(comparable(written[i]!), comparable(record.subarray(12, -4)));
});

test('records are framed by their length and two masked checksums', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283, 'the check value of CRC-32C');
  for (const [name, base64] of Object.entries(golden('tensorboard').records)) {
    const record = Buffer.from(base64, 'base64');
    t.deepEqual(Buffer.from(tfRecord(record.subarray(12, -4))), record, name);
  }
});

test('an image is stored as a PNG that holds its pixels', (t) => {
  const writer = new SummaryWriter(temporaryFolder(t));
  writer.image('grey', [[0, 0.5, 2], [1, 0.25, -1]], 4);
  writer.image('colour', tensor([[[[255, 0, 1], [2, 3, 4]]], [[[9, 8, 7], [6, 5, 4]]]], { dtype: 'uint8' }), 5);
  writer.close();
  const [grey, colour] = summariesOf(writer.path);
  const rows = (png: Buffer): number[] => [...inflateSync(png.subarray(png.indexOf('IDAT') + 4))];
  t.deepEqual([grey!.plugin, grey!.shape, grey!.step], ['images', [3], 4]);
  t.deepEqual(grey!.strings.slice(0, 2).map(String), ['3', '2']);
  t.deepEqual(rows(grey!.strings[2]!), [0, 0, 128, 255, 0, 255, 64, 0]);
  t.deepEqual(colour!.strings.slice(0, 2).map(String), ['2', '1']);
  t.deepEqual(colour!.strings.slice(2).map(rows), [[0, 255, 0, 1, 2, 3, 4], [0, 9, 8, 7, 6, 5, 4]]);
});

test('a histogram leaves out what is not finite, and counts every value once', (t) => {
  const writer = new SummaryWriter(temporaryFolder(t));
  writer.histogram('h', [NaN, 0, 1, 2, 3, 4, Infinity, -Infinity, 4], 1, { buckets: 4 });
  writer.close();
  const { numbers, shape } = summariesOf(writer.path)[0]!;
  t.deepEqual(shape, [4, 3]);
  t.deepEqual(numbers, [0, 1, 1, 1, 2, 1, 2, 3, 1, 3, 4, 3]);
});

test('the graph of a model has its layers in order, each with its weights', (t) => {
  const net = sequential(
    [layers.flatten({ inputShape: [2, 2] }), layers.dense({ units: 3, name: 'first one' }), layers.dense({ units: 1, useBias: false })],
    { name: 'net' },
  );
  const writer = new SummaryWriter(temporaryFolder(t));
  writer.graph(net);
  writer.close();
  const nodes = nodesOf(inner(decode(recordsOf(writer.path)[1]!), 4));
  t.deepEqual(nodes.filter(({ op }) => op !== 'VariableV2'), [
    { name: 'net/input', op: 'Placeholder', inputs: [] },
    { name: 'net/flatten/call', op: 'flatten', inputs: ['net/input'] },
    { name: 'net/first_one/call', op: 'dense', inputs: ['net/flatten/call', 'net/first_one/kernel', 'net/first_one/bias'] },
    { name: 'net/dense/call', op: 'dense', inputs: ['net/first_one/call', 'net/dense/kernel'] },
  ]);
  t.is(nodes.filter(({ op }) => op === 'VariableV2').length, 3);
});

test('events wait in memory until flush(), or until there are many', (t) => {
  const writer = new SummaryWriter(temporaryFolder(t));
  const size = (): number => statSync(writer.path).size;
  const empty = size();
  writer.scalar('a', 1, 1);
  t.is(size(), empty);
  writer.flush();
  const one = size();
  t.true(one > empty);
  writer.text('long', 'x'.repeat(1 << 16), 1);
  t.true(size() > one + (1 << 16));
  writer.scalar('a', 1, 2);
  writer.close();
  writer.close();
  t.deepEqual(summariesOf(writer.path).map(({ tag, step }) => [tag, step]), [['a', 1], ['long', 1], ['a', 2]]);
});

test('what cannot be written is an error that names it', (t) => {
  const folder = temporaryFolder(t);
  const writer = new SummaryWriter(folder);
  const thrown = (write: () => void): string => {
    const { code, message } = t.throws(write, { instanceOf: HebbError });
    return `${code} ${message}`;
  };
  t.is(thrown(() => { writer.scalar('', 1, 1); }), "ERR_ARGUMENT SummaryWriter: scalars: the tag is a text of at least one character, got ''");
  t.is(thrown(() => { writer.scalar('a', 1, 0.5); }), "ERR_ARGUMENT SummaryWriter: scalars: the step of 'a' is a whole number, got 0.5");
  t.is(thrown(() => { writer.histogram('a', [1], 1, { buckets: 0 }); }), 'ERR_ARGUMENT SummaryWriter: histograms: buckets is a whole number >= 1, got 0');
  t.regex(thrown(() => { writer.image('a', [1], 1); }), /^ERR_SHAPE SummaryWriter: images: an image is .*, got \[1\]$/);
  writer.close();
  t.regex(thrown(() => { writer.scalar('a', 1, 1); }), /^ERR_DISPOSED SummaryWriter: scalars: the writer of .* was closed$/);
  t.is(summariesOf(writer.path).length, 0);
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  t.regex(thrown(() => new SummaryWriter(join(blocked, 'run'))), /^ERR_ARGUMENT SummaryWriter: .* cannot be made/);
});

const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
const y = [[0], [1], [1], [0]];

function smallModel(): Model {
  seed(1);
  const net = sequential([layers.dense({ units: 3, inputShape: [2], activation: 'tanh' }), layers.dense({ units: 1 })], { name: 'net' });
  net.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
  return net;
}

test('the callback writes the history of training and validation, step by epoch', async (t) => {
  const logDir = temporaryFolder(t);
  const { history } = await smallModel().fit(x, y, {
    epochs: 3, batchSize: 2, verbose: 0, validationData: [x, y], callbacks: [callbacks.tensorBoard({ logDir, histogramFreq: 2 })],
  });
  const train = summariesOf(fileOf(logDir, 'train'));
  const validation = summariesOf(fileOf(logDir, 'validation'));
  const valuesOf = (run: typeof train, tag: string): [number, number][] =>
    run.filter((value) => value.tag === tag).map(({ step, numbers }) => [step, numbers[0]!]);
  for (const name of ['loss', 'mae']) {
    t.deepEqual(valuesOf(train, `epoch_${name}`), history[name]!.map((value, epoch) => [epoch, Math.fround(value)]));
    const measured = history[`val_${name}`]!.map(Math.fround);
    t.deepEqual(valuesOf(validation, `epoch_${name}`), measured.map((value, epoch) => [epoch, value]));
    t.deepEqual(valuesOf(validation, `evaluation_${name}_vs_iterations`), measured.map((value, epoch) => [2 * (epoch + 1), value]));
  }
  t.deepEqual(valuesOf(train, 'epoch_learning_rate'), [0, 1, 2].map((epoch) => [epoch, Math.fround(0.01)]));
  const histograms = train.filter(({ plugin }) => plugin === 'histograms');
  const tags = ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias'].map((name) => `net/${name}/histogram`);
  t.deepEqual(histograms.map(({ tag, step }) => [tag, step]), [0, 2].flatMap((epoch) => tags.map((tag) => [tag, epoch])));
  t.is(recordsOf(fileOf(logDir, 'train')).filter((record) => decode(record)[4] !== undefined).length, 1, 'one graph');
});

test('with an updateFreq in batches the callback writes between epochs as well', async (t) => {
  for (const [updateFreq, steps] of [['batch', [1, 2, 3, 4]], [3, [3]]] as const) {
    const logDir = temporaryFolder(t);
    await smallModel().fit(x, y, { epochs: 2, batchSize: 2, verbose: 0, callbacks: [callbacks.tensorBoard({ logDir, updateFreq, writeGraph: false })] });
    const train = summariesOf(fileOf(logDir, 'train'));
    t.deepEqual(train.filter(({ tag }) => tag === 'batch_loss').map(({ step }) => step), steps);
    t.deepEqual(readdirSync(logDir), ['train']);
    t.false(recordsOf(fileOf(logDir, 'train')).some((record) => decode(record)[4] !== undefined), 'no graph');
  }
});

test("the callback by default writes to 'logs', the graph, and nothing but what an epoch measured", async (t) => {
  const folder = temporaryFolder(t);
  await childResult(`
    const { layers, sequential, callbacks, ones } = hebb;
    process.chdir(${JSON.stringify(folder)});
    const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    net.compile({ loss: 'mse' });
    await net.fit(ones([4, 2]), ones([4]), { epochs: 2, batchSize: 2, verbose: 0, callbacks: [callbacks.tensorBoard()] });
    console.log('true');`);
  t.deepEqual(readdirSync(join(folder, 'logs')), ['train']);
  const file = fileOf(join(folder, 'logs'), 'train');
  t.deepEqual([...new Set(summariesOf(file).map(({ tag }) => tag))].sort(), ['epoch_learning_rate', 'epoch_loss']);
  t.is(recordsOf(file).filter((record) => decode(record)[4] !== undefined).length, 1, 'the graph');
});

test('options of the callback are checked', (t) => {
  const message = (options: object): string => t.throws(() => callbacks.tensorBoard(options), { instanceOf: HebbError }).message;
  t.is(message({ updateFreq: 0 }), "tensorBoard: updateFreq is 'epoch', 'batch' or a whole number >= 1, got 0");
  t.is(message({ histogramFreq: -1 }), 'tensorBoard: histogramFreq is a whole number >= 0, got -1');
  t.is(message({ logdir: 'logs' }), "tensorBoard: there is no option 'logdir'; there are logDir, histogramFreq, writeGraph, updateFreq");
});
