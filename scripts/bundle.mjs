// Bundles src/index.ts into dist/index.js and a few chunks: importing hebb then opens a handful of files, not two hundred.
// What src imports by `import()` is a chunk that is read when it is needed. The types stay as tsc writes them.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

// Chunks of earlier builds have other names.
for (const name of readdirSync(dist, { recursive: true })) {
  if (/\.js(\.map)?$/.test(name)) rmSync(join(dist, name));
}
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/index.ts'],
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
});
for (const { path, text } of outputFiles) {
  // esbuild gives a class that names itself a second name, `var Model = class _Model`, which stack traces and
  // console.log() would show.
  const doubled = [...text.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  writeFileSync(path, doubled.reduce((code, name) => code.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), text));
}
