// TensorFlow.js: a loop of optimizer.minimize inside tf.tidy, batches gathered by index. Peers: tfjs-node, tfjs-wasm (on
// one thread). With --rows n it trains on the first n rows.
import { byEpochs, loadTfjs, options, rate, rows, serve, sizes, startWeights } from './peer.mjs';

const tf = await loadTfjs();
const bytes = rows();
const count = Math.min(options.rows, bytes.y.length);
const x = tf.tensor2d(Float32Array.from(bytes.x.subarray(0, count * sizes[0]), (v) => v / 255), [count, sizes[0]]);
const y = tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(bytes.y.subarray(0, count)), 'int32'), sizes[3]).toFloat());
const optimizer = tf.train.sgd(rate);

await serve(tf.version.tfjs, (name) => {
  const batch = Number(name.split(' ')[1]);
  const weights = startWeights().map(({ shape, values }) => tf.variable(tf.tensor(values, shape)));
  const epoch = () => {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    tf.util.shuffle(order);
    for (let at = 0; at < count; at += batch) {
      tf.tidy(() => void step(weights, order.subarray(at, Math.min(at + batch, count))));
    }
    weights[0].dataSync();
  };
  return byEpochs(count, epoch, () => weights.map((w) => w.dataSync()));
});

/** One update on the rows of `index`. */
function step(weights, index) {
  const rowsOf = tf.tensor1d(index, 'int32');
  const [input, target] = [tf.gather(x, rowsOf), tf.gather(y, rowsOf)];
  optimizer.minimize(() => {
    const first = tf.relu(tf.add(tf.matMul(input, weights[0]), weights[1]));
    const second = tf.relu(tf.add(tf.matMul(first, weights[2]), weights[3]));
    return tf.losses.softmaxCrossEntropy(target, tf.add(tf.matMul(second, weights[4]), weights[5]));
  });
}
