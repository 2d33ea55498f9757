import { HebbError } from '../errors.js';
import type { CallContext, Config, Layer, Weight } from '../layers/layer.js';
import { getLoss, type Loss } from '../losses.js';
import { Meter, getMetric, type Metric } from '../metrics.js';
import { concat } from '../ops/index.js';
import { getOptimizer, type Optimizer } from '../optimizers/index.js';
import type { Shape, Tensor, TensorLike } from '../tensor.js';
import { evaluate, type EvaluateOptions } from '../train/evaluate.js';
import { fit, type FitOptions } from '../train/fit.js';
import type { Logs } from '../train/callbacks.js';
import type { History } from '../train/history.js';
import { asTensor, rowWeights, type WeightOptions } from '../train/rows.js';
import { testStep, trainStep, type Compiled } from '../train/steps.js';
import type { SaveOptions } from './save.js';
import { summary } from './summary.js';

/** Options of compile(). */
export interface CompileOptions {
  /** Name or optimiser; 'rmsprop' by default, as in Keras. */
  optimizer?: string | Optimizer;
  loss: string | Loss;
  /** Names or metrics; 'accuracy' chooses the kind that fits. */
  metrics?: readonly (string | Metric)[];
}

/** Options of predict(). */
export interface PredictOptions {
  /** Rows computed at a time; 1024 by default. */
  batchSize?: number;
}

/** Layers with a loss and an optimiser: something that can be trained, evaluated, saved. */
export abstract class Model {
  /** Set by a callback to end fit() after the current epoch. */
  stopTraining = false;
  /** What the last fit() recorded. */
  history: History | undefined;
  private compiled: Omit<Compiled, 'meters' | 'lossMeter'> | undefined;
  private metricSpecs: readonly (string | Metric)[] = [];
  private metersFor: { targetShape: string; meters: Compiled['meters'] } | undefined;
  private readonly lossMeter = new Meter('loss');

  constructor(readonly name: string) {}

  /** The layers, in the order of computation. */
  abstract get layers(): readonly Layer[];
  /** Shape of one input, once known. */
  abstract get inputShape(): Shape | undefined;
  /** Shape of one output, once the model is built. */
  abstract get outputShape(): Shape | undefined;
  /** Creates all weights. */
  abstract build(inputShape: Shape): void;
  /** The outputs for a batch of inputs. */
  abstract call(x: Tensor, context: CallContext): Tensor;
  /** What makes the same model again, as JSON. */
  abstract getConfig(): Config;

  /** All weights with the layer each belongs to, in a fixed order. */
  namedWeights(): { layer: Layer; weight: Weight }[] {
    return this.layers.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })));
  }
  /** The weights that training updates. */
  get trainableWeights(): readonly Weight[] {
    return this.layers.flatMap((layer) => layer.trainableWeights);
  }
  /** Copies of all weights' values. */
  getWeights(): Tensor[] {
    return this.layers.flatMap((layer) => layer.getWeights());
  }
  /** Overwrites all weights. @throws ERR_ARGUMENT for another number of tensors, ERR_SHAPE for another shape */
  setWeights(values: readonly Tensor[]): void {
    const count = this.namedWeights().length;
    if (values.length !== count) throw new HebbError('ERR_ARGUMENT', `setWeights: ${this.name} has ${count} weights, got ${values.length}`);
    let next = 0;
    for (const layer of this.layers) layer.setWeights(values.slice(next, (next += layer.weights.length)));
  }
  /** The layer of a name or position. @throws ERR_ARGUMENT when there is none */
  getLayer(which: string | number): Layer {
    const layer = typeof which === 'number' ? this.layers[which] : this.layers.find(({ name }) => name === which);
    if (layer === undefined) {
      throw new HebbError('ERR_ARGUMENT', `getLayer: no layer ${String(which)}; there are ${this.layers.map(({ name }) => name).join(', ')}`);
    }
    return layer;
  }
  /** The number of numbers in all weights. */
  countParams(): number {
    return this.layers.reduce((total, layer) => total + layer.countParams(), 0);
  }

  /** A table of the layers, their output shapes and parameters, as Keras prints it. `print` is console.log by default. */
  summary(print: (text: string) => void = console.log): void {
    print(summary(this));
  }

  /**
   * Writes the model to a file: weights, configuration and, by default, what training needs to go on.
   *
   * @throws ERR_ARGUMENT when the model is not built
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    const { saveModel } = await import('./save.js');
    await saveModel(this, path, options);
  }

  /**
   * Chooses how the model is trained.
   *
   * @throws ERR_ARGUMENT for an unknown name
   */
  compile({ optimizer = 'rmsprop', loss, metrics = [] }: CompileOptions): void {
    this.compiled = { optimizer: getOptimizer(optimizer), loss: getLoss(loss) };
    for (const metric of metrics) getMetric(metric, this.compiled.loss.name, [], [1]);
    this.metricSpecs = metrics;
    this.metersFor = undefined;
  }

  /** The optimiser chosen by compile(). */
  get optimizer(): Optimizer {
    return this.requireCompiled().optimizer;
  }
  /** The loss chosen by compile(). */
  get loss(): Loss {
    return this.requireCompiled().loss;
  }
  /** The names of the metrics chosen by compile(); undefined before. */
  get metricNames(): readonly string[] | undefined {
    return this.compiled && this.metricSpecs.map((metric) => (typeof metric === 'string' ? metric : metric.name));
  }

  private requireCompiled(): Omit<Compiled, 'meters' | 'lossMeter'> {
    if (this.compiled === undefined) throw new HebbError('ERR_ARGUMENT', `${this.name}: call compile() before training or evaluating`);
    return this.compiled;
  }

  /** @internal What a step needs, with meters that fit the targets. */
  compiledFor(targetShape: Shape): Compiled {
    const compiled = this.requireCompiled();
    const key = targetShape.join();
    if (this.metersFor?.targetShape !== key) {
      const metrics = this.metricSpecs.map((spec) => getMetric(spec, compiled.loss.name, targetShape, this.outputShape ?? []));
      const meters = metrics.map((metric) => ({ metric, meter: new Meter(metric.name, metric.finish) }));
      this.metersFor = { targetShape: key, meters };
    }
    return { ...compiled, lossMeter: this.lossMeter, meters: this.metersFor.meters };
  }

  /**
   * Trains on rows x with targets y, off the JavaScript thread.
   *
   * @param x inputs [rows, ...inputShape]
   * @param y targets [rows, ...]
   * @throws ERR_SHAPE, ERR_ARGUMENT for data or options that do not fit, before anything is changed; ERR_ABORTED by the signal
   * @example
   * const history = await net.fit(train.x, train.y, { epochs: 30, validationSplit: 0.1 });
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return fit(this, x, y, options);
  }

  /**
   * Loss and metrics on rows x with targets y.
   *
   * @example
   * const { loss, accuracy } = await net.evaluate(test.x, test.y);
   */
  evaluate(x: TensorLike, y: TensorLike, options: EvaluateOptions = {}): Promise<Logs> {
    return evaluate(this, x, y, options);
  }

  /**
   * The outputs for rows x, [rows, ...outputShape].
   *
   * @example
   * net.predict(test.x.slice([0, 3]));
   */
  predict(x: TensorLike, { batchSize = 1024 }: PredictOptions = {}): Tensor {
    const rows = asTensor('predict', x);
    this.checkInput('predict', rows);
    const count = rows.shape[0] ?? 0;
    if (count <= batchSize) return this.call(rows, { training: false });
    const parts: Tensor[] = [];
    for (let i = 0; i < count; i += batchSize) parts.push(this.call(rows.slice([i, i + batchSize]), { training: false }));
    const all = concat(parts, 0);
    for (const part of parts) part.dispose();
    return all;
  }

  /** As predict(), coming back to the event loop between batches. */
  async predictAsync(x: TensorLike, { batchSize = 1024 }: PredictOptions = {}): Promise<Tensor> {
    const rows = asTensor('predictAsync', x);
    this.checkInput('predictAsync', rows);
    const parts: Tensor[] = [];
    for (let i = 0; i < Math.max(1, rows.shape[0] ?? 0); i += batchSize) {
      parts.push(this.call(rows.slice([i, i + batchSize]), { training: false }));
      await new Promise(setImmediate);
    }
    return concat(parts, 0);
  }

  /** One optimiser step on one batch; answers its loss and metrics. */
  trainOnBatch(x: TensorLike, y: TensorLike, options: WeightOptions = {}): Logs {
    return this.onBatch('trainOnBatch', x, y, options, trainStep);
  }

  /** Loss and metrics of one batch. */
  testOnBatch(x: TensorLike, y: TensorLike, options: WeightOptions = {}): Logs {
    return this.onBatch('testOnBatch', x, y, options, testStep);
  }

  private onBatch(op: string, x: TensorLike, y: TensorLike, options: WeightOptions, step: typeof trainStep): Logs {
    const inputs = asTensor(op, x);
    const targets = asTensor(op, y);
    this.ensureBuilt(inputs.shape.slice(1));
    this.checkInput(op, inputs);
    this.loss.check(targets, this.outputShape ?? []);
    const compiled = this.compiledFor(targets.shape.slice(1));
    this.resetMeters(compiled);
    step(this, compiled, inputs, targets, rowWeights(op, targets, options));
    return this.logs(compiled);
  }

  /** Builds the model for inputs of a shape, unless it is built. */
  ensureBuilt(inputShape: Shape): void {
    if (this.outputShape === undefined) this.build(this.inputShape ?? inputShape);
  }

  /** @internal @throws ERR_SHAPE naming the first layer when x does not fit */
  checkInput(op: string, x: Tensor): void {
    this.ensureBuilt(x.shape.slice(1));
    const expected = this.inputShape ?? [];
    if (x.rank > 0 && x.shape.slice(1).join() === expected.join()) return;
    const size = (shape: Shape): number => shape.reduce((product, dim) => product * dim, 1);
    const hint = expected.length === 1 && size(x.shape.slice(1)) === expected[0] ? '; add flatten() before it' : '';
    const layer = this.layers[0]?.name ?? this.name;
    throw new HebbError('ERR_SHAPE', `${op}: ${layer}: expected input [*,${expected.join(',')}], got [${x.shape.join(',')}]${hint}`);
  }

  /** @internal */
  resetMeters({ lossMeter, meters }: Compiled): void {
    lossMeter.reset();
    for (const { meter } of meters) meter.reset();
  }
  /** @internal */
  logs({ lossMeter, meters }: Compiled): Logs {
    return Object.fromEntries([lossMeter, ...meters.map(({ meter }) => meter)].map((meter) => [meter.name, meter.result()]));
  }
}
