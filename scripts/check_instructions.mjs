// A guard against slower code that does not depend on the machine's speed: valgrind counts the instructions of native
// benchmarks on one thread with HEBB_ISA=avx2 (it knows no AVX-512), and they may differ from those recorded in
// bench/instructions.json by 3 %. Slower code that executes no more instructions (cache misses) is not seen.
//   node scripts/check_instructions.mjs [--update]
// Prints `N passed, N failed`; without valgrind, with another compiler or processor it says so and checks nothing.
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { buildNative, compilerOf } from './build_native.mjs';

const margin = 0.03;
const record = join(import.meta.dirname, '..', 'bench', 'instructions.json');
const update = process.argv.includes('--update');

// name: the benchmark, and its arguments around the number of calls
const gemm = (shape) => [`bench_gemm`, (calls) => ['1', '1024', calls, 'avx2', shape]];
const elementwise = (name) => ['bench_elementwise', (calls) => ['1', '100000', calls, name]];
const cases = {
  'train step 784-300-100-10, batch 32': ['bench_train_step', (calls) => ['1', '32', calls]],
  'train step 784-300-100-10, batch 1': ['bench_train_step', (calls) => ['1', '1', calls]],
  ...Object.fromEntries(['NN/64x64x64', 'NN/256x256x256', 'NN/32x784x300', 'TN/784x32x300', 'NT/32x300x784']
    .map((shape) => [`gemm ${shape}`, gemm(shape)])),
  ...Object.fromEntries(['add', 'relu', 'exp', 'tanh', 'sigmoid', 'softmax', 'sum', 'argmax']
    .map((name) => [`${name} of 100,000`, elementwise(name)])),
};

function skip(reason) {
  console.log(`${reason}: instruction counts are not checked`);
  process.exit(0);
}

if (process.arch !== 'x64') skip(`the processor is ${process.arch}`);
if (spawnSync('valgrind', ['--version']).status !== 0) skip('valgrind is not installed');
const folder = buildNative([...new Set(Object.values(cases).map(([program]) => program))]);
if (!folder) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const compiler = compilerOf(folder);
const recorded = update ? { compiler, counts: {} } : JSON.parse(readFileSync(record, 'utf8'));
if (recorded.compiler !== compiler) skip(`the counts are those of ${recorded.compiler}, this is ${compiler}`);

/** Instructions of a whole run with so many calls. */
async function instructions([program, args], calls) {
  const valgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null', join(folder, program), ...args(`${calls}x`)];
  const env = { ...process.env, HEBB_ISA: 'avx2', HEBB_NUM_THREADS: '1' };
  const { stderr } = await promisify(execFile)('valgrind', valgrind, { env });
  return Number(/Collected : (\d+)/.exec(stderr)[1]);
}

// Those of one call: the difference of two runs, so that start-up does not count.
const found = {};
const queue = Object.entries(cases);
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, program] = next;
    found[name] = Math.round((await instructions(program, 4) - await instructions(program, 1)) / 3);
  }
}));

let failed = 0;
for (const name of Object.keys(cases)) {
  const change = found[name] / recorded.counts[name] - 1;
  const ok = update || Math.abs(change) <= margin;
  if (!ok) failed++;
  const compared = update ? '' : ` ${change < 0 ? '' : '+'}${(100 * change).toFixed(1)} %`;
  console.log(`${ok ? 'ok' : 'FAILED'} ${name}: ${found[name]} instructions${compared}`);
}
if (update) {
  const counts = Object.fromEntries(Object.keys(cases).map((name) => [name, found[name]]));
  writeFileSync(record, `${JSON.stringify({ compiler, counts }, null, 2)}\n`);
}
if (failed) console.log('Wanted, or for the better? Then record it: node scripts/check_instructions.mjs --update');
console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
