import { randomStream } from '../data/random_stream.js';
import type { Model } from '../models/model.js';
import { erf, tensor } from '../ops/index.js';
import { scope } from '../scope.js';
import { checkNames } from '../options.js';
import { gaussianProcess, type Belief } from './gaussian_process.js';
import { placeOf, valueAt, type Space, type Value, type Values } from './hyperparameters.js';
import { checkWhole, drawn, tunerOptions, type RandomSearchOptions } from './random_search.js';
import { Tuner, type Build } from './tuner.js';
import type { TrialResult } from './trial_log.js';

/** Options of tuner.bayesian(). */
export interface BayesianOptions extends RandomSearchOptions {
  /** Trials at random before the model of the objective is used; 5 by default. */
  initialTrials?: number;
}

const [everywhere, nearby] = [400, 200];
/** How far nearby is, for one half and the other. */
const spreads = [0.1, 0.02];

/** The coordinates of values: numbers in [0, 1], a coordinate for each choice so that any two are a distance of 1 apart. */
function coordinates(spaces: readonly Space[], values: Values): number[] {
  return spaces.flatMap((space) => {
    const value = values[space.name];
    if (space.kind !== 'choice') return [value === undefined ? 0.5 : placeOf(space, Number(value))];
    return space.values.map((choice) => (choice === value ? Math.SQRT1_2 : 0));
  });
}

/** How much better than `best` a value is expected to be (Jones, Schonlau, Welch 1998); larger is better. */
export function expectedImprovement(beliefs: readonly Belief[], best: number): number[] {
  const z = beliefs.map(({ mean, deviation }) => (deviation > 0 ? (mean - best) / deviation : 0));
  const errors = scope(() => ({ data: erf(tensor(Float64Array.from(z, (value) => value * Math.SQRT1_2))).dataSync() })).data;
  return beliefs.map(({ mean, deviation }, i) => {
    if (deviation === 0) return Math.max(mean - best, 0);
    const [below, density] = [(1 + errors[i]!) / 2, Math.exp((-z[i]! * z[i]!) / 2) / Math.sqrt(2 * Math.PI)];
    return (mean - best) * below + deviation * density;
  });
}

/** The values of the most promising of many points: some anywhere, some near the best trial. */
function promising(trials: readonly TrialResult[], seed: number, larger: boolean, best: TrialResult): Values {
  const spaces = [...new Map(trials.flatMap((trial) => trial.spaces).map((space) => [space.name, space])).values()];
  const measured = trials.filter(({ score }) => !Number.isNaN(score));
  const goodness = measured.map(({ score }) => (larger ? score : -score));
  const belief = gaussianProcess(measured.map(({ values }) => coordinates(spaces, values)), goodness);
  const random = randomStream('tuner', seed, trials.length + 1);
  const anywhere = (): Values => Object.fromEntries(spaces.map((space) => [space.name, valueAt(space, random.uniform())]));
  const close = (_: unknown, i: number): Values => Object.fromEntries(spaces.map((space): [string, Value] => {
    const value = best.values[space.name];
    const [u, step] = [random.uniform(), spreads[i % 2]! * random.normal()];
    if (value === undefined) return [space.name, valueAt(space, u)];
    if (space.kind === 'choice') return [space.name, u < 0.2 ? valueAt(space, u / 0.2) : value];
    return [space.name, valueAt(space, Math.min(Math.max(placeOf(space, Number(value)) + step, 0), 1 - 2 ** -53))];
  }));
  const tried = new Set(trials.map(({ values }) => JSON.stringify(coordinates(spaces, values))));
  const points = [...Array.from({ length: everywhere }, anywhere), ...Array.from({ length: nearby }, close)];
  const fresh = points.filter((values) => !tried.has(JSON.stringify(coordinates(spaces, values))));
  const candidates = fresh.length > 0 ? fresh : points;
  const gains = expectedImprovement(candidates.map((values) => belief(coordinates(spaces, values))), Math.max(...goodness));
  return candidates[gains.indexOf(Math.max(...gains))]!;
}

/**
 * Bayesian optimisation: after a few trials at random a Gaussian process is fitted to the objective, and next comes what is
 * expected to improve most on the best trial. The same seed gives the same trials.
 *
 * @param build makes a compiled model, asking `hp` for its hyperparameters
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const { x, y } = datasets.iris();
 * const build = (hp) => {
 *   const net = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })]);
 *   net.compile({ optimizer: optimizers.sgd({ learningRate: hp.float('rate', 1e-3, 1, { log: true }) }), loss: 'sparseCategoricalCrossentropy' });
 *   return net;
 * };
 * const search = tuner.bayesian(build, { objective: 'loss', maxTrials: 4, initialTrials: 2, seed: 1 });
 * (await search.search(x, y, { epochs: 2 })).trials.length; // 4
 */
export function bayesian<M extends Model>(build: Build<M>, options: BayesianOptions = {}): Tuner<M> {
  checkNames('bayesian', options, [...tunerOptions, 'maxTrials', 'initialTrials']);
  const { maxTrials = 10, initialTrials = 5 } = options;
  checkWhole('bayesian', 'maxTrials', maxTrials, 1);
  checkWhole('bayesian', 'initialTrials', initialTrials, 1);
  return new Tuner('bayesian', build, options, (trials, seed, { larger, ranking: [best] }) => {
    if (trials.length >= maxTrials) return undefined;
    const random = drawn(seed, trials.length + 1);
    if (best === undefined || trials.length < initialTrials || Number.isNaN(best.score)) return { choose: random };
    const values = promising(trials, seed, larger, best);
    // What no trial before has asked for is drawn.
    return { choose: (space) => values[space.name] ?? random(space) };
  }, { initialTrials });
}
