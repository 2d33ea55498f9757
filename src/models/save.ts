import { HebbError } from '../errors.js';
import { layerFromConfig, isKnownLayer } from '../layers/from_config.js';
import type { Config } from '../layers/layer.js';
import { loadTensors, saveTensors } from '../formats/safetensors.js';
import { assign, copy } from '../ops/index.js';
import { defaultGenerator } from '../random.js';
import type { Shape, Tensor } from '../tensor.js';
import type { Model } from './model.js';
import { revive, saveLoss, saveMetric, type SavedPart } from './parts.js';
import { Sequential } from './sequential.js';

/** Options of save(). */
export interface SaveOptions {
  /** Whether the state of the optimiser and of the random generator is saved, so that training can go on; true by default. */
  optimizer?: boolean;
}

/** Options of loadModel(). */
export interface LoadOptions {
  /** Whether to compile the model as it was; true by default. */
  compile?: boolean;
}

interface SavedCompile {
  optimizer: SavedPart;
  loss: SavedPart;
  metrics: (string | SavedPart)[];
  weightedMetrics: (string | SavedPart)[];
}

interface SavedModel {
  name: string;
  inputShape: Shape;
  layers: { kind: string; config: Config }[];
  compiled?: SavedCompile;
}

const version = 1;

/** Every weight under a name of its own: layer/weight. */
function weightEntries(model: Model): [string, Tensor][] {
  return model.namedWeights().map(({ layer, weight }) => [`${layer.name}/${weight.name}`, weight.value]);
}

function stateEntries(model: Model): [string, Tensor][] {
  const params = model.trainableWeights.map(({ value }) => value);
  const state = model.optimizer.state(params).map((x, i): [string, Tensor] => [`optimizer/${i}`, x]);
  return [...state, ['random/state', defaultGenerator.state]];
}

/** What compile() chose; undefined when a loss or metric is the user's own, which no file can hold. */
function savedCompile(model: Model): SavedCompile | undefined {
  const loss = saveLoss(model.loss);
  const metrics = model.compiled.metrics.map(saveMetric);
  const weightedMetrics = model.compiled.weightedMetrics.map(saveMetric);
  const known = (part: string | SavedPart | undefined): part is string | SavedPart => part !== undefined;
  if (loss === undefined || !metrics.every(known) || !weightedMetrics.every(known)) return undefined;
  return { optimizer: { kind: model.optimizer.kind, config: model.optimizer.getConfig() }, loss, metrics, weightedMetrics };
}

function checkLayers(model: Model): void {
  for (const layer of model.layers) {
    if (!isKnownLayer(layer.kind)) {
      throw new HebbError('ERR_ARGUMENT', `save: ${layer.name} is a layer of your own ('${layer.kind}'), which no file can hold`);
    }
  }
}

/** Writes a model to a safetensors file whose metadata holds the configuration. */
export async function saveModel(model: Model, path: string, { optimizer = true }: SaveOptions): Promise<void> {
  if (model.outputShape === undefined) throw new HebbError('ERR_ARGUMENT', `save: ${model.name} is not built: its input shape is not known`);
  checkLayers(model);
  const compiled = model.isCompiled ? savedCompile(model) : undefined;
  if (optimizer && model.isCompiled && compiled === undefined) {
    throw new HebbError('ERR_ARGUMENT', "save: the loss or a metric is a function of your own, which no file can hold; save with { optimizer: false }");
  }
  const tensors = new Map(weightEntries(model));
  if (optimizer && compiled !== undefined) for (const [name, x] of stateEntries(model)) tensors.set(name, x);
  const config = JSON.stringify({ ...model.getConfig(), compiled });
  await saveTensors(path, { tensors, metadata: { format: 'hebb', version: String(version), config } });
}

/** The configuration in a file's metadata. @throws ERR_FORMAT */
function readConfig(path: string, metadata: Readonly<Record<string, string>>): SavedModel {
  const { format, version: written, config } = metadata;
  if (format !== 'hebb' || config === undefined) throw new HebbError('ERR_FORMAT', `${path}: no hebb model, but tensors only`);
  if (Number(written) !== version) {
    throw new HebbError('ERR_FORMAT', `${path}: format version ${String(written)}; this version of hebb reads version ${version}`);
  }
  return JSON.parse(config) as SavedModel;
}

function fill(path: string, tensors: ReadonlyMap<string, Tensor>, entries: readonly [string, Tensor][]): void {
  for (const [name, target] of entries) {
    const x = tensors.get(name);
    if (x === undefined) throw new HebbError('ERR_FORMAT', `${path}: '${name}' is missing`);
    if (x.shape.join() !== target.shape.join() || x.dtype !== target.dtype) {
      const text = ({ dtype, shape }: Tensor): string => `${dtype} [${shape.join(',')}]`;
      throw new HebbError('ERR_FORMAT', `${path}: '${name}' is ${text(x)}, expected ${text(target)}`);
    }
  }
  for (const [name, target] of entries) assign(target, tensors.get(name) ?? 0);
}

/**
 * Reads a model that save() wrote. With the optimiser's state, training goes on as if it had never stopped; that also puts
 * the random generator back to where it was.
 *
 * @throws ERR_FORMAT that says what is wrong with the file
 * @example
 * const net = await loadModel('model.hebb');
 */
export async function loadModel(path: string, { compile = true }: LoadOptions = {}): Promise<Sequential> {
  const { tensors, metadata } = await loadTensors(path);
  const generator = copy(defaultGenerator.state);
  try {
    const { name, inputShape, layers, compiled } = readConfig(path, metadata);
    const model = new Sequential(
      layers.map(({ kind, config }) => layerFromConfig(kind, config)),
      name,
    );
    model.build(inputShape);
    assign(defaultGenerator.state, generator); // what the initialisers drew is overwritten
    if (compile && compiled !== undefined) {
      model.compile({
        optimizer: revive.optimizer(compiled.optimizer),
        loss: revive.loss(compiled.loss),
        metrics: compiled.metrics.map(revive.metric),
        weightedMetrics: compiled.weightedMetrics.map(revive.metric),
      });
    }
    const state = model.isCompiled && tensors.has('optimizer/0') ? stateEntries(model) : [];
    fill(path, tensors, [...weightEntries(model), ...state]);
    return model;
  } catch (error) {
    assign(defaultGenerator.state, generator);
    if (error instanceof HebbError && error.code === 'ERR_FORMAT') throw error;
    const fault = error instanceof Error ? error.message : String(error);
    throw new HebbError('ERR_FORMAT', `${path}: the configuration cannot be used (${fault})`, { cause: error });
  }
}
