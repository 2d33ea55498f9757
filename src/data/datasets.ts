export { blobs, circles, moons, spirals, xor } from './generated.js';
export { fashionMnist, mnist } from './image_datasets.js';
export { iris } from './iris.js';
export { diabetes, digits } from './scikit_learn.js';
export { autoMpg, penguins } from './vega_datasets.js';
