// What is kept of a run: medians over its rounds, in results.json; RESULTS.md and the chart are made from that.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

import { drawChart } from './chart.mjs';
import { grouped, median, table } from './table.mjs';

const path = join(import.meta.dirname, 'results.json');
const chart = join(import.meta.dirname, '..', 'docs', 'images', 'bench.svg');

/** A suite's lines as one entry per case, thread count and peer: medians over the rounds, the best of all. */
export function summary(suite, lines, { threads, rounds }) {
  const groups = grouped(lines, (line) => `${line.case}\n${line.threads}\n${line.peer}`);
  const digits = (x) => (x === undefined ? undefined : Number(x.toPrecision(4)));
  const entries = groups.map(([, group]) => {
    const middle = (field) => digits(median(group.map((line) => line[field]).filter((x) => x !== undefined && x !== null)));
    const { case: name, threads: count, peer } = group[0];
    const entry = { case: name, threads: count, peer, median_ms: middle('median_ms'), noise: middle('noise') };
    entry.best_ms = digits(Math.min(...group.map((line) => line.best_ms)));
    for (const field of Object.keys(suite.extras ?? {})) entry[field] = middle(field);
    return entry;
  });
  const versions = Object.fromEntries(lines.map((line) => [line.peer, line.version]));
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} cores seen, Node ${process.version}`;
  return { when: new Date().toISOString().slice(0, 10), machine, threads, rounds, versions, entries };
}

/** Puts a suite's result in the place of its last one; the other suites keep theirs, with their dates. */
export async function keep(name, result, suites) {
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  kept[name] = result;
  const entries = (list) => list.map((entry) => `      ${JSON.stringify(entry)}`).join(',\n');
  const text = Object.keys(suites).filter((suite) => kept[suite]).map((suite) => {
    const { entries: list, ...head } = kept[suite];
    return `  "${suite}": {\n    ${JSON.stringify(head).slice(1, -1)},\n    "entries": [\n${entries(list)}\n    ]\n  }`;
  });
  writeFileSync(path, `{\n${text.join(',\n')}\n}\n`);
  const sections = Object.keys(suites).filter((suite) => kept[suite]).map((suite) => table(suites[suite], kept[suite]));
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `# Results

Written by \`npm run bench\`; README.md says how it is measured. In brackets: what the peer takes divided by what hebb
takes, 2.4x = hebb is 2.4 times as fast (or needs 2.4 times less). Machines differ: compare the ratios.
Noise: how many cores other programs kept busy meanwhile, median.

${sections.join('\n')}
${readFileSync(join(import.meta.dirname, 'gpu', 'results.md'), 'utf8')}`);
  if (kept.training) await drawChart(kept.training, chart);
}
