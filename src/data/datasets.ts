export { fashionMnist } from './fashion_mnist.js';
export { blobs, circles, moons, spirals, xor } from './generated.js';
export { iris } from './iris.js';
export { mnist } from './mnist.js';
export { diabetes, digits } from './scikit_learn.js';
export { autoMpg, penguins } from './vega_datasets.js';
