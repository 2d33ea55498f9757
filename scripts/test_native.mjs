// Builds and runs the native tests (test/native/*_test.cpp, no Node) with CMake: plain, under sanitizers, with the CUDA
// kernels on the CPU, or for 64-bit ARM under QEMU (Debian: apt-get install g++-aarch64-linux-gnu qemu-user-static):
//   node scripts/test_native.mjs [address,undefined | thread | emulated | aarch64]
// Prints `N passed, N failed`.
import { spawnSync } from 'node:child_process';

import { buildNative, run } from './build_native.mjs';

const variant = process.argv[2] ?? '';
const sanitized = ['address,undefined', 'thread'].includes(variant);
const emulator = variant === 'aarch64' ? ['qemu-aarch64-static'] : [];
const folder = buildNative(['native_tests'], variant);
if (!folder) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}

// What cmake has built for this variant: not every test is for every machine.
const listing = spawnSync('ctest', ['--show-only=json-v1'], { cwd: folder, encoding: 'utf8' });
const tests = JSON.parse(listing.stdout).tests;
let failed = 0;
for (const { name, command } of tests) {
  const started = performance.now();
  const [program, ...rest] = [...emulator, ...command];
  const ok = run(program, rest, {
    UBSAN_OPTIONS: 'print_stacktrace=1',
    HEBB_NUM_THREADS: process.env.HEBB_NUM_THREADS ?? '2',
    ...(sanitized && { HEBB_SIMD_SAMPLES: '16384' }), // the values are compared by the plain test
  });
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} ${variant} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!ok) failed++;
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
