// Compiles every CUDA kernel for real GPUs and compares what the kernels of a file need at most - registers and bytes of
// static shared memory of one kernel, bytes of registers spilled in all - with the table bench/cuda_resources.json. A GPU is
// not needed, nvcc is:
//   node scripts/check_cuda_kernels.mjs [--changed] [--renew] [75 80 90 100 120]   (by default those in the table)
// --changed leaves out the files whose source, with all headers and flags, is that of the table: the table has hashes of
// them, comments and layout apart. --renew writes the table. Everything takes many minutes:
// gemm_simt.cu alone 37 s of nvcc for each translation and some 38 s of ptxas for each GPU. Of these its nine kernels of
// 128x128 tiles take 28: most of the 18,400 lines of each are the last steps of a product, for 64 sums of a thread.
// nvcc translates a file to PTX once for GPUs from compute capability 8.0 on and once for older ones; ptxas makes the code
// of each GPU of that. Files named *_hopper.cu exist for sm_90a only and are compiled for that when 90 is asked for.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary_folder.mjs';

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
const changed = options.includes('--changed');
const named = options.filter((option) => !option.startsWith('--'));
const { nvcc: recordedCompiler, sources: recordedSources = {}, ...recorded } = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : {};
const compiler = /V(\d+\.\d+\.\d+)/.exec(execFileSync(join(toolkit, 'nvcc'), ['--version'], { encoding: 'utf8' }))[1];
if (compiler !== recordedCompiler && !renew) {
  console.log(`nvcc ${compiler} is installed, ${table} is of nvcc ${recordedCompiler}: the CUDA kernels are not checked`);
  process.exit(0);
}
const architectures = named.length > 0 ? named : Object.keys(recorded).flatMap((name) => /^sm_(\d+)$/.exec(name)?.[1] ?? []);

/** A file of native/ and all that it includes from there, by any branch. */
function withHeaders(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
    const header = [join(dirname(file), name), join('native', name)].find((path) => existsSync(join(root, path)));
    if (header) withHeaders(header.replaceAll('\\', '/'), found);
  }
  return found;
}

/** What is compiled for a file, as a short number: its code without comments and layout, and the flags. */
function hashOf(file) {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const source of [...withHeaders(file)].sort()) {
    const code = readFileSync(join(root, source), 'utf8')
      .replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/.*|\/\*[^]*?\*\//g, (_, literal) => literal ?? ' ')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/\s*\n\s*/g, '\n');
    hash.update(`\n${source}\n${code}`);
  }
  return hash.digest('hex').slice(0, 16);
}

const files = readdirSync(join(root, 'native'), { recursive: true })
  .filter((file) => file.endsWith('.cu'))
  .map((file) => `native/${file.replaceAll('\\', '/')}`)
  .sort();
const sources = Object.fromEntries(files.map((file) => [file, hashOf(file)]));
const compiled = files.filter((file) => !changed || sources[file] !== recordedSources[file]);
if (changed) console.log(`${compiled.length} of ${files.length} files are not what the table is of: ${compiled.join(', ') || 'nothing to do'}`);

// What is translated to PTX, and the GPUs that code is made for.
const jobs = compiled.flatMap((file) => {
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

const output = temporaryFolder('ptx');
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

if (renew) {
  const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const present = (object) => sorted(Object.fromEntries(Object.entries(object).filter(([file]) => file in sources)));
  const tables = Object.entries(recorded).map(([architecture, found]) => [architecture, present(found)]);
  // A hash says that the numbers of all architectures are of this source.
  const renewed = named.length > 0 ? [] : compiled.map((file) => [file, sources[file]]);
  const hashes = present({ ...recordedSources, ...Object.fromEntries(renewed) });
  const lines = { nvcc: compiler, sources: hashes, ...sorted(Object.fromEntries(tables)) };
  writeFileSync(table, JSON.stringify(lines, null, 1).replace(/\{\n\s+"kernels"[^}]*\}/g, (text) => text.replace(/\s+/g, ' ')) + '\n');
}
for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
