import { HebbError } from '../errors.js';
import type { Picture } from '../plots/picture.js';
import { trialsPicture } from '../plots/trials.js';
import { cellText, shortNumber, tableText } from '../table_text.js';
import type { TrialResult } from './trial_log.js';

/** What a search has found. */
export class TuningResults {
  /** @internal */
  constructor(
    /** All trials in the order in which they ran. */
    readonly trials: readonly TrialResult[],
    /** The log that was made as good as possible. */
    readonly objective: string,
    /** Whether larger is better. */
    readonly larger: boolean,
  ) {}

  /** All trials, the best first; those without a number last. */
  get ranking(): readonly TrialResult[] {
    const place = ({ score }: TrialResult): number => (Number.isNaN(score) ? -Infinity : this.larger ? score : -score);
    return [...this.trials].sort((a, b) => (place(a) === place(b) ? a.trial - b.trial : place(b) - place(a)));
  }
  /** The best trial. @throws ERR_ARGUMENT when none has a number */
  get best(): TrialResult {
    const [best] = this.ranking;
    if (best === undefined || Number.isNaN(best.score)) throw new HebbError('ERR_ARGUMENT', `tuner: no trial has a number as its ${this.objective}`);
    return best;
  }

  /** A table of the trials, the best first. */
  toString(): string {
    const names = [...new Set(this.trials.flatMap(({ values }) => Object.keys(values)))];
    const rows = this.ranking.map(({ trial, score, epoch, epochs, values }) =>
      [String(trial), shortNumber(score), `${epoch}/${epochs}`, ...names.map((name) => (name in values ? cellText(values[name]) : ''))]);
    return tableText(['trial', this.objective, 'epoch', ...names], rows);
  }

  /**
   * Draws the objective of the trials as SVG, in their order and over each hyperparameter.
   *
   * @param path file to write
   * @throws ERR_ARGUMENT without trials, or when the path does not end in .svg or cannot be written
   */
  async plot(path: string): Promise<void> {
    await this.picture('plot').save(path);
  }

  /** The objective of the trials in their order, and the best so far, in lines of text. @throws ERR_ARGUMENT without trials */
  toText(): string {
    return this.picture('toText').toText();
  }

  private picture(op: string): Picture {
    const trials = this.trials.map(({ values, score }) => ({ params: values, score }));
    return trialsPicture(op, trials, this.objective, this.larger ? 'max' : 'min');
  }
}
