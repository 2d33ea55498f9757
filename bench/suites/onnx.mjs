// The network as an ONNX file, for onnxruntime: Gemm, Relu, Gemm, Relu, Gemm. The numbers are the fields of onnx.proto.

/** A varint of protocol buffers. */
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(Math.floor(n / 128))]);
const number = (field, n) => Buffer.from([...varint(field * 8), ...varint(n)]);
const bytes = (field, content) => {
  const body = typeof content === 'string' ? Buffer.from(content) : Buffer.concat([content].flat());
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
};

const float32 = 1;
const initializer = (name, shape, values) =>
  bytes(5, [...shape.map((n) => number(1, n)), number(2, float32), bytes(8, name), bytes(9, Buffer.from(values.buffer))]);
const node = (type, inputs, output) => bytes(1, [...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type)]);
const port = (field, name, shape) => {
  const dimensions = shape.map((n) => bytes(1, number(1, n)));
  return bytes(field, [bytes(1, name), bytes(2, bytes(1, [number(1, float32), bytes(2, dimensions)]))]);
};

/** x [1, sizes[0]] -> y [1, sizes.at(-1)]; `flat` holds kernel and bias of each layer. */
export function mlpModel(flat, sizes) {
  const parts = [];
  let [at, input] = [0, 'x'];
  for (const [layer, units] of sizes.slice(1).entries()) {
    const split = at + sizes[layer] * units;
    parts.push(initializer(`w${layer}`, [sizes[layer], units], flat.slice(at, split)));
    parts.push(initializer(`b${layer}`, [units], flat.slice(split, split + units)));
    at = split + units;
    const last = layer === sizes.length - 2;
    parts.push(node('Gemm', [input, `w${layer}`, `b${layer}`], last ? 'y' : `z${layer}`));
    if (!last) parts.push(node('Relu', [`z${layer}`], `h${layer}`));
    input = `h${layer}`;
  }
  const graph = [...parts, bytes(2, 'mlp'), port(11, 'x', [1, sizes[0]]), port(12, 'y', [1, sizes.at(-1)])];
  return Buffer.concat([number(1, 8), bytes(8, number(2, 17)), bytes(7, graph)]);
}
