// What the JavaScript peers share: options, data, timing, the lines of output, TensorFlow.js. As peer.py.
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

export const sizes = [784, 300, 100, 10];
export const rate = 0.01;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    work: { type: 'string' },
    seconds: { type: 'string', default: '0.3' },
    batch: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '3' },
    rows: { type: 'string', default: 'Infinity' },
    only: { type: 'string', default: '' },
  },
});
const [threads, seconds, batch, epochs, most] = [values.threads, values.seconds, values.batch, values.epochs, values.rows].map(Number);
export const options = { variant: positionals[0], work: values.work, only: values.only, threads, seconds, batch, epochs, rows: most };

// Before a library is loaded: each reads its own.
Object.assign(process.env, {
  HEBB_NUM_THREADS: values.threads,
  TF_NUM_INTRAOP_THREADS: values.threads,
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '3',
});

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

/** Prints the line of one case; times are in milliseconds. (Not by console.log(), which takes 5 ms to get ready.) */
export function emit(version, name, times, more = {}) {
  const sorted = Float64Array.from(times).sort();
  const line = { peer: options.variant, case: name, median_ms: sorted[sorted.length >> 1], best_ms: sorted[0], version };
  writeSync(1, `${JSON.stringify({ ...line, rss_mb: Math.round(peakMemory()), ...more })}\n`);
}

/** Writes the last weights of a training (Float32Arrays) and prints its line; the first epoch warms up. */
export function finish(version, times, weights, more) {
  writeFileSync(join(options.work, 'end.f32'), Buffer.concat(weights.map((w) => Buffer.from(w.buffer, w.byteOffset, w.byteLength))));
  emit(version, `batch ${batch}`, times.length > 1 ? times.slice(1) : times, more);
}

/** Milliseconds of one call, as often as fits in the --seconds; calls of less than 0.3 ms are timed in groups. */
export function measure(call) {
  const budget = 1e3 * seconds;
  call();
  let begin = performance.now();
  do call(); while (performance.now() - begin < Math.min(100, budget));
  begin = performance.now();
  call();
  const group = Math.max(1, Math.floor(0.3 / Math.max(1e-4, performance.now() - begin)));
  const [times, first] = [[], performance.now()];
  while (times.length < 3 || performance.now() - first < budget) {
    begin = performance.now();
    for (let i = 0; i < group; i++) call();
    times.push((performance.now() - begin) / group);
  }
  return times;
}

/** Milliseconds of each of `count` calls, after a tenth as many for warming up; a call may answer a promise. */
export async function latencies(call, count) {
  const times = [];
  for (let i = -Math.floor(count / 10); i < count; i++) {
    const begin = performance.now();
    const answer = call();
    if (answer !== undefined) await answer;
    if (i >= 0) times.push(performance.now() - begin);
  }
  return times;
}

export const percentile = (times, share) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];

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
