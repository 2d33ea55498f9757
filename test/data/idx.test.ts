import test from 'ava';
import { readIdx } from '../../src/data/idx.js';

const header = (type: number, ...shape: number[]): number[] => [
  ...[0, 0, type, shape.length],
  ...shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]),
];

test('bytes are read with their shape', (t) => {
  const { shape, data } = readIdx(Uint8Array.of(...header(8, 2, 3), 1, 2, 3, 4, 5, 255));
  t.deepEqual(shape, [2, 3]);
  t.deepEqual(data, Uint8Array.of(1, 2, 3, 4, 5, 255));
});

test('the elements are a copy, wherever the file lies in its buffer', (t) => {
  const buffer = Uint8Array.of(9, 9, 9, ...header(8, 2), 5, 6);
  const { data } = readIdx(buffer.subarray(3));
  buffer.fill(0);
  t.deepEqual(data, Uint8Array.of(5, 6));
});

test('every element type is big-endian and signed where it should be', (t) => {
  t.deepEqual(readIdx(Uint8Array.of(...header(9, 2), 255, 127)).data, Int32Array.of(-1, 127));
  t.deepEqual(readIdx(Uint8Array.of(...header(11, 2), 255, 254, 1, 0)).data, Int32Array.of(-2, 256));
  t.deepEqual(readIdx(Uint8Array.of(...header(12, 1), 255, 255, 255, 0)).data, Int32Array.of(-256));
  t.deepEqual(readIdx(Uint8Array.of(...header(13, 1), 0x3f, 0xc0, 0, 0)).data, Float32Array.of(1.5));
  t.deepEqual(readIdx(Uint8Array.of(...header(14, 1), 0xbf, 0xe0, 0, 0, 0, 0, 0, 0)).data, Float64Array.of(-0.5));
});

test('an empty array and a single number are files too', (t) => {
  t.deepEqual(readIdx(Uint8Array.of(...header(8, 0, 28))), { shape: [0, 28], data: new Uint8Array(0) });
  t.deepEqual(readIdx(Uint8Array.of(...header(8), 7)), { shape: [], data: Uint8Array.of(7) });
});

const damaged: [string, number[], RegExp][] = [
  ['an empty file', [], /0 bytes are too short/],
  ['text', [...Buffer.from('{"data":[]}')], /no IDX header/],
  ['a gzipped file', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], /0x1f8b0800, which is no IDX header/],
  ['an unknown element type', header(10, 1), /no IDX header/],
  ['a header cut short', header(8, 2, 3).slice(0, 9), /within its header of 12 bytes/],
  ['elements cut short', [...header(8, 2, 3), 1, 2, 3], /15 bytes, but a shape of \[2,3\] takes 18/],
  ['bytes left over', [...header(8, 1), 1, 2], /10 bytes, but a shape of \[1\] takes 9/],
  ['a size that overflows', [...header(8, 0xffffffff, 0xffffffff, 0xffffffff)], /takes/],
];
for (const [name, bytes, message] of damaged) {
  test(`${name} is refused, with the name of the file`, (t) => {
    const error = t.throws(() => readIdx(Uint8Array.from(bytes), 'labels.idx'), { code: 'ERR_FORMAT', message });
    t.regex(error.message, /labels\.idx/);
  });
}
