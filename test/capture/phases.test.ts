import test from 'ava';
import { childResult } from '../support/node_process.js';

const step = `
  hebb.seed(3);
  const x = hebb.randint(0, 256, [200, 20], { dtype: 'uint8' }), y = hebb.randint(0, 5, [200]);
  const net = hebb.sequential([
    hebb.layers.rescaling({ scale: 1 / 255, inputShape: [20] }),
    hebb.layers.dense({ units: 300, activation: 'relu' }),
    hebb.layers.dense({ units: 170, activation: 'relu' }),
    hebb.layers.dense({ units: 5, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: hebb.optimizers.sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const listings = [];
  const { run } = hebb.Program.prototype;
  hebb.Program.prototype.run = function (...given) {
    listings.push(this.toString());
    return run.apply(this, given);
  };
  const history = await net.fit(x, y, { batchSize: 33, epochs: 2, verbose: 0 });
  console.log(JSON.stringify({ listing: listings[0], history: history.history, weights: net.getWeights().flatMap((w) => [...w.dataSync()]) }));`;

test('HEBB_CUDA_PHASES=1 moves launches of a training step together and changes no bit on the CPU', async (t) => {
  const [plain, phased] = (await Promise.all([childResult(step, {}), childResult(step, { HEBB_CUDA_PHASES: '1' })])) as {
    listing: string;
    history: unknown;
    weights: number[];
  }[];
  t.deepEqual(phased!.history, plain!.history);
  t.deepEqual(phased!.weights, plain!.weights);
  t.false(/ in \w+$/m.test(plain!.listing));
  const runs = [...phased!.listing.matchAll(/ in (\w+)$/gm)].map((match) => match[1]!);
  const phases = runs.filter((phase, i) => phase !== runs[i - 1]);
  t.deepEqual(phases, ['scalars', 'batch', 'head', 'update', 'scalars']);
});
