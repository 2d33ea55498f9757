import { HebbError } from '../errors.js';
import type { Layer } from '../layers/layer.js';
import type { LayerCall, SymbolicTensor } from '../layers/symbolic.js';

/** The layers between the inputs and outputs of a model. */
export interface Graph {
  /** The uses of layers but for the inputs, each after those that it needs. */
  readonly calls: readonly LayerCall[];
  /** Every layer once, in Keras's order: those farthest from the outputs first, then as they are met from the outputs. */
  readonly layers: readonly Layer[];
}

/** What lies between inputs and outputs. @throws ERR_ARGUMENT when something else is needed, or an input is no input() */
export function graphOf(model: string, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Graph {
  const starts = new Set(inputs.map(({ source }) => source));
  for (const { inputs: from, layer } of starts) {
    if (from.length > 0 || layer.kind !== 'input') {
      throw new HebbError('ERR_ARGUMENT', `${model}: inputs are made by input(), got the result of ${layer.name || layer.kind}`);
    }
  }
  if (starts.size < inputs.length) throw new HebbError('ERR_ARGUMENT', `${model}: an input is given twice`);
  const met = new Set<Layer>();
  const done = new Set<LayerCall>();
  const visit = (call: LayerCall): void => {
    if (done.has(call)) return;
    if (call.inputs.length === 0 && !starts.has(call)) {
      throw new HebbError('ERR_ARGUMENT', `${model}: the outputs need an input of shape [*,${(call.outputs[0]?.shape ?? []).join(',')}] that is not among the inputs`);
    }
    met.add(call.layer);
    for (const { source } of call.inputs) visit(source);
    done.add(call);
  };
  for (const { source } of outputs) visit(source);
  const depths = new Map<Layer, number>();
  const callDepths = new Map<LayerCall, number>();
  for (const call of [...done].reverse()) {
    const depth = Math.max(callDepths.get(call) ?? 0, depths.get(call.layer) ?? 0);
    depths.set(call.layer, depth);
    for (const { source } of call.inputs) callDepths.set(source, Math.max(depth + 1, callDepths.get(source) ?? 0));
  }
  const layers = [...new Set([...met, ...inputs.map(({ source }) => source.layer)])];
  return {
    calls: [...done].filter((call) => !starts.has(call)),
    layers: layers.sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0)),
  };
}
