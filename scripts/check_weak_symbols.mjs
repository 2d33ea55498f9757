// The objects of native/cpu/target_<isa>.cpp are compiled for instruction sets that not every CPU has. A weak symbol in
// one of them (a template or inline function) may become everybody's copy after linking, and crash on an older CPU.
//   node scripts/check_weak_symbols.mjs [build folder]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'build-cmake';
const objects = existsSync(folder)
  ? readdirSync(folder, { recursive: true }).filter((file) => /target_\w+(\.cpp)?\.o(bj)?$/.test(file))
  : [];
if (objects.length === 0) {
  console.error(`check_weak_symbols: no target_*.o under ${folder}; build first`);
  process.exit(1);
}
let weak = 0;
for (const object of objects) {
  const nm = spawnSync('nm', ['-C', join(folder, object)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (nm.status !== 0) {
    console.error(`check_weak_symbols: nm failed on ${object}: ${nm.stderr ?? nm.error}`);
    process.exit(1);
  }
  for (const line of nm.stdout.split('\n').filter((text) => /^[0-9a-f]* +[WVu] /.test(text))) {
    weak++;
    console.error(`${object}: weak symbol ${line.trim()}`);
  }
}
console.log(`${objects.length} target objects, ${weak} weak symbols`);
process.exit(weak ? 1 : 0);
