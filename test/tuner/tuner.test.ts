import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { callbacks, datasets, layers, optimizers, rand, seed, sequential, tuner, type Model } from '../../src/index.js';
import { add, mean, mul } from '../../src/ops/index.js';
import type { Loss } from '../../src/losses/index.js';
import { expectedImprovement } from '../../src/tuner/bayesian.js';
import { gaussianProcess } from '../../src/tuner/gaussian_process.js';
import { roundsOf } from '../../src/tuner/hyperband.js';
import { fixedTo, HyperParameters, placeOf, valueAt, type Space } from '../../src/tuner/hyperparameters.js';
import { runDocstringExamples } from '../support/docstring_examples.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: searches seed the one generator of the process.
const { x, y } = datasets.iris();

function flowers(hp: tuner.HyperParameters): Model {
  const units = hp.int('units', 4, 16, { step: 4 });
  const activation = hp.choice('activation', ['relu', 'tanh']);
  const hidden = [layers.dense({ units, activation, inputShape: [4] })];
  if (hp.boolean('deep')) hidden.push(layers.dense({ units: hp.int('second', 2, 8), activation }));
  const net = sequential([...hidden, layers.dense({ units: 3, activation: 'softmax' })]);
  const learningRate = hp.float('rate', 1e-3, 1e-1, { log: true });
  net.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
const fitting = { epochs: 3, validationData: [x, y] } as const;

/** A model that learns nothing and whose loss is a given number. */
function withLoss(value: number): Model {
  const loss: Loss = {
    name: 'given',
    config: {},
    call: (_, yPred) => add(mul(mean(yPred, -1), 0), value),
    check: () => undefined,
  };
  const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss });
  return net;
}

test.serial('hyperparameters lie within their bounds, each with its share of the numbers drawn', (t) => {
  const step: Space = { name: 'a', kind: 'int', low: 4, high: 17, step: 4, log: false };
  t.deepEqual([0, 0.24, 0.25, 0.5, 0.75, 0.999].map((u) => valueAt(step, u)), [4, 4, 8, 12, 16, 16]);
  const octaves: Space = { name: 'b', kind: 'int', low: 1, high: 63, step: 1, log: true };
  t.deepEqual([0, 0.17, 0.5, 0.9999].map((u) => valueAt(octaves, u)), [1, 2, 8, 63]);
  const line: Space = { name: 'c', kind: 'float', low: -1, high: 3, log: false };
  t.deepEqual([0, 0.5].map((u) => valueAt(line, u)), [-1, 1]);
  const rate: Space = { name: 'd', kind: 'float', low: 1e-4, high: 1, log: true };
  t.true(Math.abs(Number(valueAt(rate, 0.5)) - 1e-2) < 1e-15);
  for (const space of [line, rate]) t.true(Math.abs(placeOf(space, Number(valueAt(space, 0.3))) - 0.3) < 1e-12);
  const choice: Space = { name: 'e', kind: 'choice', values: ['x', 'y', 'z'] };
  t.deepEqual([0, 0.34, 0.99].map((u) => valueAt(choice, u)), ['x', 'y', 'z']);
});

test.serial('a hyperparameter keeps its value, and what does not fit is named', (t) => {
  let draws = 0;
  const hp = new HyperParameters((space) => valueAt(space, 0.1 * ++draws));
  const first = hp.float('rate', 0, 1);
  t.is(hp.float('rate', 0, 1), first);
  t.is(draws, 1);
  t.is(hp.boolean('deep'), false);
  t.deepEqual(hp.values, { rate: first, deep: false });
  t.throws(() => hp.float('rate', 0, 2), { code: 'ERR_ARGUMENT', message: "hp.float: 'rate' was asked for with other bounds or values before" });
  t.throws(() => hp.int('n', 3, 1), { code: 'ERR_ARGUMENT', message: /'n' .* got 3 to 1 by 1/ });
  t.throws(() => hp.int('n', 0, 9, { log: true }), { code: 'ERR_ARGUMENT', message: /with log from 1 on/ });
  t.throws(() => hp.float('r', 0, 1, { log: true }), { code: 'ERR_ARGUMENT', message: /with log above 0/ });
  t.throws(() => hp.choice('c', []), { code: 'ERR_ARGUMENT', message: "hp.choice: 'c' has no values" });
  t.is(fixedTo({ n: 3 }).int('n', 1, 5), 3);
  t.throws(() => fixedTo({ n: 9 }).int('n', 1, 5), { code: 'ERR_ARGUMENT', message: "hp.int: 'n' cannot be 9" });
  t.throws(() => fixedTo({}).boolean('b'), { code: 'ERR_ARGUMENT', message: "hp.choice: 'b' cannot be left out" });
});

test.serial('a random search is the same for the same seed and leaves the generator of seed() as it was', async (t) => {
  const options = { objective: 'val_accuracy', maxTrials: 4, seed: 3 };
  seed(5);
  const drawn = rand([3]).toArray();
  seed(5);
  const first = await tuner.randomSearch(flowers, options).search(x, y, fitting);
  t.deepEqual(rand([3]).toArray(), drawn);
  const second = await tuner.randomSearch(flowers, options).search(x, y, fitting);
  t.deepEqual(second.trials, first.trials);
  t.is(first.trials.length, 4);
  t.is(new Set(first.trials.map(({ values }) => values.rate)).size, 4);
  const scores = first.trials.map(({ score }) => score);
  t.is(first.best.score, Math.max(...scores));
  for (const { values, epoch, epochs } of first.trials) {
    t.true(epoch >= 1 && epoch <= epochs && epochs === 3);
    t.is('second' in values, values.deep === true);
  }
  t.notDeepEqual((await tuner.randomSearch(flowers, { ...options, seed: 4, maxTrials: 1 }).search(x, y, fitting)).trials[0], first.trials[0]);
});

test.serial('the best model has the weights of its best epoch, and its hyperparameters make another', async (t) => {
  const told: number[] = [];
  const search = tuner.randomSearch(flowers, { maxTrials: 3, seed: 1, onTrial: ({ trial }) => told.push(trial) });
  await t.throwsAsync(search.bestModel(), { code: 'ERR_ARGUMENT', message: /no model before search/ });
  const results = await search.search(x, y, { ...fitting, epochs: 4, callbacks: [callbacks.earlyStopping({ patience: 3 })] });
  t.deepEqual(told, [1, 2, 3]);
  const model = await search.bestModel();
  const { loss } = await model.evaluate(x, y, { batchSize: 32 });
  t.true(Math.abs(loss! - results.best.score) < 1e-6);
  t.is((await search.make(results.best.values)).countParams(), model.countParams());
});

test.serial('results are a table and a picture', async (t) => {
  const folder = temporaryFolder(t);
  const results = await tuner.randomSearch(flowers, { maxTrials: 5, seed: 2, objective: 'val_accuracy' }).search(x, y, fitting);
  const [head, first, ...rest] = results.toString().split('\n');
  t.regex(head!, /^trial +val_accuracy +epoch +units +activation +deep +(second +)?rate( +second)?$/);
  t.true(first!.trim().startsWith(String(results.best.trial)));
  t.is(rest.length, 4);
  const path = join(folder, 'tuning.svg');
  await results.plot(path);
  const svg = readFileSync(path, 'utf8');
  t.true(svg.startsWith('<svg '));
  for (const text of ['>units<', '>activation<', '>relu<', '>val_accuracy<', 'class="leading"']) t.true(svg.includes(text), text);
  await t.throwsAsync(results.plot(join(folder, 'tuning.png')), { code: 'ERR_ARGUMENT' });
  t.regex(results.toText(), /^val_accuracy: \* best so far {3}o each trial\n[^]*\n +1 +5$/);
});

test.serial('a search that was interrupted goes on as if it had not been', async (t) => {
  const folder = temporaryFolder(t);
  const options = { objective: 'val_loss', seed: 8 };
  const whole = await tuner.randomSearch(flowers, { ...options, maxTrials: 5 }).search(x, y, fitting);
  const directory = join(folder, 'search');
  await tuner.randomSearch(flowers, { ...options, maxTrials: 2, directory }).search(x, y, fitting);
  const file = join(directory, 'trials.jsonl');
  t.is(readFileSync(file, 'utf8').split('\n').length, 4);
  appendFileSync(file, '{"trial":3,"values":{"uni');
  const stopped = new Error('stopped');
  const broken = tuner.randomSearch(flowers, { ...options, maxTrials: 5, directory, onTrial: ({ trial }) => {
    if (trial === 4) throw stopped;
  } });
  t.is(await t.throwsAsync(broken.search(x, y, fitting)), stopped);
  const search = tuner.randomSearch(flowers, { maxTrials: 5, directory });
  const results = await search.search(x, y, fitting);
  t.deepEqual(results.trials, whole.trials);
  const { loss } = await (await search.bestModel()).evaluate(x, y, { batchSize: 32 });
  t.true(Math.abs(loss! - whole.best.score) < 1e-6);

  const complete = tuner.randomSearch((): Model => {
    throw new Error('there is nothing left to build');
  }, { maxTrials: 5, directory });
  t.deepEqual((await complete.search(x, y, fitting)).trials, whole.trials);
  t.deepEqual((await (await complete.bestModel()).evaluate(x, y, { batchSize: 32 })).loss, loss);
});

test.serial('a directory with another search is refused', async (t) => {
  const directory = temporaryFolder(t);
  const options = { maxTrials: 1, seed: 1, directory };
  await tuner.randomSearch(flowers, options).search(x, y, fitting);
  await t.throwsAsync(tuner.randomSearch(flowers, { ...options, seed: 2 }).search(x, y, fitting), { code: 'ERR_ARGUMENT', message: /holds a search with seed 1, not 2; take another directory/ });
  await t.throwsAsync(tuner.bayesian(flowers, options).search(x, y, fitting), { code: 'ERR_ARGUMENT', message: /search randomSearch, not bayesian/ });
  await t.throwsAsync(tuner.randomSearch(flowers, { ...options, objective: 'loss' }).search(x, y, fitting), { code: 'ERR_ARGUMENT', message: /objective val_loss, not loss/ });
  const other = (hp: tuner.HyperParameters): Model => withLoss(hp.int('units', 1, 2));
  await t.throwsAsync(tuner.randomSearch(other, { ...options, maxTrials: 2 }).search(x, y, fitting), { code: 'ERR_ARGUMENT', message: /'units' had other bounds or values/ });
  const file = join(directory, 'trials.jsonl');
  await t.throwsAsync(tuner.randomSearch(flowers, { ...options, directory: file }).search(x, y, fitting), { code: 'ERR_ARGUMENT', message: /cannot be made/ });
  writeFileSync(file, 'no search\n');
  await t.throwsAsync(tuner.randomSearch(flowers, options).search(x, y, fitting), { code: 'ERR_FORMAT', message: /line 1 of .*trials\.jsonl is no JSON/ });
});

test.serial('wrong options and objectives are named', async (t) => {
  t.throws(() => tuner.randomSearch(flowers, { maxTrials: 0 }), { code: 'ERR_ARGUMENT', message: 'randomSearch: maxTrials is a whole number >= 1, got 0' });
  t.throws(() => tuner.randomSearch(flowers, { seed: -1 }), { code: 'ERR_ARGUMENT', message: /seed/ });
  const misspelt: object = { maxTrial: 3 };
  t.throws(() => tuner.bayesian(flowers, misspelt), { code: 'ERR_ARGUMENT', message: /'maxTrial'/ });
  t.throws(() => tuner.hyperband(flowers, { factor: 1 }), { code: 'ERR_ARGUMENT', message: /factor is a number > 1/ });
  await t.throwsAsync(tuner.hyperband(flowers).search(x, y, { epochs: 2 }), { code: 'ERR_ARGUMENT', message: /decides on epochs/ });
  process.removeAllListeners('warning');
  await t.throwsAsync(tuner.randomSearch(flowers, { objective: 'val_loss' }).search(x, y, { epochs: 1 }), {
    code: 'ERR_ARGUMENT', message: "randomSearch: there is no 'val_loss' in the logs, only accuracy, loss",
  });
});

test.serial('hyperband gives more epochs to fewer trials, always the best of the round before', async (t) => {
  t.deepEqual(roundsOf(81, 3).slice(0, 5).map(({ trials, epochs }) => [trials, epochs]), [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]]);
  t.deepEqual(roundsOf(243, 3).length, 21);
  t.deepEqual(roundsOf(4, 2).map(({ trials, epochs, promoted }) => [trials, epochs, promoted]), [[4, 1, false], [2, 2, true], [1, 4, true], [3, 2, false], [1, 4, true], [3, 4, false]]);
  const directory = temporaryFolder(t);
  const options = { objective: 'val_loss', maxEpochs: 4, factor: 2, seed: 6 };
  const { trials } = await tuner.hyperband(flowers, options).search(x, y, { validationData: [x, y] });
  t.deepEqual(trials.map(({ epochs }) => epochs), [1, 1, 1, 1, 2, 2, 4, 2, 2, 2, 4, 4, 4, 4]);
  const byScore = trials.slice(0, 4).sort((a, b) => a.score - b.score);
  t.deepEqual(trials.slice(4, 6).map(({ origin }) => origin), byScore.slice(0, 2).map(({ trial }) => trial));
  t.deepEqual(trials[4]!.values, byScore[0]!.values);
  // The same seed and values: the first epoch of a longer training is that of the shorter one.
  t.true(trials[4]!.score <= byScore[0]!.score);
  let left = 9;
  const interrupted = tuner.hyperband(flowers, { ...options, directory, onTrial: () => {
    if (--left === 0) throw new Error('stopped');
  } });
  await t.throwsAsync(interrupted.search(x, y, { validationData: [x, y] }));
  t.deepEqual((await tuner.hyperband(flowers, { ...options, directory }).search(x, y, { validationData: [x, y] })).trials, trials);
});

test.serial('a Gaussian process knows what it has seen, and doubts what is far away', (t) => {
  const f = (u: number): number => 5 + Math.sin(6 * u);
  const points = [0, 0.2, 0.4, 0.6, 0.8, 1].map((u) => [u]);
  const belief = gaussianProcess(points, points.map(([u]) => f(u!)));
  for (const [u] of points) t.true(Math.abs(belief([u!]).mean - f(u!)) < 0.01, `${belief([u!]).mean}`);
  for (const u of [0.1, 0.5, 0.9]) t.true(Math.abs(belief([u]).mean - f(u)) < 0.1, `${u}`);
  t.true(belief([0.4]).deviation < 0.01);
  t.true(belief([2.5]).deviation > 3 * belief([0.5]).deviation);
  t.deepEqual(gaussianProcess([[0], [1]], [3, 3])([0.5]).mean, 3);
});

test.serial('expected improvement is the mean of what a normal number is above the best', (t) => {
  const beliefs = [{ mean: 1, deviation: 0.5 }, { mean: -1, deviation: 2 }, { mean: 2, deviation: 0 }, { mean: 0, deviation: 0 }];
  const integral = ({ mean: center, deviation }: { mean: number; deviation: number }, best: number): number => {
    let sum = 0;
    for (let z = -8; z < 8; z += 1e-3) sum += Math.max(center + deviation * z - best, 0) * Math.exp((-z * z) / 2) * 1e-3;
    return sum / Math.sqrt(2 * Math.PI);
  };
  const gains = expectedImprovement(beliefs, 0.7);
  for (const [i, belief] of beliefs.slice(0, 2).entries()) t.true(Math.abs(gains[i]! - integral(belief, 0.7)) < 1e-5);
  t.deepEqual(gains.slice(2), [1.3, 0]);
});

test.serial('a Bayesian search comes nearer to the best point than a random one, the same way each time', async (t) => {
  const build = (hp: tuner.HyperParameters): Model => {
    const penalty = hp.choice('kind', ['bad', 'good', 'worse']) === 'good' ? 0 : 1;
    return withLoss((hp.float('a', 0, 1) - 0.3) ** 2 + (Math.log10(hp.float('rate', 1e-4, 1, { log: true })) + 2.5) ** 2 + (hp.int('n', 1, 20) / 20 - 0.5) ** 2 + penalty);
  };
  let [ours, theirs] = [0, 0];
  for (const seed of [1, 2, 3]) {
    const options = { objective: 'loss', maxTrials: 30, seed };
    const found = await tuner.bayesian(build, options).search([[1]], [[1]], { epochs: 1 });
    const random = await tuner.randomSearch(build, options).search([[1]], [[1]], { epochs: 1 });
    t.deepEqual(found.trials.slice(0, 5), random.trials.slice(0, 5), 'the first ones are drawn');
    t.is(found.best.values.kind, 'good');
    t.deepEqual((await tuner.bayesian(build, options).search([[1]], [[1]], { epochs: 1 })).trials, found.trials);
    ours += found.best.score;
    theirs += random.best.score;
  }
  t.true(ours < theirs / 4, `${ours} and ${theirs}`);
});

test.serial('trials whose loss is no number are the worst, and the search goes on', async (t) => {
  const directory = temporaryFolder(t);
  const build = (hp: tuner.HyperParameters): Model => {
    const kernel = hp.boolean('broken') ? Infinity : 1;
    const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    net.setWeights([[[kernel]], [0]]);
    return net;
  };
  const options = { objective: 'loss', maxTrials: 8, initialTrials: 2, seed: 2, directory };
  const { trials, best, ranking } = await tuner.bayesian(build, options).search([[0], [1]], [[1], [2]], { epochs: 1 });
  t.true(trials.some(({ score }) => Number.isNaN(score)) && Number.isFinite(best.score));
  t.true(Number.isNaN(ranking.at(-1)!.score));
  t.deepEqual((await tuner.bayesian(build, options).search([[0], [1]], [[1], [2]], { epochs: 1 })).trials, trials);
});

test.serial('the examples of the docstrings run', async (t) => {
  t.is(await runDocstringExamples('src/tuner/random_search.ts', 'src/tuner/hyperband.ts', 'src/tuner/bayesian.ts'), 3);
});
