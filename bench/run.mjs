// Measures hebb and every installed peer, one after the other in each round, prints times and ratios, and keeps them:
// bench/results.json, and made from it bench/RESULTS.md, docs/images/bench.svg and the table in the README.md of the
// package. The README.md beside this file says how it is measured.
//   npm run bench -- [--suite gemm,small] [--threads 1,2] [--rounds 3] [--only hebb,torch] [--quick] [--dry]
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { command } from './peers.mjs';
import { keep, summary } from './results.mjs';
import { runPeer } from './run_peer.mjs';
import * as converge from './suites/converge.mjs';
import * as elementwise from './suites/elementwise.mjs';
import * as gemm from './suites/gemm.mjs';
import * as small from './suites/small.mjs';
import * as start from './suites/start.mjs';
import * as training from './suites/training.mjs';
import { table } from './table.mjs';

const suites = { training, gemm, elementwise, small, start, converge };
const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', default: Object.keys(suites).join(',') },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false }, // a look at everything in a minute; not kept
    dry: { type: 'boolean', default: false }, // not kept
  },
});
const unknown = options.suite.split(',').filter((name) => !suites[name]);
if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
const threadCounts = options.threads.split(',').map(Number);
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));

const work = mkdtempSync(join(tmpdir(), 'hebb-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

/** Peers that start or run so slowly that a quick run leaves them out. */
const slow = /^(keras|tfjs-node|jax-scan|hebb-)/;
const missing = new Set();

for (const name of options.suite.split(',')) {
  const lines = await measure(suites[name]);
  for (const threads of threadCounts) {
    const result = summary(suites[name], lines.filter((line) => line.threads === threads), { threads, rounds });
    console.log(`\n${table(suites[name], result)}`);
    if (!options.quick && !options.dry && !options.only) await keep(name, result, suites);
  }
}

/** The lines of all rounds of a suite. */
async function measure(suite) {
  const context = { work, quick: options.quick };
  await suite.prepare?.(context);
  console.log(`\n${suite.title}`);
  const lines = [];
  for (let round = 1; round <= rounds; round++) {
    for (const threads of threadCounts) {
      for (const run of suite.runs?.(context) ?? [undefined]) {
        for (const peer of Object.keys(suite.peers).filter(wanted)) {
          const found = await runOne(suite, peer, run, threads, context);
          lines.push(...found.map((line) => ({ ...line, threads })));
        }
      }
    }
  }
  return lines;
}

function wanted(peer) {
  return options.only ? options.only.split(',').includes(peer) : !(options.quick && slow.test(peer));
}

/** The lines of one run, none if the peer is missing or fails. */
async function runOne(suite, peer, run, threads, context) {
  const job = suite.job(peer, run, context);
  if (missing.has(peer) || !job) return [];
  const begin = command(peer, job[0]);
  const { lines, noise, error } = begin
    ? await runPeer([...begin, ...job.slice(1), '--threads', threads, '--work', work], { threads, quick: options.quick })
    : { error: 'ModuleNotFoundError' };
  if (/ModuleNotFoundError|MODULE_NOT_FOUND/.test(error)) {
    missing.add(peer);
    console.log(`${peer}: not installed, left out`);
  } else if (error) {
    console.log(`${peer}: ${error}`);
    process.exitCode = 1;
  }
  if (!lines) return [];
  suite.after?.(lines, context);
  console.log(`${peer}${run ? ` ${run}` : ''}, threads ${threads}: ${lines.length} cases, noise ${noise.toFixed(2)}`);
  return lines;
}
