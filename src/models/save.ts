import { HebbError } from '../errors.js';
import { layerFromConfig } from '../layers/index.js';
import type { Config } from '../layers/layer.js';
import { loadTensors, saveTensors } from '../formats/safetensors.js';
import { lossFromConfig } from '../losses.js';
import { optimizerFromConfig } from '../optimizers/index.js';
import { defaultGenerator } from '../random.js';
import type { Shape, Tensor } from '../tensor.js';
import type { Model } from './model.js';
import { Sequential } from './sequential.js';

/** Options of save(). */
export interface SaveOptions {
  /** Whether the state of the optimiser and of the random generator is saved, so that training can go on; true by default. */
  optimizer?: boolean;
}

interface SavedModel {
  name: string;
  inputShape: Shape;
  layers: { kind: string; config: Config }[];
  compiled?: { optimizer: { kind: string; config: Config }; loss: { name: string; config: Config }; metrics: readonly string[] };
}

const version = '1';

/** Every weight under a name of its own: layer/weight. */
function weightEntries(model: Model): [string, Tensor][] {
  return model.namedWeights().map(({ layer, weight }) => [`${layer.name}/${weight.name}`, weight.value]);
}

function stateEntries(model: Model): [string, Tensor][] {
  const params = model.trainableWeights.map(({ value }) => value);
  const state = model.optimizer.state(params).map((x, i): [string, Tensor] => [`optimizer/${i}`, x]);
  return [...state, ['random/state', defaultGenerator.state]];
}

/** Writes a model to a safetensors file whose metadata holds the configuration. */
export async function saveModel(model: Model, path: string, { optimizer = true }: SaveOptions): Promise<void> {
  if (model.outputShape === undefined) throw new HebbError('ERR_ARGUMENT', `save: ${model.name} is not built: its input shape is not known`);
  const compiled = model.metricNames && {
    optimizer: { kind: model.optimizer.kind, config: model.optimizer.getConfig() },
    loss: { name: model.loss.name, config: model.loss.config },
    metrics: model.metricNames,
  };
  const tensors = new Map(weightEntries(model));
  if (optimizer && compiled !== undefined) for (const [name, x] of stateEntries(model)) tensors.set(name, x);
  const config = JSON.stringify({ ...model.getConfig(), compiled });
  await saveTensors(path, { tensors, metadata: { format: 'hebb', version, config } });
}

/**
 * Reads a model that save() wrote. With the optimiser's state, training goes on as if it had never stopped; that also puts
 * the random generator back to where it was.
 *
 * @throws ERR_FORMAT that says what is wrong with the file
 * @example
 * const net = await loadModel('model.hebb');
 */
export async function loadModel(path: string): Promise<Sequential> {
  const { tensors, metadata } = await loadTensors(path);
  if (metadata.format !== 'hebb' || metadata.config === undefined) throw new HebbError('ERR_FORMAT', `${path}: no hebb model, but tensors only`);
  const { name, inputShape, layers, compiled } = JSON.parse(metadata.config) as SavedModel;
  const model = new Sequential(
    layers.map(({ kind, config }) => layerFromConfig(kind, config)),
    name,
  );
  model.build(inputShape);
  const fill = (entries: [string, Tensor][]): void => {
    for (const [key, target] of entries) {
      const x = tensors.get(key);
      if (x === undefined) throw new HebbError('ERR_FORMAT', `${path}: '${key}' is missing`);
      target.assign(x);
    }
  };
  fill(weightEntries(model));
  if (compiled !== undefined) {
    const optimizer = optimizerFromConfig(compiled.optimizer.kind, compiled.optimizer.config);
    model.compile({ optimizer, loss: lossFromConfig(compiled.loss.name, compiled.loss.config), metrics: compiled.metrics });
    if (tensors.has('optimizer/0')) fill(stateEntries(model));
  }
  return model;
}
