// Gets the native addon ready after `npm install`, in this order:
//   1. a prebuilt package of this platform (hebb-<platform>-<arch>), if one is installed;
//   2. cmake, through cmake-js where that is installed, otherwise by itself;
//   3. node-gyp, npm's own copy if no other is installed.
// HEBB_BUILD=auto|prebuilt|cmake|gyp|skip picks one way. In a checkout of the sources a prebuilt package is not looked at.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, rmSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const inCheckout = existsSync(path.join(root, 'src'));
const mode = process.env.HEBB_BUILD || 'auto';
const platformPackage = `hebb-${process.platform}-${process.arch}`;
const notes = [];

function run(command, args, quiet = false) {
  const env = { CMAKE_BUILD_PARALLEL_LEVEL: String(availableParallelism()), ...process.env };
  const result = spawnSync(command, args, { cwd: root, env, stdio: quiet ? 'pipe' : 'inherit', encoding: 'utf8' });
  return { ok: result.status === 0, output: result.stdout || '' };
}

const has = (command, ...args) => run(command, args.length ? args : ['--version'], true).ok;

function resolvable(request) {
  try {
    return require.resolve(request, { paths: [root] });
  } catch {
    return undefined;
  }
}

/** Loads the addon in a child process, so that a broken binary cannot take npm down with it. */
function loads(request) {
  return run(process.execPath, ['-e', 'require(process.argv[1])', request], true).ok;
}

function usePrebuilt() {
  const file = resolvable(platformPackage);
  if (!file) notes.push(`There is no prebuilt package for this platform (${platformPackage} is not installed).`);
  else if (loads(file)) return true;
  else notes.push(`The prebuilt package ${platformPackage} does not load on this system.`);
  return false;
}

function plainCmake() {
  const generator = has('ninja') ? ['-G', 'Ninja'] : [];
  const configure = ['-S', '.', '-B', 'build-cmake', `-DNODE_EXECUTABLE=${process.execPath}`, ...generator];
  return run('cmake', configure).ok && run('cmake', ['--build', 'build-cmake', '--config', 'Release']).ok;
}

function buildWithCmake() {
  const cmakeJs = resolvable('cmake-js/bin/cmake-js');
  if (!has('cmake')) {
    notes.push('cmake was not found.');
    return false;
  }
  if (!cmakeJs && process.platform === 'win32') {
    notes.push('cmake was found, but on Windows it needs the npm package cmake-js, which is not installed.');
    return false;
  }
  const build = () =>
    cmakeJs
      ? run(process.execPath, [cmakeJs, 'compile', '-O', 'build-cmake', `--CDNODE_EXECUTABLE=${process.execPath}`]).ok
      : plainCmake();
  const built = () => build() && loads(path.join(root, 'build-cmake', 'Release', 'hebb.node'));
  if (built()) return true;
  // A folder configured by another generator or for another Node is the usual reason: once more, from nothing.
  rmSync(path.join(root, 'build-cmake'), { recursive: true, force: true });
  if (built()) return true;
  rmSync(path.join(root, 'build-cmake'), { recursive: true, force: true });
  notes.push('The build with cmake failed; its messages are above.');
  return false;
}

function findNodeGyp() {
  const npm = process.env.npm_execpath ? path.dirname(path.dirname(process.env.npm_execpath)) : undefined;
  const candidates = [
    resolvable('node-gyp/bin/node-gyp.js'),
    process.env.npm_config_node_gyp,
    npm && path.join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
  ];
  return candidates.find((file) => file && existsSync(file));
}

function buildWithGyp() {
  const gyp = findNodeGyp();
  if (!gyp) {
    notes.push('node-gyp was not found (npm brings one; with another package manager, install node-gyp).');
    return false;
  }
  const prefix = path.join(path.dirname(process.execPath), '..');
  const headers = existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const jobs = ['--jobs', String(availableParallelism())];
  if (
    run(process.execPath, [gyp, 'rebuild', ...jobs, ...headers]).ok &&
    loads(path.join(root, 'build', 'Release', 'hebb.node'))
  ) {
    return true;
  }
  rmSync(path.join(root, 'build'), { recursive: true, force: true });
  if (!['python3', 'python', 'py'].some((name) => has(name))) notes.push('Python 3, which node-gyp needs, was not found.');
  notes.push('The build with node-gyp failed; its messages are above.');
  return false;
}

function explain() {
  if (process.platform !== 'win32' && ![process.env.CXX, 'c++', 'g++', 'clang++'].some((name) => name && has(name))) {
    notes.unshift('No C++ compiler was found (looked for $CXX, c++, g++ and clang++).');
  }
  const advice = {
    linux: 'Debian or Ubuntu: apt install g++ cmake    Fedora: dnf install gcc-c++ cmake    Alpine: apk add g++ make cmake',
    darwin: 'macOS: xcode-select --install, and brew install cmake or a Python 3',
    win32: 'Windows: Visual Studio 2022 with "Desktop development with C++", and Python 3',
  }[process.platform];
  console.error(
    ['', 'hebb: the native addon could not be built.', ...notes.map((note) => `  - ${note}`)].join('\n') +
      '\nIt needs a C++20 compiler (GCC 11, Clang 14 or newer) and cmake 3.18, or else Python 3 and make for node-gyp.\n' +
      (advice ? `  ${advice}\n` : '') +
      'Then run `npm rebuild hebb` (in a checkout: `npm install`).\n',
  );
}

const ways = {
  auto: inCheckout ? [buildWithCmake, buildWithGyp] : [usePrebuilt, buildWithCmake, buildWithGyp],
  prebuilt: [usePrebuilt],
  cmake: [buildWithCmake],
  gyp: [buildWithGyp],
  skip: [() => true],
};
if (!Object.hasOwn(ways, mode)) {
  console.error(`hebb: HEBB_BUILD must be one of ${Object.keys(ways).join(', ')}, got '${mode}'.`);
  process.exit(1);
}
if (!ways[mode].some((way) => way())) {
  explain();
  process.exit(1);
}
run(process.execPath, [path.join(__dirname, 'cache_code.mjs')], true); // without it, every start is slower by some 10 ms
