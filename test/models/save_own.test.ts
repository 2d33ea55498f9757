import { join } from 'node:path';
import ava from 'ava';
import { HebbError, input, layers, loadModel, losses, metrics, model, Model, optimizers, randn, schedules, seed, sequential, tensor, zerosLike } from '../../src/index.js';
import type { CallContext, Sequential, Tensor } from '../../src/index.js';
import { runDocstringExamples } from '../support/docstring_examples.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;
const values = (net: Model): unknown => net.getWeights().map((w) => w.toArray());

interface ScaleOptions extends layers.LayerOptions {
  start: number;
}

/** A layer of one's own with a weight. */
class Scale extends layers.Layer {
  private factor: Tensor | undefined;

  constructor(private readonly options: ScaleOptions) {
    super('scale', options);
  }
  outputShape(inputShape: readonly number[]): readonly number[] {
    return inputShape;
  }
  protected override createWeights(inputShape: readonly number[]): void {
    this.factor = this.addWeight({ name: 'factor', value: zerosLike(randn(inputShape)).add(this.options.start), trainable: true });
  }
  call(x: Tensor): Tensor {
    return x.mul(this.factor!);
  }
  getConfig(): { start: number } {
    return { start: this.options.start };
  }
}

/** A known layer with another name: it must come back as itself. */
class Wide extends layers.Dense {}

interface NetOptions {
  units: number;
  name?: string;
}

class Net extends Model {
  private readonly hidden: layers.Dense;
  private readonly scale = new Scale({ start: 1 });
  private readonly output = layers.dense({ units: 1 });

  constructor(private readonly options: NetOptions) {
    super(options.name ?? 'net');
    this.hidden = layers.dense({ units: options.units, activation: 'relu' });
  }
  override call(x: Tensor, context: CallContext): Tensor {
    return this.output.apply(this.scale.apply(this.hidden.apply(x, context), context), context);
  }
  override getConfig(): { units: number } {
    return { units: this.options.units };
  }
}

const square = (x: Tensor): Tensor => x.mul(x);
const double = (x: Tensor): Tensor => x.mul(2);
const distance = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs().mean(-1);
const worst = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs().max(-1);

function data(): { x: Tensor; y: Tensor } {
  const x = randn([40, 3], { seed: 4 });
  return { x, y: x.sum(1, true) };
}

function withOwnParts(): Sequential {
  return sequential([
    new Wide({ units: 4, activation: square, inputShape: [3], name: 'wide', kernelInitializer: 'heNormal' }),
    new Scale({ start: 0.5, name: 'scaled' }),
    layers.lambda(double),
    layers.dense({ units: 1 }),
  ]);
}

test('a model of layers, activations, a loss and a metric of one\'s own is loaded with them, and training goes on', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x, y } = data();
  seed(1);
  const net = withOwnParts();
  net.compile({ optimizer: 'adam', loss: distance, metrics: [worst] });
  await net.fit(x, y, { epochs: 2, ...quiet });
  await net.save(path);
  const before = await net.fit(x, y, { initialEpoch: 2, epochs: 4, ...quiet });
  const loaded = await loadModel(path, { classes: { Wide, Scale, square, double, distance, worst } });
  t.deepEqual(loaded.layers.map((layer) => layer.constructor), [Wide, Scale, layers.Lambda, layers.Dense]);
  const after = await loaded.fit(x, y, { initialEpoch: 2, epochs: 4, ...quiet });
  t.deepEqual(after.history, before.history);
  t.deepEqual(values(loaded), values(net));
});

test('each class or function that is not given is named by the error, with how to give it', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x, y } = data();
  const net = withOwnParts();
  net.compile({ loss: distance, metrics: [worst] });
  await net.fit(x, y, quiet);
  await net.save(path);
  const classes = { Wide, Scale, square, double, distance, worst };
  for (const missing of Object.keys(classes)) {
    const others = Object.fromEntries(Object.entries(classes).filter(([name]) => name !== missing));
    await t.throwsAsync(loadModel(path, { classes: others }), { code: 'ERR_FORMAT', message: new RegExp(`needs '${missing}' of your own: .*classes: { ${missing} }`) });
  }
  await t.throwsAsync(loadModel(path), { instanceOf: HebbError, message: /given: none/ });
  await t.throwsAsync(loadModel(path, { classes: { ...classes, Scale: Net } }), { code: 'ERR_FORMAT', message: /layer scaled: classes.Scale fails for the saved configuration/ });
  await t.throwsAsync(loadModel(path, { clases: classes } as never), { code: 'ERR_ARGUMENT', message: /loadModel: there is no option 'clases'; there are compile, classes/ });
  const { distance: _loss, worst: _metric, ...needed } = classes;
  t.deepEqual(values(await loadModel(path, { classes: needed, compile: false })), values(net));
});

test('a model of a class of one\'s own is made by its class again and trains on with the same bits', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x, y } = data();
  seed(2);
  const net = new Net({ units: 5, name: 'mine' });
  net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  await net.fit(x, y, { epochs: 2, ...quiet });
  await net.save(path);
  await t.throwsAsync(loadModel(path), { code: 'ERR_FORMAT', message: /model mine needs 'Net'/ });
  await t.throwsAsync(loadModel(path, { classes: [Net] as never }), { code: 'ERR_ARGUMENT', message: /^loadModel: classes is an object of .* by their names, got an array$/ });
  await t.throwsAsync(loadModel(path, { classes: { Net: Scale } }), { code: 'ERR_FORMAT', message: /classes.Net makes no model/ });
  const before = await net.fit(x, y, { initialEpoch: 2, epochs: 3, ...quiet });
  const loaded = await loadModel<Net>(path, { classes: { Net } });
  t.true(loaded instanceof Net);
  t.deepEqual([loaded.name, loaded.inputShape], ['mine', [3]]);
  t.deepEqual((await loaded.fit(x, y, { initialEpoch: 2, epochs: 3, ...quiet })).history, before.history);
  t.deepEqual(values(loaded), values(net));
});

test('own models inside others, with several inputs, come back; fromConfig() makes what has one', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  class Sum extends Model {
    private readonly dense = layers.dense({ units: 2 });
    override call({ a, b }: { a: Tensor; b: Tensor }, context: CallContext): Tensor {
      return this.dense.apply(a, context).add(b);
    }
    override getConfig(): { kind: string } {
      return { kind: 'sum' };
    }
    static fromConfig({ kind }: { kind: string }): Sum {
      if (kind !== 'sum') throw new Error(kind);
      return new Sum();
    }
  }
  const [a, b] = [randn([6, 3]), randn([6, 2])];
  const net = new Sum('both');
  const expected = net.apply({ a, b });
  await net.save(path);
  t.deepEqual((await loadModel<Sum>(path, { classes: { Sum } })).predict({ a, b }).toArray(), expected.toArray());

  const x = input({ shape: [3] });
  const outer = model({ inputs: x, outputs: new Net({ units: 4 }).apply(x) });
  await outer.save(path);
  const loaded = await loadModel(path, { classes: { Net } });
  t.deepEqual((loaded.predict(a)).toArray(), outer.predict(a).toArray());
});

test('objects of one\'s own: losses, metrics, optimisers, schedules, initialisers, as classes or made by functions', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  class Halved {
    readonly name = 'halved';
    constructor(readonly config: { by: number }) {}
    call(yTrue: Tensor, yPred: Tensor): Tensor {
      return distance(yTrue, yPred).div(this.config.by);
    }
    check(): void { /* takes all */ }
  }
  const gap = (config: { scale: number }) => ({ name: 'gap', config, rows: (yTrue: Tensor, yPred: Tensor) => distance(yTrue, yPred).mul(config.scale) });
  class Plain extends optimizers.Optimizer {
    constructor(options: optimizers.OptimizerOptions) {
      super('plain', 0.1, options);
    }
    protected slots(): Tensor[] {
      return [];
    }
    protected update(w: Tensor, gradient: Tensor, _slots: readonly Tensor[], [rate]: readonly Tensor[]): void {
      w.assign(w.sub(gradient.mul(rate!)));
    }
    protected ownConfig(): object & Readonly<Record<string, unknown>> {
      return {};
    }
  }
  const slower = (config: { from: number }): schedules.Schedule => ({ kind: 'slower', config, call: (step) => tensor(config.from, { dtype: 'float64' }).div(tensor(1, { dtype: 'float64' }).add(step)) });
  const sevens = (config: object) => ({ name: 'sevens', config: config as Readonly<Record<string, unknown>>, call: (shape: readonly number[]) => zerosLike(randn(shape)).add(7) });
  const { x, y } = data();
  const net = sequential([layers.dense({ units: 1, inputShape: [3], kernelInitializer: sevens({}) })]);
  net.compile({ optimizer: new Plain({ learningRate: slower({ from: 0.25 }) }), loss: new Halved({ by: 2 }), metrics: [gap({ scale: 3 }), metrics.mae()] });
  await net.fit(x, y, quiet);
  const before = await net.evaluate(x, y);
  await net.save(path);
  const loaded = await loadModel(path, { classes: { Halved, gap, Plain, slower, sevens } });
  t.deepEqual(await loaded.evaluate(x, y), before);
  t.true(loaded.optimizer instanceof Plain);
  await t.throwsAsync(loadModel(path, { classes: { Halved, gap, Plain, slower } }), { code: 'ERR_FORMAT', message: /kernelInitializer needs 'sevens'/ });
  await t.throwsAsync(loadModel(path, { classes: { Halved, gap, slower, sevens } }), { code: 'ERR_FORMAT', message: /the optimizer needs 'Plain'/ });
  await t.throwsAsync(loadModel(path, { classes: { Halved, gap, Plain, sevens } }), { code: 'ERR_FORMAT', message: /the learning rate needs 'slower'/ });
});

test('a loss of one\'s own that is called like a known one stays one\'s own', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const mse = (yTrue: Tensor, yPred: Tensor): Tensor => distance(yTrue, yPred).add(100);
  const { x, y } = data();
  const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  net.compile({ loss: mse });
  await net.save(path);
  await t.throwsAsync(loadModel(path), { code: 'ERR_FORMAT', message: /the loss needs 'mse'/ });
  t.true((await (await loadModel(path, { classes: { mse } })).evaluate(x, y)).loss! > 100);
  net.compile({ loss: losses.mse() });
  await net.save(path);
  t.true((await (await loadModel(path)).evaluate(x, y)).loss! < 100);
});

test('what has no name cannot be saved, and save() says what it is', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const nameless = sequential([new (class extends Scale {})({ start: 1, inputShape: [3], name: 'third' })]);
  await t.throwsAsync(nameless.save(path), { code: 'ERR_ARGUMENT', message: /save: third is of a class without a name/ });
  const lambda = sequential([layers.lambda((x) => x, { inputShape: [3], name: 'fourth' })]);
  await t.throwsAsync(lambda.save(path), { code: 'ERR_ARGUMENT', message: /fourth: the function is a function without a name/ });
});

test('the example of loadModel() does what it says', async (t) => {
  t.is(await runDocstringExamples('src/models/load.ts'), 1);
});
