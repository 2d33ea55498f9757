import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { layers, loadModel, sequential, tensor, zeros, type Tensor } from '../../src/index.js';
import { loadTensors, saveTensors } from '../../src/formats/safetensors.js';
import { temporaryFolder } from '../support/temporary_folder.js';

function file(t: ExecutionContext): string {
  return join(temporaryFolder(t), 'file.safetensors');
}

/** A file of a header and bytes, as the format wants it. */
function compose(header: unknown, data: Uint8Array | number = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, typeof data === 'number' ? Buffer.alloc(data) : data]);
}

test('tensors of every type and shape come back by name, with the metadata', async (t) => {
  const path = file(t);
  const tensors = new Map<string, Tensor>([
    ['a', tensor([[1.5, -0, NaN], [Infinity, 1e-45, 3]])],
    ['b/kernel', tensor(Float64Array.of(Math.PI, -Infinity))],
    ['bytes', tensor(Uint8Array.of(0, 255, 7))],
    ['counts', tensor(Int32Array.of(-2147483648, 2147483647), { shape: [2, 1] })],
    ['flags', tensor([true, false, true])],
    ['number', tensor(4)],
    ['nothing', zeros([0, 3])],
    ['view', tensor([[1, 2], [3, 4]]).transpose()],
    ['__proto__', tensor([1])],
  ]);
  await saveTensors(path, { tensors, metadata: { who: 'Ωμέγα', what: '{"a":1}' } });
  const read = await loadTensors(path);
  t.deepEqual(read.metadata, { who: 'Ωμέγα', what: '{"a":1}' });
  t.deepEqual([...read.tensors.keys()].sort(), [...tensors.keys()].sort());
  for (const [name, x] of tensors) {
    const y = read.tensors.get(name)!;
    t.is(y.dtype, x.dtype, name);
    t.deepEqual(y.shape, x.shape, name);
    t.deepEqual(y.dataSync(), x.dataSync(), name);
  }
  t.deepEqual(readdirSync(join(path, '..')), ['file.safetensors']);
});

test('the bytes are those of the format: a length, a JSON header padded to 8, little-endian rows', async (t) => {
  const path = file(t);
  await saveTensors(path, { tensors: new Map<string, Tensor>([['x', tensor([[1], [-2]])], ['y', tensor(Uint8Array.of(9))]]), metadata: { k: 'v' } });
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  t.is(length % 8, 0);
  t.deepEqual(JSON.parse(bytes.toString('utf8', 8, 8 + length)), {
    __metadata__: { k: 'v' },
    x: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    y: { dtype: 'U8', shape: [1], data_offsets: [8, 9] },
  });
  t.is(bytes.length, 8 + length + 9);
  t.is(bytes.readFloatLE(8 + length + 4), -2);
  t.is(bytes[8 + length + 8], 9);
});

test('a file written by another program is read, tensors in any order and without metadata', async (t) => {
  const path = file(t);
  const header = { late: { dtype: 'I32', shape: [1], data_offsets: [8, 12] }, early: { dtype: 'F64', shape: [], data_offsets: [0, 8] } };
  const data = Buffer.alloc(12);
  data.writeDoubleLE(2.5, 0);
  data.writeInt32LE(-7, 8);
  writeFileSync(path, compose(header, data));
  const { tensors, metadata } = await loadTensors(path);
  t.deepEqual([tensors.get('early')!.item(), tensors.get('late')!.item(), metadata], [2.5, -7, {}]);
});

test('damaged files are ERR_FORMAT that says what is wrong', async (t) => {
  const path = file(t);
  const entry = (changes: object): object => ({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes } });
  const huge = Buffer.alloc(16);
  huge.writeBigUInt64LE(2n ** 63n);
  const cases: [Buffer, RegExp][] = [
    [Buffer.alloc(0), /shorter than its length field/],
    [Buffer.alloc(7), /shorter than its length field/],
    [huge, /the header does not fit/],
    [compose(entry({}), 8).subarray(0, 30), /the header does not fit/],
    [Buffer.alloc(64), /not JSON/],
    [compose('{"x": '), /not JSON/],
    [compose('null'), /no JSON object/],
    [compose('[1]'), /no JSON object/],
    [compose({ __metadata__: { a: 1 } }), /__metadata__/],
    [compose({ __metadata__: 'text' }), /__metadata__/],
    [compose({ x: 3 }), /tensor 'x' is not described/],
    [compose({ x: null }), /tensor 'x' is not described/],
    [compose(entry({ dtype: 'BF16' }), 8), /tensor 'x' has type BF16/],
    [compose(entry({ dtype: 'toString' }), 8), /type toString/],
    [compose(entry({ dtype: undefined }), 8), /type undefined/],
    [compose(entry({ shape: [-2] }), 8), /no shape/],
    [compose(entry({ shape: [1.5] }), 8), /no shape/],
    [compose(entry({ shape: 'two' }), 8), /no shape/],
    [compose(entry({ shape: [3] }), 8), /needs 12 bytes, but has 8/],
    [compose(entry({ shape: [1e9, 1e9] }), 8), /needs .* bytes, but has 8/],
    [compose(entry({ data_offsets: [0] }), 8), /data_offsets/],
    [compose(entry({ data_offsets: [-8, 0] }), 8), /data_offsets/],
    [compose(entry({ data_offsets: [8, 0] }), 8), /needs 8 bytes, but has -8/],
    [compose(entry({ data_offsets: [4, 12] }), 12), /begin at 4, expected 0/],
    [compose({ ...entry({}), y: { dtype: 'U8', shape: [4], data_offsets: [6, 10] } }, 10), /'y' begin at 6, expected 8/],
    [compose(entry({}), 7), /7 bytes of tensors, expected 8/],
    [compose(entry({}), 9), /9 bytes of tensors, expected 8/],
  ];
  for (const [bytes, message] of cases) {
    writeFileSync(path, bytes);
    const error = await t.throwsAsync(loadTensors(path), { code: 'ERR_FORMAT', message });
    t.true(error.message.startsWith(path));
  }
  await t.throwsAsync(loadTensors(`${path}.missing`), { code: 'ERR_FORMAT', message: /cannot be read.*ENOENT/ });
});

test('a model file cut or flipped anywhere is either read whole or refused, never a crash', async (t) => {
  const path = file(t);
  const net = sequential([layers.dense({ units: 2, inputShape: [3] })]);
  net.compile({ loss: 'mse' });
  await net.save(path);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 13) {
    writeFileSync(path, whole.subarray(0, length));
    await t.throwsAsync(loadModel(path), { code: 'ERR_FORMAT' });
  }
  let refused = 0;
  for (let i = 0; i < whole.length; i++) {
    const bytes = Buffer.from(whole);
    bytes[i]! ^= 1 << i % 7;
    writeFileSync(path, bytes);
    try {
      await loadModel(path);
    } catch (error) {
      t.is((error as { code?: string }).code, 'ERR_FORMAT', `byte ${i}: ${String(error)}`);
      refused++;
    }
  }
  t.true(refused > 100, `${refused} of ${whole.length} refused`);
});

test('files that are no model of this version are refused with the reason', async (t) => {
  const path = file(t);
  const x = new Map<string, Tensor>([['x', zeros([2])]]);
  const refuse = async (tensors: typeof x, metadata: Record<string, string>, message: RegExp): Promise<void> => {
    await saveTensors(path, { tensors, metadata });
    await t.throwsAsync(loadModel(path), { code: 'ERR_FORMAT', message });
  };
  const model = (changes: object): string =>
    JSON.stringify({ kind: 'sequential', name: 'm', inputShape: [3], layers: [{ kind: 'dense', config: { name: 'd', units: 2 } }], ...changes });
  const weights = new Map<string, Tensor>([['d/kernel', zeros([3, 2])], ['d/bias', zeros([2])]]);
  await refuse(x, {}, /no hebb model/);
  await refuse(x, { format: 'pt' }, /no hebb model/);
  await refuse(x, { format: 'hebb', version: '3', config: '{}' }, /version 3/);
  await refuse(x, { format: 'hebb', version: '2', config: '{' }, /configuration/);
  await refuse(x, { format: 'hebb', version: '2', config: '{}' }, /kind 'undefined' is not known/);
  await refuse(x, { format: 'hebb', version: '2', config: '{"kind":"sequential"}' }, /configuration/);
  await refuse(x, { format: 'hebb', version: '2', config: model({}) }, /'d\/kernel' is missing/);
  await refuse(weights, { format: 'hebb', version: '2', config: model({ layers: [{ kind: 'conv', config: {} }] }) }, /layer: expected one of .* got 'conv'/);
  await refuse(weights, { format: 'hebb', version: '2', config: model({ layers: [{ kind: 'dense', config: { units: -1 } }] }) }, /units/);
  await refuse(weights, { format: 'hebb', version: '2', config: model({ inputShape: [4] }) }, /'d\/kernel' is float32 \[3,2\], expected float32 \[4,2\]/);
  await saveTensors(path, { tensors: weights, metadata: { format: 'hebb', version: '2', config: model({}) } });
  t.is((await loadModel(path)).countParams(), 8);
});
