// Compiles and bundles the TypeScript, as build:ts, after `npm install` in a checkout. Without the development dependencies
// there is no compiler, and nothing to do if dist/ is there already.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
let tsc;
try {
  tsc = require.resolve('typescript/bin/tsc');
} catch {
  if (existsSync(path.join(root, 'dist', 'index.js'))) process.exit(0);
  console.error('hebb: dist/ is missing and TypeScript is not installed: run `npm install` with the development dependencies.');
  process.exit(1);
}
for (const command of [[tsc, '-p', 'tsconfig.json'], ['scripts/bundle.mjs'], [tsc, '-p', 'tsconfig.test.json']]) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
