// TensorFlow.js: a loop of optimizer.minimize inside tf.tidy, batches gathered by index. Variants: tfjs-node (from
// JSNODE_ROOT), tfjs-wasm (from JS_ROOT, one thread). Options as in peer.py, and --rows n: train on the first n rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    rows: { type: 'string' },
    work: { type: 'string' },
  },
});
const variant = positionals[0];
const [batch, epochs, threads] = [options.batch, options.epochs, options.threads].map(Number);
const sizes = [784, 300, 100, 10];

process.env.TF_CPP_MIN_LOG_LEVEL = '3';
process.env.TF_NUM_INTRAOP_THREADS = options.threads;
process.env.TF_NUM_INTEROP_THREADS = '1';
const tf = await load();
const bytes = readFileSync(join(options.work, 'x.u8'));
const all = bytes.length / sizes[0];
const rows = options.rows ? Math.min(Number(options.rows), all) : all;
const x = tf.tensor2d(Float32Array.from(bytes.subarray(0, rows * sizes[0]), (v) => v / 255), [rows, sizes[0]]);
const labels = Int32Array.from(readFileSync(join(options.work, 'y.u8')).subarray(0, rows));
const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), sizes[3]).toFloat());
const weights = start().map((w) => tf.variable(w));

const optimizer = tf.train.sgd(0.01);
const times = [];
for (let epoch = 0; epoch < epochs; epoch++) {
  const begin = performance.now();
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  tf.util.shuffle(order);
  for (let at = 0; at < rows; at += batch) tf.tidy(() => void step(order.subarray(at, Math.min(at + batch, rows))));
  weights[0].dataSync();
  times.push(((performance.now() - begin) * all) / rows);
}

const end = Buffer.concat(weights.map((w) => Buffer.from(Float32Array.from(w.dataSync()).buffer)));
writeFileSync(join(options.work, 'end.f32'), end);
const counted = (times.length > 1 ? times.slice(1) : times).sort((a, b) => a - b);
const median = Number(counted[counted.length >> 1].toFixed(1));
console.log(JSON.stringify({
  peer: variant,
  case: `train/b${batch}/t${variant === 'tfjs-wasm' ? 1 : threads}`,
  median_ms: median,
  best_ms: Number(counted[0].toFixed(1)),
  version: tf.version.tfjs,
  ...(rows < all ? { rows } : {}),
}));

/** One update on the rows of `index`. */
function step(index) {
  const rowsOf = tf.tensor1d(index, 'int32');
  const [input, target] = [tf.gather(x, rowsOf), tf.gather(y, rowsOf)];
  optimizer.minimize(() => {
    const first = tf.relu(tf.add(tf.matMul(input, weights[0]), weights[1]));
    const second = tf.relu(tf.add(tf.matMul(first, weights[2]), weights[3]));
    return tf.losses.softmaxCrossEntropy(target, tf.add(tf.matMul(second, weights[4]), weights[5]));
  });
}

/** Kernels and biases of start.f32. */
function start() {
  const file = readFileSync(join(options.work, 'start.f32'));
  const flat = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
  let at = 0;
  return sizes.slice(1).flatMap((units, layer) => [[sizes[layer], units], [units]].map((shape) => {
    const size = shape.reduce((a, b) => a * b);
    at += size;
    return tf.tensor(flat.slice(at - size, at), shape);
  }));
}

/** TensorFlow.js with the variant's backend. */
async function load() {
  const root = variant === 'tfjs-node' ? process.env.JSNODE_ROOT : process.env.JS_ROOT;
  const from = createRequire(join(root, 'package.json'));
  if (variant === 'tfjs-node') return from('@tensorflow/tfjs-node');
  const library = from('@tensorflow/tfjs');
  from('@tensorflow/tfjs-backend-wasm').setWasmPaths(`${dirname(from.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await library.setBackend('wasm');
  await library.ready();
  return library;
}
