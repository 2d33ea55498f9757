export * from './circle.js';
export {
  binaryCrossentropy, categoricalCrossentropy, categoricalGeneralizedCrossEntropy, klDivergence, sparseCategoricalCrossentropy,
  type CrossEntropyOptions,
} from './cross_entropy.js';
export * from './focal.js';
export * from './hinge.js';
export type { Loss } from './loss.js';
export * from './overlap.js';
export { cosineSimilarity, huber, logCosh, mae, mape, mse, msle, poisson } from './regression.js';
