import { checkerOf, completed, isWhole, oneOf } from '../params.js';

const activations = ['identity', 'logistic', 'tanh', 'relu'] as const;
const solvers = ['adam', 'sgd', 'lbfgs'] as const;
const rates = ['constant', 'invscaling', 'adaptive'] as const;
/** The losses of MLPRegressor. */
export const regressionLosses = ['squaredError', 'poisson'] as const;

/** What MLPClassifier and MLPRegressor can be told; names, meaning and defaults are scikit-learn's. */
export interface MlpOptions {
  /** The units of each hidden layer, the first one first; [100] by default, [] for none. */
  hiddenLayerSizes?: number | readonly number[];
  /** What follows each hidden layer; 'relu' by default. */
  activation?: (typeof activations)[number];
  /** 'adam' by default; gradient descent 'sgd'; 'lbfgs' for few rows: all of them in each step, with a line search. */
  solver?: (typeof solvers)[number];
  /** The strength of the L2 penalty on weights; 1e-4 by default. */
  alpha?: number;
  /** Rows per step; 'auto', the default, is the smaller of 200 and all. */
  batchSize?: 'auto' | number;
  /** With 'sgd': 'constant' by default; 'invscaling': divided by (rows seen + 1)^powerT; 'adaptive': a fifth of it at each stall. */
  learningRate?: (typeof rates)[number];
  /** The learning rate, or its first value; 1e-3 by default. */
  learningRateInit?: number;
  /** The exponent of 'invscaling'; 0.5 by default. */
  powerT?: number;
  /** The most epochs, or iterations of 'lbfgs'; 200 by default. */
  maxIter?: number;
  /** Whether each epoch visits the rows in a new order; true by default. */
  shuffle?: boolean;
  /** The seed of weights, order and rows kept out, a whole number below 2^32; null, the default: another one each time. */
  randomState?: number | null;
  /** The improvement that counts as one, or with 'lbfgs' the gradient that counts as none; 1e-4 by default. */
  tol?: number;
  /** Whether fit() starts from the weights it finds. */
  warmStart?: boolean;
  /** With 'sgd': the share of the last step that is kept, from 0 to below 1; 0.9 by default. */
  momentum?: number;
  /** With 'sgd': looks ahead along the last step; true by default. */
  nesterovsMomentum?: boolean;
  /** With 'adam' and 'sgd': whether the score on rows kept out decides when to stop, instead of the loss; the best weights are kept. */
  earlyStopping?: boolean;
  /** The share of rows kept out; 0.1 by default. */
  validationFraction?: number;
  /** With 'adam': the decay of the first moment; 0.9 by default. */
  beta1?: number;
  /** With 'adam': the decay of the second moment; 0.999 by default. */
  beta2?: number;
  /** With 'adam': added to the root of the second moment; 1e-8 by default. */
  epsilon?: number;
  /** Training stops after more epochs than this without improvement; 10 by default. */
  nIterNoChange?: number;
  /** With 'lbfgs': the most evaluations of the loss; 15,000 by default. */
  maxFun?: number;
}

/** Options of MLPRegressor. */
export interface MlpRegressorOptions extends MlpOptions {
  /** 'squaredError' by default; 'poisson' for counts, whose logarithm the network then gives. */
  loss?: (typeof regressionLosses)[number];
}

/** All options with their values; the loss is for regressors. */
export type MlpSettings = Required<MlpOptions> & { loss?: (typeof regressionLosses)[number] };

/** The defaults of MLPClassifier. */
export const mlpDefaults: MlpSettings = {
  hiddenLayerSizes: [100], activation: 'relu', solver: 'adam', alpha: 1e-4, batchSize: 'auto', learningRate: 'constant',
  learningRateInit: 1e-3, powerT: 0.5, maxIter: 200, shuffle: true, randomState: null, tol: 1e-4, warmStart: false, momentum: 0.9,
  nesterovsMomentum: true, earlyStopping: false, validationFraction: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, nIterNoChange: 10,
  maxFun: 15_000,
};

/** The units of the hidden layers as a list. */
export function hiddenUnits({ hiddenLayerSizes }: MlpSettings): readonly number[] {
  return typeof hiddenLayerSizes === 'number' ? [hiddenLayerSizes] : hiddenLayerSizes;
}

/**
 * Completes and checks options.
 *
 * @throws ERR_ARGUMENT for an unknown name or a value outside its range
 */
export function mlpSettings(op: string, given: object, defaults: MlpSettings): MlpSettings {
  const settings = completed<MlpSettings>(op, given, defaults);
  oneOf(op, 'activation', settings.activation, activations);
  oneOf(op, 'solver', settings.solver, solvers);
  oneOf(op, 'learningRate', settings.learningRate, rates);
  if (settings.loss !== undefined) oneOf(op, 'loss', settings.loss, regressionLosses);
  const check = checkerOf(op, settings);
  const { alpha, batchSize, learningRateInit, powerT, maxIter, randomState, tol, validationFraction, epsilon, nIterNoChange, maxFun } = settings;
  const most = 2 ** 31 - 1;
  for (const name of ['alpha', 'learningRateInit', 'powerT', 'tol', 'validationFraction', 'epsilon', 'momentum', 'beta1', 'beta2'] as const) {
    check(name, typeof settings[name] === 'number', 'a number');
  }
  check('hiddenLayerSizes', Array.isArray(hiddenUnits(settings)) && hiddenUnits(settings).every((units) => isWhole(units, 1, most)), 'whole numbers >= 1');
  check('alpha', alpha >= 0 && alpha < Infinity, 'a number >= 0');
  check('batchSize', batchSize === 'auto' || isWhole(batchSize, 1, most), "'auto' or a whole number >= 1");
  check('learningRateInit', learningRateInit > 0 && learningRateInit < Infinity, 'a number > 0');
  check('powerT', powerT >= 0 && powerT < Infinity, 'a number >= 0');
  check('maxIter', isWhole(maxIter, 1, most), 'a whole number >= 1');
  check('randomState', randomState === null || isWhole(randomState, 0, 2 ** 32 - 1), 'a whole number from 0 to 2^32 - 1, or null');
  check('tol', tol >= 0 && tol < Infinity, 'a number >= 0');
  check('validationFraction', validationFraction > 0 && validationFraction < 1, 'between 0 and 1');
  check('epsilon', epsilon > 0 && epsilon < Infinity, 'a number > 0');
  check('maxFun', isWhole(maxFun, 1, most), 'a whole number >= 1');
  check('nIterNoChange', nIterNoChange === Infinity || isWhole(nIterNoChange, 1, most), 'a whole number >= 1, or Infinity');
  for (const name of ['momentum', 'beta1', 'beta2'] as const) check(name, settings[name] >= 0 && settings[name] < 1, 'a number from 0 to below 1');
  for (const name of ['shuffle', 'warmStart', 'nesterovsMomentum', 'earlyStopping'] as const) {
    check(name, typeof settings[name] === 'boolean', 'true or false');
  }
  return settings;
}
