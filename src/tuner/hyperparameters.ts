import { HebbError } from '../errors.js';
import { integers, logUniform, uniform } from '../estimators/distributions.js';
import { checkNames, valueText } from '../options.js';
import { cellText } from '../table_text.js';

/** What a hyperparameter can be, as JSON. */
export type Value = number | string | boolean;

/** A hyperparameter that build() has asked for. */
export type Space =
  | { readonly name: string; readonly kind: 'int'; readonly low: number; readonly high: number; readonly step: number; readonly log: boolean }
  | { readonly name: string; readonly kind: 'float'; readonly low: number; readonly high: number; readonly log: boolean }
  | { readonly name: string; readonly kind: 'choice'; readonly values: readonly Value[] };

/** The values of hyperparameters by name. */
export type Values = Readonly<Record<string, Value>>;

/** The value of a hyperparameter at a place in [0, 1), where all places are equally likely. */
export function valueAt(space: Space, u: number): Value {
  switch (space.kind) {
    case 'int':
      if (space.log) return Math.floor(logUniform(space.low, space.high + 1)(u));
      return space.low + space.step * integers(0, Math.floor((space.high - space.low) / space.step))(u);
    case 'float':
      return (space.log ? logUniform : uniform)(space.low, space.high)(u);
    case 'choice':
      return space.values[integers(0, space.values.length - 1)(u)]!;
  }
}

/** Where a value of numbers lies in [0, 1]; the inverse of valueAt() up to rounding. */
export function placeOf(space: Exclude<Space, { kind: 'choice' }>, value: number): number {
  const { low, high, log, kind } = space;
  const [from, to] = kind === 'int' && log ? [low, high + 1] : [low, high];
  return log ? Math.log(value / from) / Math.log(to / from) : to === from ? 0.5 : (value - from) / (to - from);
}

/** Options of hp.int(). */
export interface IntOptions {
  /** The distance between values; 1 by default. */
  step?: number;
  /** Whether the logarithms are equally likely; false by default. */
  log?: boolean;
}

/** Options of hp.float(). */
export interface FloatOptions {
  /** Whether the logarithms are equally likely: for learning rates and penalties; false by default. */
  log?: boolean;
}

/** What build() asks for its hyperparameters: each has a name, and the same value however often it is asked for. */
export class HyperParameters {
  private readonly asked = new Map<string, Space>();
  private readonly given: Record<string, Value> = {};

  /** @internal choose: the value of a hyperparameter asked for the first time */
  constructor(private readonly choose: (space: Space) => Value) {}

  /** The values asked for so far. */
  get values(): Values {
    return { ...this.given };
  }
  /** @internal What was asked for so far. */
  get spaces(): readonly Space[] {
    return [...this.asked.values()];
  }

  /** A whole number from low to high, both included. @throws ERR_ARGUMENT for bounds that do not fit, or a name asked for otherwise before */
  int(name: string, low: number, high: number, options: IntOptions = {}): number {
    checkNames('hp.int', options, ['step', 'log']);
    const { step = 1, log = false } = options;
    const whole = [low, high, step].every(Number.isSafeInteger) && low <= high && step >= 1;
    if (!whole || (log && (low < 1 || step !== 1))) {
      throw new HebbError('ERR_ARGUMENT', `hp.int: '${name}' goes from a whole number to one not below it by steps >= 1, with log from 1 on by steps of 1, got ${valueText(low)} to ${valueText(high)} by ${valueText(step)}`);
    }
    return this.value({ name, kind: 'int', low, high, step, log }) as number;
  }

  /** A number from low to high. @throws ERR_ARGUMENT for bounds that do not fit, or a name asked for otherwise before */
  float(name: string, low: number, high: number, options: FloatOptions = {}): number {
    checkNames('hp.float', options, ['log']);
    const { log = false } = options;
    if (!(low < high && Number.isFinite(high - low) && (!log || low > 0))) {
      throw new HebbError('ERR_ARGUMENT', `hp.float: '${name}' goes from a finite number, with log above 0, to a larger one, got ${valueText(low)} to ${valueText(high)}`);
    }
    return this.value({ name, kind: 'float', low, high, log }) as number;
  }

  /** One of some values. @throws ERR_ARGUMENT without values, or for a name asked for otherwise before */
  choice<const V extends Value>(name: string, values: readonly V[]): V {
    if (values.length === 0) throw new HebbError('ERR_ARGUMENT', `hp.choice: '${name}' has no values`);
    return this.value({ name, kind: 'choice', values }) as V;
  }

  /** True or false. @throws ERR_ARGUMENT for a name asked for otherwise before */
  boolean(name: string): boolean {
    return this.choice(name, [false, true]);
  }

  private value(space: Space): Value {
    const { name } = space;
    const before = this.asked.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(space)) {
      throw new HebbError('ERR_ARGUMENT', `hp.${space.kind}: '${name}' was asked for with other bounds or values before`);
    }
    this.asked.set(name, space);
    return (this.given[name] ??= this.choose(space));
  }
}

/** The hyperparameters that have these values. @throws ERR_ARGUMENT when another one is asked for, or a value is outside its bounds */
export function fixedTo(values: Values): HyperParameters {
  return new HyperParameters((space) => {
    const value = values[space.name];
    const holds = space.kind === 'choice' ? value !== undefined && space.values.includes(value) : typeof value === 'number' && value >= space.low && value <= space.high;
    if (!holds) throw new HebbError('ERR_ARGUMENT', `hp.${space.kind}: '${space.name}' cannot be ${value === undefined ? 'left out' : cellText(value)}`);
    return value!;
  });
}
