import { HebbError } from '../errors.js';
import { Model } from '../models/model.js';
import type { Data } from '../models/structure.js';
import { assign, copy } from '../ops/index.js';
import { positive } from '../optimizers/options.js';
import { linesPicture } from '../plots/lines.js';
import type { Picture } from '../plots/picture.js';
import { defaultGenerator } from '../random.js';
import { Pass } from './pass.js';
import { checkNames, valueText } from '../options.js';
import { wholeNumber } from './rows.js';

/** Options of lrRangeTest(). */
export interface LrRangeTestOptions {
  /** The first learning rate; 1e-6 by default. */
  minLr?: number;
  /** The last learning rate; 10 by default. */
  maxLr?: number;
  /** Batches from the first to the last rate; 100 by default. */
  steps?: number;
  /** Rows per batch; 32 by default. */
  batchSize?: number;
}

/** What lrRangeTest() found. */
export class LrRange {
  /** @internal */
  constructor(
    /** The learning rate of each batch, growing by one factor. */
    readonly rates: readonly number[],
    /** The loss of each batch, measured before its step. */
    readonly losses: readonly number[],
    /** Their running mean, which keeps nine tenths, corrected for its beginning at 0. */
    readonly smoothed: readonly number[],
  ) {}

  /** Draws the losses over the rates, the rates on a logarithmic axis. */
  plot(): Picture {
    const { rates, losses, smoothed } = this;
    const curves = [{ name: 'smoothed', x: rates, y: smoothed }, { name: 'loss', x: rates, y: losses, dashed: true }];
    return linesPicture('lrRangeTest', { title: 'learning rate range test', curves, xLabel: 'learning rate', yLabel: 'loss', logX: true });
  }
}

/** Share of the running mean that is kept. */
const kept = 0.9;

/**
 * Trains for some batches with an ever larger learning rate, to find the largest one that works (Smith 2017): where the loss
 * falls fastest is a good rate, where it rises again is too much. Ends early when the smoothed loss is four times its best,
 * or no number. Weights, optimiser and random generator are as they were afterwards.
 *
 * @param x inputs [rows, ...inputShape]
 * @param y targets [rows, ...]
 * @throws ERR_SHAPE, ERR_ARGUMENT for data or options that do not fit, before anything is changed
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
 * net.compile({ optimizer: 'sgd', loss: 'mse' });
 * const range = await lrRangeTest(net, [[1], [2], [3]], [2, 4, 6], { minLr: 1e-4, maxLr: 1, steps: 5, batchSize: 3 });
 * await range.plot().save('range.svg');
 * range.rates[0]; // 0.0001
 */
export async function lrRangeTest(model: Model, x: Data, y: Data, options: LrRangeTestOptions = {}): Promise<LrRange> {
  const name = 'lrRangeTest';
  checkNames(name, options, ['minLr', 'maxLr', 'steps', 'batchSize']);
  const minLr = positive(name, 'minLr', options.minLr ?? 1e-6);
  const maxLr = positive(name, 'maxLr', options.maxLr ?? 10);
  if (maxLr <= minLr) throw new HebbError('ERR_ARGUMENT', `${name}: maxLr is larger than minLr, got ${minLr} to ${maxLr}`);
  const steps = wholeNumber(name, 'steps', options.steps ?? 100, 2);
  const batchSize = wholeNumber(name, 'batchSize', options.batchSize ?? 32, 1);
  if (!((model as unknown) instanceof Model)) throw new HebbError('ERR_ARGUMENT', `${name}: expected a model, got ${valueText(model)}`);
  const rows = model.rowsOf(name, x, y, {});
  model.ensureBuilt(rows.x);
  const { optimizer } = model;
  const params = model.trainableWeights.map(({ value }) => value);
  const changing = [...model.namedWeights().map(({ weight }) => weight.value), ...optimizer.state(params), defaultGenerator.state];
  const before = changing.map((value) => copy(value));

  const meters = model.metersFor(rows.y);
  const pass = new Pass(rows, batchSize, (batch) => { model.trainStep(batch, meters); });
  const [rates, losses, smoothed]: [number[], number[], number[]] = [[], [], []];
  let [mean, best, over] = [0, Infinity, false];
  const onBatch = {
    begin: (): Promise<void> => {
      meters.reset();
      const rate = minLr * (maxLr / minLr) ** (rates.length / (steps - 1));
      rates.push(rate);
      assign(optimizer.learningRate, rate);
      return Promise.resolve();
    },
    end: (): Promise<boolean> => {
      const { loss = NaN } = meters.logs();
      mean = kept * mean + (1 - kept) * loss;
      const smooth = mean / (1 - kept ** rates.length);
      losses.push(loss);
      smoothed.push(smooth);
      best = Math.min(best, smooth);
      over = rates.length === steps || !(smooth - best <= 3 * Math.abs(best));
      return Promise.resolve(over);
    },
  };
  try {
    while (!over) await pass.run({ shuffle: true, resume: false, steps: steps - rates.length, onBatch });
  } finally {
    for (const [i, value] of changing.entries()) assign(value, before[i]!);
    for (const part of [pass, meters, ...before]) part.dispose();
  }
  return new LrRange(rates, losses, smoothed);
}
