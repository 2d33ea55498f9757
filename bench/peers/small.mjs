// Small things, where overhead is everything: ops on 4x4, one row through 784-300-100-10, a step of XOR's network 2-8-1.
// Peers: hebb, tfjs-node, tfjs-wasm, onnxruntime-node (the forward pass only).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { hebbVersion, inGroups, loadTfjs, oneByOne, options, peerPackage, rate, serve, sizes, startWeights } from './peer.mjs';

const row = Float32Array.from({ length: sizes[0] }, (_, i) => (i % 17) / 17);
const corners = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] };

/** Of each library: its version and, by the names of the cases, what makes their bursts. */
const { version, cases } = await { 'hebb': hebb, 'tfjs-node': tfjs, 'tfjs-wasm': tfjs, 'onnxruntime-node': onnxruntime }[options.variant]();
await serve(version, (name) => cases[name]?.());

async function hebb() {
  const { capture, layers, losses, optimizers, randn, scope, sequential, tensor, valueAndGrad, zeros, ...ops } = await import('hebb');
  const [a, b] = [randn([4, 4]), randn([4, 4])];

  const net = sequential([
    layers.dense({ units: sizes[1], activation: 'relu', inputShape: [sizes[0]] }),
    layers.dense({ units: sizes[2], activation: 'relu' }),
    layers.dense({ units: sizes[3] }),
  ]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
  const x = tensor(row, { shape: [1, sizes[0]] });

  /** A step of SGD on the parameters, eager and captured. */
  const steps = (name, parameters, lossOf) => {
    const step = () => {
      const [loss, gradients] = valueAndGrad(lossOf, parameters);
      for (const [i, w] of parameters.entries()) w.assign(w.sub(gradients[i].mul(rate)));
      return loss;
    };
    return {
      [`${name}, eager`]: () => inGroups(() => scope(() => void step())),
      [name]: () => {
        const program = capture(step);
        return inGroups(() => program.runSync());
      },
    };
  };
  const label = tensor([3], { dtype: 'int32' });
  const [w1, b1, w2, b2, w3, b3] = startWeights().map(({ shape, values }) => tensor(values, { shape }));
  const logits = () => x.matmul(w1).add(b1).relu().matmul(w2).add(b2).relu().matmul(w3).add(b3);

  const [inputs, targets] = [tensor(corners.x), tensor(corners.y)];
  const [v1, c1, v2, c2] = [randn([2, 8]), zeros([8]), randn([8, 1]), zeros([1])];
  const answer = () => inputs.matmul(v1).add(c1).tanh().matmul(v2).add(c2);

  return {
    version: hebbVersion,
    cases: {
      'add 4x4': () => inGroups(() => a.add(b)),
      'matmul 4x4': () => inGroups(() => a.matmul(b)),
      'predict one row': () => oneByOne(() => void net.predict(x).dataSync()),
      ...steps('train step, batch 1', [w1, b1, w2, b2, w3, b3], () => ops.softmaxCrossEntropy(logits(), label).mean()),
      ...steps('XOR step', [v1, c1, v2, c2], () => ops.sigmoidCrossEntropy(answer(), targets).mean()),
    },
  };
}

async function tfjs() {
  const tf = await loadTfjs();
  const [a, b] = [tf.randomNormal([4, 4]), tf.randomNormal([4, 4])];

  const layered = (x, weights, activation) =>
    weights.reduce((input, w, i) => {
      if (i % 2 === 0) return tf.matMul(input, w);
      return i === weights.length - 1 ? tf.add(input, w) : activation(tf.add(input, w));
    }, x);
  const weights = startWeights().map(({ shape, values }) => tf.variable(tf.tensor(values, shape)));

  const optimizer = tf.train.sgd(rate);
  const steps = (name, variables, lossOf) => {
    const make = () => inGroups(() => void tf.tidy(() => void optimizer.minimize(lossOf, false, variables)));
    return { [name]: make, [`${name}, eager`]: make }; // there is no other mode
  };
  const [x, y] = [tf.tensor2d(row, [1, sizes[0]]), tf.oneHot([3], 10).toFloat()];
  const [inputs, targets] = [tf.tensor2d(corners.x), tf.tensor2d(corners.y)];
  const small = [[2, 8], [8], [8, 1], [1]].map((shape) => tf.variable(tf.randomNormal(shape)));

  return {
    version: tf.version.tfjs,
    cases: {
      'add 4x4': () => inGroups(() => tf.add(a, b).dispose()),
      'matmul 4x4': () => inGroups(() => tf.matMul(a, b).dispose()),
      'predict one row': () =>
        oneByOne(() => void tf.tidy(() => layered(tf.tensor2d(row, [1, sizes[0]]), weights, tf.relu).dataSync())),
      ...steps('train step, batch 1', weights, () => tf.losses.softmaxCrossEntropy(y, layered(x, weights, tf.relu))),
      ...steps('XOR step', small, () => tf.losses.sigmoidCrossEntropy(targets, layered(inputs, small, tf.tanh))),
    },
  };
}

async function onnxruntime() {
  const { exports: ort, version } = peerPackage('ORT_ROOT', 'onnxruntime-node');
  const settings = { intraOpNumThreads: options.threads, interOpNumThreads: 1, executionProviders: ['cpu'] };
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(join(options.work, 'mlp.onnx'))), settings);
  const predict = () => session.run({ x: new ort.Tensor('float32', row, [1, sizes[0]]) });
  return { version, cases: { 'predict one row': () => oneByOne(predict) } };
}
