import { HebbError } from '../errors.js';
import type { Loss } from '../losses/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { model as drawing } from '../plots/model.js';
import type { Tensor } from '../tensor.js';
import type { Logs } from '../train/callbacks.js';
import { isBatches, type Batches } from '../train/batches.js';
import { evaluate, evaluateBatches, type EvaluateOptions } from '../train/evaluate.js';
import { fit, type FitOptions } from '../train/fit.js';
import type { History } from '../train/history.js';
import { OutputMeters } from '../train/output_meters.js';
import { rowWeights, type SampleWeightOption, type WeightOptions } from '../train/row_weights.js';
import { checkFunction, checkNames, checkPath } from '../options.js';
import { checkRows, type Rows } from '../train/rows.js';
import { Replayed } from '../train/replayed.js';
import { testStep, trainStep } from '../train/steps.js';
import { toMermaid } from './mermaid.js';
import { Network } from './network.js';
import { losses, lossWeights, metrics, targetsOf, type Compiled, type CompileOptions, type Target } from './outputs.js';
import { getOptimizer, type MetricSpec } from './parts.js';
import { predict, predictAsync, type PredictOptions } from './predict.js';
import { predictBatches, type InputBatches, type PredictBatchesOptions } from './predict_batches.js';
import type { SaveOptions } from './save.js';
import { bind, pack, type Data } from './structure.js';
import { summary } from './summary.js';

export type { Compiled, CompileOptions } from './outputs.js';

/**
 * Layers with a loss and an optimiser: something that can be trained, evaluated, saved. A class of one's own overrides
 * call() and keeps its layers in properties, also in arrays or plain objects, where they are found in order; call() uses
 * them by apply(), which creates their weights when the first data comes.
 *
 * @example
 * class Net extends Model {
 *   private readonly hidden = layers.dense({ units: 30, activation: 'relu' });
 *   private readonly output = layers.dense({ units: 1 });
 *   override call(x: Tensor, context: CallContext): Tensor {
 *     return this.output.apply(this.hidden.apply(x, context), context);
 *   }
 * }
 */
export abstract class Model extends Network {
  /** Set by a callback to end fit() after the current epoch. */
  stopTraining = false;
  /** What the last fit() recorded. */
  history: History | undefined;
  private settings: Compiled | undefined;
  private chosen: readonly Target[] | undefined;
  private training = false;
  private readonly onBatches = new Map<string, Replayed<OutputMeters>>();

  /** A table of the layers, their output shapes and parameters, as Keras prints it. `print` is console.log by default. */
  summary(print: (text: string) => void = console.log): void {
    checkFunction('summary', print);
    print(summary(this));
  }

  /** The model as a Mermaid flowchart; of a class of one's own only the layers. */
  toMermaid(): string {
    return toMermaid(this);
  }

  /** Draws the layers as boxes in an SVG file; plots.model() draws them as text too. @throws ERR_ARGUMENT unless the path ends in .svg */
  async plot(path: string): Promise<void> {
    await drawing(this).save(path);
  }

  /**
   * Writes the model to a file: weights, configuration and, by default, what training needs to go on.
   *
   * @throws ERR_ARGUMENT when the model is not built
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    checkPath('save', 'path', path);
    const { saveModel } = await import('./save.js');
    await saveModel(this, path, options);
  }

  /** Writes the weights alone, by their layers' names. @throws ERR_ARGUMENT when the model is not built */
  async saveWeights(path: string): Promise<void> {
    checkPath('saveWeights', 'path', path);
    const { saveWeights } = await import('./save.js');
    await saveWeights(this, path);
  }
  /**
   * Reads the weights that saveWeights() or save() of a like model wrote.
   *
   * @throws ERR_FORMAT for a file of other weights, and then nothing changed; ERR_ARGUMENT when the model is not built
   */
  async loadWeights(path: string): Promise<void> {
    checkPath('loadWeights', 'path', path);
    const { loadWeights } = await import('./save.js');
    await loadWeights(this, path);
  }

  /**
   * Chooses how the model is trained.
   *
   * @throws ERR_ARGUMENT for an unknown name
   */
  compile(options: CompileOptions): void {
    checkNames('compile', options, ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics']);
    const settings = {
      optimizer: getOptimizer(options.optimizer ?? 'rmsprop'),
      loss: losses(options.loss),
      lossWeights: lossWeights(options.lossWeights),
      metrics: metrics('metrics', options.metrics),
      weightedMetrics: metrics('weightedMetrics', options.weightedMetrics),
    };
    if (this.knowsOutputs) targetsOf(settings, this.outputStructure.names);
    [this.settings, this.chosen] = [settings, undefined];
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
  /** The outputs that have a loss. @throws ERR_ARGUMENT before compile(), or when it does not fit the outputs */
  get targets(): readonly Target[] {
    this.chosen ??= targetsOf(this.compiled, this.outputStructure.names);
    return this.chosen;
  }
  /** The optimiser chosen by compile(). */
  get optimizer(): Optimizer {
    return this.compiled.optimizer;
  }
  /** The loss of the first output that has one. */
  get loss(): Loss {
    return this.targets[0]!.loss;
  }

  /** @internal How many classes the first target has, of inputs like these; Infinity where neither output nor loss say so. */
  classesFor(inputs: readonly Tensor[]): number {
    const { loss, index } = this.targets[0]!;
    const shapes = this.outputShapes ?? this.shapesOf(inputs.map(({ shape }) => shape.slice(1)));
    const outputs = shapes[index]?.at(-1) ?? 1;
    return outputs > 1 ? outputs : loss.name.startsWith('binary') ? 2 : Infinity;
  }

  /** @internal Running means of the loss and of the metrics that fit these targets. */
  metersFor(y: readonly Tensor[]): OutputMeters {
    return new OutputMeters(
      this.targets.map(({ name, index, metrics, weightedMetrics }, i) => {
        const targetShape = y[i]?.shape.slice(1) ?? [];
        const outputShape = this.outputShapes?.[index] ?? [];
        const metered = (specs: readonly MetricSpec[], weighted: boolean): ConstructorParameters<typeof OutputMeters>[0][number]['metrics'] =>
          specs.map((spec) => ({ metric: spec.for(targetShape, outputShape), weighted }));
        return { name, outputShape, metrics: [...metered(metrics, false), ...metered(weightedMetrics, true)] };
      }),
    );
  }

  /**
   * One step of training on a batch, captured by fit() and replayed. A class of one's own may override it: it changes the
   * weights, say by `this.optimizer.apply(params, gradients)`, tells the meters what to log, and reads no values.
   */
  trainStep(batch: Rows, meters: OutputMeters): void {
    trainStep(this, meters, batch);
  }
  /** One step of evaluate() on a batch: tells the meters what to log. */
  testStep(batch: Rows, meters: OutputMeters): void {
    testStep(this, meters, batch);
  }

  /**
   * Trains on rows x with targets y, off the JavaScript thread; epochs of less than a millisecond on it, between two turns
   * of the event loop. Unless a device was named (setDevice, HEBB_DEVICE), the run is on a GPU where it gains much there.
   *
   * @param x inputs [rows, ...inputShape]
   * @param y targets [rows, ...]
   * @throws ERR_SHAPE, ERR_ARGUMENT for data or options that do not fit, before anything is changed; ERR_ABORTED by the signal
   * @example
   * const history = await net.fit(train.x, train.y, { epochs: 30, validationSplit: 0.1 });
   */
  async fit(x: Data, y: Data, options?: FitOptions): Promise<History>;
  /** Trains on batches [x, y], as a dataset or a generator gives them; the next is read while the last is computed. */
  async fit(batches: Batches, options?: FitOptions): Promise<History>;
  async fit(x: Data | Batches, y?: Data | FitOptions, options?: FitOptions): Promise<History> {
    if (this.training) throw new HebbError('ERR_ARGUMENT', `fit: ${this.name} is being trained already; wait for that fit() to end`);
    this.training = true;
    try {
      if (isBatches(x)) return await fit(this, { batches: x }, (y ?? {}) as FitOptions);
      return await fit(this, { x, y: y as Data }, options ?? {});
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
  evaluate(x: Data, y: Data, options?: EvaluateOptions): Promise<Logs>;
  /** Loss and metrics on batches [x, y]. */
  evaluate(batches: Batches, options?: EvaluateOptions): Promise<Logs>;
  evaluate(x: Data | Batches, y?: Data | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    if (isBatches(x)) return evaluateBatches(this, x, (y ?? {}) as EvaluateOptions);
    return evaluate(this, x, y as Data, options ?? {});
  }

  /**
   * The outputs for rows x, [rows, ...outputShape].
   *
   * @throws ERR_SHAPE when x does not fit
   * @example
   * net.predict(test.x.slice([0, 3]));
   */
  predict(x: Data, options?: PredictOptions): ReturnType<this['call']>;
  /** The outputs for all rows of batches x or [x, y], as a dataset or a generator gives them; a promise of them. */
  predict(batches: InputBatches, options?: PredictBatchesOptions): Promise<ReturnType<this['call']>>;
  predict(x: Data | InputBatches, options: PredictOptions & PredictBatchesOptions = {}): unknown {
    if (isBatches(x)) return this.predictAsync(x as InputBatches, options);
    const outputs = predict(this, x as Data, options); // may build a model of one's own, which tells its outputs then
    return pack(this.outputStructure, outputs);
  }

  /** As predict(), off the JavaScript thread, for rows or batches. */
  async predictAsync(x: Data | InputBatches, options: PredictOptions & PredictBatchesOptions = {}): Promise<ReturnType<this['call']>> {
    const outputs = await (isBatches(x) ? predictBatches('predict', this, x as InputBatches, options) : predictAsync(this, x as Data, options));
    return pack(this.outputStructure, outputs) as ReturnType<this['call']>;
  }

  /** One optimiser step on one batch; answers its loss and metrics. */
  trainOnBatch(x: Data, y: Data, options: WeightOptions = {}): Logs {
    checkNames('trainOnBatch', options, ['sampleWeight', 'classWeight']);
    return this.onBatch('trainOnBatch', x, y, options, (batch, meters) => { this.trainStep(batch, meters); });
  }

  /** Loss and metrics of one batch. */
  testOnBatch(x: Data, y: Data, options: SampleWeightOption = {}): Logs {
    checkNames('testOnBatch', options, ['sampleWeight']);
    return this.onBatch('testOnBatch', x, y, options, (batch, meters) => { this.testStep(batch, meters); });
  }

  private onBatch(op: string, x: Data, y: Data, options: WeightOptions, step: (batch: Rows, meters: OutputMeters) => void): Logs {
    const rows = this.rowsOf(op, x, y, options);
    this.ensureBuilt(rows.x);
    const replayed = this.onBatches.get(op) ?? new Replayed((...batch: readonly Tensor[]) => this.metered(batch, step));
    this.onBatches.set(op, replayed);
    const trainable = this.trainableWeights.map(({ value }) => value);
    return replayed.call([...rows.x, ...rows.y, ...rows.weights], [this.compiled, ...trainable, ...this.weightValues()]).logs();
  }

  /** A step on a batch of inputs, targets and perhaps weights, with meters of its own. */
  private metered(batch: readonly Tensor[], step: (batch: Rows, meters: OutputMeters) => void): OutputMeters {
    const inputs = this.inputStructure.names.length;
    const end = inputs + this.targets.length;
    const y = batch.slice(inputs, end);
    const meters = this.metersFor(y);
    step({ x: batch.slice(0, inputs), y, weights: batch.slice(end) }, meters);
    return meters;
  }

  /** @internal The tensors of inputs given to a method, checked. */
  inputsOf(op: string, x: Data, what = 'x'): readonly Tensor[] {
    this.takeAsGiven(x);
    const { names } = this.inputStructure;
    if (names.length === 0) throw new HebbError('ERR_ARGUMENT', `${op}: ${what} holds no inputs`);
    const inputs = bind(op, what, names, x);
    this.checkShapes(op, inputs.map(({ layout }) => layout.rowShape), inputs[0]?.shape[0]);
    return inputs;
  }

  /** @internal Rows given to a method, checked. @throws ERR_SHAPE naming the layer, ERR_ARGUMENT, or what the loss finds */
  rowsOf(op: string, x: Data, y: Data, options: WeightOptions, prefix = ''): Rows {
    const inputs = this.inputsOf(op, x, `${prefix}x`);
    const shapes = inputs.map(({ layout }) => layout.rowShape);
    if (this.kind === 'own') this.ensureBuilt(inputs);
    const names = this.targets.map(({ name }) => name);
    const targets = bind(op, `${prefix}y`, names, y);
    checkRows(op, inputs, targets);
    const outputs = this.outputShapes ?? this.shapesOf(shapes);
    for (const [i, { loss, index }] of this.targets.entries()) loss.check(targets[i]!, outputs[index] ?? []);
    return { x: inputs, y: targets, weights: rowWeights(op, names, targets, options, () => this.classesFor(inputs)) };
  }
}
