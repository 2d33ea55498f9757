// Packs the package, installs the tarball in an empty folder (which builds the addon there, as a user's machine does),
// and uses it from ESM and CommonJS; then the same with the prebuilt platform package and no install script.
// Prints `N passed, N failed`. Needs a built checkout; npm's cache is tried before the network.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary_folder.mjs';

const root = join(import.meta.dirname, '..');
const work = temporaryFolder('pack');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let passed = 0;
let failed = 0;

function run(cwd, command, args) {
  // The CUDA module takes minutes to compile, and is compiled in the checkout.
  return spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { HEBB_CUDA: 'OFF', ...process.env } });
}

function check(name, result, expected = '') {
  const ok = result.status === 0 && result.stdout.includes(expected);
  console.log(`${ok ? 'ok' : 'FAILED'} ${name}`);
  if (!ok) console.log(`${result.stdout}\n${result.stderr}`);
  if (ok) passed++;
  else failed++;
  return ok;
}

function project(name) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  return folder;
}

const esm = "import { HebbError, tensor } from 'hebb'; console.log('esm', new HebbError('ERR_SHAPE', 'x').code, tensor([1, 2]).add(1).sum().item());";
const cjs = "const { HebbError, tensor } = require('hebb'); console.log('cjs', new HebbError('ERR_SHAPE', 'x').code, tensor([1, 2]).add(1).sum().item());";

function smoke(folder, how) {
  writeFileSync(join(folder, 'smoke.mjs'), esm);
  writeFileSync(join(folder, 'smoke.cjs'), cjs);
  check(`${how}: import`, run(folder, process.execPath, ['smoke.mjs']), 'esm ERR_SHAPE 5');
  const required = run(folder, process.execPath, ['smoke.cjs']);
  check(`${how}: require`, required, 'cjs ERR_SHAPE 5');
  check(`${how}: npx hebb`, run(folder, 'npx', ['--no-install', 'hebb']), `hebb ${version}\n`);
  if (required.stderr.includes('Warning')) {
    check(`${how}: require without a warning`, { ...required, status: 1 });
  }
}

function install(folder, ...args) {
  const options = ['install', '--no-audit', '--no-fund', ...args];
  const offline = run(folder, 'npm', [...options, '--offline']);
  return offline.status === 0 ? offline : run(folder, 'npm', options);
}

const packed = run(root, 'npm', ['pack', '--ignore-scripts', '--pack-destination', work]);
if (check('npm pack', packed)) {
  const tarball = join(work, `hebb-${version}.tgz`);

  const built = project('from-source');
  if (check('from source: install', install(built, tarball))) {
    smoke(built, 'from source');
    const files = readdirSync(join(built, 'node_modules', 'hebb', 'dist'));
    check('from source: the compiled code is kept', { status: files.some((file) => file.endsWith('.cache')) ? 0 : 1, stdout: '' });
  }

  const prebuilt = project('prebuilt');
  const platform = project(`hebb-${process.platform}-${process.arch}`);
  writeFileSync(
    join(platform, 'package.json'),
    JSON.stringify({ name: `hebb-${process.platform}-${process.arch}`, version, main: 'hebb.node' }),
  );
  cpSync(join(root, 'build-cmake', 'Release', 'hebb.node'), join(platform, 'hebb.node'));
  if (check('prebuilt: install without scripts', install(prebuilt, '--ignore-scripts', '--install-links', tarball, platform))) {
    smoke(prebuilt, 'prebuilt');
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
