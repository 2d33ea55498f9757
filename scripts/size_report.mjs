// Lines per folder, and the files that have outgrown themselves: over 400 lines is noted, over 600 is an error.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const code = /\.(ts|js|mjs|cjs|cpp|h|cu|cuh|def|txt|gyp)$/;
const listed = spawnSync('git', ['ls-files'], { encoding: 'utf8' });
if (listed.status !== 0) {
  console.error('size_report: works in a git checkout only');
  process.exit(1);
}
const folders = new Map();
const long = [];
for (const file of listed.stdout.split('\n').filter((name) => code.test(name))) {
  const lines = readFileSync(file, 'utf8').split('\n').length - 1;
  const folder = dirname(file);
  const entry = folders.get(folder) ?? { files: 0, lines: 0 };
  folders.set(folder, { files: entry.files + 1, lines: entry.lines + lines });
  if (lines > 400) long.push({ file, lines });
}
let total = 0;
for (const [folder, { files, lines }] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`${String(lines).padStart(7)} lines ${String(files).padStart(4)} files  ${folder}`);
  total += lines;
}
console.log(`${String(total).padStart(7)} lines in all`);
for (const { file, lines } of long) console.log(`${lines > 600 ? 'TOO LONG' : 'long'}: ${file}, ${lines} lines`);
process.exit(long.some(({ lines }) => lines > 600) ? 1 : 0);
