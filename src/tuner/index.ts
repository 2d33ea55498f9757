export { bayesian, type BayesianOptions } from './bayesian.js';
export { hyperband, type HyperbandOptions } from './hyperband.js';
export type { FloatOptions, HyperParameters, IntOptions, Value, Values } from './hyperparameters.js';
export { randomSearch, type RandomSearchOptions } from './random_search.js';
export type { TuningResults } from './results.js';
export type { TrialResult } from './trial_log.js';
export type { Build, Tuner, TunerOptions } from './tuner.js';
