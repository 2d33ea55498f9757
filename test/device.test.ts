import test from 'ava';
import {
  capture, devices, getDevice, grad, HebbError, layers, memory, ones, rand, scope, seed, sequential, setDevice, setMatmulPrecision, sum, synchronize,
  tensor, type Tensor, withDevice, zeros,
} from '../src/index.js';

const [, second] = devices();
const gpu = second !== undefined && 'device' in second ? second.device : undefined;
/** What needs a second device: a GPU, or the stand-in of scripts/test_stand_in.mjs. */
const deviceTest = gpu === undefined ? test.skip : test.serial;
const there = gpu ?? 'cuda';

test.serial('a device that is not there, or is no device, is ERR_DEVICE with the reason', (t) => {
  for (const use of [(device: string) => { setDevice(device); }, (device: string) => zeros([2], { device }), (device: string) => ones([1]).to(device)]) {
    t.is(t.throws(() => { use('tpu'); }, { instanceOf: HebbError, message: /'cpu', 'cuda' or 'cuda:<number>', got 'tpu'/ }).code, 'ERR_DEVICE');
    t.is(t.throws(() => { use('cuda:99'); }, { instanceOf: HebbError, message: /'cuda:99' is not available: .{10,}/ }).code, 'ERR_DEVICE');
  }
  t.is(t.throws(() => { setMatmulPrecision('low' as 'high'); }, { instanceOf: HebbError, message: /highest, high, medium, got 'low'/ }).code, 'ERR_ARGUMENT');
});

test.serial('withDevice sets the default device and restores it, whatever happens', async (t) => {
  const before = getDevice();
  t.is(withDevice('cpu', () => getDevice()), 'cpu');
  t.throws(() => withDevice('cpu', () => { throw new Error('mine'); }), { message: 'mine' });
  t.is(getDevice(), before);
  t.is(await withDevice('cpu', () => Promise.resolve(getDevice())), 'cpu');
  t.is(getDevice(), before);
  await t.throwsAsync(withDevice('cpu', () => Promise.reject(new Error('later'))), { message: 'later' });
  t.is(getDevice(), before);
  t.notThrows(() => { synchronize('cpu'); });
});

deviceTest('tensors move between devices with their values, dtypes and gradients', (t) => {
  for (const dtype of ['float32', 'float64', 'int32', 'uint8', 'bool'] as const) {
    const x = tensor([[1, 0], [3, 4]], { dtype, device: 'cpu' });
    const y = x.T.to(there);
    t.is(y.device, there);
    t.is(y.dtype, dtype);
    t.deepEqual(y.to('cpu').toArray(), x.T.toArray());
    t.is(y.to(there), y);
  }
  const slope = grad((x: Tensor) => sum(x.to(there).square()).to('cpu'))(tensor([1, 2], { device: 'cpu' }));
  t.is(slope.device, 'cpu');
  t.deepEqual(slope.toArray(), [2, 4]);
});

deviceTest('ops stay where their tensors are; numbers and arrays join them', (t) => {
  const x = tensor([1, 2, 3], { device: there });
  for (const y of [x.add(1), x.mul([1, 2, 3]), x.gather([2, 0]), x.greater(1), x.slice([1]), x.cast('int32')]) t.is(y.device, there);
  const error = t.throws(() => x.add(ones([3], { device: 'cpu' })), { instanceOf: HebbError });
  t.is(error.code, 'ERR_DEVICE');
  t.regex(error.message, /^add: the tensors are on different devices, cpu and cuda:0|cuda:0 and cpu; move one of them with to\(\)/);
});

deviceTest('a seed gives the same numbers on every device, and drawing goes on where it was', (t) => {
  seed(3);
  const expected = withDevice('cpu', () => [rand([5]), rand([7]), rand([2])].map((x) => x.toArray()));
  seed(3);
  t.deepEqual([there, 'cpu', there].map((device, i) => withDevice(device, () => rand([[5, 7, 2][i] ?? 0]).toArray())), expected);
});

deviceTest('a program runs on the device of its tensors, and takes no others', async (t) => {
  await withDevice(there, async () => {
    const w = ones([4]);
    const program = capture(() => w.assign(w.mul(2)).sum());
    await program.run(3);
    t.is(program.result.device, there);
    t.is(program.result.item(), 32);
    program.runSync();
    t.deepEqual(w.toArray(), [16, 16, 16, 16]);
  });
  const here = ones([4], { device: 'cpu' });
  const other = ones([4], { device: there });
  t.is(t.throws(() => capture(() => [here.add(1), other.add(1)]), { instanceOf: HebbError, message: /the program is for cpu/ }).code, 'ERR_DEVICE');
  t.is(t.throws(() => capture(() => here.add(1).to(there)), { instanceOf: HebbError, message: /stays on one device/ }).code, 'ERR_CAPTURE');
});

deviceTest('what a program computes wrong is told by the run, and the device stays usable', async (t) => {
  const rows = withDevice(there, () => tensor([[1, 2], [3, 4]]));
  const index = tensor(Int32Array.of(0, 7), { device: there });
  const program = capture(() => rows.gather(index));
  const error = await t.throwsAsync(program.run(2), { instanceOf: HebbError });
  t.is(error.code, 'ERR_ARGUMENT');
  t.regex(error.message, /index 7/);
  index.assign([1, 0]);
  await program.run();
  t.deepEqual(program.result.toArray(), [[3, 4], [1, 2]]);
});

deviceTest('memory of a device is freed by dispose() and scopes', (t) => {
  const held = (): number => memory()[there as 'cuda:0']?.bytes ?? NaN;
  withDevice(there, () => {
    const x = ones([1000, 100]);
    const before = held();
    for (let i = 0; i < 50; i++) scope(() => sum(x.mul(2).add(x)).item());
    t.is(held(), before);
    x.dispose();
    t.is(held(), before - 400_000);
    t.is(t.throws(() => x.add(1), { instanceOf: HebbError }).code, 'ERR_DISPOSED');
  });
});

deviceTest('more memory than the device has is ERR_OUT_OF_MEMORY, after which it works as before', (t) => {
  const error = t.throws(() => zeros([200_000, 200_000], { device: there, dtype: 'float64' }), { instanceOf: HebbError });
  t.is(error.code, 'ERR_OUT_OF_MEMORY');
  t.regex(error.message, /^GPU memory full/);
  t.deepEqual(zeros([2], { device: there }).toArray(), [0, 0]);
});

deviceTest('a model trains on a device to what it is on the CPU', async (t) => {
  const train = async (device: string): Promise<number[]> =>
    await withDevice(device, async () => {
      seed(5);
      const net = sequential([layers.dense({ units: 8, activation: 'relu', inputShape: [4] }), layers.dropout({ rate: 0.2 }), layers.dense({ units: 3, activation: 'softmax' })]);
      net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
      const [x, y] = [rand([64, 4]), tensor(Int32Array.from({ length: 64 }, (_, i) => i % 3))];
      const { history } = await net.fit(x, y, { epochs: 3, batchSize: 16, verbose: 0 });
      return history.loss ?? [];
    });
  const [here, other] = [await train('cpu'), await train(there)];
  t.is(here.length, 3);
  for (const [i, loss] of here.entries()) t.true(Math.abs(loss - (other[i] ?? NaN)) < 1e-5, `${loss} and ${other[i]}`);
});
