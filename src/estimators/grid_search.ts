import { HebbError } from '../errors.js';
import { completed, type Params } from '../params.js';
import type { Estimator } from './estimator.js';
import { CandidateSearch, checkEstimator, searchDefaults, type SearchOptions } from './search.js';

/** Values of parameters by name. */
export type ParamGrid = Readonly<Record<string, readonly unknown[]>>;

/** Options of GridSearchCV. */
export interface GridSearchOptions<E extends Estimator> extends SearchOptions<E> {
  /** The values of each parameter, all combinations of which are tried; or several such grids. */
  paramGrid: ParamGrid | readonly ParamGrid[];
}

/** All combinations of a grid: names in ascending order, the last one varying fastest. */
export function combinationsOf(grid: ParamGrid): Params[] {
  const names = Object.keys(grid).sort();
  return names.reduce<Params[]>((all, name) => all.flatMap((params) => grid[name]!.map((value) => ({ ...params, [name]: value }))), [{}]);
}

function settingsOf<E extends Estimator>(given: object): GridSearchOptions<E> {
  const op = 'GridSearchCV';
  const settings = completed<GridSearchOptions<E>>(op, given, { ...searchDefaults, paramGrid: undefined });
  checkEstimator(op, settings.estimator);
  const grids: unknown[] = [settings.paramGrid].flat();
  for (const grid of grids) {
    const lists: unknown[] = typeof grid === 'object' && grid !== null ? Object.values(grid) : [undefined];
    if (lists.some((values) => !Array.isArray(values) || values.length === 0)) {
      throw new HebbError('ERR_ARGUMENT', `${op}: paramGrid is lists of values by the name of a parameter, or several such grids`);
    }
  }
  return settings;
}

/**
 * Tries all combinations of parameters by cross-validation and keeps the best, as scikit-learn's `GridSearchCV`. The search
 * is an estimator itself: it predicts with the best one.
 *
 * @throws ERR_ARGUMENT for an unknown option or a grid without values
 * @example
 * const { x, y } = datasets.iris();
 * const search = new GridSearchCV({ estimator: new SGDClassifier({ randomState: 1 }), paramGrid: { alpha: [1e-4, 1], penalty: ['l1', 'l2'] }, cv: 3 });
 * await search.fit(x, y);
 * search.results.length; // 4
 * search.bestParams.alpha; // 0.0001
 */
export class GridSearchCV<E extends Estimator> extends CandidateSearch<E, GridSearchOptions<E>> {
  constructor(options: GridSearchOptions<E>) {
    super('GridSearchCV', settingsOf<E>, options);
  }

  protected candidates(): Params[] {
    return [this.settings.paramGrid].flat().flatMap((grid: ParamGrid) => combinationsOf(grid));
  }
}
