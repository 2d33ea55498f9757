// What the names of initialisers and regularisers stand for, in layers and in saved models.
import * as initializers from '../initializers.js';
import type { Initializer, InitializerLike } from '../initializers.js';
import { named } from '../named.js';
import * as regularizers from '../regularizers.js';
import type { Regularizer, RegularizerLike } from '../regularizers.js';
import type { Config } from './layer.js';

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
