// Builds what links without Node (test/native, native/bench) with cmake. The plain build is shared with the addon's when
// cmake has made that: the same objects are linked.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs a command in the root with this terminal; answers whether it succeeded. */
export function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

// What cmake is told of a variant, and the folder it is built in.
const variants = {
  '': { folder: 'build-native', options: [] },
  'address,undefined': { folder: 'build-asan', options: ['-DHEBB_SANITIZE=address,undefined'] },
  emulated: { folder: 'build-emulated', options: ['-DHEBB_EMULATED=ON', '-DHEBB_CUDA=OFF'] },
  thread: { folder: 'build-tsan', options: ['-DHEBB_SANITIZE=thread'] },
  aarch64: {
    folder: 'build-aarch64',
    options: [
      '-DCMAKE_SYSTEM_NAME=Linux',
      '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
      '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++',
      '-DCMAKE_EXE_LINKER_FLAGS=-static', // so that the emulator needs no libraries of that machine
    ],
  },
};

/** Builds the targets, all of them by default; answers the folder, or undefined when that failed. */
export function buildNative(targets = [], variant = '') {
  if (!variants[variant]) throw new Error(`unknown variant '${variant}'; use ${Object.keys(variants).slice(1).join(' or ')}`);
  const { folder, options } = variants[variant];
  const shared = variant === '' && existsSync(join(root, 'build-cmake', 'CMakeCache.txt'));
  const name = shared ? 'build-cmake' : folder;
  const configured = existsSync(join(root, name, 'CMakeCache.txt'));
  const ninja = spawnSync('ninja', ['--version']).status === 0 ? ['-G', 'Ninja'] : [];
  const fresh = configured ? [] : [...ninja, '-DHEBB_ADDON=OFF', ...options];
  const target = targets.length > 0 ? ['--target', ...targets] : [];
  const built =
    run('cmake', ['-S', '.', '-B', name, '-DHEBB_NATIVE_TESTS=ON', ...fresh]) &&
    run('cmake', ['--build', name, '--parallel', String(availableParallelism()), ...target]);
  return built ? join(root, name) : undefined;
}

/** The compiler of a build folder, as in `gcc 12`. */
export function compilerOf(folder) {
  const path = /^CMAKE_CXX_COMPILER:\w+=(.+)$/m.exec(readFileSync(join(folder, 'CMakeCache.txt'), 'utf8'))[1];
  const [line] = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.split('\n');
  return `${/clang/i.test(line) ? 'clang' : 'gcc'} ${/(\d+)\.\d+\.\d+/.exec(line)?.[1]}`;
}
