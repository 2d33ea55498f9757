import { join } from 'node:path';
import test from 'ava';
import { layers, loadModel, losses, metrics, randn, sequential } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

test('losses and metrics with options, and the table of an embedding, come back from a file', async (t) => {
  const folder = temporaryFolder(t);
  const net = sequential([
    layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [2] }),
    layers.flatten(),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  const hot = metrics.oneHotMeanIoU({ numClasses: 1 });
  const kept = [hot, metrics.f1Score({ average: null }), 'auc', metrics.auc({ curve: 'PR', name: 'pr' }), metrics.precision({ threshold: 0.25 }), metrics.meanIoU({ numClasses: 2 })];
  net.compile({ loss: losses.binaryFocalCrossentropy({ gamma: 1.5 }), metrics: kept, weightedMetrics: ['r2Score'] });
  const x = randn([20, 2], { seed: 1 }).mul(0).add([1, 4]).cast('int32');
  const y = randn([20, 1], { seed: 2 }).greater(0).cast('float32');
  const path = join(folder, 'model.hebb');
  const before = await net.evaluate(x, y);
  await net.save(path);
  t.deepEqual(await (await loadModel(path)).evaluate(x, y), before);
});
