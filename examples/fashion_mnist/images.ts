import { datasets } from 'hebb';

/** The datasets that the example can train on, by the name of the option. */
const loaders = { 'fashion-mnist': datasets.fashionMnist, mnist: datasets.mnist };

export type DatasetName = keyof typeof loaders;
export type Images = Awaited<ReturnType<typeof datasets.fashionMnist>>;

export const datasetNames = Object.keys(loaders) as DatasetName[];

/** Whether there is a dataset of that name. */
export function isDataset(name: string): name is DatasetName {
  return Object.hasOwn(loaders, name);
}

/** Reads a dataset as bytes, and says what it is and how long that took. */
export async function loadImages(name: DatasetName, signal: AbortSignal): Promise<Images> {
  const start = performance.now();
  const images = await loaders[name]({ dtype: 'uint8', signal });
  const [train, test] = [images.train, images.test].map(({ y }) => y.size.toLocaleString('en-US'));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name}: ${train} images to train on, ${test} to test on, read in ${seconds} s`);
  return images;
}
