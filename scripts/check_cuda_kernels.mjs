// Compiles every CUDA kernel for real GPUs and compares what the kernels of a file need at most - registers and bytes of
// static shared memory of one kernel, bytes of registers spilled in all - with the table bench/cuda_resources.json. A GPU is
// not needed, nvcc is:
//   node scripts/check_cuda_kernels.mjs [--renew] [80 90 100]      (minutes each; by default those in the table)
// Files named *_hopper.cu exist for sm_90a only and are compiled for that when 90 is asked for.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const table = join(root, 'bench', 'cuda_resources.json');
const flags = ['-std=c++20', '-O3', '-Inative', '--fmad=false', '--expt-relaxed-constexpr', '--expt-extended-lambda'];
const compile = promisify(execFile);

const options = process.argv.slice(2);
const renew = options.includes('--renew');
const named = options.filter((option) => option !== '--renew');
const recorded = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : {};
const architectures = named.length > 0 ? named : Object.keys(recorded).flatMap((name) => /^sm_(\d+)$/.exec(name)?.[1] ?? []);

const jobs = readdirSync(join(root, 'native'), { recursive: true })
  .filter((file) => file.endsWith('.cu'))
  .map((file) => `native/${file}`)
  .sort()
  .flatMap((file) => {
    if (!file.endsWith('_hopper.cu')) return architectures.map((architecture) => ({ file, architecture }));
    return architectures.includes('90') ? [{ file, architecture: '90a' }] : [];
  });

/** What the kernels in the compiler's report need. */
function resources(report) {
  const numbers = (pattern) => [...report.matchAll(pattern)].map(([, digits]) => Number(digits));
  const registers = numbers(/Used (\d+) registers/g);
  return {
    kernels: registers.length,
    registers: Math.max(0, ...registers),
    shared: Math.max(0, ...numbers(/(\d+) bytes smem/g)),
    spilled: numbers(/(\d+) bytes spill stores/g).reduce((sum, bytes) => sum + bytes, 0),
  };
}

const failures = [];
async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { file, architecture } = job;
    const command = ['-cubin', `-arch=sm_${architecture}`, ...flags, '-Xptxas', '-v', file, '-o', '/dev/null'];
    const { stderr } = await compile('nvcc', command, { cwd: root, maxBuffer: 1 << 28 });
    const found = resources(stderr);
    console.log(`sm_${architecture} ${file}: ${JSON.stringify(found)}`);
    const ofArchitecture = (recorded[`sm_${architecture}`] ??= {});
    if (renew) ofArchitecture[file] = found;
    const limit = ofArchitecture[file];
    if (!limit) failures.push(`sm_${architecture} ${file} is not in the table: run with --renew`);
    for (const need of ['registers', 'shared', 'spilled']) {
      if (limit && found[need] > limit[need]) {
        failures.push(`sm_${architecture} ${file}: ${need} ${found[need]}, in the table ${limit[need]}`);
      }
    }
  }
}
const total = jobs.length;
await Promise.all(Array.from({ length: availableParallelism() }, work));

if (renew) {
  const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const tables = Object.entries(recorded).map(([architecture, files]) => [architecture, sorted(files)]);
  const lines = sorted(Object.fromEntries(tables));
  writeFileSync(table, JSON.stringify(lines, null, 1).replace(/\{\n\s+"kernels"[^}]*\}/g, (text) => text.replace(/\s+/g, ' ')) + '\n');
}
for (const failure of failures) console.error(failure);
console.log(`${total - failures.length} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
