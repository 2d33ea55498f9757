import { HebbError } from '../errors.js';
import type { Config } from '../layers/layer.js';
import { add, cast, ceil, cos, div, equal, floor, full, greater, less, log, minimum, mul, pow, sub, tensor, where } from '../ops/index.js';
import { composed } from '../ops/composed.js';
import { Tensor } from '../tensor.js';
import { checkList, checkNames, checkOptions, flag } from '../options.js';
import { between, notNegative, positive } from './options.js';

/**
 * Learning rates by step, to be given to an optimiser as learningRate. A class or object of one's own works too; a file knows
 * it by its kind, see loadModel().
 */
export interface Schedule {
  /** Its name in a saved model. */
  readonly kind: string;
  /** Its options, as JSON. */
  readonly config: Config;
  /** The learning rate of a step, counted in batches from 0, in ops: float64 of the step's shape, so that many can be asked at once. */
  call(step: Tensor | number): Tensor;
}

/** A schedule whose options are checked and complete; `rate` gets the step in float64. */
function schedule(kind: string, given: object, config: Config, rate: (step: Tensor) => Tensor): Schedule {
  checkNames(kind, given, Object.keys(config));
  const call = composed(kind, (step: Tensor | number): Tensor =>
    rate(step instanceof Tensor ? cast(step, 'float64') : tensor(step, { dtype: 'float64' })));
  return { kind, config, call };
}

/** low + (high - low) (1 + cos(pi share)) / 2: from high at 0 to low at 1. */
function cosine(share: Tensor, high: number, low: number): Tensor {
  return add(mul(add(cos(mul(share, Math.PI)), 1), (high - low) / 2), low);
}

/** Options of exponentialDecay() and inverseTimeDecay(). */
export interface DecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps over which it decays once. */
  decaySteps: number;
  /** How much it decays. */
  decayRate: number;
  /** Whether it stays the same between whole multiples of decaySteps; false by default. */
  staircase?: boolean;
}

function decay(kind: string, options: DecayOptions, rate: (times: Tensor, config: DecayOptions) => Tensor): Schedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = checkOptions(kind, options);
  notNegative(kind, 'initialLearningRate', initialLearningRate);
  positive(kind, 'decaySteps', decaySteps);
  notNegative(kind, 'decayRate', decayRate);
  flag(kind, 'staircase', staircase);
  const config = { initialLearningRate, decaySteps, decayRate, staircase };
  return schedule(kind, options, config, (step) => {
    const times = div(step, decaySteps);
    return rate(staircase ? floor(times) : times, config);
  });
}

/**
 * initialLearningRate * decayRate^(step / decaySteps), as in Keras.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const halves = schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 10, decayRate: 0.5 });
 * halves.call(arange(3).mul(10)).toArray(); // [1, 0.5, 0.25]
 */
export function exponentialDecay(options: DecayOptions): Schedule {
  return decay('exponentialDecay', options, (times, { initialLearningRate, decayRate }) => mul(pow(decayRate, times), initialLearningRate));
}

/**
 * initialLearningRate / (1 + decayRate * step / decaySteps), as in Keras.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 10, decayRate: 3 }).call(10).item(); // 0.25
 */
export function inverseTimeDecay(options: DecayOptions): Schedule {
  return decay('inverseTimeDecay', options, (times, { initialLearningRate, decayRate }) => div(initialLearningRate, add(mul(times, decayRate), 1)));
}

/** Options of piecewiseConstant(). */
export interface PiecewiseConstantOptions {
  /** The last step of each piece but the last, ascending. */
  boundaries: readonly number[];
  /** The rate of each piece: one more than boundaries. */
  values: readonly number[];
}

/**
 * values[0] up to and with step boundaries[0], then values[1], and so on, as in Keras (PiecewiseConstantDecay).
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * schedules.piecewiseConstant({ boundaries: [100], values: [0.5, 0.25] }).call(tensor([100, 101])).toArray(); // [0.5, 0.25]
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const kind = 'piecewiseConstant';
  checkOptions(kind, options);
  for (const name of ['boundaries', 'values'] as const) checkList(kind, name, options[name], 'numbers');
  const [boundaries, values] = [[...options.boundaries], [...options.values]];
  for (const [i, value] of values.entries()) notNegative(kind, `values[${i}]`, value);
  const disorder = boundaries.findIndex((step, i) => !Number.isFinite(step) || step <= (boundaries[i - 1] ?? -Infinity));
  if (disorder >= 0) throw new HebbError('ERR_ARGUMENT', `${kind}: boundaries are ascending numbers, got [${boundaries.join(', ')}]`);
  if (values.length !== boundaries.length + 1) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: values has one more number than boundaries, got ${values.length} and ${boundaries.length}`);
  }
  return schedule(kind, options, { boundaries, values }, (step) => {
    const first: Tensor = full(step.shape, values[0]!, { dtype: 'float64' });
    return boundaries.reduce((rate, boundary, i) => where(greater(step, boundary), values[i + 1]!, rate), first);
  });
}

/** Options of polynomialDecay(). */
export interface PolynomialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps until the last rate is reached. */
  decaySteps: number;
  /** The last rate, which stays; 0.0001 by default. */
  endLearningRate?: number;
  /** 1, the default, is a straight line. */
  power?: number;
  /** Whether to begin anew, with ever longer cycles, instead of staying; false by default. */
  cycle?: boolean;
}

/**
 * (initialLearningRate - endLearningRate) * (1 - step / decaySteps)^power + endLearningRate, as in Keras; with cycle the
 * decaySteps are multiplied by the number of the cycle.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const line = schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0 });
 * line.call(tensor([0, 1, 4, 9])).toArray(); // [1, 0.75, 0, 0]
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const kind = 'polynomialDecay';
  const { initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle = false } = checkOptions(kind, options);
  notNegative(kind, 'initialLearningRate', initialLearningRate);
  positive(kind, 'decaySteps', decaySteps);
  notNegative(kind, 'endLearningRate', endLearningRate);
  positive(kind, 'power', power);
  flag(kind, 'cycle', cycle);
  return schedule(kind, options, { initialLearningRate, decaySteps, endLearningRate, power, cycle }, (step) => {
    const times = div(step, decaySteps);
    const share = cycle ? div(times, where(equal(step, 0), 1, ceil(times))) : minimum(times, 1);
    return add(mul(pow(sub(1, share), power), initialLearningRate - endLearningRate), endLearningRate);
  });
}

/** Options of cosineDecay(). */
export interface CosineDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps of the decay, after the warm-up. */
  decaySteps: number;
  /** The last rate, which stays, as a share of the highest; 0 by default. */
  alpha?: number;
  /** The highest rate, to which the warm-up rises in a straight line. */
  warmupTarget?: number;
  /** Steps of the warm-up. */
  warmupSteps?: number;
}

/**
 * Half a wave of the cosine from the highest rate to alpha times that (Loshchilov and Hutter 2017), after a warm-up if wanted
 * (Goyal et al. 2017), as in Keras.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const warm = schedules.cosineDecay({ initialLearningRate: 0, warmupTarget: 1, warmupSteps: 10, decaySteps: 20 });
 * warm.call(tensor([0, 5, 10, 30])).toArray(); // [0, 0.5, 1, 0]
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const kind = 'cosineDecay';
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = checkOptions(kind, options);
  notNegative(kind, 'initialLearningRate', initialLearningRate);
  positive(kind, 'decaySteps', decaySteps);
  between(kind, 'alpha', alpha, 0, 1);
  notNegative(kind, 'warmupSteps', warmupSteps);
  if (warmupTarget !== undefined) notNegative(kind, 'warmupTarget', warmupTarget);
  else if (warmupSteps > 0) throw new HebbError('ERR_ARGUMENT', `${kind}: warmupSteps needs a warmupTarget, got ${warmupSteps} without`);
  const high = warmupTarget ?? initialLearningRate;
  return schedule(kind, options, { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }, (step) => {
    const decayed = cosine(minimum(div(sub(step, warmupSteps), decaySteps), 1), high, high * alpha);
    if (warmupSteps === 0) return decayed;
    const rising = add(mul(div(step, warmupSteps), high - initialLearningRate), initialLearningRate);
    return where(less(step, warmupSteps), rising, decayed);
  });
}

/** Options of cosineDecayRestarts(). */
export interface CosineDecayRestartsOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps of the first wave. */
  firstDecaySteps: number;
  /** How much longer each wave is than the one before, >= 1; 2 by default. */
  tMul?: number;
  /** How much higher each wave begins than the one before; 1 by default. */
  mMul?: number;
  /** The lowest rate as a share of the first; 0 by default. */
  alpha?: number;
}

/** The waves that are over after so many times the first, each tMul times as long as the one before, and the share of the next. */
function waveOf(times: Tensor, tMul: number): { restarts: Tensor; share: Tensor } {
  if (tMul === 1) return { restarts: floor(times), share: sub(times, floor(times)) };
  // i waves take (tMul^i - 1) / (tMul - 1) times the first; the logarithm may come out a little below a whole i.
  const restarts = floor(add(div(log(add(mul(times, tMul - 1), 1)), Math.log(tMul)), 1e-9));
  const length = pow(tMul, restarts);
  return { restarts, share: div(sub(times, div(sub(length, 1), tMul - 1)), length) };
}

/**
 * One half-wave of the cosine after the other (SGDR, Loshchilov and Hutter 2017), as in Keras.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const waves = schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10 });
 * waves.call(tensor([0, 10, 20, 30])).toArray(); // [1, 1, 0.5, 1]
 */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  const kind = 'cosineDecayRestarts';
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = checkOptions(kind, options);
  notNegative(kind, 'initialLearningRate', initialLearningRate);
  positive(kind, 'firstDecaySteps', firstDecaySteps);
  if (!(positive(kind, 'tMul', tMul) >= 1)) throw new HebbError('ERR_ARGUMENT', `${kind}: tMul is a number >= 1, got ${tMul}`);
  notNegative(kind, 'mMul', mMul);
  between(kind, 'alpha', alpha, 0, 1);
  return schedule(kind, options, { initialLearningRate, firstDecaySteps, tMul, mMul, alpha }, (step) => {
    const { restarts, share } = waveOf(div(step, firstDecaySteps), tMul);
    const wave = mul(cosine(share, 1, 0), pow(mMul, restarts));
    return mul(add(mul(wave, 1 - alpha), alpha), initialLearningRate);
  });
}

/** Options of oneCycle(). */
export interface OneCycleOptions {
  /** The highest rate. */
  maxLearningRate: number;
  /** Steps of the whole cycle; the last rate stays. */
  totalSteps: number;
  /** Share of the steps that rise, in (0, 1), or up to 0.5 with threePhase; 0.3 by default. */
  pctStart?: number;
  /** 'cos' (default) or 'linear'. */
  annealStrategy?: 'cos' | 'linear';
  /** The highest rate divided by the first; 25 by default. */
  divFactor?: number;
  /** The first rate divided by the last; 10,000 by default. */
  finalDivFactor?: number;
  /** Whether to fall to the first rate as slowly as it rose, and only then to the last; false by default. */
  threePhase?: boolean;
}

/**
 * Up to the highest rate, then down far below the first (Smith and Topin 2018), as PyTorch's OneCycleLR.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps: 21, pctStart: 0.5, annealStrategy: 'linear' });
 * cycle.call(0).item(); // 0.04
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const kind = 'oneCycle';
  const { maxLearningRate: high, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, threePhase = false } = checkOptions(kind, options);
  const { annealStrategy = 'cos' } = options;
  notNegative(kind, 'maxLearningRate', high);
  positive(kind, 'totalSteps', totalSteps);
  positive(kind, 'divFactor', divFactor);
  positive(kind, 'finalDivFactor', finalDivFactor);
  flag(kind, 'threePhase', threePhase);
  between(kind, 'pctStart', pctStart, 0, threePhase ? 0.5 : 1);
  if (!(pctStart * totalSteps > 1 && pctStart < 1)) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: pctStart is below 1 and rises for more than one of the ${totalSteps} steps, got ${pctStart}`);
  }
  if (!['cos', 'linear'].includes(annealStrategy)) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: annealStrategy is 'cos' or 'linear', got '${annealStrategy}'`);
  }
  const low = high / divFactor;
  // Where each phase ends, and at which rate.
  const ends: [step: number, rate: number][] = [
    [pctStart * totalSteps - 1, high],
    ...(threePhase ? [[2 * pctStart * totalSteps - 2, low] as [number, number]] : []),
    [totalSteps - 1, low / finalDivFactor],
  ];
  const config = { maxLearningRate: high, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor, threePhase };
  return schedule(kind, options, config, (step) => {
    let rate: Tensor | undefined;
    let [begin, from] = [0, low];
    for (const [end, to] of ends) {
      const share = minimum(div(sub(step, begin), end - begin), 1);
      const phase = annealStrategy === 'cos' ? cosine(share, from, to) : add(mul(share, to - from), from);
      rate = rate === undefined ? phase : where(greater(step, begin), phase, rate);
      [begin, from] = [end, to];
    }
    return rate!;
  });
}
