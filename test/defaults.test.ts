import { readFileSync } from 'node:fs';
import test from 'ava';
import { layers, losses, MLPClassifier, MLPRegressor, optimizers, Perceptron, SGDClassifier, SGDRegressor } from '../src/index.js';

type Options = Record<string, unknown>;
const golden = JSON.parse(readFileSync(new URL('../../test/golden/defaults.json', import.meta.url), 'utf8')) as Record<
  'optimizers' | 'losses' | 'learners', Record<string, Options>
>;

/** Options of theirs that we have not, each with what it is for. */
const foreign = new Set([
  'name', 'reduction', // names of objects, and means over a batch, are the model's
  'lossScaleFactor', 'relativeStep', // of mixed precision; without effect in Keras
  'axis', // classes are the last dimension
  'nJobs', 'verbose',
]);

/** Options that are given, as JSON holds them. */
const given = (config: object): Options => Object.fromEntries(Object.entries(config).map(([name, value]) => [name, value ?? null]));
const withoutForeign = (options: Options): Options => Object.fromEntries(Object.entries(options).filter(([name]) => !foreign.has(name)));

const learners = { Perceptron, SGDClassifier, SGDRegressor, MLPClassifier, MLPRegressor };
for (const [name, options] of Object.entries(golden.learners)) {
  test(`${name} has scikit-learn's options and defaults`, (t) => {
    const ours = given(new learners[name as keyof typeof learners]().getParams());
    const expected = withoutForeign(options);
    // Our linear learners share their options: what one of theirs lacks stays as it is.
    t.deepEqual(Object.fromEntries(Object.entries(ours).filter(([key]) => key in expected)), Object.fromEntries(Object.keys(ours).filter((key) => key in expected).map((key) => [key, expected[key]])));
    t.deepEqual(Object.keys(expected).filter((key) => !(key in ours)), []);
  });
}

for (const [name, options] of Object.entries(golden.optimizers)) {
  test(`${name.toLowerCase()}() has Keras's options and defaults`, (t) => {
    const make = optimizers[name.toLowerCase() as 'sgd'];
    t.deepEqual(given(make().getConfig()), withoutForeign(options));
  });
}

for (const [name, options] of Object.entries(golden.losses)) {
  test(`the loss ${name} has Keras's options and defaults`, (t) => {
    const make = losses[`${name[0]!.toLowerCase()}${name.slice(1)}` as 'circle'];
    const expected = withoutForeign(options);
    for (const [key, value] of Object.entries(given(make().config))) if (key in expected) t.deepEqual(value, expected[key], key);
    for (const [key, value] of Object.entries(expected)) if (value !== null) t.true(key in make().config, key);
  });
}

test('huber() turns at 1, and a dense layer begins with Glorot\'s kernel and a bias of zeros', (t) => {
  t.deepEqual(losses.huber().config, { delta: 1 });
  t.like(layers.dense({ units: 1 }).getConfig(), { kernelInitializer: { name: 'glorotUniform' }, biasInitializer: { name: 'zeros' }, useBias: true });
});
