import { HebbError } from './errors.js';
import { add, clip, div, maximum, mul, sqrt, square, sum } from './ops/index.js';
import { valueText, withDefaults } from './options.js';
import type { Tensor } from './tensor.js';

/** What a weight is made into after every step of an optimiser. */
export interface Constraint {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The nearest weight that keeps the rule, of the same shape. */
  call(w: Tensor): Tensor;
}

/** What a layer takes where it wants a constraint. */
export type ConstraintLike = string | Constraint;

/** The option of constraints on lengths. */
export interface AxisOption {
  /** The dimensions of the weights of one unit; 0 by default, the inputs of a dense kernel. */
  axis?: number | readonly number[];
}

/** Keras's guard against a division by 0. */
const epsilon = 1e-7;

function number(constraint: string, name: string, value: number, most = Number.MAX_VALUE): number {
  if (value >= 0 && value <= most) return value;
  throw new HebbError('ERR_ARGUMENT', `${constraint}: ${name} is a number from 0${most === 1 ? ' to 1' : ''}, got ${value}`);
}

function checkAxis(constraint: string, axis: AxisOption['axis'] = 0): number | readonly number[] {
  if ([axis].flat().every(Number.isSafeInteger)) return axis;
  throw new HebbError('ERR_ARGUMENT', `${constraint}: axis is a whole number or an array of them, got ${valueText(axis)}`);
}

/** w with the Euclidean length of each unit's weights brought to what `wanted` makes of it. */
function rescaled(w: Tensor, axis: number | readonly number[], wanted: (lengths: Tensor) => Tensor): Tensor {
  const lengths = sqrt(sum(square(w), axis, true));
  return mul(w, div(wanted(lengths), add(lengths, epsilon)));
}

/** Weights of each unit of a Euclidean length of at most `maxValue`, 2 by default. */
export function maxNorm(options: AxisOption & { maxValue?: number } = {}): Constraint {
  const { maxValue, ...rest } = withDefaults('maxNorm', options, { maxValue: 2, axis: undefined });
  const axis = checkAxis('maxNorm', rest.axis);
  number('maxNorm', 'maxValue', maxValue);
  return { name: 'maxNorm', config: { maxValue, axis }, call: (w) => rescaled(w, axis, (lengths) => clip(lengths, 0, maxValue)) };
}

/** No weight below 0. */
export function nonNeg(): Constraint {
  return { name: 'nonNeg', config: {}, call: (w) => maximum(w, 0) };
}

/** Weights of each unit of a Euclidean length of 1. */
export function unitNorm(options: AxisOption = {}): Constraint {
  const axis = checkAxis('unitNorm', withDefaults('unitNorm', options, { axis: undefined }).axis);
  return { name: 'unitNorm', config: { axis }, call: (w) => div(w, add(sqrt(sum(square(w), axis, true)), epsilon)) };
}

/** Options of minMaxNorm(). */
export interface MinMaxNormOptions extends AxisOption {
  /** The least length; 0 by default. */
  minValue?: number;
  /** The largest length; 1 by default. */
  maxValue?: number;
  /** How much of the way to the nearest such length is gone at each step, in [0, 1]; 1 by default. */
  rate?: number;
}

/** Weights of each unit of a Euclidean length between two bounds. */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const { minValue, maxValue, rate, ...rest } = withDefaults('minMaxNorm', options, { minValue: 0, maxValue: 1, rate: 1, axis: undefined });
  const axis = checkAxis('minMaxNorm', rest.axis);
  number('minMaxNorm', 'minValue', minValue);
  number('minMaxNorm', 'rate', rate, 1);
  if (!(number('minMaxNorm', 'maxValue', maxValue) >= minValue)) {
    throw new HebbError('ERR_ARGUMENT', `minMaxNorm: maxValue is at least minValue, ${minValue}, got ${maxValue}`);
  }
  return {
    name: 'minMaxNorm',
    config: { minValue, maxValue, rate, axis },
    call: (w) => rescaled(w, axis, (lengths) => add(mul(clip(lengths, minValue, maxValue), rate), mul(lengths, 1 - rate))),
  };
}
