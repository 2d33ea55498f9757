// TensorFlow.js: a loop of optimizer.minimize inside tf.tidy, batches gathered by index. Peers: tfjs-node, tfjs-wasm (on
// one thread). With --rows n it trains on the first n rows, and the time is scaled up.
import { finish, loadTfjs, options, rate, rows, sizes, startWeights } from './peer.mjs';

const tf = await loadTfjs();
const bytes = rows();
const count = Math.min(options.rows, bytes.y.length);
const x = tf.tensor2d(Float32Array.from(bytes.x.subarray(0, count * sizes[0]), (v) => v / 255), [count, sizes[0]]);
const y = tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(bytes.y.subarray(0, count)), 'int32'), sizes[3]).toFloat());
const weights = startWeights().map(({ shape, values }) => tf.variable(tf.tensor(values, shape)));
const optimizer = tf.train.sgd(rate);

const times = [];
for (let epoch = 0; epoch < options.epochs; epoch++) {
  const begin = performance.now();
  const order = Int32Array.from({ length: count }, (_, i) => i);
  tf.util.shuffle(order);
  for (let at = 0; at < count; at += options.batch) {
    tf.tidy(() => void step(order.subarray(at, Math.min(at + options.batch, count))));
  }
  weights[0].dataSync();
  times.push(((performance.now() - begin) * bytes.y.length) / count);
}
finish(tf.version.tfjs, times, weights.map((w) => w.dataSync()), count < bytes.y.length ? { rows: count } : {});

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
