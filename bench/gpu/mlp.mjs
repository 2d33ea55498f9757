// Training 784-300-100-10 (SGD) on a device, 60,000 rows of bytes, or of numbers, that live there: seconds per epoch and
// microseconds per step. node bench/gpu/mlp.mjs [cuda] [numbers] [batch sizes...]; prints one JSON line per batch size.
import * as hebb from '../../dist/index.js';
import { network, pictures } from './network.mjs';

const [device = 'cuda', ...rest] = process.argv.slice(2);
const numbers = rest[0] === 'numbers';
const sizes = rest.slice(numbers ? 1 : 0);
hebb.setDevice(device);
hebb.seed(42);
const rows = 60000;
const { x, y } = pictures(rows, numbers);
for (const batchSize of (sizes.length > 0 ? sizes : [32, 128, 512, 2048, 8192]).map(Number)) {
  const net = network(numbers);
  const epochs = 3;
  const seconds = [];
  let started;
  const clock = {
    onEpochBegin: () => void (started = performance.now()),
    onEpochEnd: () => void seconds.push((performance.now() - started) / 1000),
  };
  const history = await net.fit(x, y, { batchSize, epochs: epochs + 1, verbose: 0, callbacks: [clock] });
  const best = Math.min(...seconds.slice(1));
  const steps = Math.ceil(rows / batchSize);
  const losses = history.history.loss.map((loss) => loss.toFixed(5));
  console.log(JSON.stringify({ library: 'hebb', device, numbers, batchSize, secondsPerEpoch: best, usPerStep: (best / steps) * 1e6, losses }));
}
