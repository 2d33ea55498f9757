import type { Model } from '../models/model.js';
import type { Shape } from '../tensor.js';
import { bytes, message, varint, type Field } from './protobuf.js';

// The numbers of the fields are those of graph.proto, node_def.proto, attr_value.proto and tensor_shape.proto of TensorFlow.
const node = { name: 1, op: 2, input: 3, attribute: 5 };
/** The version of graphs that TensorFlow 2 writes and older readers take. */
const producer = 22;

/** The batch is the unknown size -1. */
function shapeAttribute(name: string, shape: Shape): Field {
  const dims = shape.map((size) => message(2, [varint(1, size)]));
  const list = message(1, [message(7, dims)]);
  return message(node.attribute, [bytes(1, name), message(2, [list])]);
}

function nodeOf(name: string, op: string, inputs: readonly string[], shape: Shape | undefined): Field {
  const shapes = shape === undefined ? [] : [shapeAttribute('_output_shapes', shape)];
  return message(1, [bytes(node.name, name), bytes(node.op, op), ...inputs.map((input) => bytes(node.input, input)), ...shapes]);
}

/** The name under which TensorBoard files a node: letters, digits and _ . - only, beginning with none of - and _. */
function safe(name: string): string {
  return name.replace(/[^\w.-]/g, '_').replace(/^[-_]/, '.');
}

/** A model as the bytes of a GraphDef: its input, a group for each layer holding the layer's weights and its call. */
export function graphOf(model: Model): Uint8Array {
  const scope = safe(model.name);
  let previous = `${scope}/input`;
  let shape = model.inputShape;
  const nodes = [nodeOf(previous, 'Placeholder', [], shape && [-1, ...shape])];
  for (const layer of model.layers) {
    const name = `${scope}/${safe(layer.name)}`;
    const weights = layer.weights.map(({ name: weight, value }) => ({ path: `${name}/${safe(weight)}`, value }));
    shape = shape && layer.outputShape(shape);
    nodes.push(...weights.map(({ path, value }) => nodeOf(path, 'VariableV2', [], value.shape)));
    const call = `${name}/call`;
    nodes.push(nodeOf(call, layer.kind, [previous, ...weights.map(({ path }) => path)], shape && [-1, ...shape]));
    previous = call;
  }
  return Buffer.concat([...nodes, message(4, [varint(1, producer)])]);
}
