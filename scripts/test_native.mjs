// Builds and runs the native tests (test/native/*_test.cpp, no Node) with CMake, plain or under sanitizers:
//   node scripts/test_native.mjs [address,undefined | thread] [--bench]
// Prints `N passed, N failed`. --bench also builds the benchmarks of native/bench. The plain build is shared with the
// addon's when cmake has made that: the same objects are linked.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bench = process.argv.includes('--bench');
const sanitize = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const shared = existsSync(join(root, 'build-cmake', 'CMakeCache.txt'));
const folder = { '': shared ? 'build-cmake' : 'build-native', 'address,undefined': 'build-asan', thread: 'build-tsan' }[sanitize];
if (!folder) {
  console.error(`test_native: unknown sanitizers '${sanitize}'; use address,undefined or thread`);
  process.exit(2);
}
const sources = join(root, 'test', 'native');
const tests = existsSync(sources) ? readdirSync(sources).filter((file) => file.endsWith('_test.cpp')) : [];

function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

const configured = existsSync(join(root, folder, 'CMakeCache.txt'));
const ninja = spawnSync('ninja', ['--version']).status === 0 ? ['-G', 'Ninja'] : [];
const fresh = [...ninja, '-DHEBB_ADDON=OFF', `-DHEBB_SANITIZE=${sanitize}`];
const options = ['-DHEBB_NATIVE_TESTS=ON', ...(configured ? [] : fresh)];
const target = bench ? [] : ['--target', 'native_tests'];
const built =
  run('cmake', ['-S', '.', '-B', folder, ...options]) &&
  run('cmake', ['--build', folder, '--parallel', String(availableParallelism()), ...target]);
if (!built) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}

let failed = 0;
for (const file of tests) {
  const name = basename(file, '.cpp');
  const started = performance.now();
  const ok = run(join(root, folder, name), [], {
    UBSAN_OPTIONS: 'print_stacktrace=1',
    HEBB_NUM_THREADS: process.env.HEBB_NUM_THREADS ?? '2',
  });
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} ${sanitize} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (!ok) failed++;
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
