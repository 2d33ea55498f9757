export { activations, type ActivationsOptions } from './activations.js';
export { confusionMatrix } from './confusion_matrix.js';
export { decisionBoundary, type DecisionBoundaryOptions } from './decision_boundary.js';
export { type Curves, historyText } from './history.js';
export { firstLayerWeights, images, type ImagesOptions, type WeightsOptions } from './images.js';
export { lines, type LinesOptions } from './lines.js';
export { model } from './model.js';
export type { Picture } from './picture.js';
