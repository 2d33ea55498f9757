import { join } from 'node:path';
import { earlyStopping } from '../callbacks.js';
import { anySeed } from '../data/random_stream.js';
import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import { loadModel } from '../models/load.js';
import type { Data } from '../models/structure.js';
import { assign, copy } from '../ops/index.js';
import { isWhole } from '../params.js';
import { defaultGenerator } from '../random.js';
import type { FitOptions } from '../train/fit.js';
import { largerIsBetter, type MonitorMode } from '../train/monitor.js';
import { fixedTo, HyperParameters, type Space, type Value, type Values } from './hyperparameters.js';
import { TuningResults } from './results.js';
import { TrialLog, type SearchHeader, type TrialResult } from './trial_log.js';
import { checkKinds, checkOptions, valueText } from '../options.js';

/** Makes a compiled model, asking for its hyperparameters. */
export type Build<M extends Model = Model> = (hp: HyperParameters) => M | Promise<M>;

/** What all searches can be told. */
export interface TunerOptions {
  /** The log to make as good as possible; 'val_loss' by default. */
  objective?: string;
  /** 'auto', the default, takes accuracies up, everything else down. */
  mode?: MonitorMode;
  /** A whole number: the same trials for the same seed; another one each time by default. */
  seed?: number;
  /** A folder for the trials and the best model: a search that was interrupted goes on there. */
  directory?: string;
  /** Told after each trial. */
  onTrial?: (trial: TrialResult) => void;
}

/** What to try next. */
export interface Proposal {
  /** The value of a hyperparameter asked for. */
  readonly choose: (space: Space) => Value;
  /** Epochs of the training, where the search decides on them. */
  readonly epochs?: number;
  /** The trial in which these values were tried first, if there was one. */
  readonly origin?: number;
}

/** From the trials so far, and the seed, to the next one; undefined at the end. Nothing else may count. */
export type Strategy = (trials: readonly TrialResult[], seed: number, results: TuningResults) => Proposal | undefined;

/** Tries hyperparameters: builds, trains and measures a model for each. */
export class Tuner<M extends Model = Model> {
  private best: { trial: TrialResult; model: M | undefined } | undefined;
  private readonly larger: boolean;
  private readonly objective: string;

  /** @internal header: what must be the same for a search to go on; decidesEpochs: whether the strategy does */
  constructor(
    private readonly op: string,
    private readonly build: Build<M>,
    private readonly options: TunerOptions,
    private readonly strategy: Strategy,
    private readonly header: SearchHeader,
    private readonly decidesEpochs = false,
  ) {
    checkKinds(op, options, { objective: String, directory: String, onTrial: Function });
    const { objective = 'val_loss', mode = 'auto', seed } = options;
    if (seed !== undefined && !isWhole(seed, 0, Number.MAX_SAFE_INTEGER)) throw new HebbError('ERR_ARGUMENT', `${op}: seed is a whole number >= 0, got ${valueText(seed)}`);
    this.objective = objective;
    this.larger = largerIsBetter(op, objective, mode);
  }

  /**
   * Runs the trials that are still to be run: each builds a model and trains it by fit(), and counts with the best epoch. The
   * generator of seed() is seeded for each trial, so that an interrupted search goes on as if nothing had been, and is in the
   * end as it was before.
   *
   * @param options those of fit(); for 'val_...' with validationSplit or validationData
   * @throws ERR_ARGUMENT when the objective is not measured, or the directory holds another search; what build() and fit() throw
   */
  async search(x: Data, y: Data, options: FitOptions = {}): Promise<TuningResults> {
    const { op, objective, larger } = this;
    checkOptions(op, options);
    if (this.decidesEpochs && options.epochs !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: the search decides on epochs; maxEpochs bounds them`);
    const { directory, onTrial } = this.options;
    const header = { search: op, objective, mode: larger ? 'max' : 'min', ...this.header };
    const log = directory === undefined ? undefined : await TrialLog.open(op, directory, header, this.options.seed, anySeed);
    const seed = log?.seed ?? this.options.seed ?? anySeed();
    const trials = log?.trials ?? [];
    const results = new TuningResults(trials, objective, larger);
    const [leading] = results.ranking;
    this.best = leading === undefined || Number.isNaN(leading.score) ? undefined : { trial: leading, model: undefined };
    const before = copy(defaultGenerator.state);
    try {
      for (;;) {
        const proposal = this.strategy(trials, seed, results);
        if (proposal === undefined) break;
        const { trial, model } = await this.run(proposal, trials, seed, x, y, options);
        trials.push(trial);
        if (!Number.isNaN(trial.score) && results.best === trial) {
          this.best = { trial, model };
          if (directory !== undefined) await model.save(join(directory, 'best.hebb'), { optimizer: false });
        }
        await log?.add(trial);
        onTrial?.(trial);
      }
    } finally {
      assign(defaultGenerator.state, before);
    }
    return results;
  }

  /** The model of the best trial with the weights of its best epoch. @throws ERR_ARGUMENT before search() */
  async bestModel(): Promise<M> {
    const { best, op } = this;
    if (best === undefined) throw new HebbError('ERR_ARGUMENT', `${op}: there is no model before search()`);
    best.model ??= await loadModel<M>(join(this.options.directory ?? '', 'best.hebb'));
    return best.model;
  }

  /** A new model with given hyperparameters, those of a trial for example. @throws ERR_ARGUMENT for one that is missing or outside its bounds */
  async make(values: Values): Promise<M> {
    return this.build(fixedTo(values));
  }

  private async run(
    { choose, epochs, origin }: Proposal, trials: readonly TrialResult[], seed: number, x: Data, y: Data, options: FitOptions,
  ): Promise<{ trial: TrialResult; model: M }> {
    const { op, objective } = this;
    const number = trials.length + 1;
    const hp = new HyperParameters(choose);
    defaultGenerator.seed(seed + (origin ?? number));
    const model = await this.build(hp);
    this.checkSpaces(hp.spaces, trials);
    const keeper = earlyStopping({ monitor: objective, mode: this.larger ? 'max' : 'min', patience: Number.MAX_SAFE_INTEGER, restoreBestWeights: true });
    const how = { verbose: 0, ...options, ...(epochs !== undefined && { epochs }), callbacks: [...(options.callbacks ?? []), keeper] } as const;
    const { history, epoch } = await model.fit(x, y, how);
    if (keeper.best === undefined) {
      throw new HebbError('ERR_ARGUMENT', `${op}: there is no '${objective}' in the logs, only ${Object.keys(history).join(', ')}`);
    }
    const trial = { trial: number, values: hp.values, score: keeper.best, epoch: keeper.bestEpoch + 1, epochs: epoch.length, origin: origin ?? number, spaces: hp.spaces };
    return { trial, model };
  }

  private checkSpaces(spaces: readonly Space[], trials: readonly TrialResult[]): void {
    for (const space of spaces) {
      const before = trials.flatMap((trial) => trial.spaces).find(({ name }) => name === space.name);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(space)) {
        throw new HebbError('ERR_ARGUMENT', `${this.op}: '${space.name}' had other bounds or values in the trials before`);
      }
    }
  }
}
