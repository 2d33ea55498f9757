import { HebbError } from '../errors.js';
import { MT19937 } from '../neurons/mt19937.js';
import { anyRandomState } from '../neurons/seeds.js';
import { checkerOf, completed, isWhole, type Params } from '../params.js';
import type { Distribution } from './distributions.js';
import type { Estimator } from './estimator.js';
import { combinationsOf, type ParamGrid } from './grid_search.js';
import { CandidateSearch, checkEstimator, searchDefaults, type SearchOptions } from './search.js';

/** Options of RandomizedSearchCV. */
export interface RandomizedSearchOptions<E extends Estimator> extends SearchOptions<E> {
  /** By the name of a parameter its values, all equally likely, or its distribution. */
  paramDistributions: Readonly<Record<string, readonly unknown[] | Distribution>>;
  /** The number of candidates; 10 by default, or all combinations of lists of values where they are fewer. */
  nIter?: number;
  /** The seed of the candidates, a whole number below 2^32; null, the default: another one each time. */
  randomState?: number | null;
}

function settingsOf<E extends Estimator>(given: object): RandomizedSearchOptions<E> {
  const op = 'RandomizedSearchCV';
  const settings = completed<RandomizedSearchOptions<E>>(op, given, { ...searchDefaults, paramDistributions: undefined, nIter: 10, randomState: null });
  checkEstimator(op, settings.estimator);
  const { nIter, randomState } = settings;
  const check = checkerOf(op, settings);
  check('nIter', isWhole(nIter, 1, 2 ** 31), 'a whole number >= 1');
  check('randomState', randomState === null || isWhole(randomState, 0, 2 ** 32 - 1), 'a whole number from 0 to 2^32 - 1, or null');
  const all: unknown = settings.paramDistributions;
  const values: unknown[] = typeof all === 'object' && all !== null ? Object.values(all) : [];
  if (values.length === 0 || !values.every((each) => typeof each === 'function' || (Array.isArray(each) && each.length > 0))) {
    throw new HebbError('ERR_ARGUMENT', `${op}: paramDistributions is lists of values or distributions by the name of a parameter`);
  }
  return settings;
}

/**
 * Tries parameters drawn at random by cross-validation and keeps the best, as scikit-learn's `RandomizedSearchCV`; lists of
 * values alone are drawn from without repetition. The search is an estimator itself: it predicts with the best one.
 *
 * @throws ERR_ARGUMENT for an unknown option, or a parameter with neither values nor a distribution
 * @example
 * const { x, y } = datasets.iris();
 * const paramDistributions = { alpha: distributions.logUniform(1e-5, 1e-1), loss: ['hinge', 'logLoss'] };
 * const search = new RandomizedSearchCV({ estimator: new SGDClassifier({ randomState: 1 }), paramDistributions, nIter: 4, randomState: 2, cv: 3 });
 * (await search.fit(x, y)).results.length; // 4
 */
export class RandomizedSearchCV<E extends Estimator> extends CandidateSearch<E, RandomizedSearchOptions<E>> {
  constructor(options: RandomizedSearchOptions<E>) {
    super('RandomizedSearchCV', settingsOf<E>, options);
  }

  protected candidates(): Params[] {
    const { paramDistributions, nIter = 10, randomState } = this.settings;
    const random = new MT19937(randomState ?? anyRandomState());
    const entries = Object.entries(paramDistributions);
    const draw = (): Params => Object.fromEntries(entries.map(([name, values]) => {
      const u = random.uniform();
      return [name, typeof values === 'function' ? values(u) : values[Math.floor(u * values.length)]];
    }));
    const lists: ParamGrid = Object.fromEntries(entries.filter((entry): entry is [string, readonly unknown[]] => typeof entry[1] !== 'function'));
    if (Object.keys(lists).length < entries.length) return Array.from({ length: nIter }, draw);
    const combinations = Object.values(lists).reduce((product, { length }) => product * length, 1);
    if (combinations <= nIter) return combinationsOf(lists);
    const drawn = new Map<string, Params>();
    while (drawn.size < nIter) {
      const params = draw();
      drawn.set(JSON.stringify(entries.map(([name]) => lists[name]!.indexOf(params[name]))), params);
    }
    return [...drawn.values()];
  }
}
