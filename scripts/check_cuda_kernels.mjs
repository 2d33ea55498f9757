// Compiles every CUDA kernel for real GPUs and compares what the kernels of a file need at most - registers and bytes of
// static shared memory of one kernel, bytes of registers spilled in all - with the table bench/cuda_resources.json. A GPU is
// not needed, nvcc is:
//   node scripts/check_cuda_kernels.mjs [--renew] [75 80 90 100 120]      (minutes each; by default those in the table)
// nvcc translates a file to PTX once for GPUs from compute capability 8.0 on and once for older ones; ptxas makes the code
// of each GPU of that. Files named *_hopper.cu exist for sm_90a only and are compiled for that when 90 is asked for.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const table = join(root, 'bench', 'cuda_resources.json');
const flags = ['-std=c++20', '-O3', '-Inative', '--fmad=false', '--expt-relaxed-constexpr', '--expt-extended-lambda'];
const start = promisify(execFile);

const folders = [process.env.CUDA_PATH, process.env.CUDA_HOME, '/usr/local/cuda'].filter(Boolean).map((path) => join(path, 'bin'));
const toolkit = [...(process.env.PATH ?? '').split(delimiter), ...folders].find((path) => existsSync(join(path, 'nvcc')));
if (!toolkit) {
  console.log('nvcc is not installed: the CUDA kernels are not checked');
  process.exit(0);
}

const options = process.argv.slice(2);
const renew = options.includes('--renew');
const named = options.filter((option) => option !== '--renew');
const recorded = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : {};
const architectures = named.length > 0 ? named : Object.keys(recorded).flatMap((name) => /^sm_(\d+)$/.exec(name)?.[1] ?? []);

// What is translated to PTX, and the GPUs that code is made for.
const jobs = readdirSync(join(root, 'native'), { recursive: true })
  .filter((file) => file.endsWith('.cu'))
  .map((file) => `native/${file}`)
  .sort()
  .flatMap((file) => {
    const hopper = file.endsWith('_hopper.cu');
    const families = hopper
      ? [{ file, ptx: '90a', gpus: architectures.includes('90') ? ['90a'] : [] }]
      : [
          { file, ptx: '75', gpus: architectures.filter((name) => Number(name) < 80) },
          { file, ptx: '80', gpus: architectures.filter((name) => Number(name) >= 80) },
        ];
    return families.filter(({ gpus }) => gpus.length > 0);
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
let passed = 0;

/** Compares what the kernels of a file need on a GPU with the table, or writes it there. */
function check(gpu, file, found) {
  const ofArchitecture = (recorded[gpu] ??= {});
  if (renew) ofArchitecture[file] = found;
  const limit = ofArchitecture[file];
  const needs = ['registers', 'shared', 'spilled'].filter((need) => limit && found[need] > limit[need]);
  if (limit && needs.length === 0) passed++;
  if (!limit) failures.push(`${gpu} ${file} is not in the table: run with --renew`);
  if (needs.length > 0) {
    failures.push(`${gpu} ${file}: ${needs.map((need) => `${need} ${found[need]}, in the table ${limit[need]}`).join('; ')}`);
  }
}

const output = mkdtempSync(join(tmpdir(), 'hebb-ptx-'));
async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { file, ptx, gpus } = job;
    const translated = join(output, `${file.replaceAll('/', '-')}.${ptx}.ptx`);
    const settings = { cwd: root, maxBuffer: 1 << 28 };
    await start(join(toolkit, 'nvcc'), ['-ptx', `-arch=compute_${ptx}`, ...flags, file, '-o', translated], settings);
    for (const gpu of gpus) {
      const { stderr } = await start(join(toolkit, 'ptxas'), ['-v', `-arch=sm_${gpu}`, translated, '-o', '/dev/null'], settings);
      const found = resources(stderr);
      console.log(`sm_${gpu} ${file}: ${JSON.stringify(found)}`);
      check(`sm_${gpu}`, file, found);
    }
    rmSync(translated);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
rmSync(output, { recursive: true });

if (renew) {
  const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const tables = Object.entries(recorded).map(([architecture, files]) => [architecture, sorted(files)]);
  const lines = sorted(Object.fromEntries(tables));
  writeFileSync(table, JSON.stringify(lines, null, 1).replace(/\{\n\s+"kernels"[^}]*\}/g, (text) => text.replace(/\s+/g, ' ')) + '\n');
}
for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
