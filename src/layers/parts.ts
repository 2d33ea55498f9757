// What the names of initialisers, regularisers and constraints stand for, in layers and in saved models.
import * as constraints from '../constraints.js';
import type { Constraint, ConstraintLike } from '../constraints.js';
import type { Dtype } from '../dtype.js';
import * as initializers from '../initializers.js';
import type { Initializer, InitializerLike } from '../initializers.js';
import { named } from '../named.js';
import { isSavedOwn, makeOwn, type OwnParts } from '../own_parts.js';
import * as regularizers from '../regularizers.js';
import type { Regularizer, RegularizerLike } from '../regularizers.js';
import { div } from '../ops/index.js';
import { returnedShape } from '../returned.js';
import type { Shape, Tensor } from '../tensor.js';
import type { CallContext, Config, Weight } from './layer.js';

const initializerMakers: Readonly<Record<string, (config?: never) => Initializer>> = {
  zeros: initializers.zeros,
  ones: initializers.ones,
  constant: initializers.constant,
  identity: initializers.identity,
  orthogonal: initializers.orthogonal,
  randomNormal: initializers.randomNormal,
  randomUniform: initializers.randomUniform,
  truncatedNormal: initializers.truncatedNormal,
  varianceScaling: initializers.varianceScaling,
  glorotNormal: initializers.glorotNormal,
  glorotUniform: initializers.glorotUniform,
  heNormal: initializers.heNormal,
  heUniform: initializers.heUniform,
  lecunNormal: initializers.lecunNormal,
  lecunUniform: initializers.lecunUniform,
};

const regularizerMakers: Readonly<Record<string, (config?: never) => Regularizer>> = {
  l1: regularizers.l1,
  l2: regularizers.l2,
  l1l2: regularizers.l1l2,
  orthogonal: regularizers.orthogonal,
};

const constraintMakers: Readonly<Record<string, (config?: never) => Constraint>> = {
  maxNorm: constraints.maxNorm,
  nonNeg: constraints.nonNeg,
  unitNorm: constraints.unitNorm,
  minMaxNorm: constraints.minMaxNorm,
};

/** Whether a value is a part and not a name: JavaScript may pass anything. */
function isPart<T extends object>(value: T | string): value is T {
  return typeof value === 'object' && (value as unknown) !== null && typeof Reflect.get(value, 'call') === 'function';
}

/** The initialiser of a name. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getInitializer(value: InitializerLike, option = 'initializer'): Initializer {
  return isPart(value) ? value : named(option, initializerMakers, value)();
}

/** The regulariser of a name, or none. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getRegularizer(value?: RegularizerLike, option = 'regularizer'): Regularizer | undefined {
  if (value === undefined || isPart(value)) return value;
  return named(option, regularizerMakers, value)();
}

/** The constraint of a name, or none. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getConstraint(value?: ConstraintLike, option = 'constraint'): Constraint | undefined {
  if (value === undefined || isPart(value)) return value;
  return named(option, constraintMakers, value)();
}

/** What an initialiser makes. @throws ERR_ARGUMENT, ERR_DISPOSED, ERR_SHAPE for anything but a tensor of the shape */
export function initialValue(initializer: InitializerLike, shape: Shape, dtype: Dtype): Tensor {
  const part = getInitializer(initializer);
  return returnedShape(`initializer '${part.name}'`, part.call(shape, dtype), shape);
}

/** What a regulariser adds to the loss. @throws ERR_ARGUMENT, ERR_DISPOSED, ERR_SHAPE for anything but one number in a tensor */
function penaltyBy(regularizer: Regularizer, x: Tensor): Tensor {
  return returnedShape(`regularizer '${regularizer.name}'`, regularizer.call(x), []);
}

/** What makes and keeps a weight. */
export interface WeightParts {
  initializer: InitializerLike;
  regularizer?: RegularizerLike | undefined;
  constraint?: ConstraintLike | undefined;
}

/** A trainable weight. @throws ERR_ARGUMENT for an unknown name */
export function trainableWeight(name: string, shape: Shape, dtype: Dtype, parts: WeightParts): Weight {
  const regularizer = getRegularizer(parts.regularizer);
  const constraint = getConstraint(parts.constraint);
  return {
    name,
    value: initialValue(parts.initializer, shape, dtype),
    trainable: true,
    ...(regularizer && { regularizer: (w: Tensor) => penaltyBy(regularizer, w) }),
    ...(constraint && { constraint: (w: Tensor) => returnedShape(`constraint '${constraint.name}'`, constraint.call(w), w.shape) }),
  };
}

/** What a configuration says of a weight named `name`: its parts by the names of the options. */
export function describeParts(name: string, { initializer, regularizer, constraint }: WeightParts): Config {
  return {
    [`${name}Initializer`]: describe(getInitializer(initializer, `${name}Initializer`)),
    [`${name}Regularizer`]: describe(getRegularizer(regularizer, `${name}Regularizer`)),
    [`${name}Constraint`]: describe(getConstraint(constraint, `${name}Constraint`)),
  };
}

/** What a configuration says of a part. */
export function describe(part: { name: string; config: Config } | undefined): Config | undefined {
  return part && { name: part.name, config: part.config };
}

const partMakers = { Initializer: initializerMakers, Regularizer: regularizerMakers, Constraint: constraintMakers };

/** A saved configuration whose initialisers, regularisers, constraints and functions are made again. @throws ERR_FORMAT for a part that is not given */
export function reviveParts(config: Config, parts: OwnParts): Config {
  const revive = (key: string, value: unknown): unknown => {
    if (isSavedOwn(value)) return makeOwn(parts, value, key);
    const [, kind] = /(Initializer|Regularizer|Constraint)$/.exec(key) ?? [];
    if (kind === undefined || typeof value !== 'object' || value === null) return value;
    const makers = partMakers[kind as keyof typeof partMakers];
    const { name, config: options } = value as { name: string; config: Config };
    return Object.hasOwn(makers, name) ? makers[name]!(options as never) : makeOwn(parts, { own: name, config: options }, key);
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, revive(key, value)]));
}

/** Adds the penalty on a layer's outputs [batch, ...] to the loss: for each row, whatever the size of the batch (Keras). */
export function penalise(outputs: Tensor, regularizer: Regularizer | undefined, { addPenalty }: CallContext): void {
  if (regularizer !== undefined) addPenalty?.(div(penaltyBy(regularizer, outputs), outputs.shape[0] ?? 1));
}
