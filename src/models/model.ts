import { HebbError } from '../errors.js';
import type { CallContext, Config, Layer, Weight } from '../layers/layer.js';
import type { Loss } from '../losses.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Shape, Tensor, TensorLike } from '../tensor.js';
import type { Logs } from '../train/callbacks.js';
import { evaluate, type EvaluateOptions } from '../train/evaluate.js';
import { fit, type FitOptions } from '../train/fit.js';
import type { History } from '../train/history.js';
import { Meters } from '../train/meter.js';
import {
  asTensor, checkNames, checkRows, classWeights, sampleWeights, type SampleWeightOption, type WeightOptions,
} from '../train/rows.js';
import { Replayed } from '../train/replayed.js';
import { testStep, trainStep, type Step } from '../train/steps.js';
import { getLoss, getMetric, getOptimizer, type LossLike, type MetricLike, type MetricSpec } from './parts.js';
import { predict, predictAsync, type PredictOptions } from './predict.js';
import type { SaveOptions } from './save.js';
import { summary } from './summary.js';

/** Options of compile(). */
export interface CompileOptions {
  /** Name or optimiser; 'rmsprop' by default, as in Keras. */
  optimizer?: string | Optimizer;
  /** Name, loss, or function of targets and predictions. */
  loss: LossLike;
  /** Names, metrics or functions; 'accuracy' chooses the kind that fits. Sample and class weights do not count in them. */
  metrics?: readonly MetricLike[];
  /** Metrics in which sample and class weights count. */
  weightedMetrics?: readonly MetricLike[];
}

/** How a model is trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly MetricSpec[];
  readonly weightedMetrics: readonly MetricSpec[];
}

/** Layers with a loss and an optimiser: something that can be trained, evaluated, saved. */
export abstract class Model {
  /** Set by a callback to end fit() after the current epoch. */
  stopTraining = false;
  /** What the last fit() recorded. */
  history: History | undefined;
  private settings: Compiled | undefined;
  private training = false;
  private readonly onBatches = new Map<Step, Replayed<Meters>>();

  constructor(readonly name: string) {}

  /** The layers, in the order of computation. */
  abstract get layers(): readonly Layer[];
  /** Shape of one input, once known. */
  abstract get inputShape(): Shape | undefined;
  /** Shape of one output, once the model is built. */
  abstract get outputShape(): Shape | undefined;
  /** Shape of one output for the shape of one input. @throws ERR_SHAPE naming the layer that cannot take it */
  abstract shapeOf(inputShape: Shape): Shape;
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
  /** Overwrites all weights. @throws ERR_ARGUMENT for another number of values, ERR_SHAPE for another shape; then nothing changed */
  setWeights(values: readonly TensorLike[]): void {
    const count = this.namedWeights().length;
    if (values.length !== count) throw new HebbError('ERR_ARGUMENT', `setWeights: ${this.name} has ${count} weights, got ${values.length}`);
    let next = 0;
    const parts = this.layers.map((layer) => layer.checkWeights(values.slice(next, (next += layer.weights.length))));
    for (const [i, layer] of this.layers.entries()) layer.setWeights(parts[i] ?? []);
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

  /** Draws the layers as boxes in an SVG file; plots.model() draws them as text too. @throws ERR_ARGUMENT unless the path ends in .svg */
  async plot(path: string): Promise<void> {
    const plots = await import('../plots/model.js');
    await plots.model(this).save(path);
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
  compile(options: CompileOptions): void {
    checkNames('compile', options, ['optimizer', 'loss', 'metrics', 'weightedMetrics']);
    const { optimizer = 'rmsprop', loss, metrics = [], weightedMetrics = [] } = options;
    this.settings = {
      optimizer: getOptimizer(optimizer),
      loss: getLoss(loss),
      metrics: metrics.map(getMetric),
      weightedMetrics: weightedMetrics.map(getMetric),
    };
  }

  /** What compile() chose. @throws ERR_ARGUMENT before compile() */
  get compiled(): Compiled {
    if (this.settings === undefined) throw new HebbError('ERR_ARGUMENT', `${this.name}: call compile() before training or evaluating`);
    return this.settings;
  }
  /** Whether compile() was called. */
  get isCompiled(): boolean {
    return this.settings !== undefined;
  }
  /** The optimiser chosen by compile(). */
  get optimizer(): Optimizer {
    return this.compiled.optimizer;
  }
  /** The loss chosen by compile(). */
  get loss(): Loss {
    return this.compiled.loss;
  }

  /** @internal Running means of the loss and of the metrics that fit these targets. */
  metersFor(targets: Tensor): Meters {
    const { metrics, weightedMetrics } = this.compiled;
    const metered = (specs: readonly MetricSpec[], weighted: boolean): ConstructorParameters<typeof Meters>[0] =>
      specs.map((spec) => ({ metric: spec.for(targets.shape.slice(1), this.outputShape ?? []), weighted }));
    return new Meters([...metered(metrics, false), ...metered(weightedMetrics, true)]);
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
  async fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    if (this.training) throw new HebbError('ERR_ARGUMENT', `fit: ${this.name} is being trained already; wait for that fit() to end`);
    this.training = true;
    try {
      return await fit(this, x, y, options);
    } finally {
      this.training = false;
    }
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
   * @throws ERR_SHAPE when x does not fit
   * @example
   * net.predict(test.x.slice([0, 3]));
   */
  predict(x: TensorLike, options: PredictOptions = {}): Tensor {
    return predict(this, x, options);
  }

  /** As predict(), off the JavaScript thread. */
  predictAsync(x: TensorLike, options: PredictOptions = {}): Promise<Tensor> {
    return predictAsync(this, x, options);
  }

  /** One optimiser step on one batch; answers its loss and metrics. */
  trainOnBatch(x: TensorLike, y: TensorLike, options: WeightOptions = {}): Logs {
    checkNames('trainOnBatch', options, ['sampleWeight', 'classWeight']);
    return this.onBatch('trainOnBatch', x, y, options, trainStep);
  }

  /** Loss and metrics of one batch. */
  testOnBatch(x: TensorLike, y: TensorLike, options: SampleWeightOption = {}): Logs {
    checkNames('testOnBatch', options, ['sampleWeight']);
    return this.onBatch('testOnBatch', x, y, options, testStep);
  }

  private onBatch(op: string, x: TensorLike, y: TensorLike, { sampleWeight, classWeight }: WeightOptions, step: Step): Logs {
    const inputs = asTensor(op, 'x', x);
    const targets = asTensor(op, 'y', y);
    if (sampleWeight !== undefined && classWeight !== undefined) {
      throw new HebbError('ERR_ARGUMENT', `${op}: classWeight and sampleWeight cannot be combined`);
    }
    checkRows(op, inputs, targets);
    this.checkData(op, inputs, targets);
    const weights = classWeight ? classWeights(op, targets, classWeight) : sampleWeights(op, targets.shape[0] ?? 0, sampleWeight);
    this.ensureBuilt(inputs);
    const replayed = this.onBatches.get(step) ?? new Replayed((...batch: readonly Tensor[]) => this.metered(step, batch));
    this.onBatches.set(step, replayed);
    const batch = weights === undefined ? [inputs, targets] : [inputs, targets, weights];
    const parts = [...this.trainableWeights, ...this.namedWeights().map(({ weight }) => weight)].map(({ value }) => value);
    return replayed.call(batch, [this.compiled, ...parts]).logs();
  }

  /** A step on a batch of inputs, targets and perhaps weights, with meters of its own. */
  private metered(step: Step, [x, y, weights]: readonly Tensor[]): Meters {
    if (x === undefined || y === undefined) throw new HebbError('ERR_INTERNAL', 'a step needs inputs and targets');
    const meters = this.metersFor(y);
    step(this, meters, x, y, weights);
    return meters;
  }

  /** @internal Builds the model for inputs like x, unless it is built. */
  ensureBuilt(x: Tensor): void {
    if (this.outputShape === undefined) this.build(this.inputShape ?? x.shape.slice(1));
  }

  /** @internal Checks rows (and their targets) without changing the model. @throws ERR_SHAPE naming the layer, or what the loss finds */
  checkData(op: string, x: Tensor, y?: Tensor): void {
    const given = x.shape.slice(1);
    const expected = this.inputShape ?? given;
    if (given.join() !== expected.join()) {
      const size = given.reduce((product, dim) => product * dim, 1);
      const hint = expected.length === 1 && size === expected[0] ? '; add flatten() before it' : '';
      const layer = this.layers[0]?.name ?? this.name;
      throw new HebbError('ERR_SHAPE', `${op}: ${layer}: expected input [*,${expected.join(',')}], got [${x.shape.join(',')}]${hint}`);
    }
    if (y !== undefined) this.loss.check(y, this.outputShape ?? this.shapeOf(given));
  }
}
