import { readFileSync } from 'node:fs';
import test from 'ava';
import { runSupport } from '../support/child.js';

/** The instruction sets that this machine has; asking for one that it lacks would test the best one again. */
function isas(): string[] {
  if (process.arch !== 'x64') return ['scalar', 'neon'];
  if (process.platform !== 'linux') return ['scalar', 'avx2'];
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
  return ['scalar', ...(flags.has('avx2') ? ['avx2'] : []), ...(flags.has('avx512f') ? ['avx512'] : [])];
}

test('the same seed trains to the same bits with any number of threads and any instruction set', async (t) => {
  const reference = await runSupport('short_fit.js', { HEBB_NUM_THREADS: '1' });
  const [isa, hash] = reference.split(' ');
  t.regex(hash!, /^[0-9a-f]{64}$/);
  for (const threads of ['1', '2', '3']) {
    t.is(await runSupport('short_fit.js', { HEBB_NUM_THREADS: threads }), `${isa} ${hash}`, `${threads} threads`);
  }
  for (const lower of isas()) {
    t.is(await runSupport('short_fit.js', { HEBB_ISA: lower, HEBB_NUM_THREADS: '2' }), `${lower} ${hash}`);
  }
});
