// Builds and runs the benchmarks of native/bench (no Node). Each source says at its top which arguments it takes:
//   node scripts/bench_native.mjs                       gemm, elementwise, train_step, threads, one after the other
//   node scripts/bench_native.mjs gemm 1 2048 0.2       one of them, with its arguments
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { buildNative, run } from './build_native.mjs';

const sources = readdirSync(join(import.meta.dirname, '..', 'native', 'bench')).filter((file) => file.endsWith('.cpp'));
const names = sources.map((file) => basename(file, '.cpp'));
const [chosen, ...args] = process.argv.slice(2);
if (chosen && !names.includes(chosen)) throw new Error(`no benchmark ${chosen}; there are ${names.join(', ')}`);

const wanted = chosen ? [chosen] : names;
const folder = buildNative(wanted.map((name) => `bench_${name}`));
let ok = folder !== undefined;
for (const name of wanted) ok &&= run(join(folder, `bench_${name}`), args);
process.exitCode = ok ? 0 : 1;
