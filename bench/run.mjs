// Trains 784-300-100-10 on MNIST with hebb and every installed peer, one after the other in each round, prints times
// and ratios, and writes bench/RESULTS.md. bench/README.md says how peers are found and times are taken.
//   node bench/run.mjs [--batches 32,128] [--rounds 3] [--epochs 4] [--threads 2] [--only hebb,torch-eager] [--dry]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { mnist, startWeights, testAccuracy } from './mnist_case.mjs';
import { busySeconds, ownSeconds, waitForQuiet } from './quiet.mjs';
import { table } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    batches: { type: 'string', default: '32,128,1024' },
    rounds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});
const here = import.meta.dirname;
const python = (variable) => process.env[variable] && join(process.env[variable], 'bin', 'python');
const script = (name) => join(here, 'peers', name);
const node = (root) => (root && existsSync(join(root, 'node_modules')) ? process.execPath : undefined);
const built = existsSync(join(here, '..', 'dist', 'index.js'));

// name, interpreter (undefined: not installed), arguments before the common ones, whether it needs a subset
const peers = [
  ['hebb', built ? process.execPath : undefined, [script('train_hebb.mjs'), 'hebb']],
  ['torch-eager', python('PT'), [script('train_torch.py'), 'torch-eager']],
  ['jax-scan', python('JAXV'), [script('train_jax.py'), 'jax-scan']],
  ['jax-step', python('JAXV'), [script('train_jax.py'), 'jax-step']],
  ['keras-tf', python('TFV'), [script('train_keras.py'), 'keras-tf']],
  ['tfjs-node', node(process.env.JSNODE_ROOT), [script('train_tfjs.mjs'), 'tfjs-node']],
  ['tfjs-wasm', node(process.env.JS_ROOT), [script('train_tfjs.mjs'), 'tfjs-wasm', '--rows', '3072']],
].filter(([name]) => !options.only || options.only.split(',').includes(name));
const present = peers.filter(([, interpreter]) => interpreter && existsSync(interpreter));
for (const [name] of peers.filter((peer) => !present.includes(peer))) console.log(`${name}: not installed, left out`);

const work = mkdtempSync(join(tmpdir(), 'hebb-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));
const { train, test } = mnist();
writeFileSync(join(work, 'x.u8'), train.x);
writeFileSync(join(work, 'y.u8'), train.y);
writeFileSync(join(work, 'start.f32'), new Uint8Array(startWeights().buffer));

const lines = [];
for (let round = 1; round <= Number(options.rounds); round++) {
  for (const batch of options.batches.split(',').map(Number)) {
    for (const [, interpreter, before] of present) {
      const line = await once(interpreter, [...before, '--batch', batch]);
      if (!line) continue;
      lines.push({ ...line, round, batch });
      console.log(JSON.stringify({ round, ...line }));
    }
  }
}

const text = table(lines);
console.log(`\n${text}`);
if (!options.dry) {
  const when = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} cores seen, Node ${process.version}`;
  writeFileSync(join(here, 'RESULTS.md'), `# Training 784-300-100-10, SGD 0.01, 60,000 MNIST rows: seconds per epoch

${when}, ${options.threads} threads, ${options.rounds} rounds of ${options.epochs} epochs. ${machine}.
How it was measured: README.md. Machines differ: compare the ratios. Noise: the cores other programs kept busy, median.

${text}`);
}

/** One run of one peer: its line, how well its network predicts the test rows, how many cores others kept busy. */
async function once(interpreter, before) {
  const end = join(work, 'end.f32');
  rmSync(end, { force: true });
  await waitForQuiet();
  const common = ['--epochs', options.epochs, '--threads', options.threads, '--work', work];
  const others = () => busySeconds() - ownSeconds();
  const [begin, busy] = [performance.now(), others()];
  const child = spawn(interpreter, [...before, ...common].map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, error] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (error += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const found = out.split('\n').find((line) => line.startsWith('{"peer"'));
  if (code !== 0 || !found) {
    console.log(`${before[1]}: ended with code ${code}\n${error.slice(-2000)}`);
    return null;
  }
  const line = JSON.parse(found);
  const noise = Math.max(0, others() - busy) / ((performance.now() - begin) / 1e3);
  return { ...line, noise: Number(noise.toFixed(2)), accuracy: testAccuracy(readFileSync(end), test) };
}
