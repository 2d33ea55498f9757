// The chunk of the bundle that holds the library, as a script beside it: V8 scans 550 KB of source before it runs the
// first line, and only of a script does it take code that it compiled before (scripts/cache_code.mjs). With the cache,
// import takes 16 ms instead of 25 on top of an empty Node, the first training step 38 instead of 60, and the process has
// 10 MB less. Without it, or when V8 refuses it because it was started with other options, all is as for a module.
// Both names contain the hash of the source, and that of the cache also V8's version, so that no cache is ever stale.

const loader = (name) => `\
const { readFileSync } = process.getBuiltinModule("node:fs");
const { Script } = process.getBuiltinModule("node:vm");
const source = new URL("${name}.code.js", import.meta.url);
export const cache = new URL(\`${name}.\${process.versions.v8}-\${process.arch}.cache\`, import.meta.url);
function cachedData() {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}
export const script = new Script(readFileSync(source, "latin1"), { filename: source.href, cachedData: cachedData() });
`;

/** The two files of a chunk: the module that loads, and the script. Its exports must not change after it ran. */
export function codeChunk(name, text) {
  const [, body, exported, map] = /^([^]*)\nexport \{\n([^}]*)\n\};\n(\/\/# sourceMappingURL=.*\n)$/.exec(text);
  if (/^(import|export) /m.test(body)) throw new Error(`${name}: only Node's own modules can be imported by the bundle`);
  const inScript = body.replaceAll('import.meta', 'importMeta').replaceAll(/\bimport\(/g, 'importModule(');
  const names = exported.split(/,\n/).map((part) => part.trim().split(' as ')).map(([own, outer = own]) => ({ own, outer }));
  const list = (part) => names.map(part).join(', ');
  return {
    [`${name}.js`]:
      `${loader(name)}const { ${list(({ outer }) => `${outer}: $${outer}`)} } = script.runInThisContext()(import.meta, (name) => import(name));\n` +
      `export { ${list(({ outer }) => `$${outer} as ${outer}`)} };\n`,
    [`${name}.code.js`]:
      `(function (importMeta, importModule) { "use strict"; ${inScript}\n` +
      `return { ${list(({ own, outer }) => `${outer}: ${own}`)} };\n})\n${map}`,
  };
}
