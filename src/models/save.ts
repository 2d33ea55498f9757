import { HebbError } from '../errors.js';
import { layerFromConfig, type SavedLayer } from '../layers/from_config.js';
import type { Config, Layer } from '../layers/layer.js';
import { makeOwn, type OwnParts, type SavedOwn } from '../own_parts.js';
import { loadTensors, saveTensors } from '../formats/safetensors.js';
import { checkNames } from '../options.js';
import { assign, copy } from '../ops/index.js';
import { defaultGenerator } from '../random.js';
import type { Shape, Tensor } from '../tensor.js';
import { Model } from './model.js';
import { functionalFromConfig } from './functional.js';
import { asOption, mapOutputs, type CompileOptions, type PerOutput } from './outputs.js';
import { reviver, saveLoss, saveMetric, saveOptimizer, type MetricLike, type MetricSpec, type SavedPart } from './parts.js';
import { savedModel, type SavedOwnModel } from './saved_model.js';
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
  /**
   * The classes and functions of your own in the model, by their names: layers, models and optimisers are made by
   * `new MyLayer(config)`, or by `MyLayer.fromConfig(config)` where there is one, config being what getConfig() answered;
   * losses, metrics, activations and functions of lambda() are taken as they are.
   */
  classes?: OwnParts;
}

type SavedMetrics = readonly (string | SavedPart | SavedOwn)[];

interface SavedCompile {
  optimizer: SavedPart | SavedOwn;
  loss: PerOutput<SavedPart | SavedOwn>;
  lossWeights: PerOutput<number>;
  metrics: PerOutput<SavedMetrics>;
  weightedMetrics: PerOutput<SavedMetrics>;
}

interface SavedSequential {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly SavedLayer[];
}

interface SavedModel extends Config {
  kind: string;
  compiled?: SavedCompile;
}

/** 2: graphs of layers, and parts chosen per output. */
const version = 2;

/** Every weight under a name of its own: layer/weight. */
function weightEntries(model: Model): [string, Tensor][] {
  return model.namedWeights().map(({ layer, weight }) => [`${layer.name}/${weight.name}`, weight.value]);
}

function stateEntries(model: Model): [string, Tensor][] {
  const params = model.trainableWeights.map(({ value }) => value);
  const state = model.optimizer.state(params).map((x, i): [string, Tensor] => [`optimizer/${i}`, x]);
  return [...state, ['random/state', defaultGenerator.state]];
}

/** What compile() chose; undefined when a loss or metric is a function without a name, which no file can hold. */
function savedCompile(model: Model): SavedCompile | undefined {
  const { optimizer, loss, lossWeights, metrics, weightedMetrics } = model.compiled;
  const own = new HebbError('ERR_ARGUMENT', 'a part of the user');
  const known = <T>(part: T | undefined): T => {
    if (part === undefined) throw own;
    return part;
  };
  const saved = (specs: readonly MetricSpec[]): SavedMetrics => specs.map((spec) => known(saveMetric(spec)));
  try {
    return {
      optimizer: saveOptimizer(optimizer),
      loss: mapOutputs(loss, (part) => known(saveLoss(part))),
      lossWeights,
      metrics: mapOutputs(metrics, saved),
      weightedMetrics: mapOutputs(weightedMetrics, saved),
    };
  } catch (error) {
    if (error === own) return undefined;
    throw error;
  }
}

/** The options of compile() that a file holds. */
function revivedCompile({ optimizer, loss, lossWeights, metrics, weightedMetrics }: SavedCompile, parts: OwnParts): CompileOptions {
  const revive = reviver(parts);
  const revived = (saved: SavedMetrics): MetricLike[] => saved.map(revive.metric);
  return {
    optimizer: revive.optimizer(optimizer),
    loss: asOption(mapOutputs(loss, revive.loss)),
    ...(lossWeights.kind === 'all' ? {} : { lossWeights: asOption(lossWeights) as readonly number[] }),
    metrics: asOption(mapOutputs(metrics, revived)) as CompileOptions['metrics'],
    weightedMetrics: asOption(mapOutputs(weightedMetrics, revived)) as CompileOptions['weightedMetrics'],
  };
}

/** The model of a configuration, untrained. @throws ERR_FORMAT for a kind that this version does not know, or a class that is not given */
function modelFromConfig(config: Config & { kind: string }, parts: OwnParts): Model {
  const layer = (saved: SavedLayer): Layer => {
    if (saved.own !== undefined || saved.kind !== 'model') return layerFromConfig(saved, parts);
    const inner = modelFromConfig(saved.config.model as Config & { kind: string }, parts).asLayer();
    inner.trainable = saved.config.trainable !== false;
    return inner;
  };
  if (config.kind === 'functional') return functionalFromConfig(config, layer);
  if (config.kind === 'own') return ownModel(config as Config & SavedOwnModel, parts);
  if (config.kind !== 'sequential') throw new HebbError('ERR_FORMAT', `a model of kind '${config.kind}' is not known`);
  const { name, inputShape, layers } = config as Config as SavedSequential;
  const model = new Sequential(layers.map(layer), name);
  model.build(inputShape);
  return model;
}

function ownModel({ own, config = {}, inputs }: SavedOwnModel, parts: OwnParts): Model {
  const model = makeOwn(parts, { own, config }, `model ${String(config.name)}`);
  if (!(model instanceof Model)) throw new HebbError('ERR_FORMAT', `loadModel: classes.${own} makes no model`);
  model.buildFor(inputs.structure, inputs.shapes);
  return model;
}

/** Writes a model to a safetensors file whose metadata holds the configuration. */
export async function saveModel(model: Model, path: string, options: SaveOptions): Promise<void> {
  checkNames('save', options, ['optimizer']);
  const { optimizer = true } = options;
  checkBuilt('save', model);
  const saved = savedModel(model);
  const compiled = model.isCompiled ? savedCompile(model) : undefined;
  if (optimizer && model.isCompiled && compiled === undefined) {
    throw new HebbError('ERR_ARGUMENT', "save: the loss or a metric is a function without a name, which no file can hold; save with { optimizer: false }");
  }
  const tensors = new Map(weightEntries(model));
  if (optimizer && compiled !== undefined) for (const [name, x] of stateEntries(model)) tensors.set(name, x);
  const config = JSON.stringify({ ...saved, compiled });
  await saveTensors(path, { tensors, metadata: { format: 'hebb', version: String(version), config } });
}

function checkBuilt(op: string, model: Model): void {
  if (model.outputShapes !== undefined) return;
  throw new HebbError('ERR_ARGUMENT', `${op}: ${model.name} is not built: its input shape is not known; call build(inputShape), or use it on data`);
}

/** Writes a model's weights to a safetensors file. */
export async function saveWeights(model: Model, path: string): Promise<void> {
  checkBuilt('saveWeights', model);
  await saveTensors(path, { tensors: new Map(weightEntries(model)), metadata: { format: 'hebb-weights', version: String(version) } });
}

/** Reads a model's weights from a safetensors file. */
export async function loadWeights(model: Model, path: string): Promise<void> {
  checkBuilt('loadWeights', model);
  fill(path, (await loadTensors(path)).tensors, weightEntries(model));
}

/** Writes all that changes in training: weights, the state of the optimiser and of the random generator, and the number of the epoch. */
export async function saveTraining(model: Model, path: string, epoch: number): Promise<void> {
  const tensors = new Map([...weightEntries(model), ...stateEntries(model)]);
  await saveTensors(path, { tensors, metadata: { format: 'hebb-training', version: String(version), epoch: String(epoch) } });
}

/** Reads what saveTraining() of a like model wrote; answers the epoch. @throws ERR_FORMAT, and then nothing changed */
export async function loadTraining(model: Model, path: string): Promise<number> {
  const { tensors, metadata } = await loadTensors(path);
  const { format, epoch } = metadata;
  if (format !== 'hebb-training') throw new HebbError('ERR_FORMAT', `${path}: no training state, but '${String(format)}'`);
  fill(path, tensors, [...weightEntries(model), ...stateEntries(model)]);
  return Number(epoch);
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

/** What loadModel() does. */
export async function readModel<M extends Model>(path: string, { compile = true, classes = {} }: LoadOptions): Promise<M> {
  const { tensors, metadata } = await loadTensors(path);
  const generator = copy(defaultGenerator.state);
  try {
    const config = readConfig(path, metadata);
    const model = modelFromConfig(config, classes);
    assign(defaultGenerator.state, generator); // what the initialisers drew is overwritten
    if (compile && config.compiled !== undefined) model.compile(revivedCompile(config.compiled, classes));
    const state = model.isCompiled && tensors.has('optimizer/0') ? stateEntries(model) : [];
    fill(path, tensors, [...weightEntries(model), ...state]);
    return model as M;
  } catch (error) {
    assign(defaultGenerator.state, generator);
    if (error instanceof HebbError && error.code === 'ERR_FORMAT') throw error;
    const fault = error instanceof Error ? error.message : String(error);
    throw new HebbError('ERR_FORMAT', `${path}: the configuration cannot be used (${fault})`, { cause: error });
  }
}
