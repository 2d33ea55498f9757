// Element-wise functions and reductions on 10 M floats; the results' bytes are recycled. Peers: hebb, tfjs-wasm, tfjs-node.
import { hebbVersion, inGroups, loadTfjs, options, serve } from './peer.mjs';

const size = 10_000_000;
const library = await (options.variant === 'hebb' ? hebb : tfjs)();
await serve(library.version, (name) => inGroups(() => library.functions[name]().dispose()));

async function hebb() {
  const { exp, rand, relu, sigmoid, softmax, sum, tanh } = await import('hebb');
  const random = () => rand([size]).mul(4).sub(2);
  const [x, y] = [random(), random()];
  const rows = x.reshape([10_000, 1_000]);
  return {
    version: hebbVersion,
    functions: {
      add: () => x.add(y),
      relu: () => relu(x),
      exp: () => exp(x),
      tanh: () => tanh(x),
      sigmoid: () => sigmoid(x),
      softmax: () => softmax(rows),
      sum: () => sum(x),
      argmax: () => rows.argmax(1),
    },
  };
}

async function tfjs() {
  const tf = await loadTfjs();
  const [x, y] = [tf.randomUniform([size], -2, 2), tf.randomUniform([size], -2, 2)];
  const rows = x.reshape([10_000, 1_000]);
  y.dataSync();
  return {
    version: tf.version.tfjs,
    functions: {
      add: () => tf.add(x, y),
      relu: () => tf.relu(x),
      exp: () => tf.exp(x),
      tanh: () => tf.tanh(x),
      sigmoid: () => tf.sigmoid(x),
      softmax: () => tf.softmax(rows, 1),
      sum: () => tf.tidy(() => tf.sum(x)),
      argmax: () => tf.argMax(rows, 1),
    },
  };
}
