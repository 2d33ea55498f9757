import { isDict } from '../models/structure.js';
import { checkerOf, completed, isWhole, oneOf } from '../params.js';

/** The losses of SGDClassifier. */
export const classifierLosses = ['hinge', 'squaredHinge', 'modifiedHuber', 'logLoss', 'perceptron'] as const;
/** The losses of SGDRegressor. */
export const regressorLosses = ['squaredError', 'huber', 'epsilonInsensitive', 'squaredEpsilonInsensitive'] as const;
const allLosses = [...classifierLosses, ...regressorLosses] as const;
const penalties = ['none', 'l2', 'l1', 'elasticnet'] as const;
const rates = ['constant', 'optimal', 'invscaling', 'adaptive'] as const;

/** A loss of SGDClassifier. */
export type ClassifierLoss = (typeof classifierLosses)[number];
/** A loss of SGDRegressor. */
export type RegressorLoss = (typeof regressorLosses)[number];

/** What all linear learners can be told; names and meaning are scikit-learn's. */
export interface LinearOptions {
  /** What keeps the weights small: 'l2', 'l1', 'elasticnet' (both), or null. */
  penalty?: 'l2' | 'l1' | 'elasticnet' | null;
  /** The strength of the penalty. */
  alpha?: number;
  /** The share of l1 in 'elasticnet', from 0 to 1. */
  l1Ratio?: number;
  /** Whether there is an intercept. */
  fitIntercept?: boolean;
  /** The most epochs. */
  maxIter?: number;
  /** The improvement that counts as one; null: all maxIter epochs are run. */
  tol?: number | null;
  /** Whether each epoch visits the rows in a new order. */
  shuffle?: boolean;
  /** The learning rate, or its first value. */
  eta0?: number;
  /** The seed, a whole number below 2^32; null: another one each time. */
  randomState?: number | null;
  /** Whether the score on rows kept out decides when to stop, instead of the objective. */
  earlyStopping?: boolean;
  /** The share of rows kept out. */
  validationFraction?: number;
  /** The epochs without improvement after which training stops. */
  nIterNoChange?: number;
  /** Whether fit() starts from the weights it finds. */
  warmStart?: boolean;
}

/** What SGDClassifier and SGDRegressor can be told as well. */
export interface SgdOptions extends LinearOptions {
  /** The margin of huber and of the epsilon-insensitive losses. */
  epsilon?: number;
  /** constant: eta0; optimal: 1 / (alpha (t0 + t)); invscaling: eta0 / t^powerT; adaptive: eta0, a fifth of it at each stall. */
  learningRate?: (typeof rates)[number];
  /** The exponent of 'invscaling'. */
  powerT?: number;
  /** Whether the weights are the average over all steps; a number: from that step on. */
  average?: boolean | number;
}

/** The weight of each class: 'balanced' (rows / (classes x rows of the class)), or label -> weight, 1 where it is missing. */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/** All options with their values; class weights are for classifiers. */
export type LinearSettings = Required<SgdOptions> & { loss: (typeof allLosses)[number]; classWeight?: ClassWeight | null };

/** The defaults of SGDRegressor, but for the loss and the rate; with class weights, of SGDClassifier. */
export const linearDefaults: LinearSettings = {
  loss: 'hinge', penalty: 'l2', alpha: 1e-4, l1Ratio: 0.15, fitIntercept: true, maxIter: 1000, tol: 1e-3, shuffle: true, eta0: 0.01,
  randomState: null, earlyStopping: false, validationFraction: 0.1, nIterNoChange: 5, warmStart: false, epsilon: 0.1,
  learningRate: 'optimal', powerT: 0.5, average: false,
};

/**
 * Completes and checks options.
 *
 * @throws ERR_ARGUMENT for an unknown name or a value outside its range
 */
export function linearSettings(op: string, losses: readonly string[], given: object, defaults: LinearSettings): LinearSettings {
  const settings = completed<LinearSettings>(op, given, defaults);
  oneOf(op, 'loss', settings.loss, losses);
  oneOf(op, 'penalty', settings.penalty ?? 'none', penalties);
  oneOf(op, 'learningRate', settings.learningRate, rates);
  const check = checkerOf(op, settings);
  const { alpha, l1Ratio, maxIter, tol, eta0, randomState, validationFraction, nIterNoChange, epsilon, powerT, average } = settings;
  for (const name of ['alpha', 'l1Ratio', 'eta0', 'validationFraction', 'epsilon'] as const) check(name, typeof settings[name] === 'number', 'a number');
  check('alpha', alpha >= 0 && alpha < Infinity, 'a number >= 0');
  check('alpha', alpha > 0 || settings.learningRate !== 'optimal', "a number > 0 with the learning rate 'optimal'");
  check('l1Ratio', l1Ratio >= 0 && l1Ratio <= 1, 'a number from 0 to 1');
  check('maxIter', isWhole(maxIter, 1, 2 ** 31 - 1), 'a whole number >= 1');
  check('tol', tol === null || (typeof tol === 'number' && tol >= 0), 'a number >= 0, or null');
  check('eta0', eta0 > 0 && eta0 < Infinity, 'a number > 0');
  check('randomState', randomState === null || isWhole(randomState, 0, 2 ** 32 - 1), 'a whole number from 0 to 2^32 - 1, or null');
  check('validationFraction', validationFraction > 0 && validationFraction < 1, 'between 0 and 1');
  check('nIterNoChange', isWhole(nIterNoChange, 1, 2 ** 31 - 1), 'a whole number >= 1');
  check('epsilon', epsilon >= 0 && epsilon < Infinity, 'a number >= 0');
  check('powerT', Number.isFinite(powerT), 'a finite number');
  check('average', typeof average === 'boolean' || isWhole(average, 1, 2 ** 53), 'true, false or a whole number >= 1');
  for (const name of ['fitIntercept', 'shuffle', 'earlyStopping', 'warmStart'] as const) {
    check(name, typeof settings[name] === 'boolean', 'true or false');
  }
  const weights: unknown = settings.classWeight ?? {};
  const numbers: unknown[] = isDict(weights) ? Object.values(weights) : weights === 'balanced' ? [] : [NaN];
  check('classWeight', numbers.every((weight) => typeof weight === 'number' && weight >= 0 && weight < Infinity), "'balanced', or numbers >= 0 by label");
  return settings;
}

/** Settings as the addon takes them: names become positions in its enumerations. */
export function nativeSettings(settings: LinearSettings, maxIter: number): object {
  return {
    ...settings,
    maxIter,
    loss: allLosses.indexOf(settings.loss),
    penalty: penalties.indexOf(settings.penalty ?? 'none'),
    learningRate: rates.indexOf(settings.learningRate),
    tol: settings.tol ?? -Infinity,
    average: Number(settings.average),
  };
}
