// What the names of initialisers, regularisers and constraints stand for, in layers and in saved models.
import * as constraints from '../constraints.js';
import type { Constraint, ConstraintLike } from '../constraints.js';
import type { Dtype } from '../dtype.js';
import * as initializers from '../initializers.js';
import type { Initializer, InitializerLike } from '../initializers.js';
import { named } from '../named.js';
import * as regularizers from '../regularizers.js';
import type { Regularizer, RegularizerLike } from '../regularizers.js';
import { div } from '../ops/index.js';
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

/** The initialiser of a name (with a saved configuration). @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getInitializer(value: InitializerLike, config?: Config): Initializer {
  return typeof value === 'object' ? value : named('initializer', initializerMakers, value)(config as never);
}

/** The regulariser of a name (with a saved configuration), or none. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getRegularizer(value?: RegularizerLike, config?: Config): Regularizer | undefined {
  if (value === undefined || typeof value === 'object') return value;
  return named('regularizer', regularizerMakers, value)(config as never);
}

/** The constraint of a name (with a saved configuration), or none. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getConstraint(value?: ConstraintLike, config?: Config): Constraint | undefined {
  if (value === undefined || typeof value === 'object') return value;
  return named('constraint', constraintMakers, value)(config as never);
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
    value: getInitializer(parts.initializer).call(shape, dtype),
    trainable: true,
    ...(regularizer && { regularizer: (w: Tensor) => regularizer.call(w) }),
    ...(constraint && { constraint: (w: Tensor) => constraint.call(w) }),
  };
}

/** What a configuration says of a weight named `name`: its parts by the names of the options. */
export function describeParts(name: string, { initializer, regularizer, constraint }: WeightParts): Config {
  return {
    [`${name}Initializer`]: describe(getInitializer(initializer)),
    [`${name}Regularizer`]: describe(getRegularizer(regularizer)),
    [`${name}Constraint`]: describe(getConstraint(constraint)),
  };
}

/** What a configuration says of a part. */
export function describe(part: { name: string; config: Config } | undefined): Config | undefined {
  return part && { name: part.name, config: part.config };
}

/** A saved configuration whose initialisers, regularisers and constraints are made again. */
export function reviveParts(config: Config): Config {
  const revive = (key: string, { name, config: options }: { name: string; config: Config }): unknown => {
    if (key.endsWith('Initializer')) return getInitializer(name, options);
    return key.endsWith('Regularizer') ? getRegularizer(name, options) : getConstraint(name, options);
  };
  const isPart = (key: string): boolean => /(Initializer|Regularizer|Constraint)$/.test(key);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, isPart(key) && value !== undefined ? revive(key, value as never) : value]),
  );
}

/** Adds the penalty on a layer's outputs [batch, ...] to the loss: for each row, whatever the size of the batch (Keras). */
export function penalise(outputs: Tensor, regularizer: Regularizer | undefined, { addPenalty }: CallContext): void {
  if (regularizer !== undefined) addPenalty?.(div(regularizer.call(outputs), outputs.shape[0] ?? 1));
}
