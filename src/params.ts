import { HebbError } from './errors.js';
import { checkOptions } from './options.js';

/** Options by name. */
export type Params = Readonly<Record<string, unknown>>;

/** What is told everything by options, which can be read and changed: scikit-learn's estimators and transformers. */
export interface Configurable {
  /** The options with their values. `deep: false` leaves out those of parts: with them the constructor makes another. */
  getParams(options?: { deep?: boolean }): object;
  /** Changes options; the next fit() goes by them. @throws ERR_ARGUMENT for an unknown option or a value outside its range */
  setParams(params: Params): unknown;
}

/** Something told everything by one object of options, all of them checked and completed in one place. */
export abstract class Configured<S extends object> implements Configurable {
  protected settings: S;

  /** @internal complete: checks options and adds those that are missing or undefined */
  protected constructor(
    protected readonly op: string,
    private readonly complete: (given: object) => S,
    given: object,
  ) {
    this.settings = complete(given);
  }

  /** All options with their values, by which the constructor makes another like this one. */
  getParams(): Partial<S> {
    return { ...this.settings };
  }

  /** Changes options; the next fit() goes by them. @throws ERR_ARGUMENT for an unknown option or a value outside its range */
  setParams(params: Partial<S>): this {
    this.settings = this.complete({ ...this.settings, ...checkOptions(this.op, params) });
    return this;
  }
}

/** Fails unless `value` is one of the allowed ones. @throws ERR_ARGUMENT */
export function oneOf(op: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is one of ${allowed.join(', ')}, got '${String(value)}'`);
  }
}

/** The defaults, replaced by what is given and not undefined. @throws ERR_ARGUMENT for a name that has no default */
export function completed<S extends object>(op: string, given: object, defaults: { readonly [K in keyof S]: S[K] | undefined }): S {
  checkOptions(op, given);
  for (const name of Object.keys(given)) oneOf(op, 'an option', name, Object.keys(defaults));
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(defined) } as S;
}

/** A check of one setting: fails unless it holds, naming what is allowed. */
export type Check<S> = (name: keyof S & string, holds: boolean, allowed: string) => void;

/** The checks of one object of settings. @throws ERR_ARGUMENT when called for one that does not hold */
export function checkerOf<S extends object>(op: string, settings: S): Check<S> {
  return (name, holds, allowed) => {
    if (!holds) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is ${allowed}, got ${String(settings[name])}`);
  };
}

/** Whether a value is a whole number from `low` to `high`. */
export function isWhole(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

/** Own parameters and, under `part__name`, those of the parts. */
export function nestedParams<O extends object>(own: O, parts: Readonly<Record<string, Configurable>>): O & Params {
  const nested = Object.entries(parts).flatMap(([part, configurable]) => {
    const params: [string, unknown][] = Object.entries(configurable.getParams());
    return params.map(([name, value]): [string, unknown] => [`${part}__${name}`, value]);
  });
  return { ...own, ...Object.fromEntries(nested) };
}

/** The parameters that are not of the form `part__name`. */
export function ownParams(params: Params): Params {
  return Object.fromEntries(Object.entries(checkOptions('setParams', params)).filter(([name]) => !name.includes('__')));
}

/** Hands parameters named `part__name` to the parts. @throws ERR_ARGUMENT for a part that is not there */
export function setNestedParams(op: string, parts: Readonly<Record<string, Configurable>>, params: Params): void {
  const nested = new Map<Configurable, Record<string, unknown>>();
  for (const [name, value] of Object.entries(checkOptions(op, params))) {
    const [part = '', ...rest] = name.split('__');
    if (rest.length === 0) continue;
    oneOf(op, 'a part', part, Object.keys(parts));
    const target = parts[part]!;
    nested.set(target, { ...nested.get(target), [rest.join('__')]: value });
  }
  for (const [part, values] of nested) part.setParams(values);
}
