// hebb: a sequential model and fit, as a user writes it. Options as in peer.py.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    work: { type: 'string' },
  },
});
process.env.HEBB_NUM_THREADS = options.threads;
const { callbacks, layers, losses, optimizers, sequential, tensor } = await import('hebb');

const sizes = [784, 300, 100, 10];
const bytes = new Uint8Array(readFileSync(join(options.work, 'x.u8')));
const x = tensor(bytes, { shape: [bytes.length / sizes[0], sizes[0]], dtype: 'uint8' });
const y = tensor(Int32Array.from(readFileSync(join(options.work, 'y.u8'))), { shape: [x.shape[0]], dtype: 'int32' });
const file = readFileSync(join(options.work, 'start.f32'));
const flat = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));

const net = sequential([
  layers.rescaling({ scale: 1 / 255, inputShape: [sizes[0]] }),
  layers.dense({ units: sizes[1], activation: 'relu' }),
  layers.dense({ units: sizes[2], activation: 'relu' }),
  layers.dense({ units: sizes[3] }),
]);
net.compile({
  optimizer: optimizers.sgd({ learningRate: 0.01 }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
});
let at = 0;
net.setWeights(sizes.slice(1).flatMap((units, layer) => [[sizes[layer], units], [units]].map((shape) => {
  const size = shape.reduce((a, b) => a * b);
  at += size;
  return tensor(flat.slice(at - size, at), { shape });
})));

const times = [];
let begin = 0;
await net.fit(x, y, {
  batchSize: Number(options.batch),
  epochs: Number(options.epochs),
  verbose: 0,
  callbacks: [
    callbacks.lambda({
      onEpochBegin: () => void (begin = performance.now()),
      onEpochEnd: () => void times.push(performance.now() - begin),
    }),
  ],
});
const end = net.getWeights().map((w) => Buffer.from(Float32Array.from(w.dataSync()).buffer));
writeFileSync(join(options.work, 'end.f32'), Buffer.concat(end));

const counted = (times.length > 1 ? times.slice(1) : times).sort((a, b) => a - b);
console.log(JSON.stringify({
  peer: positionals[0],
  case: `train/b${options.batch}/t${options.threads}`,
  median_ms: Number(counted[counted.length >> 1].toFixed(1)),
  best_ms: Number(counted[0].toFixed(1)),
  version: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
}));
