// What is kept of a run: medians over its turns, in results.json; RESULTS.md, the chart and the table of the package's
// README.md are made from that. A suite has a result per number of threads that it was run on, the largest first.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

import { drawChart } from './chart.mjs';
import { renewReadme } from './readme.mjs';
import { table } from './table.mjs';

const path = join(import.meta.dirname, 'results.json');
const root = join(import.meta.dirname, '..');

/** A suite's lines on one number of threads as what is kept of them: an entry per case and peer. */
export function summary(lines, { threads, rounds }) {
  const digits = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  const fields = (line) => Object.entries(line).filter(([field]) => field !== 'version');
  const entries = lines.map((line) => Object.fromEntries(fields(line).map(([field, value]) => [field, digits(value)])));
  const versions = Object.fromEntries(lines.filter(({ version }) => version).map(({ peer, version }) => [peer, version]));
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
takes, 2.4x = hebb is 2.4 times as fast (or needs 2.4 times less): the median over turns next to hebb's, which is not
always the quotient of the two medians. Machines differ, and their speed changes: compare the ratios.
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
