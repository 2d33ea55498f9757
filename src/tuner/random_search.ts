import { randomStream } from '../data/random_stream.js';
import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import { isWhole } from '../params.js';
import { checkNames } from '../options.js';
import { valueAt, type Space, type Value } from './hyperparameters.js';
import { Tuner, type Build, type TunerOptions } from './tuner.js';

/** Names of the options of every search. */
export const tunerOptions = ['objective', 'mode', 'seed', 'directory', 'onTrial'];

/** Options of tuner.randomSearch(). */
export interface RandomSearchOptions extends TunerOptions {
  /** The number of trials; 10 by default. */
  maxTrials?: number;
}

/** Fails unless an option is a whole number of at least `least`. @throws ERR_ARGUMENT */
export function checkWhole(op: string, name: string, value: number, least: number): void {
  if (!isWhole(value, least, 2 ** 31)) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is a whole number >= ${least}, got ${value}`);
}

/** Draws hyperparameters at random, others for each trial. */
export function drawn(seed: number, trial: number): (space: Space) => Value {
  const random = randomStream('tuner', seed, trial);
  return (space) => valueAt(space, random.uniform());
}

/**
 * Tries hyperparameters drawn at random.
 *
 * @param build makes a compiled model, asking `hp` for its hyperparameters
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const { x, y } = datasets.iris();
 * const build = (hp) => {
 *   const net = sequential([layers.dense({ units: hp.int('units', 4, 16), activation: 'relu', inputShape: [4] }), layers.dense({ units: 3, activation: 'softmax' })]);
 *   net.compile({ optimizer: optimizers.adam({ learningRate: hp.float('rate', 1e-3, 1e-1, { log: true }) }), loss: 'sparseCategoricalCrossentropy' });
 *   return net;
 * };
 * const results = await tuner.randomSearch(build, { objective: 'loss', maxTrials: 2, seed: 1 }).search(x, y, { epochs: 3 });
 * Object.keys(results.best.values); // ['units', 'rate']
 */
export function randomSearch<M extends Model>(build: Build<M>, options: RandomSearchOptions = {}): Tuner<M> {
  checkNames('randomSearch', options, [...tunerOptions, 'maxTrials']);
  const { maxTrials = 10 } = options;
  checkWhole('randomSearch', 'maxTrials', maxTrials, 1);
  return new Tuner('randomSearch', build, options, (trials, seed) =>
    trials.length < maxTrials ? { choose: drawn(seed, trials.length + 1) } : undefined, {});
}
