// Builds and runs the native tests (test/native/*_test.cpp, no Node) with CMake: plain, under sanitizers, or compiled
// for 64-bit ARM and emulated (Debian: apt-get install g++-aarch64-linux-gnu qemu-user-static):
//   node scripts/test_native.mjs [address,undefined | thread | aarch64]
// Prints `N passed, N failed`.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { buildNative, run } from './build_native.mjs';

const variant = process.argv[2] ?? '';
const sources = join(import.meta.dirname, '..', 'test', 'native');
const tests = existsSync(sources) ? readdirSync(sources).filter((file) => file.endsWith('_test.cpp')) : [];
const emulator = variant === 'aarch64' ? ['qemu-aarch64-static'] : [];
const folder = buildNative(['native_tests'], variant);
if (!folder) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}

let failed = 0;
for (const file of tests) {
  const name = basename(file, '.cpp');
  const started = performance.now();
  const [command, ...rest] = [...emulator, join(folder, name)];
  const ok = run(command, rest, {
    UBSAN_OPTIONS: 'print_stacktrace=1',
    HEBB_NUM_THREADS: process.env.HEBB_NUM_THREADS ?? '2',
  });
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} ${variant} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!ok) failed++;
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
