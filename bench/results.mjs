// What is kept of a run: medians over its rounds, in results.json; RESULTS.md, the chart and the table of the package's
// README.md are made from that. A suite has a result per number of threads that it was run on, the largest first.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

import { drawChart } from './chart.mjs';
import { renewReadme } from './readme.mjs';
import { grouped, median, table } from './table.mjs';

const path = join(import.meta.dirname, 'results.json');
const root = join(import.meta.dirname, '..');

/** A suite's lines on one number of threads as an entry per case and peer: medians over the rounds, the best of all. */
export function summary(suite, lines, { threads, rounds }) {
  const groups = grouped(lines, (line) => `${line.case}\n${line.peer}`);
  const digits = (x) => (x === undefined ? undefined : Number(x.toPrecision(4)));
  const entries = groups.map(([, group]) => {
    const middle = (field) => digits(median(group.map((line) => line[field]).filter((x) => x !== undefined && x !== null)));
    const { case: name, peer } = group[0];
    const entry = { case: name, peer, median_ms: middle('median_ms'), noise: middle('noise') };
    entry.best_ms = digits(Math.min(...group.map((line) => line.best_ms)));
    for (const field of Object.keys(suite.extras ?? {})) entry[field] = middle(field);
    return entry;
  });
  const versions = Object.fromEntries(lines.map((line) => [line.peer, line.version]));
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} cores seen, Node ${process.version}`;
  return { when: new Date().toISOString().slice(0, 10), machine, threads, rounds, versions, entries };
}

/** Puts a result in the place of the suite's last one on as many threads; all others stay, with their dates. */
export async function keep(name, result, suites) {
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const others = (kept[name] ?? []).filter(({ threads }) => threads !== result.threads);
  kept[name] = [...others, result].sort((a, b) => b.threads - a.threads);
  const known = Object.keys(suites).filter((suite) => kept[suite]);
  writeFileSync(path, `{\n${known.map((suite) => `  "${suite}": [\n${kept[suite].map(asText).join(',\n')}\n  ]`).join(',\n')}\n}\n`);
  const sections = known.flatMap((suite) => kept[suite].map((one) => table(suites[suite], one)));
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `# Results

Written by \`npm run bench\`; README.md says how it is measured. In brackets: what the peer takes divided by what hebb
takes, 2.4x = hebb is 2.4 times as fast (or needs 2.4 times less). Machines differ: compare the ratios.
Noise: how many cores other programs kept busy meanwhile, median.

${sections.join('\n')}
${readFileSync(join(import.meta.dirname, 'gpu', 'results.md'), 'utf8')}`);
  if (!kept.training) return;
  renewReadme(kept.training[0], join(root, 'README.md'));
  await drawChart(kept.training[0], join(root, 'docs', 'images', 'bench.svg'));
}

/** A result as JSON, a line per entry. */
function asText({ entries, ...head }) {
  const lines = entries.map((entry) => `        ${JSON.stringify(entry)}`);
  return `    {\n      ${JSON.stringify(head).slice(1, -1)},\n      "entries": [\n${lines.join(',\n')}\n      ]\n    }`;
}
