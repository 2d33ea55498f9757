// Loads the model that `npm start` kept and measures it on the test images:
//   npm run evaluate
//   npm run evaluate -- runs/mnist.hebb
import { loadModel } from 'hebb';
import { command, UsageError } from './fashion_mnist/command.js';
import { isDataset, loadImages } from './fashion_mnist/images.js';
import { showTest } from './fashion_mnist/report.js';

await command(async (signal) => {
  const [path = 'runs/fashion-mnist.hebb', ...rest] = process.argv.slice(2);
  if (rest.length > 0 || path.startsWith('-')) throw new UsageError('usage: npm run evaluate -- [MODEL]');
  const net = await loadModel(path);
  if (!isDataset(net.name)) throw new UsageError(`${path}: the model '${net.name}' was not made by npm start`);
  const { test, classNames } = await loadImages(net.name, signal);
  await showTest(net, test, classNames);
});
