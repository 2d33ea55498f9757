// What each launch of a training step of 784-300-100-10 takes on a device: node bench/gpu/profile.mjs [cuda] [batch]
import * as hebb from '../../dist/index.js';
import { network, pictures } from './network.mjs';

const [device = 'cuda', batch = '32'] = process.argv.slice(2);
hebb.setDevice(device);
hebb.seed(42);
const rows = 65536;
const { x, y } = pictures(rows);
const net = network();
const { run } = hebb.Program.prototype;
hebb.Program.prototype.run = async function (count, options) {
  await run.call(this, count, options);
  hebb.Program.prototype.run = run;
  console.log(this.profile(20).toString());
};
await net.fit(x, y, { batchSize: Number(batch), stepsPerEpoch: 50, epochs: 1, verbose: 0 });
