// Measures hebb and every installed peer, taking turns, prints times and ratios, and keeps them:
// bench/results.json, and made from it bench/RESULTS.md, docs/images/bench.svg and the table in the README.md of the
// package. The README.md beside this file says how it is measured.
//   npm run bench -- [--suite gemm,small] [--threads 1,2] [--rounds 10] [--only hebb,torch] [--case 'NN|float64'] [--quick] [--dry]
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { temporaryFolder } from '../scripts/temporary_folder.mjs';
import { keep, summary } from './results.mjs';
import * as converge from './suites/converge.mjs';
import * as elementwise from './suites/elementwise.mjs';
import * as gemm from './suites/gemm.mjs';
import * as small from './suites/small.mjs';
import * as start from './suites/start.mjs';
import * as training from './suites/training.mjs';
import { plural, table } from './table.mjs';
import { measure } from './turns.mjs';

const suites = { training, gemm, elementwise, small, start, converge };
const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', default: Object.keys(suites).join(',') },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string' },
    only: { type: 'string' }, // peers; not kept
    case: { type: 'string', default: '' }, // a regular expression; not kept
    quick: { type: 'boolean', default: false }, // a look at everything in a minute; not kept
    dry: { type: 'boolean', default: false }, // not kept
  },
});
const unknown = options.suite.split(',').filter((name) => !suites[name]);
if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
const threadCounts = options.threads.split(',').map(Number);

const work = temporaryFolder('bench');

/** Peers that start or run so slowly that a quick run leaves them out. */
const slow = /^(keras|tfjs-node|jax-scan|hebb-)/;
const wanted = (peer) => (options.only ? options.only.split(',').includes(peer) : !(options.quick && slow.test(peer)));

for (const name of options.suite.split(',')) {
  const suite = suites[name];
  const context = { work, quick: options.quick, only: new RegExp(options.case) };
  context.turns = suite.turns(context);
  if (options.rounds) context.turns.rounds = Number(options.rounds);
  await suite.prepare?.(context);
  for (const threads of threadCounts) {
    console.log(`\n${suite.title}; ${plural(threads)}`);
    const lines = await measure(suite, Object.keys(suite.peers).filter(wanted), threads, context);
    const result = summary(lines, { threads, rounds: context.turns.rounds });
    console.log(`\n${table(suite, result)}`);
    if (!options.quick && !options.dry && !options.only && !options.case) await keep(name, result, suites);
  }
}
