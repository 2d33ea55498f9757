// Runs the suite on a second device that any machine has: memory and a queue of its own, the kernels of the CPU
// (test/native/stand_in_module.cpp). What it shows: that tensors, programs, models and training work on a device beside
// the CPU; the kernels of a GPU need a GPU (bench/gpu/run.sh).
//   node scripts/test_stand_in.mjs [ava options or test files]
// Prints `N passed, N failed`. Needs the cmake build.
import { join } from 'node:path';
import { run } from './build_native.mjs';

const root = join(import.meta.dirname, '..');
const built = run('cmake', ['-S', '.', '-B', 'build-cmake']) && run('cmake', ['--build', 'build-cmake', '--target', 'stand_in']);
if (!built) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
// Programs in the documents show the CPU's memory and instruction set; the rest does not touch devices, or runs for long.
const parts = ['capture', 'layers', 'memory', 'models', 'ops', 'optimizers', 'train'].map((part) => `build-ts/test/${part}/*.test.js`);
const files = process.argv.length > 2 ? process.argv.slice(2) : [...parts, 'build-ts/test/*.test.js', '!build-ts/test/{documents,examples}.test.js'];
const environment = { HEBB_CUDA_PATH: join(root, 'build-cmake', 'stand_in.node'), HEBB_DEVICE: 'cuda' };
process.exit(run(process.execPath, [join(root, 'scripts', 'test_suite.mjs'), ...files], environment) ? 0 : 1);
