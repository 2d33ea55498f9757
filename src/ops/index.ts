import { setGradientArithmetic } from '../autograd.js';
import { add } from './binary.js';
import { onesLike, zerosLike } from './create.js';

export * from './binary.js';
export * from './copy.js';
export * from './create.js';
export * from './cross_entropy.js';
export * from './gather.js';
export { logitsOf } from './logits.js';
export * from './matmul.js';
export * from './one_hot.js';
export * from './reduce.js';
export * from './softmax.js';
export * from './unary.js';
export * from './where.js';

setGradientArithmetic({ add, onesLike, zerosLike });
