// C = A B in float32. Peers: hebb (the result's bytes are recycled), tfjs-wasm, tfjs-node.
import { emit, hebbVersion, loadTfjs, measure, options } from './peer.mjs';

/** Of each library: its version and, for an (m x k) and a (k x n) matrix stored in row-major order, the product. */
const libraries = { hebb, tfjs };
const { version, product } = await libraries[options.variant === 'hebb' ? 'hebb' : 'tfjs']();

for (const name of options.only.split(',')) {
  const [layout, shape] = name.split(' ');
  const [m, k, n] = shape.split('x').map(Number);
  const stored = (rows, columns, transposed) => (transposed ? [columns, rows] : [rows, columns]);
  emit(version, name, measure(product(stored(m, k, layout[0] === 'T'), stored(k, n, layout[1] === 'T'), layout)));
}

async function hebb() {
  const { rand } = await import('hebb');
  return {
    version: hebbVersion,
    product: (aShape, bShape, layout) => {
      const [a, b] = [rand(aShape), rand(bShape)];
      const [left, right] = [layout[0] === 'T' ? a.T : a, layout[1] === 'T' ? b.T : b];
      return () => left.matmul(right).dispose();
    },
  };
}

async function tfjs() {
  const tf = await loadTfjs();
  return {
    version: tf.version.tfjs,
    product: (aShape, bShape, layout) => {
      const [a, b] = [tf.randomUniform(aShape), tf.randomUniform(bShape)];
      return () => tf.matMul(a, b, layout[0] === 'T', layout[1] === 'T').dispose();
    },
  };
}
