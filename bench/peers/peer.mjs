// What the JavaScript peers share: options, data, the answers to the driver, timing, TensorFlow.js. As peer.py.
import { existsSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

export const sizes = [784, 300, 100, 10];
export const rate = 0.01;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    work: { type: 'string' },
    rows: { type: 'string', default: 'Infinity' },
  },
});
export const options = { variant: positionals[0], work: values.work, threads: Number(values.threads), rows: Number(values.rows) };

// Before a library is loaded: each reads its own.
Object.assign(process.env, {
  HEBB_NUM_THREADS: values.threads,
  TF_NUM_INTRAOP_THREADS: values.threads,
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '3',
});
if (options.variant === 'hebb-avx2') process.env.HEBB_ISA = 'avx2';

const file = (name) => readFileSync(join(options.work, name));

/** All rows: x of 784 bytes each, y one byte each, as Node reads them. */
export function rows() {
  return { x: file('x.u8'), y: file('y.u8') };
}

/** The first weights: {shape, values} of kernel, bias, kernel, ... */
export function startWeights() {
  const flat = new Float32Array(new Uint8Array(file('start.f32')).buffer);
  let at = 0;
  return sizes.slice(1).flatMap((units, layer) => [[sizes[layer], units], [units]].map((shape) => {
    const size = shape.reduce((a, b) => a * b);
    at += size;
    return { shape, values: flat.slice(at - size, at) };
  }));
}

/** Megabytes at most so far. Linux counts in maxRSS what the parent had before it started this process. */
function peakMemory() {
  const status = '/proc/self/status';
  if (!existsSync(status)) return process.resourceUsage().maxRSS / 1024;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(status, 'utf8'))[1]) / 1024;
}

/** Prints a line of JSON. (Not by console.log(), which takes 5 ms to get ready.) */
export function say(answer) {
  writeSync(1, `${JSON.stringify({ ...answer, rss_mb: Math.round(peakMemory()) })}\n`);
}

/** The lines of standard input. The process sleeps until there is one: it must not disturb the peer whose turn it is. */
function* orders() {
  const chunk = Buffer.alloc(4096);
  for (let text = ''; ;) {
    const size = readSync(0, chunk);
    if (size === 0) return;
    const lines = (text + chunk.toString('utf8', 0, size)).split('\n');
    text = lines.pop();
    yield* lines;
  }
}

/**
 * Tells the version, then answers the driver's lines. After `case NAME`, `prepare` makes the function that measures a
 * burst of that case, or undefined when the peer has no such case; after `go SECONDS` that is called with the seconds and
 * answers { times }, milliseconds, and what else the suite wants to know.
 */
export async function serve(version, prepare) {
  say({ version });
  let burst;
  for (const line of orders()) {
    const [order, what] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    if (order === 'case') burst = await prepare(what);
    const answer = order === 'case' ? { ready: burst !== undefined } : await burst(Number(what));
    await sleep(0); // for what the library has put off
    say(answer);
  }
}

/** Calls until so many milliseconds are over, once at least. */
async function warmUp(call, milliseconds) {
  const begin = performance.now();
  do await call(); while (performance.now() - begin < milliseconds);
}

/**
 * A burst of a call: milliseconds of one, as often as fits in the time after a quarter of it to warm up. A call that takes
 * longer than all that time is made once. Calls of less than 0.3 ms are timed in groups.
 */
export function inGroups(call) {
  call();
  let [begin, count] = [performance.now(), 0];
  do call(); while (++count < 2 || performance.now() - begin < 50);
  const pace = (performance.now() - begin) / count;
  const group = Math.max(1, Math.floor(0.3 / pace));
  return (seconds) => {
    const budget = 1e3 * seconds;
    begin = performance.now();
    if (pace < budget) do call(); while (performance.now() - begin < budget / 4);
    const [times, first] = [[], performance.now()];
    do {
      begin = performance.now();
      for (let i = 0; i < group; i++) call();
      times.push((performance.now() - begin) / group);
    } while (performance.now() - first < budget);
    return { times };
  };
}

/** A burst of a call that may answer a promise: milliseconds of each single one, after a quarter of the time to warm up. */
export async function oneByOne(call) {
  await warmUp(call, 50);
  return async (seconds) => {
    await warmUp(call, 250 * seconds);
    const [times, first] = [[], performance.now()];
    do {
      const begin = performance.now();
      const answer = call();
      if (answer !== undefined) await answer;
      times.push(performance.now() - begin);
    } while (performance.now() - first < 1e3 * seconds);
    return { times };
  };
}

/**
 * A burst of a training: an epoch, in milliseconds per 60,000 rows when it has `count`, and then the weights (Float32Arrays)
 * in end-PEER.f32. `epoch` answers what it took where there is more to do than the epoch. A first one, which compiles and
 * warms up, does not count.
 */
export async function byEpochs(count, epoch, weights) {
  const burst = async () => {
    const begin = performance.now();
    const time = (await epoch()) ?? performance.now() - begin;
    const parts = weights().map((w) => Buffer.from(w.buffer, w.byteOffset, w.byteLength));
    writeFileSync(join(options.work, `end-${options.variant}.f32`), Buffer.concat(parts));
    return { times: [(time * 60_000) / count] };
  };
  await burst();
  return burst;
}

export const hebbVersion = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** A package from the folder that an environment variable names. */
export function peerPackage(variable, name) {
  const from = createRequire(join(process.env[variable], 'package.json'));
  return { exports: from(name), folder: dirname(from.resolve(name)), version: from(`${name}/package.json`).version };
}

/** TensorFlow.js with the variant's backend. */
export async function loadTfjs() {
  if (options.variant === 'tfjs-node') return peerPackage('JSNODE_ROOT', '@tensorflow/tfjs-node').exports;
  const tf = peerPackage('JS_ROOT', '@tensorflow/tfjs').exports;
  const wasm = peerPackage('JS_ROOT', '@tensorflow/tfjs-backend-wasm');
  wasm.exports.setWasmPaths(`${wasm.folder}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
