import test from 'ava';
import { HebbError, data, layers, Model, model, input, ones, optimizers, randn, sequential, zeros, type Sequential, type Tensor } from '../src/index.js';

const [x, y] = [randn([6, 3], { seed: 1 }), randn([6, 1], { seed: 2 })];
const gone = ones([6, 3]);
gone.dispose();

/** What a function may return by mistake, and what the error says of it. */
const junk: readonly { name: string; make: () => unknown; says: RegExp }[] = [
  { name: 'nothing', make: () => undefined, says: /, got undefined/ },
  { name: 'null', make: () => null, says: /, got null/ },
  { name: 'a number', make: () => 5, says: /, got 5/ },
  { name: 'a text', make: () => 'x', says: /, got 'x'/ },
  { name: 'a promise', make: () => Promise.reject(new Error('of the user')), says: /, got a promise; it cannot be async/ },
  { name: 'a disposed tensor', make: () => gone, says: /returned a tensor that was disposed/ },
  { name: 'a tensor of another shape', make: () => ones([7]), says: /returned \[7\]/ },
];

type Junk = () => unknown;
const stack = (...parts: layers.Layer[]): Sequential => sequential(parts);
const compiled = (net: Model, options: Partial<Parameters<Model['compile']>[0]> = {}): Promise<unknown> => {
  net.compile({ loss: 'mse', ...options });
  return net.fit(x, y, { verbose: 0, batchSize: 6 });
};
const dense = (options: object = {}): ReturnType<typeof layers.dense> => layers.dense({ units: 1, inputShape: [3], ...options });

class OwnLayer extends layers.Layer {
  constructor(private readonly answer: Junk) {
    super('own', { inputShape: [3] });
  }
  outputShape(inputShape: readonly number[]): readonly number[] {
    return inputShape;
  }
  call(): Tensor {
    return this.answer() as Tensor;
  }
  getConfig(): Record<string, never> {
    return {};
  }
}
class OwnModel extends Model {
  constructor(private readonly answer: Junk) {
    super('net');
  }
  override call(): Tensor {
    return this.answer() as Tensor;
  }
}
const part = (answer: Junk) => ({ name: 'mine', config: {}, call: answer as () => Tensor });

/** Where functions of the user's own are called, and how the error begins. */
const places: readonly { what: string; use: (answer: Junk) => unknown; anyShape?: true }[] = [
  { what: 'own: call()', use: (answer) => compiled(stack(new OwnLayer(answer), dense())) },
  { what: 'own: call()', use: (answer) => stack(new OwnLayer(answer)).predict(x) },
  { what: 'own: call()', use: (answer) => new OwnLayer(answer).apply(x) },
  {
    what: 'own: call()',
    use: (answer) => {
      const inputs = input({ shape: [3] });
      return model({ inputs, outputs: new OwnLayer(answer).apply(inputs) }).predict(x);
    },
  },
  { what: 'net: call()', use: (answer) => compiled(new OwnModel(answer)) },
  { what: 'lambda: its function', use: (answer) => stack(layers.lambda(answer as () => Tensor, { inputShape: [3] })) },
  { what: "loss 'mine'", use: (answer) => compiled(stack(dense()), { loss: { ...part(answer), check: () => undefined } }) },
  { what: "metric 'mine'", use: (answer) => compiled(stack(dense()), { metrics: [{ name: 'mine', rows: answer as () => Tensor }] }), anyShape: true },
  { what: "initializer 'mine'", use: (answer) => stack(dense({ kernelInitializer: part(answer) })) },
  { what: "regularizer 'mine'", use: (answer) => compiled(stack(dense({ kernelRegularizer: part(answer) }))) },
  { what: "regularizer 'mine'", use: (answer) => compiled(stack(dense({ activityRegularizer: part(answer) }))) },
  { what: "constraint 'mine'", use: (answer) => compiled(stack(dense({ kernelConstraint: part(answer) }))) },
  { what: "sgd: learningRate 'mine'", use: (answer) => optimizers.sgd({ learningRate: { ...part(answer), kind: 'mine' } as never }) },
];

for (const { name, make, says } of junk) {
  test(`${name} that a function of the user's returns is an error that names the function`, async (t) => {
    for (const { what, use, anyShape } of places) {
      if (anyShape && name === 'a tensor of another shape') continue;
      const error = await t.throwsAsync(async () => { await use(make); }, { instanceOf: HebbError }, what);
      t.true(error.message.startsWith(what), `${what}: ${error.message}`);
      t.regex(error.message, says, what);
      t.true(['ERR_ARGUMENT', 'ERR_DISPOSED', 'ERR_SHAPE'].includes(error.code));
    }
  });
}

test('an activation of the user\'s own returns a tensor', async (t) => {
  for (const { make, says } of junk.slice(0, -1)) {
    const wrong = (): Tensor => make() as Tensor;
    await t.throwsAsync(compiled(stack(dense({ activation: wrong }))), { instanceOf: HebbError, message: /^activation 'wrong' return/ });
    await t.throwsAsync(compiled(stack(dense({ activation: wrong }))), { message: says });
  }
});

test('outputShape() returns the shape of a row', (t) => {
  for (const shape of [undefined, null, 5, 'x', [2, -1], [0.5], Promise.resolve([3])]) {
    class Shaped extends OwnLayer {
      override outputShape(): readonly number[] {
        return shape as number[];
      }
    }
    const wrong = { code: 'ERR_SHAPE', message: /^own: what outputShape\(\) returns is an array of whole numbers >= 1/ } as const;
    t.throws(() => stack(new Shaped(() => x)), wrong);
    t.throws(() => new Shaped(() => x).apply(input({ shape: [3] })), wrong);
  }
});

test('a metric\'s own state is an array of tensors, its value a number or several', async (t) => {
  const state = { name: 'mine', state: () => [zeros([])], update: () => undefined, finish: () => 1 };
  for (const wrong of [undefined, null, 5, 'x', Promise.resolve(1)]) {
    await t.throwsAsync(compiled(stack(dense()), { metrics: [{ ...state, state: () => wrong as never }] }), { code: 'ERR_ARGUMENT', message: /^mine: state\(\): what it returns is an array of tensors, got/ });
    if (wrong === 5) continue;
    await t.throwsAsync(compiled(stack(dense()), { metrics: [{ ...state, finish: () => wrong as never }] }), { code: 'ERR_ARGUMENT', message: /^mine: finish\(\) returns a number or an array of numbers, got/ });
  }
  await t.throwsAsync(compiled(stack(dense()), { metrics: [{ ...state, state: () => [1 as never] }] }), { code: 'ERR_ARGUMENT', message: /^mine: state\(\)\[0\] returns a tensor, got 1/ });
});

test('an optimiser of the user\'s own keeps and computes arrays of tensors', async (t) => {
  class Own extends optimizers.Optimizer {
    constructor(private readonly kept: unknown, private readonly computed: unknown) {
      super('mine', 0.1, {});
    }
    protected slots(): Tensor[] {
      return this.kept as Tensor[];
    }
    protected override numbers(): Tensor[] {
      return this.computed as Tensor[];
    }
    protected update(): void {}
    protected ownConfig(): Record<string, never> {
      return {};
    }
  }
  for (const wrong of [undefined, null, 5, 'x']) {
    await t.throwsAsync(compiled(stack(dense()), { optimizer: new Own(wrong, []) }), { code: 'ERR_ARGUMENT', message: /^mine: slots\(\): what it returns is an array of tensors/ });
    await t.throwsAsync(compiled(stack(dense()), { optimizer: new Own([], wrong) }), { code: 'ERR_ARGUMENT', message: /^mine: numbers\(\): what it returns is an array of tensors/ });
  }
});

test('a dataset of the user\'s own gives batches', async (t) => {
  for (const { make } of junk.filter(({ name }) => name !== 'a promise')) {
    const net = stack(dense());
    net.compile({ loss: 'mse' });
    const wrong = data.fromGenerator(function* () { yield make(); }).map((batch) => batch);
    await t.throwsAsync(net.fit(wrong as never, { verbose: 0 }), { instanceOf: HebbError, message: /^fit: a batch is \[x, y\]/ });
  }
});

test('a loss of one number for the whole batch, and of a number for each row, are as good', async (t) => {
  const net = stack(dense({ kernelInitializer: 'ones' }));
  net.compile({ loss: (a, b) => b.sub(a).square().mean(), metrics: [{ name: 'mine', rows: (a, b) => b.sub(a).square().mean() }] });
  const { loss, mine } = await net.evaluate(x, y);
  net.compile({ loss: 'mse' });
  t.true(Math.abs(loss! - (await net.evaluate(x, y)).loss!) < 1e-6);
  t.is(mine, loss);
});
