import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import { checkNames } from '../options.js';
import { checkWhole, drawn, tunerOptions } from './random_search.js';
import { TuningResults } from './results.js';
import { Tuner, type Build, type TunerOptions } from './tuner.js';

/** Options of tuner.hyperband(). */
export interface HyperbandOptions extends TunerOptions {
  /** Epochs of the longest trainings; 27 by default. */
  maxEpochs?: number;
  /** What the number of trials is divided by, and that of epochs multiplied with, from round to round; 3 by default. */
  factor?: number;
  /** How often all brackets are run; 1 by default. */
  iterations?: number;
}

/** A round of a bracket: so many trials of so many epochs. */
interface Round {
  readonly trials: number;
  readonly epochs: number;
  /** Whether its trials are the best of the round before. */
  readonly promoted: boolean;
}

/** The rounds of all brackets, from the one with the most trials and fewest epochs to that of full trainings. */
export function roundsOf(maxEpochs: number, factor: number): Round[] {
  // log(243) / log(3) is a little less than 5.
  const most = Math.floor(Math.log(maxEpochs) / Math.log(factor) + 1e-9);
  return Array.from({ length: most + 1 }, (_, i) => most - i).flatMap((bracket) => {
    const first = Math.ceil(((most + 1) / (bracket + 1)) * factor ** bracket);
    return Array.from({ length: bracket + 1 }, (_, round) => ({
      trials: Math.max(1, Math.floor(first / factor ** round)),
      epochs: Math.max(1, Math.round(maxEpochs * factor ** (round - bracket))),
      promoted: round > 0,
    }));
  });
}

/**
 * Hyperband (Li and others 2018): many short trainings, of which the best are trained anew for longer, in brackets that give
 * more and more epochs to fewer and fewer trials.
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
 * const results = await tuner.hyperband(build, { objective: 'loss', maxEpochs: 4, factor: 2, seed: 1 }).search(x, y);
 * results.trials.map(({ epochs }) => epochs).join(' '); // '1 1 1 1 2 2 4 2 2 2 4 4 4 4'
 */
export function hyperband<M extends Model>(build: Build<M>, options: HyperbandOptions = {}): Tuner<M> {
  checkNames('hyperband', options, [...tunerOptions, 'maxEpochs', 'factor', 'iterations']);
  const { maxEpochs = 27, factor = 3, iterations = 1 } = options;
  checkWhole('hyperband', 'maxEpochs', maxEpochs, 1);
  checkWhole('hyperband', 'iterations', iterations, 1);
  if (!(factor > 1 && factor < Infinity)) throw new HebbError('ERR_ARGUMENT', `hyperband: factor is a number > 1, got ${factor}`);
  const rounds = Array.from({ length: iterations }, () => roundsOf(maxEpochs, factor)).flat();
  return new Tuner('hyperband', build, options, (trials, seed, { objective, larger }) => {
    let [begin, before] = [0, 0];
    for (const round of rounds) {
      const place = trials.length - begin;
      if (place < round.trials) {
        const { epochs, promoted } = round;
        if (!promoted) return { choose: drawn(seed, trials.length + 1), epochs };
        const { values, origin } = new TuningResults(trials.slice(before, begin), objective, larger).ranking[place]!;
        return { choose: ({ name }) => values[name]!, epochs, origin };
      }
      [before, begin] = [begin, begin + round.trials];
    }
    return undefined;
  }, { maxEpochs, factor }, true);
}
