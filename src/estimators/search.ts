import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import { Configured, nestedParams, ownParams, setNestedParams, type Params } from '../params.js';
import type { Picture } from '../plots/picture.js';
import { trialsPicture } from '../plots/trials.js';
import { cellText, shortNumber, tableText } from '../table_text.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { foldsFor, scoresOf, type CrossValidationOptions } from './cross_validation.js';
import { clone, sampleOf, type Estimator } from './estimator.js';

/** What all searches can be told. */
export interface SearchOptions<E extends Estimator> extends CrossValidationOptions<E> {
  /** What is tried with different parameters; it stays as it is. */
  estimator: E;
  /** Whether the best candidate learns from all rows at the end; true by default. */
  refit?: boolean;
}

/** One candidate: its parameters and its scores on the folds. */
export interface CandidateResult {
  readonly params: Params;
  readonly scores: readonly number[];
  readonly meanScore: number;
  /** The standard deviation of the scores. */
  readonly stdScore: number;
  /** 1 for the best mean score; candidates with the same mean share a rank. */
  readonly rank: number;
}

/** Tries candidates by cross-validation, then is the best one: what the searches have in common. */
export abstract class CandidateSearch<E extends Estimator, S extends SearchOptions<E>> extends Configured<S> implements Estimator {
  private found: readonly CandidateResult[] = [];
  private refitted: E | undefined;

  /** The candidates, each a set of parameters. */
  protected abstract candidates(): Params[];

  /** That of the estimator. */
  get estimatorType(): Estimator['estimatorType'] {
    return this.settings.estimator.estimatorType;
  }
  /** All candidates in the order in which they were tried. @throws ERR_ARGUMENT before fit() */
  get results(): readonly CandidateResult[] {
    if (this.found.length === 0) throw new HebbError('ERR_ARGUMENT', `${this.op}: there are no results before fit()`);
    return this.found;
  }
  /** The first of the candidates of rank 1. @throws ERR_ARGUMENT before fit() */
  get best(): CandidateResult {
    const { results } = this;
    return results.find(({ rank }) => rank === 1) ?? results[0]!;
  }
  /** The parameters of the best candidate. @throws ERR_ARGUMENT before fit() */
  get bestParams(): Params {
    return this.best.params;
  }
  /** The mean score of the best candidate. @throws ERR_ARGUMENT before fit() */
  get bestScore(): number {
    return this.best.meanScore;
  }
  /** The best candidate, fitted on all rows. @throws ERR_ARGUMENT before fit(), or without refit */
  get bestEstimator(): E {
    if (this.refitted === undefined) throw new HebbError('ERR_ARGUMENT', `${this.op}: there is no fitted estimator before fit(), nor without refit`);
    return this.refitted;
  }

  override getParams(options: { deep?: boolean } = {}): Partial<S> {
    checkNames(`${this.op}.getParams`, options, ['deep']);
    const { deep = true } = options;
    const own = super.getParams();
    return deep ? nestedParams(own, { estimator: this.settings.estimator }) : own;
  }

  override setParams(params: Params): this {
    super.setParams(ownParams(params) as Partial<S>);
    setNestedParams(this.op, { estimator: this.settings.estimator }, params);
    return this;
  }

  /**
   * Tries all candidates on the same folds, then fits the best one on all rows.
   *
   * @param x rows [rows, features]
   * @param y labels or targets [rows] or [rows, outputs]
   * @throws ERR_SHAPE, ERR_ARGUMENT, and what the estimator throws
   */
  async fit(x: TensorLike, y: TensorLike): Promise<this> {
    const { estimator, cv, scoring, refit = true } = this.settings;
    const sample = sampleOf(this.op, x, y);
    const folds = foldsFor(this.op, estimator, sample, cv);
    const tried: { params: Params; scores: number[] }[] = [];
    for (const params of this.candidates()) {
      const candidate = clone(estimator);
      candidate.setParams(params);
      tried.push({ params, scores: await scoresOf(candidate, sample, folds, scoring) });
    }
    this.found = ranked(tried);
    this.refitted = undefined;
    if (!refit) return this;
    const best = clone(estimator);
    best.setParams(this.bestParams);
    await best.fit(sample.x, sample.y);
    this.refitted = best;
    return this;
  }

  /** What the best estimator predicts. @throws ERR_ARGUMENT before fit() */
  predict(x: TensorLike): Tensor {
    return this.bestEstimator.predict(x);
  }

  /** The probabilities of the best estimator. @throws ERR_ARGUMENT before fit(), or when it has none */
  predictProba(x: TensorLike): Tensor {
    const { bestEstimator } = this;
    if (bestEstimator.predictProba === undefined) throw new HebbError('ERR_ARGUMENT', `${this.op}: the estimator has no predictProba()`);
    return bestEstimator.predictProba(x);
  }

  /** The score of the best estimator, by score() as a search is an estimator too. @throws ERR_ARGUMENT before fit() */
  score(x: TensorLike, y: TensorLike): number {
    return this.bestEstimator.score(x, y);
  }

  /** A table of the candidates, the best first. */
  override toString(): string {
    const names = [...new Set(this.results.flatMap(({ params }) => Object.keys(params)))];
    const rows = [...this.results].sort((a, b) => a.rank - b.rank).map(({ rank, meanScore, stdScore, params }) =>
      [String(rank), shortNumber(meanScore), shortNumber(stdScore), ...names.map((name) => (name in params ? cellText(params[name]) : ''))]);
    return tableText(['rank', 'mean score', 'deviation', ...names], rows);
  }

  /** Draws the scores of the candidates as SVG, in their order and over each parameter. @throws ERR_ARGUMENT for a path that cannot be written */
  async plot(path: string): Promise<void> {
    await this.picture('plot').save(path);
  }

  /** The scores of the candidates in their order, and the best so far, in lines of text. @throws ERR_ARGUMENT before fit() */
  toText(): string {
    return this.picture('toText').toText();
  }

  private picture(op: string): Picture {
    const trials = this.results.map(({ params, meanScore }) => ({ params, score: meanScore }));
    return trialsPicture(op, trials, 'mean score', 'max');
  }
}

function ranked(tried: readonly { params: Params; scores: readonly number[] }[]): CandidateResult[] {
  const measured = tried.map(({ params, scores }) => {
    const meanScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + (score - meanScore) ** 2, 0) / scores.length;
    return { params, scores, meanScore, stdScore: Math.sqrt(variance) };
  });
  // A mean that is no number is worse than all others.
  const place = (score: number): number => (Number.isNaN(score) ? -Infinity : score);
  return measured.map((each) => ({ ...each, rank: 1 + measured.filter(({ meanScore }) => place(meanScore) > place(each.meanScore)).length }));
}

/** What all searches are told, but for the estimator. */
export const searchDefaults = { estimator: undefined, cv: 5, scoring: undefined, refit: true };

/** Fails unless there is something to be tried. @throws ERR_ARGUMENT */
export function checkEstimator(op: string, estimator: unknown): void {
  if (typeof estimator !== 'object' || estimator === null || !('estimatorType' in estimator)) {
    throw new HebbError('ERR_ARGUMENT', `${op}: estimator is the classifier or regressor that is to be tried`);
  }
}
