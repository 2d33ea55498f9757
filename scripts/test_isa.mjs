// Runs what the suite says about numbers once per instruction set that this machine has below the best one (which
// `npm test` uses): node scripts/test_isa.mjs [avx2 scalar]
// Prints `N passed, N failed` over all passes.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function lowerIsas() {
  if (process.arch !== 'x64') return ['scalar'];
  if (process.platform !== 'linux') return ['avx2', 'scalar'];
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' '));
  const avx2 = flags.has('avx2') && flags.has('fma') && flags.has('f16c');
  if (!avx2) console.log('This CPU has no AVX2: the avx2 pass is skipped.');
  return avx2 ? ['avx2', 'scalar'] : ['scalar'];
}

// Files, pictures and words do not depend on the kernels; whole fits with those of scalar would take minutes.
const files = {
  avx2: ['build-ts/test/**/*.test.js', '!build-ts/test/{data,formats,plots,tuner}/**', '!build-ts/test/{documents,examples}.test.js'],
  scalar: [
    'build-ts/test/{capture,layers,native_surface,ops,optimizers}/**/*.test.js',
    'build-ts/test/{autograd_ops,golden,random}.test.js',
  ],
};
const isas = process.argv.length > 2 ? process.argv.slice(2) : lowerIsas();
let passed = 0;
let failed = 0;
for (const isa of isas) {
  console.log(`HEBB_ISA=${isa}`);
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'test_suite.mjs'), ...files[isa]], {
    cwd: root,
    env: { ...process.env, HEBB_ISA: isa },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  process.stdout.write(result.stdout);
  const counts = /(\d+) passed, (\d+) failed\s*$/.exec(result.stdout);
  passed += Number(counts?.[1] ?? 0);
  failed += Number(counts?.[2] ?? 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
