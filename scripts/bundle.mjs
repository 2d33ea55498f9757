// Bundles src/index.ts into dist/index.js and a few chunks: importing hebb then opens a handful of files, not two hundred.
// Beside it lies dist/cli.js, what `npx hebb` runs. What src imports by `import()` is a chunk that is read when it is
// needed. The types stay as tsc writes them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { codeChunk } from './code_chunk.mjs';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const entry = join(root, 'src', 'index.ts');

/**
 * All that importing hebb runs goes into one chunk. esbuild makes a chunk per set of entries that share code, so every
 * module that is loaded later is made to share all of it.
 */
const oneChunk = {
  name: 'one-chunk',
  setup({ onLoad, onResolve, resolve }) {
    const later = new Set();
    onResolve({ filter: /^\./ }, async ({ path, kind, pluginData, importer, namespace, resolveDir }) => {
      if (kind !== 'dynamic-import' || pluginData === later) return undefined;
      const found = await resolve(path, { kind, importer, namespace, resolveDir, pluginData: later });
      later.add(found.path);
      return found;
    });
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      later.has(path) ? { contents: `${readFileSync(path, 'utf8')}\nimport ${JSON.stringify(entry)};`, loader: 'ts' } : undefined);
  },
};

/**
 * Modules of Node by process.getBuiltinModule(): an import of node:fs reads every property of it, which loads streams
 * and promises that nobody asked for.
 */
function leanImports(code) {
  return code.replaceAll(/^import \{([^}]*)\} from "(node:[^"]+)";$/gm, (_, names, name) =>
    `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${name}");`);
}

/**
 * esbuild gives a class that names itself a second name, `var Model = class _Model`, which stack traces and
 * console.log() would show.
 */
function ownClassNames(code) {
  const doubled = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  return doubled.reduce((text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), code);
}

// Chunks of earlier builds have other names.
for (const name of readdirSync(dist, { recursive: true })) {
  if (/\.(js|js\.map|cache)$/.test(name)) rmSync(join(dist, name));
}
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: [entry, join(root, 'src', 'cli.ts')],
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  plugins: [oneChunk],
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
});
const library = outputFiles.filter(({ path }) => /chunk-\w+\.js$/.test(path)).reduce((a, b) => (a.text.length > b.text.length ? a : b));
for (const { path, text } of outputFiles) {
  const code = path.endsWith('.js') ? ownClassNames(leanImports(text)) : text;
  const files = path === library.path ? codeChunk(basename(path, '.js'), code) : { [basename(path)]: code };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dist, name), content);
}
// Only where the addon is built already; otherwise by scripts/install.cjs, or never: it is no more than faster.
spawnSync(process.execPath, [join(root, 'scripts', 'cache_code.mjs')]);
