// C = A B. Peers: hebb and hebb-avx2 (the result's bytes are recycled), tfjs-wasm and tfjs-node (float32 alone).
import { hebbVersion, inGroups, loadTfjs, options, serve } from './peer.mjs';

/** Of each library: its version and, for an (m x k) and a (k x n) matrix stored in row-major order, the product. */
const { version, product } = await (options.variant.startsWith('hebb') ? hebb : tfjs)();

await serve(version, (name) => {
  const [layout, shape, dtype] = name.split(' ');
  const [m, k, n] = shape.split('x').map(Number);
  const stored = (rows, columns, transposed) => (transposed ? [columns, rows] : [rows, columns]);
  const call = product(stored(m, k, layout[0] === 'T'), stored(k, n, layout[1] === 'T'), layout, dtype);
  return call && inGroups(call);
});

async function hebb() {
  const { rand } = await import('hebb');
  return {
    version: hebbVersion,
    product: (aShape, bShape, layout, dtype = 'float32') => {
      const [a, b] = [rand(aShape, { dtype }), rand(bShape, { dtype })];
      const [left, right] = [layout[0] === 'T' ? a.T : a, layout[1] === 'T' ? b.T : b];
      return () => left.matmul(right).dispose();
    },
  };
}

async function tfjs() {
  const tf = await loadTfjs();
  return {
    version: tf.version.tfjs,
    product: (aShape, bShape, layout, dtype) => {
      // tfjs-wasm takes seconds for each of the largest products.
      if (dtype || (options.variant === 'tfjs-wasm' && Math.max(...aShape, ...bShape) >= 1024)) return undefined;
      const [a, b] = [tf.randomUniform(aShape), tf.randomUniform(bShape)];
      return () => tf.matMul(a, b, layout[0] === 'T', layout[1] === 'T').dispose();
    },
  };
}
