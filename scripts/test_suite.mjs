// Runs the compiled suite under ava, shows only what failed or was skipped, and ends with `N passed, N failed`.
// A run that dies before its summary (a native crash) counts as one failure more.
//   node scripts/test_suite.mjs [ava options]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ava = join(import.meta.dirname, '..', 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
const child = spawn(process.execPath, [ava, '--tap', ...process.argv.slice(2)], { stdio: ['ignore', 'pipe', 'inherit'] });

let passed = 0;
let failed = 0;
let finished = false;
let showing = false;
for await (const line of createInterface({ input: child.stdout })) {
  const summary = /^# (pass|fail) (\d+)$/.exec(line);
  if (summary) finished = true;
  if (/^(not )?ok \d+/.test(line)) {
    showing = line.startsWith('not ok') || /# (SKIP|TODO)/.test(line);
    if (line.startsWith('not ok')) failed++;
    else if (!/# (SKIP|TODO)/.test(line)) passed++;
  } else if (/^(ok|# |TAP|1\.\.)/.test(line)) {
    showing = false;
  }
  if (showing) console.log(line);
}
const code = await new Promise((resolve) => (child.exitCode === null ? child.on('exit', resolve) : resolve(child.exitCode)));
if (failed === 0 && (code !== 0 || !finished)) {
  console.log(`ava ended with code ${code ?? child.signalCode}${finished ? '' : ' before its summary'}`);
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
